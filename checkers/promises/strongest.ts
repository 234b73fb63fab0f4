/** Which promises a history of registers keeps, and the strongest of them. */

import { excused } from '../client-operations.ts';
import type { History, Value } from '../history.ts';
import { checkLinearizable, type FailedCas, type NilReads } from '../linearizable/index.ts';
import { type CheckResult, type Verdict, worst } from '../verdict.ts';
import { judgeOrder } from './order.ts';
import { type RegisterKey, registers } from './registers.ts';
import { type SearchedPromise, searchedPromise } from './searched.ts';
import {
  judgeFresh,
  measureStaleness,
  milliseconds,
  type Staleness,
  type StaleRead,
  tellStale,
} from './staleness.ts';

/** The stronger before the weaker, as far as they compare. */
export const PROMISES = [
  'linearizable',
  'ordered-sequential',
  'sequential',
  'regular',
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
  'writes-follow-reads',
  'safe',
] as const;
export type PromiseName = (typeof PROMISES)[number];

const SESSION_GUARANTEES = [
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
  'writes-follow-reads',
] as const;

/** Kept by every key by itself, these say nothing about all of them together. */
const NOT_LOCAL: readonly SearchedPromise[] = ['ordered-sequential', 'sequential'];

export interface PromiseOptions {
  /** What a key holds before it is written. Default null. */
  readonly initial?: Value;
  /** What a failed compare-and-set says, as for linearizability. Default `absent`. */
  readonly failedCas?: FailedCas;
  /** What a read that answers nil says, as for linearizability. Default `observed`. */
  readonly nilReads?: NilReads;
  /** Whether the times of the history are those of a clock. Default true. */
  readonly timed?: boolean;
  /** The promise that must be kept: a history that does not is `invalid`. Default: just name it. */
  readonly promise?: PromiseName;
  /** Reads may be as stale as this; more is `invalid`. */
  readonly staleness?: { readonly versionsMax?: number; readonly msMax?: number };
  /** Configurations that each search may explore. */
  readonly stepsMax?: number;
  /** Memory that the search for linearizability may take. */
  readonly memoryBytesMax?: number;
}

/** What one key keeps. */
export interface KeyPromises {
  readonly key?: string;
  readonly verdicts: Readonly<Record<PromiseName, Verdict>>;
  /** Absent where values are not unique. */
  readonly staleness?: Staleness;
}

export interface StrongestResult extends CheckResult {
  /** The strongest promise that all keys keep; null when they keep none that could be decided. */
  readonly strongest: PromiseName | null;
  /** All promises that all keys keep. */
  readonly kept: readonly PromiseName[];
  readonly keys: readonly KeyPromises[];
}

/**
 * Names the strongest promise that the registers of a history keep: operations `read`, `write` and
 * `cas`, keys apart. Values must be unique for all but linearizability and sequential consistency;
 * where they are not, the weaker promises are `unknown`.
 *
 * Each key is judged by itself, and session guarantees are promises about single keys. That the
 * whole is linearizable, regular or safe follows; that it is sequential does not: over several keys
 * an order is searched for, which is `unknown` when the search runs out. `valid` with a note that
 * names the promise, unless `promise` or `staleness` ask for more than is kept, or the history keeps
 * no promise at all.
 */
export function strongestPromise(history: History, options: PromiseOptions = {}): StrongestResult {
  const { initial = null, failedCas = 'absent', nilReads = 'observed' } = options;
  const found = registers(history, { initial, failedCas, nilReads });
  const linearizable = judgeLinearizable(history, options);
  const keys = found.map((register) => {
    const { verdicts, ...rest } = judgeKey(register, linearizable, options);
    return {
      ...rest,
      verdicts: everyPromise((name) => excused(verdicts[name], register.lost)),
    };
  });
  const known = new Map<PromiseName, Verdict>();
  const verdictOf = (name: PromiseName): Verdict => {
    const verdict = known.get(name) ?? overKeys(name, { keys, found, options });
    known.set(name, verdict);
    return verdict;
  };
  const kept = keys.length === 0 ? [] : PROMISES.filter((name) => verdictOf(name).kind === 'valid');
  const strongest = kept[0] ?? null;
  return {
    checker: 'strongest',
    verdict: excused(
      conclude(options, { keys, strongest, kept, verdictOf }),
      found.find((one) => one.lost !== undefined)?.lost,
    ),
    strongest,
    kept,
    keys,
    stats: stalenessStats(keys, options.timed ?? true),
  };
}

/**
 * What the keys together keep of a promise. Linearizability of each is that of all; where each is
 * sequential but not all are linearizable, an order of all their operations is searched for.
 */
function overKeys(
  name: PromiseName,
  {
    keys,
    found,
    options,
  }: {
    readonly keys: readonly KeyPromises[];
    readonly found: readonly RegisterKey[];
    readonly options: PromiseOptions;
  },
): Verdict {
  const verdict = worst(keys.map(({ verdicts }) => verdicts[name]));
  const searched = NOT_LOCAL.find((one) => one === name);
  if (searched === undefined || keys.length === 1 || verdict.kind !== 'valid') return verdict;
  if (keys.every(({ verdicts }) => verdicts.linearizable.kind === 'valid')) return verdict;
  const operations = found.flatMap((one) => (one.kind === 'unwritten' ? [] : [one]));
  const lost = found.find((one) => one.lost !== undefined)?.lost;
  return excused(searchedPromise(searched, operations, options), lost);
}

function judgeLinearizable(
  history: History,
  options: PromiseOptions,
): (key: string | undefined) => Verdict {
  const { initial = null, failedCas, nilReads, stepsMax, memoryBytesMax } = options;
  const result = checkLinearizable(history, {
    model: 'cas-register',
    initial,
    ...(failedCas === undefined ? {} : { failedCas }),
    ...(nilReads === undefined ? {} : { nilReads }),
    budget: {
      ...(stepsMax === undefined ? {} : { steps: stepsMax }),
      ...(memoryBytesMax === undefined ? {} : { memoryBytes: memoryBytesMax }),
    },
  });
  const byKey = new Map(result.keys.map(({ key, verdict }) => [key, verdict]));
  return (key) => byKey.get(key) ?? result.verdict;
}

function judgeKey(
  found: RegisterKey,
  linearizable: (key: string | undefined) => Verdict,
  options: PromiseOptions,
): KeyPromises {
  const named = found.key === undefined ? {} : { key: found.key };
  switch (found.kind) {
    case 'unwritten': {
      const prefix = found.key === undefined ? '' : `key ${found.key}: `;
      const broken: Verdict = {
        kind: 'invalid',
        because: `${prefix}${found.because}`,
        events: found.events,
        property: 'unwritten-read',
      };
      return { ...named, verdicts: everyPromise(() => broken) };
    }
    case 'ambiguous': {
      const unknown: Verdict = { kind: 'unknown', because: found.because };
      const whole = linearizable(found.key);
      const verdicts = everyPromise((name) => {
        if (name === 'linearizable' || whole.kind === 'valid') return whole;
        return NOT_LOCAL.includes(name as SearchedPromise)
          ? searchedPromise(name as SearchedPromise, [found], options)
          : unknown;
      });
      return { ...named, verdicts: spread(verdicts) };
    }
    case 'register':
      break;
  }
  const { register } = found;
  const staleness = measureStaleness(register);
  const verdicts = everyPromise((name) => {
    if (name === 'linearizable') return linearizable(found.key);
    if (name === 'regular' || name === 'safe') {
      return judgeFresh(register, name, staleness, options.timed ?? true);
    }
    return judgeOrder(register, name);
  });
  const known = found.mismatches.size === 0 ? verdicts : withMismatches(found, verdicts, options);
  return { ...named, verdicts: spread(known), staleness };
}

/**
 * What failed compare-and-sets saw is no version: without them a promise can be found broken, but
 * only the search for a sequential order finds it kept.
 */
function withMismatches(
  found: Extract<RegisterKey, { kind: 'register' }>,
  verdicts: Record<PromiseName, Verdict>,
  options: PromiseOptions,
): Record<PromiseName, Verdict> {
  const sequential =
    verdicts.sequential.kind === 'valid'
      ? searchedPromise('sequential', [found], options)
      : verdicts.sequential;
  const because =
    `${found.key === undefined ? '' : `key ${found.key}: `}a failed compare-and-set is an answer ` +
    'that this promise is not judged by';
  return everyPromise((name) => {
    if (name === 'linearizable' || verdicts[name].kind !== 'valid') return verdicts[name];
    if (name === 'sequential') return sequential;
    const isStronger = name === 'ordered-sequential' && sequential.kind === 'invalid';
    return isStronger ? sequential : { kind: 'unknown', because };
  });
}

function everyPromise(judge: (name: PromiseName) => Verdict): Record<PromiseName, Verdict> {
  return Object.fromEntries(PROMISES.map((name) => [name, judge(name)])) as Record<
    PromiseName,
    Verdict
  >;
}

/** A kept promise keeps the weaker ones, which by themselves may assume more (an order of writes). */
function spread(verdicts: Record<PromiseName, Verdict>): Record<PromiseName, Verdict> {
  const { linearizable, sequential } = verdicts;
  if (linearizable.kind === 'valid') return everyPromise(() => linearizable);
  if (sequential.kind !== 'valid') return verdicts;
  const bySession: readonly string[] = SESSION_GUARANTEES;
  return everyPromise((name) => (bySession.includes(name) ? sequential : verdicts[name]));
}

function conclude(
  options: PromiseOptions,
  found: {
    readonly keys: readonly KeyPromises[];
    readonly strongest: PromiseName | null;
    readonly kept: readonly PromiseName[];
    readonly verdictOf: (name: PromiseName) => Verdict;
  },
): Verdict {
  const { keys, strongest, kept, verdictOf } = found;
  const { timed = true } = options;
  if (keys.length === 0) return { kind: 'unknown', because: 'the history is empty' };
  const bound = exceeded(keys, options);
  if (bound !== null) return bound;
  if (options.promise !== undefined) {
    const verdict = verdictOf(options.promise);
    if (verdict.kind !== 'valid') return verdict;
  }
  if (strongest === null) return none(verdictOf('safe'), worstOf(keys), timed);
  const stronger = PROMISES.slice(0, PROMISES.indexOf(strongest));
  const failed = stronger.map(verdictOf).find(({ kind }) => kind !== 'valid');
  if (failed === undefined) return { kind: 'valid', note: strongest };
  const also = kept.filter((name) => name !== strongest);
  const stalest = worstOf(keys);
  const because = failed.kind === 'valid' ? '' : failed.because;
  const undecided = stronger
    .map((name) => [name, verdictOf(name)] as const)
    .filter(([, { kind }]) => kind === 'unknown');
  const broken = stronger.find((name) => verdictOf(name).kind === 'invalid');
  const note = [
    broken === undefined ? strongest : `${strongest}, not ${broken}`,
    stalest === null ? because : tellStale(stalest, timed),
    ...undecided.map(([name, verdict]) =>
      verdict.kind === 'unknown' && verdict.because !== because
        ? `${name} not decided: ${verdict.because}`
        : `${name} not decided`,
    ),
    ...(also.length === 0 ? [] : [`also kept: ${also.join(', ')}`]),
    ...(keys.length === 1 ? [] : ['session guarantees are of each key by itself']),
  ];
  return { kind: 'valid', note: note.join('; ') };
}

/** Not even the weakest promise is kept: what is left to say is how bad it gets. */
function none(verdict: Verdict, stalest: StaleRead | null, timed: boolean): Verdict {
  if (verdict.kind !== 'invalid' || stalest === null) return verdict;
  const because = `no promise is kept: ${verdict.because}; at worst, ${tellStale(stalest, timed)}`;
  return { ...verdict, because };
}

/** The first read that is staler than allowed. */
function exceeded(keys: readonly KeyPromises[], options: PromiseOptions): Verdict | null {
  const { versionsMax = Number.POSITIVE_INFINITY, msMax = Number.POSITIVE_INFINITY } =
    options.staleness ?? {};
  for (const { key, staleness } of keys) {
    const read = staleness?.stale.find(
      ({ versions, staleNs }) => versions > versionsMax || staleNs / 1e6 > msMax,
    );
    if (read === undefined) continue;
    const { invoke, complete } = read.read;
    return {
      kind: 'invalid',
      because: `${key === undefined ? '' : `key ${key}: `}${tellStale(read, options.timed ?? true)}`,
      events: [
        ...new Set([read.replacedBy.invoke, read.replacedBy.complete, invoke, complete]),
      ].sort((a, b) => a - b),
      property: 'bounded-staleness',
    };
  }
  return null;
}

function worstOf(keys: readonly KeyPromises[]): StaleRead | null {
  const all = keys.flatMap(({ staleness }) => staleness?.stale ?? []);
  return all.length === 0 ? null : all.reduce((a, b) => (b.staleNs > a.staleNs ? b : a));
}

function stalenessStats(
  keys: readonly KeyPromises[],
  timed: boolean,
): Record<string, number | string> {
  let reads = 0;
  let stale = 0;
  let versions = 0;
  for (const { staleness } of keys) {
    reads += staleness?.reads ?? 0;
    stale += staleness?.stale.length ?? 0;
    for (const each of staleness?.stale ?? []) versions = Math.max(versions, each.versions);
  }
  const stalest = worstOf(keys);
  return {
    reads,
    stale_reads: stale,
    stale_versions_max: versions,
    ...(timed ? { stale_max: milliseconds(stalest?.staleNs ?? 0) } : {}),
  };
}
