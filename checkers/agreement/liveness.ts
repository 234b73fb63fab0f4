/**
 * Liveness of a replicated log, as far as a finite trace shows it: some time after the last fault
 * is undone there is one stable leader, what is in its log gets committed, and everyone catches up.
 */

import { nodeName, type TraceEvent, type TraceLine } from '../trace.ts';
import type { CheckResult, Verdict } from '../verdict.ts';

export interface LivenessBounds {
  /** When the last fault had been undone, in nanoseconds since the run began. */
  readonly quietAtNs: number;
  /** How long the system may take from then on; followers may take twice as long to catch up. */
  readonly boundNs: number;
  /** When the run ended; by default with its last line. */
  readonly endNs?: number;
  /** How long a leader must last to count as stable; by default half of the bound. */
  readonly stableNs?: number;
}

/**
 * Judges the end of a trace: `Liveness:leader`, `Liveness:commit-progress`,
 * `Liveness:followers-converge` and `Disruption`. `unknown` where the run ended too early to say.
 * O(lines), in any order that is causal; times are those of the nodes.
 */
export function livenessVerdict(lines: Iterable<TraceLine>, bounds: LivenessBounds): CheckResult {
  const observer = new Observer(bounds);
  let endNs = 0;
  let position = 0;
  for (const line of lines) {
    if (line.time > endNs) endNs = line.time;
    observer.observe(line.event, line.node, line.time, position++);
  }
  return conclude(observer, bounds, Math.max(endNs, bounds.endNs ?? 0));
}

interface Member {
  readonly node: number;
  alive: boolean;
  last: number;
  applied: number;
}

/** One leader, from its election until it stops leading. Those that ended before the quiet are gone. */
interface Reign {
  readonly node: number;
  readonly term: number;
  readonly line: number;
  /** Not before the quiet end: what was before does not count. */
  startNs: number;
  endNs: number | null;
  /** Last index of its log at its start: this much must get committed, and executed by all. */
  required: number;
  /** When it had committed that much. */
  committedNs: number | null;
}

class Observer {
  readonly members: Member[] = [];
  readonly reigns: Reign[] = [];
  /** The highest term before the quiet end, and overall. */
  termBefore = 0;
  term = 0;
  /** The line that brought the highest term. */
  termLine = -1;
  lastLine = -1;
  readonly #bounds: LivenessBounds;

  constructor(bounds: LivenessBounds) {
    this.#bounds = bounds;
  }

  observe(event: TraceEvent, node: number, timeNs: number, line: number): void {
    this.lastLine = line;
    const member = this.#member(node);
    switch (event.kind) {
      case 'boot':
        this.#endReign(node, timeNs);
        member.alive = true;
        member.last = event.recovered.entries.at(-1)?.index ?? event.recovered.snapshot.index;
        member.applied = event.recovered.snapshot.index;
        this.#seeTerm(event.recovered.term, timeNs, line);
        return;
      case 'crash':
      case 'panic':
        member.alive = false;
        this.#endReign(node, timeNs);
        return;
      case 'step-down':
        this.#endReign(node, timeNs);
        return;
      case 'term':
        this.#seeTerm(event.term, timeNs, line);
        this.#endReign(node, timeNs, event.term);
        return;
      case 'leader':
        this.#seeTerm(event.term, timeNs, line);
        this.#crown(member, event, timeNs, line);
        return;
      case 'append':
        member.last = event.index;
        this.#extend(member, timeNs);
        return;
      case 'truncate':
        member.last = event.from - 1;
        return;
      case 'commit':
        this.#committed(node, event.index, timeNs);
        return;
      case 'apply':
        member.applied = event.position;
        return;
      case 'snapshot':
        if (event.op === 'install') {
          member.last = Math.max(member.last, event.last.index);
          member.applied = event.last.index;
        }
        return;
      case 'vote':
        this.#seeTerm(event.term, timeNs, line);
        return;
      case 'match':
      case 'reply':
      case 'read-cert':
        return;
    }
  }

  #member(node: number): Member {
    let member = this.members[node];
    if (member === undefined) {
      member = { node, alive: false, last: 0, applied: 0 };
      this.members[node] = member;
    }
    return member;
  }

  #seeTerm(term: number, timeNs: number, line: number): void {
    if (term <= this.term) return;
    this.term = term;
    this.termLine = line;
    if (timeNs <= this.#bounds.quietAtNs) this.termBefore = term;
  }

  #crown(
    member: Member,
    event: Extract<TraceEvent, { kind: 'leader' }>,
    timeNs: number,
    line: number,
  ): void {
    const startNs = Math.max(timeNs, this.#bounds.quietAtNs);
    // Two leaders at once: the one of the lower term has been overtaken.
    let overtaken = false;
    for (const reign of this.reigns) {
      if (reign.endNs !== null) continue;
      if (reign.term < event.term) reign.endNs = startNs;
      else overtaken = true;
    }
    this.reigns.push({
      node: member.node,
      term: event.term,
      line,
      startNs,
      endNs: overtaken ? startNs : null,
      required: Math.max(member.last, event.last.index),
      committedNs: null,
    });
  }

  /** Ends the reign of a node, unless it leads `term` itself. */
  #endReign(node: number, timeNs: number, term = Number.POSITIVE_INFINITY): void {
    for (let at = this.reigns.length - 1; at >= 0; at--) {
      const reign = this.reigns[at] as Reign;
      if (reign.node !== node || reign.endNs !== null || reign.term >= term) continue;
      reign.endNs = Math.max(timeNs, this.#bounds.quietAtNs);
    }
    if (timeNs > this.#bounds.quietAtNs) return;
    while (this.reigns.length > 0 && this.reigns[0]?.endNs !== null) this.reigns.shift();
  }

  /** Until the quiet end, what a leader appends is part of what must get committed after it. */
  #extend(member: Member, timeNs: number): void {
    if (timeNs > this.#bounds.quietAtNs) return;
    const reign = this.#reignOf(member.node);
    if (reign === undefined) return;
    reign.required = member.last;
    reign.committedNs = null;
  }

  #committed(node: number, index: number, timeNs: number): void {
    const reign = this.#reignOf(node);
    if (reign === undefined || index < reign.required) return;
    reign.committedNs ??= timeNs;
  }

  #reignOf(node: number): Reign | undefined {
    return this.reigns.findLast((reign) => reign.node === node && reign.endNs === null);
  }
}

function conclude(observer: Observer, bounds: LivenessBounds, endNs: number): CheckResult {
  const { quietAtNs, boundNs } = bounds;
  const deadlineNs = quietAtNs + boundNs;
  const stable = stableReign(observer, bounds, endNs);
  const stats = {
    timeToLeaderNs: stable === null ? 'never' : stable.startNs - quietAtNs,
    timeToCommitNs:
      stable === null || stable.committedNs === null
        ? 'never'
        : Math.max(0, stable.committedNs - quietAtNs),
    termsAfterQuiet: observer.term - observer.termBefore,
  };
  const result = (verdict: Verdict): CheckResult => ({ checker: 'liveness', verdict, stats });
  if (observer.lastLine < 0) return result({ kind: 'unknown', because: 'the trace is empty' });
  if (endNs < deadlineNs) {
    const because = `the run ended ${seconds(deadlineNs - endNs)} s before the bound on recovery`;
    return result({ kind: 'unknown', because });
  }
  return result(
    leaderVerdict(observer, stable, bounds) ??
      progressVerdict(observer, stable, bounds, endNs) ??
      convergenceVerdict(observer, stable, bounds, endNs) ??
      disruptionVerdict(observer, bounds) ?? { kind: 'valid' },
  );
}

/** The first leader that lasted long enough, or until the end. */
function stableReign(observer: Observer, bounds: LivenessBounds, endNs: number): Reign | null {
  const stableNs = bounds.stableNs ?? bounds.boundNs / 2;
  for (const reign of observer.reigns) {
    if (reign.endNs === null || reign.endNs - reign.startNs >= stableNs) {
      return reign.startNs <= endNs ? reign : null;
    }
  }
  return null;
}

function leaderVerdict(
  observer: Observer,
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
  return broken('Liveness:leader', `there was no stable leader within ${bound}: ${because}`, [
    stable?.line ?? observer.lastLine,
  ]);
}

function progressVerdict(
  observer: Observer,
  stable: Reign | null,
  { quietAtNs, boundNs }: LivenessBounds,
  endNs: number,
): Verdict | null {
  if (stable === null || stable.required === 0) return null;
  // One that was elected just within the bound has as long again for its first commit.
  const dueNs = Math.max(quietAtNs, stable.startNs) + boundNs;
  if (stable.committedNs !== null && stable.committedNs <= dueNs) return null;
  const because =
    `${nodeName(stable.node)}, leader of term ${stable.term}, did not commit its log up to ` +
    `index ${stable.required} within ${seconds(boundNs)} s`;
  if (stable.committedNs === null && (endNs < dueNs || stable.endNs !== null)) {
    return { kind: 'unknown', because: `${because}, before the run or its leadership ended` };
  }
  return broken('Liveness:commit-progress', because, [stable.line, observer.lastLine]);
}

function convergenceVerdict(
  observer: Observer,
  stable: Reign | null,
  { quietAtNs, boundNs }: LivenessBounds,
  endNs: number,
): Verdict | null {
  if (stable === null) return null;
  const dueNs = quietAtNs + 2 * boundNs;
  for (const member of observer.members) {
    if (member === undefined || !member.alive || member.applied >= stable.required) continue;
    const because =
      `${nodeName(member.node)} has executed only up to index ${member.applied}, although the ` +
      `leader had index ${stable.required} when the last fault was undone`;
    if (endNs < dueNs) return { kind: 'unknown', because: `${because}; the run ended early` };
    return broken('Liveness:followers-converge', because, [stable.line, observer.lastLine]);
  }
  return null;
}

/** Terms beyond what it takes for every node to rejoin: elections that nothing asks for. */
function disruptionVerdict(observer: Observer, { quietAtNs }: LivenessBounds): Verdict | null {
  const terms = observer.term - observer.termBefore;
  const allowed = 2 * observer.members.length;
  if (terms <= allowed) return null;
  return broken(
    'Disruption',
    `${terms} terms began after the last fault was undone ${seconds(quietAtNs)} s into the run; ` +
      `${allowed} would be enough for every node to rejoin`,
    [observer.termLine],
  );
}

function broken(property: string, because: string, trace: readonly number[]): Verdict {
  return { kind: 'invalid', because: `${property}: ${because}`, events: [], trace, property };
}

function seconds(ns: number): string {
  return (ns / 1e9).toFixed(1);
}
