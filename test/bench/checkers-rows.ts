/** The rows of the checkers' benchmark: one for each way in which histories are hard to judge. */

import type { History } from '../../checkers/history.ts';
import type { LinearizabilityOptions, Model } from '../../checkers/linearizable/index.ts';
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
import { linear, type Row, type Work } from './checkers-row.ts';
import { weakRows } from './checkers-rows-weak.ts';

type Shape = Parameters<typeof registerHistory>[0];

/**
 * Without the recorded histories if they are not here. A floor is what the peer of the same run shows:
 * the 2 where a row names none. Ratios that were measured against other programs on other
 * machines (Knossos and Go's Porcupine) are targets.
 */
export function allRows(): readonly Row[] {
  return [
    ...(haveRecorded ? recorded() : []),
    ...likeRecorded(),
    ...few(),
    ...weakRows(),
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
      floor: 50,
      target: 100,
      targetMs: (4 * etcd.length) / 102,
    },
    { name: 'etcd 002', prepare: () => files('etcd_002', observed) },
    {
      name: `knossos, ${knossos.length} of 120 files`,
      prepare: () => files('knossos/cas-register', silent),
      target: 250,
      targetMs: (5 * knossos.length) / 120,
    },
  ];
  for (const which of ['c01 ok', 'c01 bad', 'c10 ok', 'c10 bad']) {
    const file = `kv-${which.replace(' ', '-')}`;
    const name = `kv ${which}`;
    rows.push({
      name,
      prepare: () => files(file, text),
      target: which.startsWith('c01') ? 4 : 5,
    });
  }
  for (const which of ['c10 ok', 'c10 bad']) {
    const name = `kv ${which} in one piece`;
    const file = `kv-${which.replace(' ', '-')}`;
    const prepare = (): Work => files(file, { model: textsByKey }, inOnePiece);
    rows.push({ name, prepare, target: 15 });
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
      floor: 30,
      target: 60,
      targetMs: 2,
    },
    {
      name: 'kv c50 bad, made, first',
      prepare: () => texts(bad, { keys: 'until-violation' }),
      floor: 5,
      target: 15,
    },
    {
      name: 'kv c50 bad, made, all keys',
      prepare: () => texts(bad, {}),
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
    registers('v5 10k c10', { ...five, operations: ten, clients: 10 }, { target: 150 }),
    registers('v5 10k c20', { ...five, operations: ten, clients: 20 }),
    registers('v5 10k c50', { ...five, operations: ten, clients: 50 }, { samples: 3 }),
    registers('v5 10k c5 bad', { ...five, ...wrong, operations: ten, clients: 5, seed: 5 }),
    registers(
      'v5 10k c10 bad',
      { ...five, ...wrong, operations: ten, clients: 10, seed: 1 },
      { target: 500 },
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
    const initial = model === plainText ? '' : null;
    const options = { model, initial, failedCas: 'observed' } as const;
    return { name, prepare: () => linear(histories, options), floor: 1, target: 3 };
  });
  if (!haveRecorded) return rows;
  const there: readonly (readonly [string, Model, string])[] = [
    ['etcd logs', plainRegister, 'etcd_'],
    ['kv c01 ok', plainText, 'kv-c01-ok'],
    ['kv c01 bad', plainText, 'kv-c01-bad'],
    ['kv c10 ok', plainText, 'kv-c10-ok'],
    ['kv c10 bad', plainText, 'kv-c10-bad'],
  ];
  for (const [title, model, part] of there) {
    const initial = model === plainText ? '' : null;
    const options = { model, initial, failedCas: 'observed', keys: 'until-violation' } as const;
    const prepare = (): Work => files(part, options);
    rows.push({ name: `no hints, ${title}`, prepare, floor: 1, target: 3 });
  }
  return rows;
}

function registers(name: string, shape: Shape, more: Partial<Row> = {}): Row {
  const options = { model: 'cas-register', failedCas: 'observed' } as const;
  const expected = shape.bad === true ? 'invalid' : 'valid';
  return {
    name,
    prepare: () => linear(() => [registerHistory(shape)], options, expected),
    ...more,
  };
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
