import { describe, expect, test } from 'vitest';
import { LivenessObserver } from '../../../../checkers/agreement/liveness/observer.ts';
import { zabProgress } from '../../../../checkers/agreement/zab/progress.ts';
import { NONE, recovered, ZabTrace } from './trace.ts';

/** The faults end at 1,000 ns, and recovery may take 1,000 ns. */
const BOUNDS = { quietAtNs: 1000, boundNs: 1000 };

/** What is broken when these traces happen before and after the quiet end. */
function property(before: ZabTrace, after: ZabTrace | null = null, endNs = 5000): string {
  const observer = new LivenessObserver(zabProgress());
  const feed = (trace: ZabTrace, from: number, timeNs: number): void => {
    for (const { event, node, incarnation } of trace.lines.slice(from)) {
      observer.feed(event, node, incarnation, timeNs);
    }
  };
  feed(before, 0, 500);
  observer.quiet(BOUNDS.quietAtNs);
  if (after !== null) feed(after, before.lines.length, 1200);
  const { verdict } = observer.conclude({ ...BOUNDS, endNs });
  return verdict.kind === 'invalid' ? (verdict.property ?? '?') : verdict.kind;
}

/** The same trace twice: what was before the quiet end, and with what came after it. */
function then(more: (trace: ZabTrace) => ZabTrace, begin = () => ZabTrace.steady()): string {
  return property(begin(), more(begin()));
}

describe('liveness of Zab', () => {
  test('holds when the leader from before stays, or another one takes over', () => {
    expect(property(ZabTrace.steady())).toBe('valid');
    const takeover = (trace: ZabTrace) =>
      trace.looking(0, 2).lead(1, 2, [0, 2], [1, 2], 2).broadcast(1, [2, 1], 3, [0, 2]);
    expect(then(takeover)).toBe('valid');
  });

  test('breaks Liveness:leader when everybody looks for one', () => {
    expect(then((trace) => trace.looking(0, 2).looking(1, 2).looking(2, 2))).toBe(
      'Liveness:leader',
    );
  });

  test('a follower that looks for a leader takes nothing from the one there is', () => {
    expect(then((trace) => trace.looking(2, 2))).toBe('valid');
  });

  test('breaks Liveness:commit-progress when what was proposed is never committed', () => {
    const proposed = () => ZabTrace.steady().propose(0, [1, 3]).log(0, [1, 3]);
    expect(property(proposed())).toBe('Liveness:commit-progress');
    const committed = (trace: ZabTrace) =>
      trace
        .log(1, [1, 3])
        .commit(0, [1, 3], [0, 1])
        .apply(0, [1, 3], 3)
        .apply(1, [1, 3], 3)
        .apply(2, [1, 3], 3);
    expect(then(committed, proposed)).toBe('valid');
  });

  test('breaks Liveness:followers-converge when a server that is up stays behind', () => {
    const lagging = () => ZabTrace.booted().lead(0, 1, [1, 2]).broadcast(0, [1, 1], 1, [1]);
    expect(property(lagging())).toBe('Liveness:followers-converge');
    expect(then((trace) => trace.commit(2, [1, 1]).apply(2, [1, 1], 1), lagging)).toBe('valid');
    const sent = (trace: ZabTrace) => trace.snapshot(2, 'install', [1, 1], 1);
    expect(then(sent, lagging)).toBe('valid');
  });

  test('breaks Disruption by epochs that no leader asked for', () => {
    const epochs = (trace: ZabTrace, gaveUp: boolean) => {
      for (let epoch = 2; epoch < 12; epoch++) {
        if (gaveUp) trace.looking(0, epoch);
        const last = [epoch - 1, epoch === 2 ? 2 : 1] as const;
        trace.elected(0, 0, [0, 1, 2]).establish(0, epoch, last, epoch, [0, 1, 2]);
        trace.propose(0, [epoch, 1]).log(0, [epoch, 1]).commit(0, [epoch, 1], [0, 1, 2]);
      }
      for (const node of trace.servers) trace.apply(node, [11, 1], 12);
      return trace;
    };
    expect(then((trace) => epochs(trace, false))).toBe('Disruption');
    expect(then((trace) => epochs(trace, true))).toBe('valid');
  });

  test('a restarted server begins again from its snapshot', () => {
    const snapshot = { at: [1, 2], index: 2 } as const;
    const restart = (trace: ZabTrace) => trace.boot(2, recovered(1, 1, [], snapshot));
    expect(then(restart)).toBe('valid');
    expect(then((trace) => trace.boot(2, recovered(1, 1)))).toBe('Liveness:followers-converge');
  });

  test('an ensemble that begins empty has nothing to commit', () => {
    const empty = () => ZabTrace.booted().lead(0, 1, [1, 2], NONE, 0);
    expect(property(empty())).toBe('valid');
  });
});
