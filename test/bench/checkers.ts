/**
 * The speed of the linearizability checkers: `npm run bench:checkers`.
 *
 * Prints the first (cold), the median (warm) and the best time of each check, and how many times
 * faster the best is than Porcupine, whose medians were measured on another machine and stand in a
 * file: other work on the machine can only make a time longer, and here there is always some. Ends
 * with status 1 when a ratio falls below its floor (`CHECKERS.md` 6).
 */

import { readFileSync } from 'node:fs';
import type { History, Value } from '../../checkers/history.ts';
import {
  checkLinearizable,
  type LinearizabilityOptions,
  type Model,
} from '../../checkers/linearizable/index.ts';
import { operationsByKey } from '../../checkers/linearizable/operations.ts';
import { porcupineSearch } from '../../checkers/linearizable/porcupine.ts';
import { haveRecorded, load, recordedHistories } from '../checkers/linearizable/recorded.ts';
import { collections, mutexHistory, registerHistory, textHistory } from './checkers-histories.ts';
import { inOnePiece, plainRegister, plainText, textsByKey } from './checkers-models.ts';

const medians = JSON.parse(
  readFileSync(new URL('porcupine-medians.json', import.meta.url), 'utf8'),
) as { medianMs: Readonly<Record<string, number>>; porcupine: string; machine: string };

interface Row {
  readonly name: string;
  readonly histories: () => readonly History[];
  readonly options: LinearizabilityOptions;
  /** Milliseconds of the peer, times the share of its data that is here. */
  readonly peerMs?: number | undefined;
  readonly floor?: number;
  readonly targetMs?: number;
  readonly runs?: number;
}

const cas = { model: 'cas-register', failedCas: 'observed', explain: false } as const;

/** Samples shorter than this are repeated. */
const SAMPLE_MS = 60;

let failures = 0;

/** Only rows whose name contains the argument, if there is one. */
const only = process.argv[2] ?? '';

console.log(`peer: ${medians.porcupine}\n      ${medians.machine}\n`);
console.log(
  line([
    'check',
    'answer',
    'cold ms',
    'warm ms',
    'best ms',
    'peer ms',
    'ratio',
    'floor',
    'target ms',
    'MB',
  ]),
);
if (haveRecorded) recorded();
else console.log('../shared is not here: recorded histories are left out');
synthetic();
withoutHints();
large();
process.exitCode = failures === 0 ? 0 : 1;

function recorded(): void {
  const all = recordedHistories().map((entry) => ({ entry, history: load(entry) }));
  const some = (part: string): History[] =>
    all.filter(({ entry }) => entry.file.includes(part)).map(({ history }) => history);
  const etcd = some('etcd_');
  const observed = { model: 'cas-register', failedCas: 'observed', explain: false } as const;
  const knossos = some('knossos/cas-register');
  measure({
    name: `etcd, ${etcd.length} logs`,
    histories: () => etcd,
    options: observed,
    peerMs: peer('etcd, 102 logs') * (etcd.length / 102),
    floor: 50,
    targetMs: (4 * etcd.length) / 102,
  });
  measure({
    name: 'etcd 002',
    histories: () => some('etcd_002'),
    options: observed,
    peerMs: peer('etcd 002'),
  });
  measure({
    name: `knossos, ${knossos.length} files`,
    histories: () => knossos,
    options: { model: 'cas-register', initial: 0, nilReads: 'silent', explain: false },
    peerMs: peer('knossos, 120 files') * (knossos.length / 120),
    floor: 100,
    targetMs: (5 * knossos.length) / 120,
  });
  const floors: Readonly<Record<string, number>> = {
    'c01 ok': 1,
    'c01 bad': 1,
    'c10 ok': 2,
    'c10 bad': 10,
  };
  for (const [which, floor] of Object.entries(floors)) {
    const histories = (): History[] => some(`kv-${which.replace(' ', '-')}`);
    const options = {
      model: 'kv-append',
      initial: '',
      explain: false,
      keys: 'until-violation',
    } as const;
    measure({
      name: `kv ${which}`,
      histories,
      options,
      peerMs: peer(`kv ${which}`),
      floor,
    });
    if (!which.startsWith('c10')) continue;
    const name = `kv ${which} in one piece`;
    measure({
      name,
      histories: () => histories().map(inOnePiece),
      options: { model: textsByKey, explain: false },
      peerMs: peer(name),
      floor: 5,
      runs: 3,
    });
  }
}

function synthetic(): void {
  const text = { operations: 1712, clients: 50, keys: 10, seed: 1 };
  const texts = { model: 'kv-append', initial: '', explain: false } as const;
  const c50 = { name: 'kv c50 ok (like it)', histories: () => [textHistory(text)], options: texts };
  measure({ ...c50, peerMs: peer('kv c50 ok'), floor: 30, targetMs: 2 });
  const c50bad = (): History[] => [textHistory({ ...text, operations: 2024, bad: true, seed: 2 })];
  const bad = { name: 'kv c50 bad (like it)', histories: c50bad, options: texts };
  measure({ ...bad, peerMs: peer('kv c50 bad'), floor: 5, targetMs: 5 });

  const few = (name: string, more: Partial<Row>, shape: Parameters<typeof register>[0]): void => {
    const peerMs = medians.medianMs[name];
    measure({
      name,
      histories: () => [register({ values: 5, cas: true, ...shape })],
      options: cas,
      peerMs,
      ...more,
    });
  };
  few('v5 10k c5', {}, { operations: 10_000, clients: 5 });
  few('v5 10k c10', { floor: 50 }, { operations: 10_000, clients: 10 });
  few('v5 10k c20', {}, { operations: 10_000, clients: 20 });
  few('v5 10k c5 bad', {}, { operations: 10_000, clients: 5, bad: true, seed: 5 });
  few('v5 10k c10 bad', { floor: 200 }, { operations: 10_000, clients: 10, bad: true, seed: 1 });
  few('v5 10k c20 bad', { runs: 3 }, { operations: 10_000, clients: 20, bad: true, seed: 1 });
  few('v5 10k c50', { runs: 3 }, { operations: 10_000, clients: 50 });
  few('v5 2k c10 crashes', {}, { operations: 2000, clients: 10, crashEvery: 100 });
  few('v5 100k c5', {}, { operations: 100_000, clients: 5 });
  few('v5 100k c10', {}, { operations: 100_000, clients: 10 });
  few('v5 1M c10', { targetMs: 1000, runs: 3 }, { operations: 1_000_000, clients: 10 });
  few('v5 1M c20', { targetMs: 4000, runs: 3 }, { operations: 1_000_000, clients: 20 });
  const unique = { values: 'unique', cas: false } as const;
  few('u 1k c5', {}, { ...unique, operations: 1000, clients: 5 });
  few('u 10k c5', {}, { ...unique, operations: 10_000, clients: 5 });
  few('u 10k c5 bad', {}, { ...unique, operations: 10_000, clients: 5, bad: true });
  few('u 100k c5', {}, { ...unique, operations: 100_000, clients: 5 });
  const million = { ...unique, operations: 1_000_000, clients: 20 };
  few('u 1M c20', { targetMs: 100 }, million);
  few('u 1M c20 crashes', { targetMs: 1000 }, { ...million, crashEvery: 1000 });
  few('u 1M c20 with cas', {}, { ...million, cas: true });
}

/** A user's model as it comes, beside the reference search on the same history. */
function withoutHints(): void {
  const shape = { values: 5, cas: true, seed: 3 } as const;
  const text = { operations: 1000, clients: 16, keys: 10, seed: 1 };
  const recorded = (part: string): (() => readonly History[]) => {
    const some = recordedHistories().filter(({ file }) => file.includes(part));
    return () => some.map(load);
  };
  const rows: readonly (readonly [string, Model, () => readonly History[]])[] = [
    [
      'v5 2k c5',
      plainRegister,
      () => [registerHistory({ ...shape, operations: 2000, clients: 5 })],
    ],
    [
      'v5 2k c10',
      plainRegister,
      () => [registerHistory({ ...shape, operations: 2000, clients: 10 })],
    ],
    [
      'u 2k c5',
      plainRegister,
      () => [register({ values: 'unique', operations: 2000, clients: 5 })],
    ],
    ['texts 1k c16', plainText, () => [textHistory(text)]],
    ['etcd logs', plainRegister, recorded('etcd_')],
    ['kv c10 ok', plainText, recorded('kv-c10-ok')],
    ['kv c10 bad', plainText, recorded('kv-c10-bad')],
  ];
  for (const [title, model, histories] of rows) {
    const name = `no hints, ${title}`;
    if (!name.includes(only)) continue;
    const initial = model === plainText ? '' : null;
    const made = histories();
    if (made.length === 0) continue;
    const { best: peerMs } = times(3, () => {
      for (const history of made) {
        const groups = operationsByKey(history, { failedCas: 'observed', nilReads: 'observed' });
        if ('because' in groups) throw new Error(groups.because);
        for (const group of groups) porcupineSearch(group, model, initial);
      }
    });
    const options = { model, initial, failedCas: 'observed', explain: false } as const;
    measure({ name, histories: () => made, options, peerMs, floor: 0.8 });
  }
}

function large(): void {
  for (const [model, make] of Object.entries(collections)) {
    const histories = (): History[] => [make({ operations: 1_000_000, clients: 10, seed: 7 })];
    const targetMs = model === 'stack' ? 2000 : 500;
    measure({ name: `${model} 1M`, histories, options: { model }, targetMs, runs: 3 });
  }
  const locks = (): History[] => [mutexHistory({ operations: 1_000_000, clients: 10, seed: 7 })];
  measure({
    name: 'mutex 1M',
    histories: locks,
    options: { model: 'mutex' },
    targetMs: 500,
    runs: 3,
  });
  const ten = { operations: 10_000_000, clients: 20, crashEvery: 1000 };
  const many = (): History[] => [register({ values: 'unique', cas: false, ...ten })];
  measure({ name: 'u 10M c20 crashes', histories: many, options: cas, targetMs: 1000, runs: 3 });
}

function register(shape: {
  readonly operations: number;
  readonly clients: number;
  readonly values?: 'unique' | number;
  readonly cas?: boolean;
  readonly crashEvery?: number;
  readonly bad?: boolean;
  readonly seed?: number;
}): History {
  return registerHistory({ values: 5, cas: true, seed: 3, ...shape });
}

function peer(name: string): number {
  return medians.medianMs[name] as number;
}

function measure({ name, histories, options, peerMs, floor, targetMs, runs = 5 }: Row): void {
  if (!name.includes(only)) return;
  const made = histories();
  const answers = new Set<Value>();
  const work = (): void => {
    for (const history of made) {
      const { verdict, decidedBy } = checkLinearizable(history, options);
      answers.add(`${verdict.kind} (${decidedBy})`);
    }
  };
  const { cold, warm, best } = times(runs, work);
  const bytes = allocated(work);
  const ratio = peerMs === undefined ? undefined : peerMs / best;
  const broken = floor !== undefined && ratio !== undefined && ratio < floor;
  if (broken) failures++;
  const shown = answers.size === 1 ? String([...answers][0]) : 'as recorded';
  console.log(
    line([
      name,
      shown,
      cold.toFixed(2),
      warm.toFixed(2),
      best.toFixed(2),
      peerMs?.toFixed(2) ?? '',
      ratio === undefined ? '' : `${ratio.toFixed(1)}x`,
      floor === undefined ? '' : `${floor}x${broken ? ' BELOW' : ''}`,
      targetMs === undefined ? '' : `${targetMs.toFixed(1)}${best > targetMs ? ' missed' : ''}`,
      (bytes / 1e6).toFixed(0),
    ]),
  );
}

/** Milliseconds: the first time, the median of the others, and the least of them. */
interface Times {
  readonly cold: number;
  readonly warm: number;
  readonly best: number;
}

/**
 * Times in milliseconds of this thread's processor: on an
 * idle machine that is the time on the wall, and on a busy one it is still the same. That clock
 * ticks every 4 ms only, so that short work is repeated within a sample.
 */
function times(samples: number, work: () => void): Times {
  const before = process.cpuUsage();
  const start = performance.now();
  work();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const cold = Math.min(wallMs, (user + system) / 1000);
  const warm: number[] = [];
  let repeats = 1;
  while (warm.length < samples) {
    if (repeats === 1) globalThis.gc?.();
    const from = process.threadCpuUsage();
    for (let at = 0; at < repeats; at++) work();
    const used = process.threadCpuUsage(from);
    const ms = (used.user + used.system) / 1000;
    if (ms < SAMPLE_MS) repeats *= 2;
    else warm.push(ms / repeats);
  }
  warm.sort((one, other) => one - other);
  return { cold, warm: warm[warm.length >> 1] as number, best: warm[0] as number };
}

/** Bytes that one run leaves behind before anything is collected: an upper bound of what it holds. */
function allocated(work: () => void): number {
  globalThis.gc?.();
  const before = process.memoryUsage();
  work();
  const after = process.memoryUsage();
  return after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers;
}

function line(cells: readonly string[]): string {
  const widths = [26, 30, 9, 9, 9, 9, 9, 11, 15, 6];
  return cells.map((cell, at) => cell.padEnd(widths[at] as number)).join(' ');
}
