/** The rows of the checkers' benchmark: those of `CHECKERS.md` 6, and some more. */

import { readFileSync } from 'node:fs';
import type { History, Value } from '../../checkers/history.ts';
import {
  checkLinearizable,
  type LinearizabilityOptions,
  type Model,
} from '../../checkers/linearizable/index.ts';
import { operationsByKey } from '../../checkers/linearizable/operations.ts';
import { porcupineSearch } from '../../checkers/linearizable/porcupine.ts';
import { checkTransactions } from '../../checkers/transactional/index.ts';
import {
  haveRecorded,
  load,
  type Recorded,
  recordedHistories,
} from '../checkers/linearizable/recorded.ts';
import { simulate } from '../checkers/transactional/simulate.ts';
import { collections, mutexHistory, registerHistory, textHistory } from './checkers-histories.ts';
import { inOnePiece, plainRegister, plainText, textsByKey } from './checkers-models.ts';

export const medians = JSON.parse(
  readFileSync(new URL('porcupine-medians.json', import.meta.url), 'utf8'),
) as {
  readonly medianMs: Readonly<Record<string, number>>;
  readonly porcupine: string;
  readonly knossos: string;
  readonly elle: string;
  readonly machine: string;
};

export interface Row {
  readonly name: string;
  /** Makes the histories, and says how to check them. */
  readonly prepare: () => Work;
  /** The peer's published median, times the share of its data that is here. */
  readonly peerMs?: number;
  /** How many times faster than the peer we must be; how long it may take. A miss fails the run. */
  readonly floor?: number;
  readonly floorMs?: number;
  /** What we want to reach. A miss is shown. */
  readonly target?: number;
  readonly targetMs?: number;
  readonly targetMb?: number;
  /** Warm samples; default 7. */
  readonly samples?: number;
  /** Needs gigabytes or minutes: only with `--large`. */
  readonly large?: true;
}

export interface Work {
  /** Checks everything once; the answers, by history. */
  readonly run: () => readonly string[];
  /** What the answers begin with, if all are the same; else each. */
  readonly expected: string | readonly string[];
  /** The peer where it is our own reference search. */
  readonly peer?: () => void;
}

type Shape = Parameters<typeof registerHistory>[0];

/** Without the recorded histories if they are not here. */
export function allRows(): readonly Row[] {
  return [
    ...(haveRecorded ? recorded() : []),
    ...likeRecorded(),
    ...few(),
    ...scale(),
    ...unhinted(),
  ];
}

function recorded(): readonly Row[] {
  const observed = { model: 'cas-register', failedCas: 'observed' } as const;
  const silent = { model: 'cas-register', initial: 0, nilReads: 'silent' } as const;
  const text = { model: 'kv-append', initial: '', keys: 'until-violation' } as const;
  const etcd = filesOf('etcd_');
  const knossos = filesOf('knossos/cas-register');
  const rows: Row[] = [
    {
      name: `etcd, ${etcd.length} of 102 logs`,
      prepare: () => files('etcd_', observed),
      peerMs: peer('etcd, 102 logs') * (etcd.length / 102),
      floor: 50,
      target: 100,
      targetMs: (4 * etcd.length) / 102,
    },
    { name: 'etcd 002', prepare: () => files('etcd_002', observed), peerMs: peer('etcd 002') },
    {
      name: `knossos, ${knossos.length} of 120 files`,
      prepare: () => files('knossos/cas-register', silent),
      peerMs: peer('knossos, 120 files') * (knossos.length / 120),
      floor: 100,
      target: 250,
      targetMs: (5 * knossos.length) / 120,
    },
  ];
  const goals = { 'c01 ok': [1, 4], 'c01 bad': [1, 4], 'c10 ok': [2, 5], 'c10 bad': [10, 20] };
  for (const [which, [floor, target]] of Object.entries(goals)) {
    const file = `kv-${which.replace(' ', '-')}`;
    const name = `kv ${which}`;
    rows.push({
      name,
      prepare: () => files(file, text),
      peerMs: peer(name),
      ...goal(floor, target),
    });
  }
  for (const which of ['c10 ok', 'c10 bad']) {
    const name = `kv ${which} in one piece`;
    const file = `kv-${which.replace(' ', '-')}`;
    const prepare = (): Work => files(file, { model: textsByKey }, inOnePiece);
    rows.push({ name, prepare, peerMs: peer(name), floor: 5, target: 15 });
  }
  return rows;
}

/** Histories that are not here, made with as many operations, clients and keys. */
function likeRecorded(): readonly Row[] {
  const options = { model: 'kv-append', initial: '' } as const;
  const ok = { operations: 1712, clients: 50, keys: 10, seed: 1 };
  const bad = { operations: 2024, clients: 50, keys: 10, seed: 2, bad: true };
  const texts = (shape: Parameters<typeof textHistory>[0], more: object): Work =>
    linear(
      () => [textHistory(shape)],
      { ...options, ...more },
      shape === bad ? 'invalid' : 'valid',
    );
  return [
    {
      name: 'kv c50 ok, made',
      prepare: () => texts(ok, {}),
      peerMs: peer('kv c50 ok'),
      floor: 30,
      target: 60,
      targetMs: 2,
    },
    {
      name: 'kv c50 bad, made, first',
      prepare: () => texts(bad, { keys: 'until-violation' }),
      peerMs: peer('kv c50 bad'),
      floor: 5,
      target: 15,
    },
    {
      name: 'kv c50 bad, made, all keys',
      prepare: () => texts(bad, {}),
      floorMs: 10,
      targetMs: 5,
    },
  ];
}

/** Registers of five values, and of unique ones, up to 100,000 operations. */
function few(): readonly Row[] {
  const five = { values: 5, cas: true, seed: 3 } as const;
  const unique = { values: 'unique', cas: false, seed: 3 } as const;
  const wrong = { bad: true } as const;
  const ten = 10_000;
  return [
    registers('v5 10k c5', { ...five, operations: ten, clients: 5 }),
    registers('v5 10k c10', { ...five, operations: ten, clients: 10 }, goal(50, 150)),
    registers('v5 10k c20', { ...five, operations: ten, clients: 20 }),
    registers('v5 10k c50', { ...five, operations: ten, clients: 50 }, { samples: 3 }),
    registers('v5 10k c5 bad', { ...five, ...wrong, operations: ten, clients: 5, seed: 5 }),
    registers(
      'v5 10k c10 bad',
      { ...five, ...wrong, operations: ten, clients: 10, seed: 1 },
      goal(200, 500),
    ),
    registers(
      'v5 10k c20 bad',
      { ...five, ...wrong, operations: ten, clients: 20, seed: 1 },
      { samples: 3, targetMs: 1000 },
    ),
    registers('v5 2k c10 crashes', { ...five, operations: 2000, clients: 10, crashEvery: 100 }),
    registers('v5 100k c5', { ...five, operations: 10 * ten, clients: 5 }),
    registers('v5 100k c10', { ...five, operations: 10 * ten, clients: 10 }),
    registers('u 1k c5', { ...unique, operations: 1000, clients: 5 }),
    registers('u 10k c5', { ...unique, operations: ten, clients: 5 }),
    registers('u 10k c5 bad', { ...unique, ...wrong, operations: ten, clients: 5 }),
    registers('u 100k c5', { ...unique, operations: 10 * ten, clients: 5 }),
    {
      name: 'list-append 100k',
      prepare: () => transactions(100_000),
      peerMs: peer('list-append 100k'),
      floor: 5,
      target: 15,
      targetMs: 400,
      samples: 5,
    },
  ];
}

/** Absolute scale. Memory is the peak of the process, with the history in it. */
function scale(): readonly Row[] {
  const million = 1_000_000;
  const five = { values: 5, cas: true, seed: 3, operations: million } as const;
  const unique = { values: 'unique', cas: false, seed: 3, clients: 20 } as const;
  const rare = { crashEvery: 1000 };
  const rows: Row[] = [
    registers('v5 1M c10', { ...five, clients: 10 }, { targetMs: 1000, targetMb: 200, samples: 3 }),
    registers('v5 1M c20', { ...five, clients: 20 }, { targetMs: 4000, samples: 3 }),
    registers('u 1M', { ...unique, operations: million }, { targetMs: 100, targetMb: 100 }),
    registers(
      'u 1M, 1000 crashed',
      { ...unique, ...rare, operations: million },
      { targetMs: 1000 },
    ),
    registers('u 1M with cas', { ...unique, cas: true, operations: million }, { samples: 3 }),
    registers(
      'u 10M, 10k crashed',
      { ...unique, ...rare, operations: 10 * million },
      { targetMs: 1000, targetMb: 600, samples: 3 },
    ),
    {
      ...registers(
        'u 50M, 50k crashed',
        { ...unique, ...rare, operations: 50 * million },
        { targetMs: 4000, targetMb: 2000, samples: 1 },
      ),
      large: true,
    },
  ];
  for (const [model, make] of Object.entries({ ...collections, mutex: mutexHistory })) {
    rows.push({
      name: `${model} 1M`,
      prepare: () =>
        linear(() => [make({ operations: million, clients: 10, seed: 7 })], { model }, 'valid'),
      targetMs: model === 'stack' ? 2000 : 500,
      samples: 3,
    });
  }
  const prepare = (): Work => transactions(million);
  return [...rows, { name: 'list-append 1M', prepare, targetMs: 4000, samples: 1 }];
}

/** A user's model as it comes: against Porcupine's figures, and beside the reference search. */
function unhinted(): readonly Row[] {
  const of = (shape: Shape) => (): readonly History[] => [registerHistory(shape)];
  const text = { operations: 1000, clients: 16, keys: 10, seed: 1 };
  const small = { operations: 200, clients: 5, seed: 3 };
  const v5 = { values: 5, cas: true, seed: 3, operations: 2000 } as const;
  const unique = { values: 'unique', cas: false, seed: 3 } as const;
  const made: readonly (readonly [string, Model, () => readonly History[]])[] = [
    ['v5 2k c5', plainRegister, of({ ...v5, clients: 5 })],
    ['v5 2k c10', plainRegister, of({ ...v5, clients: 10 })],
    ['v5 200 c5', plainRegister, of({ ...v5, ...small })],
    ['u 2k c5', plainRegister, of({ ...unique, operations: 2000, clients: 5 })],
    ['u 200 c5', plainRegister, of({ ...unique, ...small })],
    ['texts 1k c16', plainText, () => [textHistory(text)]],
    [
      'texts 300 c4, one key',
      plainText,
      () => [textHistory({ ...small, operations: 300, keys: 1 })],
    ],
  ];
  const rows = made.map(([title, model, histories]): Row => {
    const name = `no hints, ${title}`;
    return { name, prepare: () => besideReference(model, histories()), floor: 1, target: 3 };
  });
  if (!haveRecorded) return rows;
  const there: readonly (readonly [string, Model, string, number])[] = [
    ['etcd logs', plainRegister, 'etcd_', peer('etcd, 102 logs') * (filesOf('etcd_').length / 102)],
    ['kv c01 ok', plainText, 'kv-c01-ok', peer('kv c01 ok')],
    ['kv c01 bad', plainText, 'kv-c01-bad', peer('kv c01 bad')],
    ['kv c10 ok', plainText, 'kv-c10-ok', peer('kv c10 ok')],
    ['kv c10 bad', plainText, 'kv-c10-bad', peer('kv c10 bad')],
  ];
  for (const [title, model, part, peerMs] of there) {
    const initial = model === plainText ? '' : null;
    const options = { model, initial, failedCas: 'observed', keys: 'until-violation' } as const;
    rows.push({
      name: `no hints, ${title}, Go`,
      prepare: () => files(part, options),
      peerMs,
      floor: 0.8,
      target: 3,
    });
    rows.push({
      name: `no hints, ${title}`,
      prepare: () => besideReference(model, filesOf(part).map(load)),
      floor: 1,
      target: 3,
    });
  }
  return rows;
}

function registers(name: string, shape: Shape, more: Partial<Row> = {}): Row {
  const options = { model: 'cas-register', failedCas: 'observed' } as const;
  const peerMs = medians.medianMs[name];
  const expected = shape.bad === true ? 'invalid' : 'valid';
  return {
    name,
    prepare: () => linear(() => [registerHistory(shape)], options, expected),
    ...(peerMs === undefined ? {} : { peerMs }),
    ...more,
  };
}

function linear(
  make: () => readonly History[],
  options: LinearizabilityOptions,
  expected: Work['expected'],
): Work {
  const histories = make();
  const plain = { ...options, explain: false };
  const run = (): string[] =>
    histories.map((history) => {
      const { verdict, decidedBy } = checkLinearizable(history, plain);
      return `${verdict.kind} (${decidedBy})`;
    });
  return { run, expected };
}

/** The recorded histories whose file name contains `part`, with their recorded verdicts. */
function files(
  part: string,
  options: LinearizabilityOptions,
  change: (history: History) => History = (history) => history,
): Work {
  const some = filesOf(part);
  const expected = some.map(({ linearizable }) => (linearizable ? 'valid' : 'invalid'));
  return linear(() => some.map((file) => change(load(file))), options, expected);
}

function filesOf(part: string): readonly Recorded[] {
  return recordedHistories().filter(({ file }) => file.includes(part));
}

/** The engine and its helpers against the search that they must not be slower than. */
function besideReference(model: Model, histories: readonly History[]): Work {
  const initial: Value = model === plainText ? '' : null;
  const reading = { failedCas: 'observed', nilReads: 'observed' } as const;
  const verdicts = (): string[] =>
    histories.map((history) => {
      const groups = operationsByKey(history, reading);
      if ('because' in groups) throw new Error(groups.because);
      const found = groups.map((group) => porcupineSearch(group, model, initial).kind);
      return found.includes('violation') ? 'invalid' : 'valid';
    });
  const work = linear(() => histories, { model, initial, failedCas: 'observed' }, verdicts());
  return { ...work, peer: verdicts };
}

function transactions(count: number): Work {
  const history = simulate({
    seed: 1,
    isolation: 'serializable',
    workload: 'list-append',
    transactions: count,
    clients: 20,
    keys: 100,
    writesPerKey: 100,
    mopsMax: 5,
  });
  const run = (): string[] => [
    checkTransactions(history, { workload: 'list-append' }).verdict.kind,
  ];
  return { run, expected: 'valid' };
}

function goal(floor: number | undefined, target: number | undefined): Partial<Row> {
  return {
    ...(floor === undefined ? {} : { floor }),
    ...(target === undefined ? {} : { target }),
  };
}

function peer(name: string): number {
  const medianMs = medians.medianMs[name];
  if (medianMs === undefined) throw new Error(`no median of the peer for ${name}`);
  return medianMs;
}
