/** After which step of a node a fault hit it. */

import { expect, test } from 'vitest';
import { History } from '../../../checkers/history.ts';
import type { TraceEvent } from '../../../checkers/trace.ts';
import { hitsIn } from '../../../harness/explore/hits.ts';
import { TraceObserver } from '../../../harness/explore/observer.ts';
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
  readonly targets: string;
  readonly evidence?: string;
  readonly isShort?: boolean;
}

function historyOf(...windows: readonly Window[]): History {
  const history = new History();
  const push = (time: number, f: string, value: readonly (string | number)[]) => {
    const nothing = { key: undefined, error: undefined, node: undefined, position: undefined };
    history.push({ time, type: 'info', process: 'nemesis', f, value: [...value], ...nothing });
  };
  for (const [id, { lane, form, from, targets, evidence = '', isShort }] of windows.entries()) {
    push(from, lane, ['start', form, id, 'installed', evidence, targets]);
    const end = ['end', form, id, 'installed', '', targets];
    push(from + 1, lane, isShort === true ? [...end, 'short'] : end);
  }
  return history;
}

test('is the last that the node had reported, on each node that the fault acts on', () => {
  const observer = observed([0, -5, 'boot'], [1, -5, 'boot'], [0, 10, 'vote'], [1, 20, 'append']);
  const history = historyOf(
    { lane: 'pause', form: 'one', from: 9, targets: 'n1' },
    { lane: 'pause', form: 'one', from: 10, targets: 'n1' },
    { lane: 'partition', form: 'halves', from: 25, targets: 'n1→n2 n2→n1' },
    { lane: 'kill', form: 'one', from: 25, targets: 'n3' },
    { lane: 'kill', form: 'one', from: 25, targets: 'n2', isShort: true },
  );
  const { hits, faults } = hitsIn(history, observer);
  expect(hits).toEqual({
    'pause, boot': 1,
    'pause, vote': 1,
    'partition, vote': 1,
    'partition, append': 1,
  });
  // What was in force for moments only counts for nothing.
  expect(faults).toEqual({ 'pause one': 2, 'partition halves': 1, 'kill one': 1 });
});

test('is not the crash itself, and is what a fault waited for where it waited', () => {
  const observer = observed([0, 5, 'append'], [0, 7, 'crash'], [1, 6, 'commit']);
  const evidence = 'all of 1 unsynced, after n2 reported persist';
  const { hits } = hitsIn(
    historyOf(
      { lane: 'kill', form: 'one', from: 7, targets: 'n1' },
      { lane: 'kill', form: 'one', from: 8, targets: 'n1' },
      { lane: 'power-loss', form: 'torn', from: 8, targets: 'n2 torn', evidence },
    ),
    observer,
  );
  expect(hits).toEqual({ 'kill, append': 1, 'kill, crash': 1, 'power-loss, persist': 1 });
});
