import { describe, expect, test } from 'vitest';
import {
  LivenessObserver,
  livenessVerdict,
} from '../../../../checkers/agreement/liveness/observer.ts';
import { raftProgress } from '../../../../checkers/agreement/raft/progress.ts';
import type { Verdict } from '../../../../checkers/verdict.ts';
import { recovered, TraceWriter } from '../raft/trace.ts';

/** The faults end at 1,000 ns, and recovery may take 1,000 ns. */
const BOUNDS = { quietAtNs: 1000, boundNs: 1000 };

function at(trace: TraceWriter, timeNs: number): TraceWriter {
  trace.timeNs = timeNs;
  return trace;
}

function verdict(trace: TraceWriter, endNs = 5000): Verdict {
  return livenessVerdict(trace.lines, raftProgress(), { ...BOUNDS, endNs }).verdict;
}

function property(trace: TraceWriter, endNs = 5000): string {
  const found = verdict(trace, endNs);
  return found.kind === 'invalid' ? (found.property ?? '?') : found.kind;
}

/** n2 takes over from n1 at `timeNs` and commits what both hold. */
function takeover(timeNs: number): TraceWriter {
  const trace = at(TraceWriter.steady(), timeNs).elect(1, 2, [1, 2], [1, 1]).term(0, 2);
  for (const node of [1, 2, 0]) trace.append(node, [2, 2], 1);
  trace.commit(1, [2, 2], 2, [1, 2]).apply(1, [2, 2]);
  return trace.commit(2, [2, 2], 2).apply(2, [2, 2]).commit(0, [2, 2], 2).apply(0, [2, 2]);
}

function tenEntries(): [number, number][] {
  return Array.from({ length: 10 }, (_, at) => [at + 1, 1]);
}

test('an observer of a live run says the same as the stored trace', () => {
  const trace = takeover(1200);
  const observer = new LivenessObserver(raftProgress());
  for (const { event, node, incarnation, time } of trace.lines) {
    if (time === 1201) observer.quiet(1000);
    observer.feed(event, node, incarnation, time);
  }
  const bounds = { ...BOUNDS, endNs: 5000 };
  expect(observer.conclude(bounds)).toEqual(livenessVerdict(trace.lines, raftProgress(), bounds));
});

describe('liveness after the quiet end', () => {
  test('holds when the leader from before stays, and when another takes over in time', () => {
    expect(property(TraceWriter.steady())).toBe('valid');
    expect(property(takeover(1500))).toBe('valid');
  });

  test('reports how long it took', () => {
    const { stats } = livenessVerdict(takeover(1200).lines, raftProgress(), {
      ...BOUNDS,
      endNs: 5000,
    });
    expect(stats).toEqual({ timeToLeaderNs: 203, timeToCommitNs: 203, electionsAfterQuiet: 1 });
  });

  test('may be seen before the bound, but its absence may not', () => {
    expect(property(TraceWriter.steady(), 1500)).toBe('valid');
    expect(property(TraceWriter.steady(), 1100)).toBe('unknown');
    expect(property(at(TraceWriter.steady(), 900).crash(0), 1500)).toBe('unknown');
    expect(livenessVerdict([], raftProgress(), BOUNDS).verdict.kind).toBe('unknown');
  });

  test('breaks Liveness:leader when nobody leads, or somebody only after the bound', () => {
    expect(property(TraceWriter.booted(3))).toBe('Liveness:leader');
    expect(property(at(TraceWriter.steady(), 900).crash(0))).toBe('Liveness:leader');
    const late = at(TraceWriter.steady(), 900).crash(0);
    expect(property(at(late, 2500).elect(1, 2, [1, 2], [1, 1]))).toBe('Liveness:leader');
  });

  test('breaks Liveness:leader when leaders come and go', () => {
    const trace = TraceWriter.steady();
    for (let term = 2; term < 8; term++) {
      at(trace, 1000 + term * 120).elect(term % 2, term, [0, 1, 2], [1, 1]);
    }
    trace.event(1, { kind: 'step-down', term: 7, reason: 'check-quorum' });
    expect(property(trace)).toBe('Liveness:leader');
  });

  test('breaks Liveness:commit-progress when old entries stay uncommitted', () => {
    const trace = TraceWriter.booted(3)
      .elect(0, 1, [0, 1])
      .append(0, [1, 1], 0)
      .append(1, [1, 1], 0);
    at(trace, 1100).elect(1, 2, [1, 2], [1, 1]);
    expect(property(trace)).toBe('Liveness:commit-progress');
    at(trace, 1300).append(1, [2, 2], 1).commit(1, [2, 2], 2, [1, 2]);
    expect(property(trace)).not.toBe('Liveness:commit-progress');
  });

  test('a new leader has time for each position that it found in doubt', () => {
    const trace = TraceWriter.booted(3).elect(0, 1, [0, 1]);
    for (let index = 1; index <= 10; index++) trace.append(0, [index, 1], index > 1 ? 1 : 0);
    at(trace, 1100).crash(0).boot(0, recovered(1, tenEntries()));
    at(trace, 1200).elect(0, 2, [0, 1], [10, 1]);
    const pace = { leaderNs: 200, followerNs: 0, pieceNs: 0 };
    const by = (endNs: number) => {
      const { verdict } = livenessVerdict(trace.lines, raftProgress(), { ...BOUNDS, endNs, pace });
      return verdict.kind === 'invalid' ? verdict.property : verdict.kind;
    };
    // Elected at 1,200 ns: the bound is 1,000 ns, and 200 ns for each of ten entries.
    expect(property(trace, 4100)).toBe('Liveness:commit-progress');
    expect(by(4100)).toBe('unknown');
    expect(by(4300)).toBe('Liveness:commit-progress');
  });

  test('a follower has time for each position that it lacks', () => {
    const behind = TraceWriter.booted(3).elect(0, 1, [0, 1, 2]);
    for (let index = 1; index <= 10; index++) {
      const previous = index > 1 ? 1 : 0;
      for (const node of [0, 1]) behind.append(node, [index, 1], previous);
      behind.commit(0, [index, 1], 1, [0, 1]).apply(0, [index, 1]);
      behind.commit(1, [index, 1], 1).apply(1, [index, 1]);
    }
    const pace = { leaderNs: 0, followerNs: 100, pieceNs: 0 };
    const by = (endNs: number) =>
      livenessVerdict(behind.lines, raftProgress(), { ...BOUNDS, endNs, pace }).verdict.kind;
    expect(property(behind, 3900)).toBe('Liveness:followers-converge');
    expect(by(3900)).toBe('unknown');
    expect(by(4100)).toBe('invalid');
  });

  test('leaves it to later leaders to commit what one that made way did not', () => {
    const trace = TraceWriter.booted(3).elect(0, 1, [0, 1]);
    for (const node of [0, 1]) trace.append(node, [1, 1], 0);
    at(trace, 1400).elect(1, 2, [1, 2], [1, 1]).term(0, 2);
    expect(property(trace, 1900)).toBe('unknown');
    for (const node of [1, 2, 0]) trace.append(node, node === 2 ? [1, 1] : [2, 2], 1);
    trace.append(2, [2, 2], 1).commit(1, [2, 2], 2, [1, 2]).apply(1, [1, 1]).apply(1, [2, 2]);
    for (const node of [0, 2]) trace.commit(node, [2, 2], 2).apply(node, [1, 1]);
    expect(property(trace)).toBe('valid');
  });

  test('breaks Liveness:commit-progress also by a leader that made way in the end', () => {
    const trace = TraceWriter.booted(3).elect(0, 1, [0, 1]);
    for (const node of [0, 1]) trace.append(node, [1, 1], 0);
    at(trace, 2500).elect(1, 2, [1, 2], [1, 1]).term(0, 2);
    expect(property(trace)).toBe('Liveness:commit-progress');
  });

  test('breaks Liveness:followers-converge when one follower does not catch up', () => {
    const behind = TraceWriter.booted(3).elect(0, 1, [0, 1, 2]).append(0, [1, 1], 0);
    behind.append(1, [1, 1], 0).commit(0, [1, 1], 1, [0, 1]).apply(0, [1, 1]);
    behind.commit(1, [1, 1], 1).apply(1, [1, 1]);
    expect(property(behind)).toBe('Liveness:followers-converge');
    expect(property(behind, 2500)).toBe('unknown');
    at(behind, 2800).append(2, [1, 1], 0).commit(2, [1, 1], 1).apply(2, [1, 1]);
    expect(property(behind)).toBe('valid');
  });

  test('waits for a follower that is being sent a snapshot in pieces, and not if that starts anew again and again', () => {
    const piece = (index: number, received: number) =>
      ({ kind: 'snapshot-piece', term: 1, index, received }) as const;
    const behind = TraceWriter.booted(3).elect(0, 1, [0, 1, 2]).append(0, [1, 1], 0);
    behind.append(1, [1, 1], 0).commit(0, [1, 1], 1, [0, 1]).apply(0, [1, 1]);
    behind.commit(1, [1, 1], 1).apply(1, [1, 1]);
    at(behind, 4000).event(2, piece(1, 50));
    at(behind, 4900).event(2, piece(1, 100));
    expect(property(behind, 5500)).toBe('unknown');
    expect(property(behind, 6000)).toBe('Liveness:followers-converge');
    // The same again is none, and no more is a third before any of them is whole.
    at(behind, 5200).event(2, piece(1, 50)).event(2, piece(1, 100));
    expect(property(behind, 6000)).toBe('Liveness:followers-converge');
    at(behind, 4950).event(2, piece(2, 50));
    at(behind, 5300).event(2, piece(3, 50)).event(2, piece(3, 100));
    expect(property(behind, 6000)).toBe('Liveness:followers-converge');
    // What is left of one that was given up comes beside the next.
    at(behind, 5800).event(2, piece(1, 150)).event(2, piece(2, 100));
    expect(property(behind, 6000)).toBe('unknown');
  });

  test('says since when there has been one leader, and no other', () => {
    const since = (trace: TraceWriter) => {
      const observer = new LivenessObserver(raftProgress());
      for (const { event, node, incarnation, time } of trace.lines) {
        observer.feed(event, node, incarnation, time);
      }
      return observer.settledSinceNs;
    };
    expect(since(TraceWriter.booted(3))).toBe(Number.POSITIVE_INFINITY);
    expect(since(TraceWriter.steady())).toBeLessThan(100);
    const changed = at(TraceWriter.steady(), 1200).elect(1, 2, [1, 2], [1, 1]);
    expect(since(changed)).toBeGreaterThanOrEqual(1200);
    expect(since(changed.crash(1))).toBe(Number.POSITIVE_INFINITY);
  });

  test('a snapshot or a restart counts as catching up as far as it reaches', () => {
    const trace = at(TraceWriter.steady().snapshot(1, 'take', [1, 1]), 1200).crash(1);
    trace.boot(1, recovered(1, [], { votedFor: 0, snapshot: { index: 1, term: 1 } }));
    expect(property(trace)).toBe('valid');
    const empty = at(TraceWriter.steady(), 1200).crash(1).boot(1, recovered(1));
    expect(property(empty)).toBe('Liveness:followers-converge');
    expect(property(empty.snapshot(1, 'install', [1, 1]))).toBe('valid');
  });

  test('breaks Disruption when leaders keep being elected without need', () => {
    const trace = at(TraceWriter.steady(), 1100);
    for (let term = 2; term <= 9; term++) trace.elect(term % 2, term, [0, 1], [1, 1]);
    expect(property(trace)).toBe('Disruption');
  });

  test('is not broken by terms that a node tried by itself before anybody heard of it', () => {
    const trace = at(TraceWriter.steady(), 1100);
    for (let term = 2; term <= 40; term++) trace.term(2, term);
    trace.term(0, 40).elect(0, 41, [0, 1], [1, 1]).append(0, [41, 2], 1).append(1, [41, 2], 1);
    trace.append(2, [41, 2], 1).commit(0, [41, 2], 1, [0, 1]).apply(0, [41, 2]);
    for (const node of [1, 2]) trace.commit(node, [41, 2], 1).apply(node, [41, 2]);
    expect(property(trace)).toBe('valid');
  });
});
