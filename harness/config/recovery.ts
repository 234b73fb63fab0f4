/**
 * How long a system may take to recover in a world as slow as the one that was configured, and
 * whether it can be live there at all: time-outs that messages and disks cannot meet are a setting
 * of the user's, and never the protocol's failure.
 */

import { AT_ONCE, type Pace } from '../../checkers/agreement/liveness/backlog.ts';
import type { Millis } from '../../checkers/units.ts';
import { readinessOf } from '../../systems/leadership.ts';
import type { Options } from '../../systems/protocol.ts';
import type { ClientPatience, NodePatience, System } from '../../systems/system.ts';
import { type BackendName, isVirtual } from './backends.ts';
import { SIMULATOR_OPTIONS } from './settings.ts';
import { delaysOf, SILENCE_MAX, usualHopMs, type WorldDelays, worldOf } from './world-delays.ts';

/** A bound on recovery, in election timeouts (PROTOCOLS 3.5). */
const TIMEOUTS = 20;
/** A time-out counts as so many times what must pass within it, if that is more. */
const TRIES = 4;
/** What was held back before the quiet end may arrive so long after it; some come anew. */
const LATE_TIMES = 10;
/** Clients wait a second for an answer before they give up; so do they after the quiet end. */
const LEAST_S = 3;
/** Real machines are busy with others. */
const LEAST_REAL_S = 30;

/**
 * Of a system that does not say how many messages lie between a request and its answer, or have to
 * arrive within an election timeout, so many are believed: two phases behind a forwarding node.
 */
const ANSWER_HOPS = 8;
const ELECTION_HOPS = 4;

/** Above this share of messages lost or late, an exchange of two fails more often than not. */
const UNSURE_MAX = 0.25;

/** `hopMs` of the default settings. */
const ORDINARY_HOP_MS =
  (Number(SIMULATOR_OPTIONS['network.latencyMaxUs'].default) +
    2 * Number(SIMULATOR_OPTIONS['disk.syncMaxUs'].default)) /
  1000;

/** So many sessions a second clients open that take them from one another: that uses up leaders. */
const SESSIONS_PER_S = 2_000;

/** Share of what a system can take in at most, above which its queue grows: bursts come, too. */
const LOAD_MAX = 0.5;

/** The part of a run's configuration on which liveness depends. */
interface Setting {
  readonly backend: BackendName;
  readonly nodes: number;
  /** Clients at a time. */
  readonly concurrency: number;
  /** Operations per second. */
  readonly rate: number;
  readonly set: Options;
}

/** How long recovery may take after the last fault, in seconds. */
export function recoveryBoundS(
  system: System,
  { backend, set }: Pick<Setting, 'backend' | 'set'>,
): number {
  const timeoutS = Number(set['electionTimeoutMs'] ?? system.electionTimeoutMs) / 1000;
  if (!isVirtual(backend)) return Math.max(LEAST_REAL_S, TIMEOUTS * timeoutS);
  const world = worldOf(system, set);
  const needs = patienceOf(system).map((patience) => needMs(patience, world, set));
  const needS = Math.max(0, ...needs) / 1000;
  const answerS = ((clientPatienceOf(system)?.hops ?? ANSWER_HOPS) * world.hopMs) / 1000;
  return Math.max(
    LEAST_S,
    TIMEOUTS * Math.max(timeoutS, TRIES * needS, answerS),
    (2 * (system.restsMs?.(set) ?? 0)) / 1000,
    (LATE_TIMES * world.lateMs) / 1000,
  );
}

/**
 * A quorum that stays healthy has so much of the bound on recovery: six election timeouts. Of some
 * thousand such times the longest that a correct protocol took was under half of that.
 */
const PROGRESS_SHARE = 0.3;
/** Above this share of messages lost or late, elections are tried anew often: it has all of it. */
const SURE_MAX = 0.005;

/** How long a quorum that stays healthy may take to serve somebody, in seconds. */
export function progressBoundS(system: System, setting: Pick<Setting, 'backend' | 'set'>): number {
  const isSure = worldOf(system, setting.set).unsure <= SURE_MAX;
  // Whoever had been alone for long may only just have tried in vain when the quorum came to be.
  const restS = (system.restsMs?.(setting.set) ?? 0) / 1000;
  return recoveryBoundS(system, setting) * (isSure ? PROGRESS_SHARE : 1) + restS;
}

/**
 * How long catching up may take beyond that: what goes through in one exchange waits for those
 * before it, and an exchange that fails is begun again.
 */
export function paceOf(system: System, { backend, set }: Pick<Setting, 'backend' | 'set'>): Pace {
  const steps = system.catchesUp?.(set);
  if (steps === undefined || !isVirtual(backend)) return AT_ONCE;
  const world = worldOf(system, set);
  const tries = 1 / (1 - lostOf(world));
  const takesNs = (messages: number) => exchangeMs(world, set, messages) * tries * 1e6;
  const inFlight = system.inFlight?.(set) ?? 1;
  return {
    leaderNs: takesNs(Math.min(inFlight, steps.leader)) / steps.leader,
    followerNs: takesNs(1) / steps.follower,
    pieceNs: takesNs(1),
  };
}

type HindranceName =
  | 'haste'
  | 'silence'
  | 'late-answers'
  | 'disruption'
  | 'few-sessions'
  | 'short-leaders'
  | 'overload'
  | 'loss'
  | 'large-quorums';

/**
 * A setting under which a system cannot be expected to be live, and what that brings about:
 * elections that fail and leaders that are given up, clients that are refused, or anything.
 */
export interface Hindrance {
  readonly causes: 'elections' | 'refusals' | 'anything';
  /** What it is that hinders it, whatever the figures. */
  readonly name: HindranceName;
  /** What is set and what to set instead. */
  readonly because: string;
}

/**
 * Why a system cannot be expected to be live in this world, with what to set instead; null where
 * it can.
 */
export function cannotBeLive(
  system: System,
  setting: Setting,
  clientsWaitedMs: Millis | null = null,
): string | null {
  return hindrances(system, setting, clientsWaitedMs)[0]?.because ?? null;
}

/**
 * All that keeps a system from being live in this world, most important first; none where nothing
 * does. Real machines are not known well enough to say so of them. `clientsWaitedMs`: how long a
 * client waited at most, as a run has shown; null where nobody knows.
 */
export function hindrances(
  system: System,
  setting: Setting,
  clientsWaitedMs: Millis | null = null,
): readonly Hindrance[] {
  const { backend, nodes, concurrency, set } = setting;
  if (!isVirtual(backend)) return [];
  const world = worldOf(system, set);
  const found: Hindrance[] = [];
  for (const patience of patienceOf(system)) {
    const hasty = tooHasty(patience, world, setting);
    const because = hasty ?? tooSilent(patience, world, setting);
    const name = hasty === null ? 'silence' : 'haste';
    if (because !== null) found.push({ causes: 'elections', name, because });
  }
  if (system.patience === undefined && readinessOf(system) !== 'nodes-up') {
    const haveMs = Number(set['electionTimeoutMs'] ?? system.electionTimeoutMs);
    const because = tooSlow('its election timeout is', haveMs, ELECTION_HOPS, world);
    if (because !== null) found.push({ causes: 'elections', name: 'haste', because });
  }
  const tooLate = answersTooLate(system, world, setting, clientsWaitedMs);
  if (tooLate !== null) found.push({ causes: 'refusals', name: 'late-answers', because: tooLate });
  const disruption = system.disruptible?.(set) ?? null;
  if (disruption !== null) {
    found.push({ causes: 'elections', name: 'disruption', because: disruption });
  }
  const serves = system.leaderServes?.(set) ?? Number.POSITIVE_INFINITY;
  const sessionsMax = Number(set['sessionsMax'] ?? Number.POSITIVE_INFINITY);
  if (concurrency > sessionsMax) {
    const because =
      `${concurrency} clients have ${sessionsMax} sessions between them, and each that opens one ` +
      `takes it from another: set sessionsMax=${concurrency} or more, or --concurrency lower`;
    const causes = serves < SESSIONS_PER_S ? 'anything' : 'refusals';
    found.push({ causes, name: 'few-sessions', because });
  }
  if (concurrency > serves) {
    const because =
      `a leader serves ${serves} operations until it makes way, and ${concurrency} clients ask at a ` +
      `time: most ask in vain; set --concurrency ${serves} or less, or let a leader serve more`;
    found.push({ causes: 'anything', name: 'short-leaders', because });
  }
  const overload = tooMuch(system, world, setting);
  if (overload !== null) {
    found.push({ causes: 'refusals', name: 'overload', because: overload });
  }
  if (nodes > 1 && world.unsure > UNSURE_MAX) {
    const because =
      `${percent(world.unsure)} of the messages are lost or late: set network.lossPpm and ` +
      `network.latePpm lower (to ${UNSURE_MAX * 1e6} per million together)`;
    found.push({ causes: 'anything', name: 'loss', because });
  }
  const lacking = lacksQuorums(system, world, setting);
  if (lacking !== null) found.push({ causes: 'anything', name: 'large-quorums', because: lacking });
  return found;
}

/** What needs more than a majority has nobody to spare: most exchanges with so many fail. */
function lacksQuorums(system: System, world: WorldDelays, { nodes, set }: Setting): string | null {
  const quorum = system.quorum?.(set, nodes) ?? 0;
  if (2 * quorum - 2 <= nodes) return null;
  const chance = atLeast(quorum - 1, nodes - 1, 1 - lostOf(world));
  if (chance >= 1 / 2) return null;
  return (
    `${quorum} of ${nodes} nodes must answer, and ${percent(world.unsure)} of the messages are lost or ` +
    'late, so that most exchanges with so many fail: set smaller quorums, or network.lossPpm and ' +
    'network.latePpm lower'
  );
}

/** The chance of so many successes or more in so many tries, each of the same chance (binomial). */
function atLeast(least: number, tries: number, chance: number): number {
  let sum = 0;
  let choices = 1;
  for (let failures = 0; failures <= tries - least; failures++) {
    sum += choices * (1 - chance) ** failures * chance ** (tries - failures);
    choices *= (tries - failures) / (failures + 1);
  }
  return sum;
}

/** Clients have given up before answers can come. */
function answersTooLate(
  system: System,
  world: WorldDelays,
  { set }: Setting,
  clientsWaitedMs: Millis | null,
): string | null {
  const declared = clientPatienceOf(system);
  if (declared === undefined) {
    if (clientsWaitedMs === null) return null;
    return tooSlow('its clients waited at most', clientsWaitedMs, ANSWER_HOPS, world);
  }
  const { clientMs, hops } = declared;
  // That all of many answers are late takes more than that the slowest is.
  const usualMs = Math.ceil(hops * usualHopMs(set));
  if (clientMs >= usualMs) return null;
  return (
    `its clients wait ${clientMs} ms for an answer, and the ${hops} messages that it takes need ` +
    `${usualMs} ms on average in this world (${delaysOf(world)}): set network.latencyMinUs, ` +
    'network.latencyMaxUs and disk.syncMaxUs lower'
  );
}

/**
 * The same of what a system does not declare: never said of a world that is no slower than that of the
 * defaults.
 */
function tooSlow(has: string, haveMs: Millis, hops: number, world: WorldDelays): string | null {
  const leastMs = Math.ceil(hops * world.hopMs);
  if (haveMs >= leastMs || world.hopMs <= ORDINARY_HOP_MS) return null;
  return (
    `${has} ${Math.round(haveMs)} ms, and ${hops} messages may take ${leastMs} ms in this world ` +
    `(${delaysOf(world)}): set network.latencyMaxUs or disk.syncMaxUs lower, or let the system ` +
    'declare in `patience` what it needs'
  );
}

/** More is asked of a system that works on so many operations at a time than it can take in. */
function tooMuch(system: System, world: WorldDelays, { nodes, rate, set }: Setting): string | null {
  const inFlight = system.inFlight?.(set) ?? Number.POSITIVE_INFINITY;
  if (inFlight === Number.POSITIVE_INFINITY) return null;
  const takesMs = Math.ceil(nodes > 1 ? exchangeMs(world, set, inFlight) : 2 * world.syncMs);
  const rateMax = Math.floor((LOAD_MAX * inFlight * 1000) / takesMs);
  if (rate <= rateMax) return null;
  return (
    `${rate} operations a second are more than it can take in, ${inFlight} at a time, each of ` +
    `which may need ${takesMs} ms: set --rate ${rateMax} or less, or let it take more at a time`
  );
}

/**
 * A question and its answer, of so many at a time that end in order: where one is lost, all behind
 * it wait until it was sent again. Among many, one is more often than not.
 */
function exchangeMs(world: WorldDelays, set: Options, inFlight: number): Millis {
  const { hopMs } = world;
  const againMs = Number(set['retransmitMs'] ?? set['heartbeatMs'] ?? 0);
  const lost = lostOf(world);
  const waits = lost === 0 ? 0 : Math.max(lost, Math.floor(Math.log(inFlight) / -Math.log(lost)));
  return 2 * hopMs + waits * againMs;
}

/** Share of exchanges in which the question or the answer is lost. */
function lostOf({ unsure }: WorldDelays): number {
  return Math.min(0.9, 2 * unsure);
}

/** Messages and disks cannot meet the time-out. */
function tooHasty(patience: NodePatience, world: WorldDelays, { set }: Setting): string | null {
  const { option, every, hops } = patience;
  const haveMs = Number(set[option]);
  // What comes at the very moment at which the time is up may come too late.
  const least = Math.floor(needMs(patience, world, set)) + 1;
  if (haveMs >= least) return null;
  const signs = every === undefined ? '' : `${every}=${set[every]} and `;
  return (
    `${option}=${haveMs} is shorter than the ${least} ms that ${signs}${hops} ` +
    `${hops === 1 ? 'message' : 'messages'} may take in this world (${delaysOf(world)}): ` +
    `set ${option}=${least} or more`
  );
}

/** Signs of life are lost so often that within the time-out none may come. */
function tooSilent(patience: NodePatience, world: WorldDelays, setting: Setting): string | null {
  const { option, every, hops } = patience;
  const { nodes, set } = setting;
  if (every === undefined || nodes === 1) return null;
  const haveMs = Number(set[option]);
  const signs = Math.floor((haveMs - world.hopMs * hops) / Number(set[every]));
  if (nodes * world.unsure ** Math.max(1, signs) <= SILENCE_MAX) return null;
  return (
    `${percent(world.unsure)} of the messages are lost or late, and ${option}=${haveMs} leaves ` +
    `room for ${signs} of them, ${every}=${set[every]} apart: leaders are given up although ` +
    `nothing is wrong with them; set network.lossPpm and network.latePpm lower, or ${option} higher`
  );
}

/**
 * Elections that lost messages alone may bring about in so many seconds, with room to spare; any
 * number where the world keeps leaders from lasting.
 */
export function electionsByChance(system: System, setting: Setting, seconds: number): number {
  const { backend, nodes, set } = setting;
  if (hindrances(system, setting).some(({ causes }) => causes !== 'refusals')) {
    return Number.POSITIVE_INFINITY;
  }
  const [patience] = patienceOf(system);
  if (!isVirtual(backend) || patience?.every === undefined) return 0;
  const world = worldOf(system, set);
  const timeoutMs = Number(set[patience.option]);
  const signs = Math.floor((timeoutMs - world.hopMs * patience.hops) / Number(set[patience.every]));
  const expected = (nodes * world.unsure ** Math.max(1, signs) * seconds * 1000) / timeoutMs;
  return Math.ceil(4 * expected);
}

function needMs(
  { every, hops }: NodePatience,
  { hopMs, stallMs }: WorldDelays,
  set: Options,
): Millis {
  return (every === undefined ? 0 : Number(set[every])) + hops * hopMs + stallMs;
}

function patienceOf(system: System): readonly NodePatience[] {
  return (system.patience ?? []).filter((one) => 'option' in one);
}

function clientPatienceOf(system: System): ClientPatience | undefined {
  return system.patience?.find((one) => 'clientMs' in one);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
