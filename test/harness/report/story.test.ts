/** A short run retold: in order, in words for people, and never without what contradicts itself. */

import { describe, expect, test } from 'vitest';
import { History } from '../../../checkers/history.ts';
import type { TraceEvent, TraceLine } from '../../../checkers/trace.ts';
import type { Verdict } from '../../../checkers/verdict.ts';
import { storyOf } from '../../../harness/report/story.ts';
import { nemeses } from '../../../nemesis/index.ts';

function traceOf(events: readonly (readonly [node: number, event: TraceEvent])[]): TraceLine[] {
  return events.map(([node, event], at) => ({
    time: at * 1_000_000,
    node,
    incarnation: 1,
    sequence: at,
    lamport: at,
    event,
  }));
}

const boot = (protocol: string): TraceEvent => ({
  kind: 'boot',
  protocol,
  nodes: [0, 1],
  recovered: { term: 0, votedFor: null, snapshot: { index: 0, term: 0 }, entries: [] },
  variants: [],
});
const leader: TraceEvent = {
  kind: 'leader',
  term: 2,
  certificate: [0],
  last: { index: 1, term: 1 },
};
const append = (index: number): TraceEvent => ({
  kind: 'append',
  index,
  term: 2,
  valueHash: 7,
  previousTerm: 1,
});

const broken = (trace: readonly number[], events: readonly number[] = []): Verdict => ({
  kind: 'invalid',
  because: 'wrong',
  events,
  trace,
});

const texts = (history: History, trace: readonly TraceLine[], verdict: Verdict, most?: number) =>
  storyOf(history, trace, verdict, nemeses, most).map(({ text, isConflict }) =>
    isConflict ? `✖ ${text}` : text,
  );

describe('a story', () => {
  test('tells faults, operations and steps of the nodes in order of time', () => {
    const history = new History();
    const fault = (time: number, phase: string) =>
      history.push({
        time,
        type: 'info',
        process: 'nemesis',
        f: 'pause',
        value: [phase, 'one', 0, 'installed', 'held', 'n1'],
      });
    fault(500_000, 'start');
    history.push({ time: 1_500_000, type: 'invoke', process: 0, f: 'write', key: 'k', value: 4 });
    fault(1_700_000, 'end');
    history.push({
      time: 2_500_000,
      type: 'ok',
      process: 0,
      f: 'write',
      key: 'k',
      value: 4,
      node: 'n2',
    });
    const trace = traceOf([
      [0, boot('raft')],
      [0, leader],
      [1, append(2)],
    ]);
    expect(texts(history, trace, { kind: 'valid' })).toEqual([
      'paused: n1',
      'n1 becomes leader of term 2',
      'client 0 asks for write 4 on k',
      'going on again: n1',
      'n2 appends entry 2 of term 2',
      'client 0 is answered by n2: write 4 on k',
    ]);
  });

  test('asks for a read without the answer, which is told when it comes', () => {
    const history = new History();
    history.push({ time: 1, type: 'invoke', process: 3, f: 'read', key: 'k', value: null });
    history.push({ time: 2, type: 'ok', process: 3, f: 'read', key: 'k', value: 5, node: 'n1' });
    history.push({ time: 3, type: 'invoke', process: 3, f: 'cas', key: 'k', value: [5, 6] });
    history.push({
      time: 4,
      type: 'info',
      process: 3,
      f: 'cas',
      key: 'k',
      value: [5, 6],
      error: 'timeout',
    });
    expect(texts(history, [], { kind: 'valid' })).toEqual([
      'client 3 asks for read on k',
      'client 3 is answered by n1: read → 5 on k',
      'client 3 asks for cas 5 → 6 on k',
      'client 3 is told timeout for: cas 5 → 6 on k',
    ]);
  });

  test('calls the numbers of leaders what the protocol calls them', () => {
    const words = ['raft', 'multi-paxos', 'fast-paxos'].map((protocol) =>
      texts(
        new History(),
        traceOf([
          [0, boot(protocol)],
          [0, leader],
        ]),
        { kind: 'valid' },
      ),
    );
    expect(words.flat()).toEqual([
      'n1 becomes leader of term 2',
      'n1 becomes leader of ballot 2',
      'n1 becomes leader of round 2',
    ]);
  });

  test('ends with what contradicts itself, in its own words where nobody has any for it', () => {
    const match: TraceEvent = { kind: 'match', peer: 1, index: 3, term: 2, responseTerm: 2 };
    const trace = traceOf([
      [0, leader],
      [1, append(2)],
      [0, match],
      [1, append(3)],
    ]);
    expect(texts(new History(), trace, broken([1, 2]))).toEqual([
      'n1 becomes leader of term 2',
      '✖ n2 appends entry 2 of term 2',
      '✖ n1 reports match peer n2 · index 3 · term 2 · responseTerm 2',
    ]);
  });

  test('tells of a start only that is not the first', () => {
    const [first, again] = traceOf([
      [0, boot('raft')],
      [0, boot('raft')],
    ]) as [TraceLine, TraceLine];
    const trace = [first, { ...again, incarnation: 2 }];
    expect(texts(new History(), trace, broken([1]))).toEqual([
      '✖ n1 starts with what it finds on its disk',
    ]);
    expect(texts(new History(), [first], { kind: 'valid' })).toEqual([]);
  });

  test('leaves out operations for who leads, where there are many of them', () => {
    const few = new History();
    const many = new History();
    for (const [history, count] of [
      [few, 2],
      [many, 9],
    ] as const) {
      for (let at = 0; at < count; at++) {
        history.push({
          time: 5_000_000 + at,
          type: 'invoke',
          process: at,
          f: 'read',
          key: 'k',
          value: null,
        });
      }
    }
    const trace = traceOf([[0, leader]]);
    const told = (history: History) => texts(history, trace, { kind: 'valid' }, 2);
    expect(told(few)).toEqual(['client 0 asks for read on k', 'client 1 asks for read on k']);
    expect(told(many)).toEqual(['n1 becomes leader of term 2', 'client 8 asks for read on k']);
  });

  test('leaves out daily work first, and never what contradicts itself', () => {
    const daily = Array.from({ length: 50 }, (_, at) => [1, append(at + 2)] as const);
    const trace = traceOf([[0, leader], ...daily, [0, leader]]);
    const told = texts(new History(), trace, broken([1, 51]), 4);
    expect(told).toEqual([
      'n1 becomes leader of term 2',
      '✖ n2 appends entry 2 of term 2',
      'n2 appends entry 51 of term 2',
      '✖ n1 becomes leader of term 2',
    ]);
    expect(texts(new History(), trace, broken([1, 2, 51]), 1)).toHaveLength(3);
  });
});
