/** Log agreement: traces of replicated logs against the invariants of the protocols' papers. */

import { nodeName, type TraceChecker, type TraceLine, type Violation } from '../trace.ts';
import type { CheckResult, Verdict } from '../verdict.ts';
import { fastPaxosChecker } from './fast-paxos/checker.ts';
import { LivenessObserver } from './liveness/observer.ts';
import type { ProgressReader } from './liveness/progress.ts';
import { paxosChecker } from './paxos/checker.ts';
import { paxosProgress } from './paxos/progress.ts';
import { raftChecker } from './raft/checker.ts';
import { raftProgress } from './raft/progress.ts';
import { zabChecker } from './zab/checker.ts';
import { zabProgress } from './zab/progress.ts';

/** What judges the traces of one protocol. */
interface ProtocolChecks {
  checker(): TraceChecker;
  /** What its events say of progress; null for one that has no leaders. */
  readonly progress: (() => ProgressReader) | null;
}

/** One line per protocol, by the name that its nodes report in `boot`. */
const PROTOCOLS = {
  'basic-paxos': { checker: () => paxosChecker('each'), progress: null },
  'multi-paxos': { checker: () => paxosChecker('all'), progress: paxosProgress },
  'fast-paxos': { checker: fastPaxosChecker, progress: paxosProgress },
  raft: { checker: raftChecker, progress: raftProgress },
  zab: { checker: zabChecker, progress: zabProgress },
} as const satisfies Readonly<Record<string, ProtocolChecks>>;

/** A new checker for one trace of this protocol. Throws for a protocol that has none. */
export function traceChecker(protocol: string): TraceChecker {
  if (!hasTraceChecker(protocol)) throw new Error(`no agreement checker for protocol ${protocol}`);
  return PROTOCOLS[protocol].checker();
}

/** Whether there are invariants for traces of this protocol. */
export function hasTraceChecker(protocol: string): protocol is keyof typeof PROTOCOLS {
  return Object.hasOwn(PROTOCOLS, protocol);
}

export { panicChecker } from './panics.ts';

/** Follows the leaders of a protocol that has them; null for one that has none or is not known. */
export function livenessObserver(protocol: string): LivenessObserver | null {
  const progress = hasTraceChecker(protocol) ? PROTOCOLS[protocol].progress : null;
  return progress === null ? null : new LivenessObserver(progress());
}

export interface AgreementResult extends CheckResult {
  readonly checker: 'agreement';
  /** The first violation of each property, in order. */
  readonly violations: readonly Violation[];
  readonly stats: Readonly<Record<string, number>>;
}

/**
 * Judges a stored trace, in the order of `compareLines` or of the simulator. A trace with lines
 * missing proves nothing: `unknown`, unless what comes before them already contradicts itself.
 */
export function agreementVerdict(trace: Iterable<TraceLine>): AgreementResult {
  let checker: TraceChecker | undefined;
  // Gone through twice: what comes before a gap is known once the gap is.
  const lines = Array.isArray(trace) ? (trace as readonly TraceLine[]) : [...trace];
  const gaps = new GapFinder();
  for (const line of lines) gaps.next(line);
  for (const line of beforeGap(lines, gaps)) {
    if (checker === undefined) {
      if (line.event.kind !== 'boot') {
        return unknown(`the trace begins with ${line.event.kind}, not with the start of a node`);
      }
      if (!hasTraceChecker(line.event.protocol)) {
        return unknown(`protocol ${line.event.protocol} has no agreement checker`);
      }
      checker = traceChecker(line.event.protocol);
    }
    checker.feed(line.event, line.node, line.incarnation, line.time);
  }
  if (checker === undefined) return unknown(gaps.gap ?? 'the trace is empty');
  const { violations, stats } = checker;
  return { checker: 'agreement', verdict: judge(violations, stats, gaps.gap), violations, stats };
}

/** What a checker that was fed live has to say. `gap`: why its trace may be incomplete. */
export function judge(
  violations: readonly Violation[],
  stats: Readonly<Record<string, number>>,
  gap: string | null = null,
): Verdict {
  const [first] = violations;
  if (first !== undefined) {
    return {
      kind: 'invalid',
      because: first.told ?? first.because,
      ...(first.told === undefined ? {} : { detail: exactly(first) }),
      events: [],
      trace: first.lines,
      property: first.property,
      properties: violations.map(({ property }) => property),
      witness: { operations: [], sentences: violations.flatMap(sentencesOf) },
    };
  }
  if (gap !== null) return { kind: 'unknown', because: gap };
  const orphans = stats['orphans'] ?? 0;
  if (orphans > 0) {
    return {
      kind: 'unknown',
      because: `${orphans} ${orphans === 1 ? 'line of the trace is' : 'lines of the trace are'} of nodes whose start is not in it`,
    };
  }
  return { kind: 'valid' };
}

/** What a violation is for people, then for experts. */
function sentencesOf(violation: Violation): string[] {
  const { told, because } = violation;
  return told === undefined ? [because] : [told, exactly(violation)];
}

function exactly({ property, because }: Violation): string {
  return `${property}: ${because}`;
}

function unknown(because: string): AgreementResult {
  return { checker: 'agreement', verdict: { kind: 'unknown', because }, violations: [], stats: {} };
}

/**
 * What comes before anything that is missing: the rest may rest on that. A node that gives up needs
 * no other line to be believed.
 */
export function* beforeGap(
  lines: Iterable<TraceLine>,
  { whole }: GapFinder,
): Generator<TraceLine, void, undefined> {
  let count = 0;
  for (const line of lines) if (++count <= whole || line.event.kind === 'panic') yield line;
}

/** `(node, incarnation, sequence)` has no gaps; the harness's `crash` lines are not numbered. */
export class GapFinder {
  gap: string | null = null;
  /** How many lines come before any that may be missing; all of them where there is no gap. */
  whole = Number.POSITIVE_INFINITY;
  #count = 0;
  readonly #last = new Map<number, { incarnation: number; sequence: number; count: number }>();

  next(line: TraceLine): void {
    const count = ++this.#count;
    if (line.event.kind === 'crash') return;
    const { node, incarnation, sequence } = line;
    const last = this.#last.get(node);
    const continues =
      last !== undefined && last.incarnation === incarnation
        ? sequence === last.sequence + 1
        : sequence === 0;
    if (!continues) {
      this.whole = Math.min(this.whole, last?.count ?? 0);
      this.gap ??=
        `the trace of ${nodeName(node)} has a gap before line ${sequence} of its start ` +
        `number ${incarnation}`;
    }
    if (last === undefined) {
      this.#last.set(node, { incarnation, sequence, count });
      return;
    }
    last.incarnation = incarnation;
    last.sequence = sequence;
    last.count = count;
  }
}
