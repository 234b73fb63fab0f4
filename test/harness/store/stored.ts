/** Makes small runs to store: synthetic ones, whose every byte is known. */

import type { NewEvent } from '../../../checkers/history.ts';
import { History } from '../../../checkers/history.ts';
import type { TraceEvent, TraceLine } from '../../../checkers/trace.ts';
import type { Verdict } from '../../../checkers/verdict.ts';
import { EXIT } from '../../../harness/core/errors.ts';
import { figuresOf } from '../../../harness/store/figures.ts';
import { writeResults } from '../../../harness/store/files.ts';
import type { ResultsFile, RunFile } from '../../../harness/store/format.ts';
import { RunWriter } from '../../../harness/store/writer.ts';

export const RUN: RunFile = {
  schema: 1,
  kind: 'run',
  startedAt: '2026-11-21T00:31:00.000Z',
  config: {
    system: 'raft',
    backend: 'sim',
    workload: 'register',
    nodes: 3,
    concurrency: 2,
    rate: 10,
    timeLimitS: 5,
    nemesis: ['partition', 'kill'],
    nemesisIntervalS: 1,
    recoveryMinS: 3,
    recoveryMaxS: 6,
    startupTimeoutS: null,
    seed: 42,
    stopAtViolation: false,
    mutants: [],
    rules: [],
    set: { reads: 'index' },
  },
  command: 'npx ordeal run raft --seed 42',
  versions: { ordeal: '0.1.0', node: 'v26.10.0' },
  git: { commit: '0123456789abcdef', dirty: null },
  byValue: [],
  backend: {},
  machine: { platform: 'linux', arch: 'x64', cpus: 2, memoryBytes: 8_000_000_000 },
};

const MS = 1_000_000;

/** A stale read, a write of unknown outcome, two faults, and the end of the faults. */
export const EVENTS: readonly NewEvent[] = [
  event(10, 'invoke', 0, ['write', 1]),
  event(20, 'ok', 0, ['write', 1], { node: 'n1', position: 2 }),
  receipt(25, 'partition', ['start', 'isolate-leader', 0, 'installed', 'cut 4 links', 'n1→n2']),
  event(30, 'invoke', 1, ['write', 2]),
  event(40, 'ok', 1, ['write', 2], { node: 'n2', position: 3 }),
  event(45, 'invoke', 0, ['write', 3]),
  receipt(46, 'kill', ['start', 'one', 1, 'skipped', 'no target', '']),
  event(50, 'invoke', 3, ['read', null]),
  event(60, 'ok', 3, ['read', 1], { node: 'n1' }),
  event(1045, 'info', 0, ['write', 3], { error: 'timeout' }),
  receipt(1046, 'kill', ['end', 'one', 1, 'skipped', 'nothing to undo', '']),
  receipt(1050, 'partition', ['end', 'isolate-leader', 0, 'installed', 'healed', 'n1→n2']),
  { time: 1060 * MS, type: 'info', process: 'nemesis', f: 'phase', value: 'recovery' },
];

function event(
  ms: number,
  type: NewEvent['type'],
  process: number,
  [f, value]: [f: string, value: NewEvent['value']],
  more: Partial<NewEvent> = {},
): NewEvent {
  return { time: ms * MS, type, process, f, key: 'x', value, ...more };
}

function receipt(ms: number, f: string, value: NewEvent['value']): NewEvent {
  return { time: ms * MS, type: 'info', process: 'nemesis', f, value };
}

export const TRACE: readonly TraceLine[] = [
  line(-5, 0, 0, { kind: 'term', term: 1 }),
  line(-4, 0, 1, { kind: 'leader', term: 1, certificate: [0, 1], last: { term: 0, index: 0 } }),
  line(35, 1, 0, { kind: 'leader', term: 2, certificate: [1, 2], last: { term: 1, index: 2 } }),
  line(70, 0, 2, { kind: 'crash' }),
];

function line(ms: number, node: number, sequence: number, traced: TraceEvent): TraceLine {
  return { time: ms * MS, node, incarnation: 1, sequence, lamport: sequence, event: traced };
}

export const STALE_READ = {
  kind: 'invalid',
  because: 'process 3 read x = 1 at 60 ms although write x = 2 had been answered at 40 ms',
  events: [0, 1, 3, 4, 7, 8],
  witness: {
    key: 'x',
    operations: [
      { invoke: 0, complete: 1, order: 1, stateAfter: '1' },
      { invoke: 3, complete: 4, order: 2, stateAfter: '2' },
      { invoke: 5, complete: 9 },
      { invoke: 7, complete: 8, why: 'x is 2, not 1' },
    ],
    sentences: ['2 operations can be put in an order', 'the read of 1 cannot come next'],
  },
} as const satisfies Verdict;

export const TWO_LEADERS: Verdict = {
  kind: 'invalid',
  because: 'n1 and n2 both led',
  events: [],
  trace: [1, 2],
  property: 'ElectionSafety',
};

export function resultsFor(history: History, verdict: Verdict, others: readonly Verdict[] = []) {
  const checks = [
    { checker: 'linearizable', verdict, stats: { operations: 5 }, seconds: 0.01 },
    ...others.map((other) => ({ checker: 'agreement', verdict: other, seconds: 0.002 })),
  ];
  const results: ResultsFile = {
    schema: 1,
    kind: 'results',
    judgedAt: '2026-11-21T00:31:09.000Z',
    verdict,
    exitStatus: EXIT[verdict.kind],
    checks,
    figures: figuresOf(history, checks, {
      simulatedS: 5,
      realS: 0.1,
      reached: null,
      determinism: null,
      idle: null,
      ending: { kind: 'finished' },
    }),
  };
  return results;
}

/** Stores a run in a directory of its own and returns where. */
export function storeRun(
  store: string,
  verdict: Verdict | null,
  more: {
    readonly events?: readonly NewEvent[];
    readonly run?: Partial<RunFile>;
    readonly others?: readonly Verdict[];
  } = {},
): string {
  const history = History.from(more.events ?? EVENTS);
  const writer = new RunWriter({ store, run: { ...RUN, ...more.run }, live: false });
  writer.plan({ operations: [], faults: [] });
  writer.history(history);
  writer.trace(TRACE);
  writer.close();
  if (verdict !== null) writeResults(writer.directory, resultsFor(history, verdict, more.others));
  return writer.directory;
}
