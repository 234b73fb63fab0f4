/** What the end of a run says of its liveness, from what `LivenessObserver` has seen of it. */

import { nodeName } from '../../trace.ts';
import type { LogIndex, Nanos, NodeId, Term } from '../../units.ts';
import type { CheckResult, Verdict } from '../../verdict.ts';
import { PROPERTIES, type PropertyName } from '../properties.ts';
import { AT_ONCE, type Pace } from './backlog.ts';
import type { Plans } from './progress.ts';

export interface LivenessBounds {
  /** When the last fault had been undone, in nanoseconds since the run began. */
  readonly quietAtNs: Nanos;
  /** How long the system may take from then on; followers may take twice as long to catch up. */
  readonly boundNs: Nanos;
  /** When the run ended; by default with its last line. */
  readonly endNs?: Nanos;
  /** How long a leader must last to count as stable; by default a quarter of the bound. */
  readonly stableNs?: Nanos;
  /** Elections that lost messages alone may bring about until the end; by default none. */
  readonly electionsByChance?: number;
  /** How long what was left behind may take to be brought through, beyond that; by default no time. */
  readonly pace?: Pace;
}

export interface Member {
  readonly node: NodeId;
  alive: boolean;
  last: number;
  commit: LogIndex;
  applied: LogIndex;
  /** The highest that it ever knew to be committed: a restart forgets that, and its disk does not. */
  settled: number;
  /** How much has arrived of snapshots, by where they end, since it last executed something, or the leader changed. */
  readonly incoming: Map<LogIndex, number>;
  /** When it last got further: who lags far behind and catches up is not stuck. */
  movedNs: Nanos;
}

/** One leader, from its election, or the quiet end if that was later, until it stops leading. */
export interface Reign {
  readonly node: NodeId;
  term: Term;
  readonly line: number;
  startNs: Nanos;
  endNs: Nanos | null;
  /** Whether it ended because the leader wanted it to. */
  planned: boolean;
  /** Last index of its log at its start: this much must get committed, and executed by all. */
  required: number;
  /** How many positions it had to bring through for that. */
  backlog: number;
  /** When it had committed that much. */
  committedNs: Nanos | null;
}

/** What is known of a run at its end. */
interface Observed {
  readonly members: readonly (Member | undefined)[];
  /** Leaders since the quiet end, those that led then first. */
  readonly reigns: readonly Reign[];
  readonly plans: Plans;
  /** When a piece of a snapshot last arrived anywhere. */
  readonly pieceNs: Nanos;
  readonly term: Term;
  /** The line of the latest election, and the latest line; -1 for none. */
  readonly electionLine: number;
  readonly line: number;
  readonly electionsAfterQuiet: number;
}

/** Judges a run that ended at `endNs`: see `livenessVerdict`. */
export function judgeRecovery(
  observed: Observed,
  bounds: LivenessBounds,
  endNs: Nanos,
): CheckResult {
  const { quietAtNs, boundNs } = bounds;
  const deadlineNs = quietAtNs + boundNs;
  const lasting = lastingReigns(observed, bounds, endNs);
  const stable = lasting[0] ?? null;
  // One that made way before it had committed what it had leaves that to those after it.
  const settled = lasting.find((reign) => reign.committedNs !== null) ?? lasting.at(-1) ?? null;
  const committedNs = settled?.committedNs ?? null;
  const stats = {
    timeToLeaderNs: stable === null ? 'never' : stable.startNs - quietAtNs,
    timeToCommitNs: committedNs === null ? 'never' : Math.max(0, committedNs - quietAtNs),
    electionsAfterQuiet: observed.electionsAfterQuiet,
  };
  const result = (verdict: Verdict): CheckResult => ({ checker: 'liveness', verdict, stats });
  if (observed.line < 0) return result({ kind: 'unknown', because: 'the trace is empty' });
  if (stable === null && endNs < deadlineNs) {
    const because =
      `no leader had lasted ${seconds(stableNsOf(bounds))} s when the run ended, ` +
      `${seconds(deadlineNs - endNs)} s before the bound on recovery`;
    return result({ kind: 'unknown', because });
  }
  return result(
    leaderVerdict(observed, stable, bounds) ??
      overdueVerdict(observed, bounds, endNs) ??
      progressVerdict(observed, lasting, settled, bounds, endNs) ??
      convergenceVerdict(observed, settled, bounds, endNs) ??
      disruptionVerdict(observed, bounds) ?? { kind: 'valid' },
  );
}

/** Leaders that lasted long enough, or until the end of a run that went past the bound. */
function lastingReigns(observed: Observed, bounds: LivenessBounds, endNs: Nanos): readonly Reign[] {
  const past = endNs >= bounds.quietAtNs + bounds.boundNs;
  const stableNs = stableNsOf(bounds);
  return observed.reigns.filter(
    (reign) =>
      (reign.endNs ?? endNs) - reign.startNs >= stableNs ||
      // Who commits what it had and then hands over as it meant to was stable.
      (reign.planned && reign.committedNs !== null) ||
      (past && reign.endNs === null),
  );
}

function stableNsOf(bounds: LivenessBounds): number {
  return bounds.stableNs ?? bounds.boundNs / 4;
}

function leaderVerdict(
  observed: Observed,
  stable: Reign | null,
  { quietAtNs, boundNs }: LivenessBounds,
): Verdict | null {
  if (stable !== null && stable.startNs <= quietAtNs + boundNs) return null;
  const bound = `${seconds(boundNs)} s after the last fault was undone`;
  const because =
    stable === null
      ? `no leader that lasted was elected, up to term ${observed.term}`
      : `the first leader that lasted, ${nodeName(stable.node)} in term ${stable.term}, was ` +
        `elected ${seconds(stable.startNs - quietAtNs)} s after the last fault was undone`;
  const detail = `there was no stable leader within ${bound}: ${because}`;
  return broken('Liveness:leader', stable?.node ?? 0, detail, [stable?.line ?? observed.line]);
}

/** Raft: a transfer of the leadership, or a change of who takes part, that does not end. */
function overdueVerdict(
  observed: Observed,
  { quietAtNs, boundNs, pace = AT_ONCE }: LivenessBounds,
  endNs: Nanos,
): Verdict | null {
  const allowed = { changeNs: boundNs / 2, positionNs: pace.leaderNs };
  const sinceNs = Math.max(quietAtNs, observed.pieceNs);
  const overdue = observed.plans.overdue(observed.members, allowed, { sinceNs, endNs });
  if (overdue === null) return null;
  const { property, node, because, lines } = overdue;
  return broken(property, node, because, [...lines, observed.line]);
}

/** Any leader that lasts commits in time what it had; whoever does it last, if others made way. */
function progressVerdict(
  observed: Observed,
  lasting: readonly Reign[],
  settled: Reign | null,
  { quietAtNs, boundNs, pace = AT_ONCE }: LivenessBounds,
  endNs: Nanos,
): Verdict | null {
  for (const reign of lasting) {
    if (reign.required === 0) continue;
    // One that was elected just within the bound has as long again for its first commit, and for
    // each position that was in doubt; whoever it waits for may be on its way with a snapshot.
    const { movedNs } = observed.members[reign.node] as Member;
    const allowedNs = boundNs + reign.backlog * pace.leaderNs;
    const sinceNs = Math.max(quietAtNs, reign.startNs, movedNs, observed.pieceNs);
    if ((reign.committedNs ?? reign.endNs ?? endNs) <= sinceNs + allowedNs) continue;
    const because = uncommitted(reign, allowedNs);
    return broken('Liveness:commit-progress', reign.node, because, [reign.line, observed.line]);
  }
  if (settled === null || settled.required === 0 || settled.committedNs !== null) return null;
  const because = `${uncommitted(settled, boundNs)}, before the run or its leadership ended`;
  return { kind: 'unknown', because };
}

function uncommitted({ node, term, required }: Reign, boundNs: Nanos): string {
  return (
    `${nodeName(node)}, leader of term ${term}, did not commit its log up to ` +
    `index ${required} within ${seconds(boundNs)} s`
  );
}

function convergenceVerdict(
  observed: Observed,
  settled: Reign | null,
  { quietAtNs, boundNs, pace = AT_ONCE }: LivenessBounds,
  endNs: Nanos,
): Verdict | null {
  if (settled === null) return null;
  for (const member of observed.members) {
    if (member === undefined || !member.alive || member.applied >= settled.required) continue;
    const sinceNs = observed.plans.takesPartSince(member.node);
    if (sinceNs === null) continue;
    // It is told once that is committed, and then one after another.
    const toldNs = (settled.committedNs ?? settled.startNs) + boundNs;
    const dueNs =
      Math.max(Math.max(quietAtNs, sinceNs) + 2 * boundNs, toldNs, member.movedNs + boundNs) +
      (settled.required - member.applied) * pace.followerNs;
    const because =
      `${nodeName(member.node)} has executed only up to index ${member.applied}, although the ` +
      `leader had index ${settled.required} when the last fault was undone`;
    if (endNs < dueNs) return { kind: 'unknown', because: `${because}; the run ended early` };
    const lines = [settled.line, observed.line];
    return broken('Liveness:followers-converge', member.node, because, lines);
  }
  return null;
}

/** Leaders beyond what it takes for every node to rejoin: elections that nothing asks for. */
function disruptionVerdict(
  observed: Observed,
  { quietAtNs, electionsByChance = 0 }: LivenessBounds,
): Verdict | null {
  const elections = observed.electionsAfterQuiet;
  const allowed = 2 * (observed.members.length + observed.plans.elections) + electionsByChance;
  if (elections <= allowed) return null;
  return broken(
    'Disruption',
    0,
    `${elections} leaders were elected after the last fault was undone ${seconds(quietAtNs)} s into ` +
      `the run; ${allowed} would be enough for every node to rejoin`,
    [observed.electionLine],
  );
}

/** A property is broken, by what this node did or did not do. */
function broken(
  property: PropertyName,
  node: NodeId,
  detail: string,
  trace: readonly number[],
): Verdict {
  const because = PROPERTIES[property].broken(nodeName(node));
  return {
    kind: 'invalid',
    because,
    detail: `${property}: ${detail}`,
    events: [],
    trace,
    property,
  };
}

function seconds(ns: Nanos): string {
  return (ns / 1e9).toFixed(1);
}
