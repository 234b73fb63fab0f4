/** After which step of a node a fault hit it. */

import { expect, test } from 'vitest';
import { History } from '../../../checkers/history.ts';
import type { TraceEvent } from '../../../checkers/trace.ts';
import { hitsIn } from '../../../harness/explore/hits.ts';
import { TraceObserver } from '../../../harness/explore/observer.ts';
import type { Struck } from '../../../harness/run/virtual-run.ts';
import { abdRegister } from '../../examples/abd-register.ts';

/** Node, nanosecond and kind of each report. */
function observed(...reports: readonly (readonly [number, number, string])[]): TraceObserver {
  const observer = new TraceObserver({ ...abdRegister, traceChecker: silent });
  for (const [node, timeNs, kind] of reports) {
    observer.feed({ kind } as TraceEvent, node, 1, timeNs);
  }
  return observer;
}

const silent = () => ({ violations: [], stats: {}, feed: () => undefined, isOwn: isAny });
const isAny = (_event: unknown): _event is { kind: string } => true;

interface Window {
  readonly lane: string;
  readonly form: string;
  readonly from: number;
  readonly nodes: readonly number[];
  readonly awaited?: Struck['awaited'];
  readonly isShort?: boolean;
}

function struckOf(...windows: readonly Window[]): Struck[] {
  return windows.map(({ nodes, awaited = null }, fault) => ({ fault, nodes, awaited }));
}

function historyOf(...windows: readonly Window[]): History {
  const history = new History();
  const push = (time: number, f: string, value: readonly (string | number)[]) => {
    const nothing = { key: undefined, error: undefined, node: undefined, position: undefined };
    history.push({ time, type: 'info', process: 'nemesis', f, value: [...value], ...nothing });
  };
  for (const [id, { lane, form, from, isShort }] of windows.entries()) {
    push(from, lane, ['start', form, id, 'installed', '', '']);
    const end = ['end', form, id, 'installed', '', ''];
    push(from + 1, lane, isShort === true ? [...end, 'short'] : end);
  }
  return history;
}

test('is the last that the node had reported, on each node that the fault acts on', () => {
  const observer = observed([0, -5, 'boot'], [1, -5, 'boot'], [0, 10, 'vote'], [1, 20, 'append']);
  const windows = [
    { lane: 'pause', form: 'one', from: 9, nodes: [0] },
    { lane: 'pause', form: 'one', from: 10, nodes: [0] },
    { lane: 'partition', form: 'halves', from: 25, nodes: [0, 1] },
    { lane: 'kill', form: 'one', from: 25, nodes: [2] },
    { lane: 'kill', form: 'one', from: 25, nodes: [1], isShort: true },
  ];
  const { hits, faults } = hitsIn(historyOf(...windows), struckOf(...windows), observer);
  expect(hits).toEqual({ pause: { boot: 1, vote: 1 }, partition: { vote: 1, append: 1 } });
  // What was in force for moments only counts for nothing.
  expect(faults).toEqual({ pause: { one: 2 }, partition: { halves: 1 }, kill: { one: 1 } });
});

test('is not the crash itself, and is what a fault waited for where it waited', () => {
  const observer = observed([0, 5, 'append'], [0, 7, 'crash'], [1, 6, 'commit']);
  const windows = [
    { lane: 'kill', form: 'one', from: 7, nodes: [0] },
    { lane: 'kill', form: 'one', from: 8, nodes: [0] },
    {
      lane: 'power-loss',
      form: 'torn',
      from: 8,
      nodes: [1],
      awaited: { node: 1, kind: 'persist' },
    },
  ];
  const { hits } = hitsIn(historyOf(...windows), struckOf(...windows), observer);
  expect(hits).toEqual({ kill: { append: 1, crash: 1 }, 'power-loss': { persist: 1 } });
});
