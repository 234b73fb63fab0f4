/**
 * Liveness of a replicated log, as far as a finite trace shows it: some time after the last fault
 * is undone there is one stable leader, what is in its log gets committed, and everyone catches up.
 */

import { nodeName, type Recovered, type TraceEvent, type TraceLine } from '../trace.ts';
import type { CheckResult, Verdict } from '../verdict.ts';
import { PROPERTIES, type PropertyName } from './properties.ts';
import { PlannedChanges } from './raft-liveness.ts';

export interface LivenessBounds {
  /** When the last fault had been undone, in nanoseconds since the run began. */
  readonly quietAtNs: number;
  /** How long the system may take from then on; followers may take twice as long to catch up. */
  readonly boundNs: number;
  /** When the run ended; by default with its last line. */
  readonly endNs?: number;
  /** How long a leader must last to count as stable; by default a quarter of the bound. */
  readonly stableNs?: number;
  /** Elections that lost messages alone may bring about until the end; by default none. */
  readonly electionsByChance?: number;
}

/**
 * Judges the end of a stored trace: `Liveness:leader`, `Liveness:commit-progress`,
 * `Liveness:followers-converge` and `Disruption`. A run may end before the bound if everything had
 * come about by then; else it ended too early to say, which is `unknown`. O(lines).
 */
export function livenessVerdict(lines: Iterable<TraceLine>, bounds: LivenessBounds): CheckResult {
  const observer = new LivenessObserver();
  let isQuiet = false;
  for (const line of lines) {
    if (!isQuiet && line.time > bounds.quietAtNs) {
      isQuiet = true;
      observer.quiet(bounds.quietAtNs);
    }
    observer.feed(line.event, line.node, line.incarnation, line.time);
  }
  if (!isQuiet) observer.quiet(bounds.quietAtNs);
  return observer.conclude(bounds);
}

interface Member {
  readonly node: number;
  alive: boolean;
  last: number;
  commit: number;
  applied: number;
  /** When it last executed something: who lags far behind and catches up is not stuck. */
  movedNs: number;
}

/** One leader, from its election, or the quiet end if that was later, until it stops leading. */
interface Reign {
  readonly node: number;
  term: number;
  readonly line: number;
  startNs: number;
  endNs: number | null;
  /** Whether it ended because the leader wanted it to. */
  planned: boolean;
  /** Last index of its log at its start: this much must get committed, and executed by all. */
  required: number;
  /** When it had committed that much. */
  committedNs: number | null;
}

/** Follows a run as it happens: fed every line, told of the quiet end, asked at the end. */
export class LivenessObserver {
  /** Whether terms are ballots, of which each node has its own. */
  readonly #ballots: boolean;
  /** Leaders since the quiet end, not counting one that went on in another ballot. */
  #elections = 0;
  readonly members: Member[] = [];
  /** Before the quiet end, those that last; after it, all. */
  reigns: Reign[] = [];
  /** The highest term before the quiet end, and overall. */
  termBefore = 0;
  term = 0;
  /** The line that brought the highest term, and the latest line. */
  termLine = -1;
  line = -1;
  timeNs = 0;
  #isQuiet = false;
  readonly plans = new PlannedChanges();

  constructor(ballots = false) {
    this.#ballots = ballots;
  }

  /** Elections begun since the quiet end, as far as terms or ballots show them. */
  get termsAfterQuiet(): number {
    // Ballots jump: nobody's attempts before the quiet end show in the next one that is led.
    return this.#ballots ? this.#elections : this.term - this.termBefore;
  }

  feed(event: TraceEvent, node: number, _incarnation: number, timeNs: number): void {
    this.line++;
    if (timeNs > this.timeNs) this.timeNs = timeNs;
    const member = this.#member(node);
    switch (event.kind) {
      case 'append':
        member.last = event.index;
        return;
      case 'truncate':
        member.last = event.from - 1;
        return;
      case 'commit':
        this.#committed(member, event.index, timeNs);
        return;
      case 'apply':
        member.applied = event.position;
        member.movedNs = timeNs;
        return;
      case 'snapshot':
        if (event.op === 'take') return;
        member.last = Math.max(member.last, event.last.index);
        member.commit = Math.max(member.commit, event.last.index);
        member.applied = event.last.index;
        member.movedNs = timeNs;
        return;
      case 'boot':
        this.#boot(member, event.recovered, timeNs);
        break;
      case 'crash':
      case 'panic':
        member.alive = false;
        this.#endReign(node, timeNs);
        break;
      case 'step-down':
        this.#endReign(node, timeNs, { planned: event.reason === 'not-a-voter' });
        break;
      case 'term':
      case 'vote':
        this.#seeTerm(event.term);
        this.#endReign(node, timeNs, { term: event.term });
        break;
      case 'leader':
        this.#seeTerm(event.term);
        this.#crown(member, event, timeNs);
        break;
      case 'membership':
      case 'transfer':
        break;
      default:
        // Says nothing of leaders or of progress.
        return;
    }
    this.plans.feed(event, node, timeNs, this.line);
  }

  /** The last fault has been undone: from here on it counts. */
  quiet(timeNs: number): void {
    this.#isQuiet = true;
    this.plans.quiet();
    this.termBefore = this.term;
    this.#elections = 0;
    for (const reign of this.reigns) {
      const { last, commit } = this.#member(reign.node);
      reign.startNs = timeNs;
      reign.required = last;
      reign.committedNs = commit >= last ? timeNs : null;
    }
  }

  conclude(bounds: LivenessBounds): CheckResult {
    return conclude(this, bounds, Math.max(this.timeNs, bounds.endNs ?? 0));
  }

  #member(node: number): Member {
    let member = this.members[node];
    if (member === undefined) {
      member = { node, alive: false, last: 0, commit: 0, applied: 0, movedNs: -Infinity };
      this.members[node] = member;
    }
    return member;
  }

  #boot(member: Member, recovered: Recovered, timeNs: number): void {
    this.#endReign(member.node, timeNs);
    member.alive = true;
    member.last = recovered.snapshot.index;
    member.commit = recovered.snapshot.index;
    member.applied = recovered.snapshot.index;
    if (!('entries' in recovered)) return;
    member.last = recovered.entries.at(-1)?.index ?? member.last;
    this.#seeTerm(recovered.term);
  }

  #seeTerm(term: number): void {
    if (term <= this.term) return;
    this.term = term;
    this.termLine = this.line;
  }

  #crown(member: Member, event: Extract<TraceEvent, { kind: 'leader' }>, startNs: number): void {
    // A leader that prepares another ballot of its own has not made room for anybody.
    const own = this.#ballots ? this.#reignOf(member.node) : undefined;
    if (own === undefined) this.#elections++;
    else own.term = event.term;
    // Two leaders at once: the one of the lower term has been overtaken.
    let overtaken = false;
    for (const reign of this.reigns) {
      if (reign.endNs !== null || reign === own) continue;
      if (reign.term < event.term) end(reign, startNs, this.plans.isHandingOver(reign.node));
      else overtaken = true;
    }
    if (own !== undefined) {
      if (overtaken) own.endNs = startNs;
      return;
    }
    const required = Math.max(member.last, event.last.index);
    this.reigns.push({
      node: member.node,
      term: event.term,
      line: this.line,
      startNs,
      endNs: overtaken ? startNs : null,
      planned: false,
      required,
      committedNs: member.commit >= required ? startNs : null,
    });
    this.#forgetEnded();
  }

  /** Ends the reign of a node, unless it leads `term` itself. */
  #endReign(
    node: number,
    timeNs: number,
    { term = Number.POSITIVE_INFINITY, planned = this.plans.isHandingOver(node) } = {},
  ): void {
    const reign = this.#reignOf(node);
    if (reign === undefined || reign.term >= term) return;
    end(reign, timeNs, planned);
    this.#forgetEnded();
  }

  #forgetEnded(): void {
    if (!this.#isQuiet) this.reigns = this.reigns.filter((reign) => reign.endNs === null);
  }

  #committed(member: Member, index: number, timeNs: number): void {
    member.commit = index;
    const reign = this.#reignOf(member.node);
    if (reign === undefined || index < reign.required) return;
    reign.committedNs ??= timeNs;
  }

  #reignOf(node: number): Reign | undefined {
    return this.reigns.findLast((reign) => reign.node === node && reign.endNs === null);
  }
}

function end(reign: Reign, timeNs: number, planned: boolean): void {
  reign.endNs = timeNs;
  reign.planned = planned;
}

function conclude(observer: LivenessObserver, bounds: LivenessBounds, endNs: number): CheckResult {
  const { quietAtNs, boundNs } = bounds;
  const deadlineNs = quietAtNs + boundNs;
  const stable = stableReign(observer, bounds, endNs);
  const stats = {
    timeToLeaderNs: stable === null ? 'never' : stable.startNs - quietAtNs,
    timeToCommitNs:
      stable === null || stable.committedNs === null
        ? 'never'
        : Math.max(0, stable.committedNs - quietAtNs),
    termsAfterQuiet: observer.termsAfterQuiet,
  };
  const result = (verdict: Verdict): CheckResult => ({ checker: 'liveness', verdict, stats });
  if (observer.line < 0) return result({ kind: 'unknown', because: 'the trace is empty' });
  if (stable === null && endNs < deadlineNs) {
    const because =
      `no leader had lasted ${seconds(stableNsOf(bounds))} s when the run ended, ` +
      `${seconds(deadlineNs - endNs)} s before the bound on recovery`;
    return result({ kind: 'unknown', because });
  }
  return result(
    leaderVerdict(observer, stable, bounds) ??
      overdueVerdict(observer, bounds, endNs) ??
      progressVerdict(observer, stable, bounds, endNs) ??
      convergenceVerdict(observer, stable, bounds, endNs) ??
      disruptionVerdict(observer, bounds) ?? { kind: 'valid' },
  );
}

/** The first leader that lasted long enough, or until the end of a run that went past the bound. */
function stableReign(
  observer: LivenessObserver,
  bounds: LivenessBounds,
  endNs: number,
): Reign | null {
  const past = endNs >= bounds.quietAtNs + bounds.boundNs;
  const stableNs = stableNsOf(bounds);
  for (const reign of observer.reigns) {
    if ((reign.endNs ?? endNs) - reign.startNs >= stableNs) return reign;
    // Who commits what it had and then hands over as it meant to was stable.
    if (reign.planned && reign.committedNs !== null) return reign;
    if (past && reign.endNs === null) return reign;
  }
  return null;
}

function stableNsOf(bounds: LivenessBounds): number {
  return bounds.stableNs ?? bounds.boundNs / 4;
}

function leaderVerdict(
  observer: LivenessObserver,
  stable: Reign | null,
  { quietAtNs, boundNs }: LivenessBounds,
): Verdict | null {
  if (stable !== null && stable.startNs <= quietAtNs + boundNs) return null;
  const bound = `${seconds(boundNs)} s after the last fault was undone`;
  const because =
    stable === null
      ? `no leader that lasted was elected, up to term ${observer.term}`
      : `the first leader that lasted, ${nodeName(stable.node)} in term ${stable.term}, was ` +
        `elected ${seconds(stable.startNs - quietAtNs)} s after the last fault was undone`;
  const detail = `there was no stable leader within ${bound}: ${because}`;
  return broken('Liveness:leader', stable?.node ?? 0, detail, [stable?.line ?? observer.line]);
}

/** Raft: a transfer of the leadership, or a change of who takes part, that does not end. */
function overdueVerdict(
  observer: LivenessObserver,
  { quietAtNs }: LivenessBounds,
  endNs: number,
): Verdict | null {
  const overdue = observer.plans.overdue(observer.members, quietAtNs, endNs);
  if (overdue === null) return null;
  const { property, node, because, lines } = overdue;
  return broken(property, node, because, [...lines, observer.line]);
}

function progressVerdict(
  observer: LivenessObserver,
  stable: Reign | null,
  { quietAtNs, boundNs }: LivenessBounds,
  endNs: number,
): Verdict | null {
  if (stable === null || stable.required === 0) return null;
  // One that was elected just within the bound has as long again for its first commit.
  const { movedNs } = observer.members[stable.node] as Member;
  const dueNs = Math.max(quietAtNs, stable.startNs, movedNs) + boundNs;
  if (stable.committedNs !== null && stable.committedNs <= dueNs) return null;
  const because =
    `${nodeName(stable.node)}, leader of term ${stable.term}, did not commit its log up to ` +
    `index ${stable.required} within ${seconds(boundNs)} s`;
  if (stable.committedNs === null && (endNs < dueNs || stable.endNs !== null)) {
    return { kind: 'unknown', because: `${because}, before the run or its leadership ended` };
  }
  return broken('Liveness:commit-progress', stable.node, because, [stable.line, observer.line]);
}

function convergenceVerdict(
  observer: LivenessObserver,
  stable: Reign | null,
  { quietAtNs, boundNs }: LivenessBounds,
  endNs: number,
): Verdict | null {
  if (stable === null) return null;
  for (const member of observer.members) {
    if (member === undefined || !member.alive || member.applied >= stable.required) continue;
    const sinceNs = observer.plans.takesPartSince(member.node);
    if (sinceNs === null) continue;
    const dueNs = Math.max(Math.max(quietAtNs, sinceNs) + 2 * boundNs, member.movedNs + boundNs);
    const because =
      `${nodeName(member.node)} has executed only up to index ${member.applied}, although the ` +
      `leader had index ${stable.required} when the last fault was undone`;
    if (endNs < dueNs) return { kind: 'unknown', because: `${because}; the run ended early` };
    const lines = [stable.line, observer.line];
    return broken('Liveness:followers-converge', member.node, because, lines);
  }
  return null;
}

/** Terms beyond what it takes for every node to rejoin: elections that nothing asks for. */
function disruptionVerdict(
  observer: LivenessObserver,
  { quietAtNs, electionsByChance = 0 }: LivenessBounds,
): Verdict | null {
  const terms = observer.termsAfterQuiet;
  const allowed = 2 * (observer.members.length + observer.plans.elections) + electionsByChance;
  if (terms <= allowed) return null;
  return broken(
    'Disruption',
    0,
    `${terms} terms began after the last fault was undone ${seconds(quietAtNs)} s into the run; ` +
      `${allowed} would be enough for every node to rejoin`,
    [observer.termLine],
  );
}

/** A property is broken, by what this node did or did not do. */
function broken(
  property: PropertyName,
  node: number,
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

function seconds(ns: number): string {
  return (ns / 1e9).toFixed(1);
}
