/** Judges a history of transactions: the facade. */

import { type History, OK } from '../history.ts';
import { itemAt } from '../item-at.ts';
import type { CheckResult, Verdict } from '../verdict.ts';
import {
  type Anomaly,
  type AnomalyKind,
  AnomalyList,
  CYCLES,
  type CycleKind,
  type Order,
} from './anomalies.ts';
import { cyclicComponents } from './components.ts';
import { type Cycle, findCycles } from './cycles.ts';
import { invalid, whyOrder } from './explain.ts';
import { EdgeList, PROCESS, REALTIME, RW, toGraph, VIA, WR, WW } from './graph.ts';
import { boundary, findLevel, implied, type Level, promisesOrder, violates } from './levels.ts';
import { analyseLists } from './list-append.ts';
import { addProcessEdges, addRealtimeEdges } from './order.ts';
import type { KeyOrder } from './registers.ts';
import { analyseRegisters } from './rw-register.ts';
import { findSerialOrder } from './serial.ts';
import {
  APPEND,
  parseTransactions,
  type Transactions,
  WRITE,
  wrongWorkload,
} from './transactions.ts';
import { type InitialState, indexWrites, type Versions } from './versions.ts';
import { findWeakAnomalies } from './weak.ts';

export type TransactionWorkload = 'list-append' | 'rw-register';

export interface TransactionOptions {
  readonly workload: TransactionWorkload;
  /** The level that must hold, in common words or Adya's (`PL-3`). Default `strict-serializable`. */
  readonly level?: string;
  /**
   * For registers: what the caller knows of every single key. The order within processes, or in
   * real time, then orders versions. Default `unknown`.
   */
  readonly keyOrder?: KeyOrder;
  /**
   * What the keys held before the test. Default `unknown`, as with Elle: a value that nobody wrote
   * may have been there, if one such state of the key accounts for all reads of it. Where the
   * database was `empty`, every value that nobody wrote is a violation.
   */
  readonly initial?: InitialState;
}

export interface TransactionResult extends CheckResult {
  readonly level: Level;
  /** Everything found, also what the level allows; at most eight of a kind. */
  readonly anomalies: readonly Anomaly[];
  /** How many of each kind, also those not listed. */
  readonly counts: ReadonlyMap<AnomalyKind, number>;
  /** The strongest levels that nothing found rules out. */
  readonly strongest: readonly Level[];
  /** The weakest levels that are ruled out. */
  readonly weakestViolated: readonly Level[];
  /** False where a valid verdict is only that nothing found contradicts the level. */
  readonly proved: boolean;
}

/**
 * Checks a history of transactions at an isolation level.
 *
 * For `list-append` a history without anomalies at `serializable` or `strict-serializable` has a
 * serial order; for the levels below, several appends to a key that no read ever showed may hide a
 * violation (a last read of every key excludes that). For `rw-register` versions are ordered only in
 * part: a serial order is searched for, and where none is found within a budget, the note of a valid
 * verdict says so. `unknown` when the history cannot be judged:
 * written values are not unique, an operation is no transaction, or nothing was exercised.
 * Throws a `RangeError` for a level that does not exist. Time is linear but for pathological
 * components; there is no time-out.
 */
export function checkTransactions(
  history: History,
  options: TransactionOptions,
): TransactionResult {
  const level = findLevel(options.level ?? 'strict-serializable');
  if (level === null) throw new RangeError(`there is no isolation level "${options.level}"`);
  const parsed = parseTransactions(history);
  if (parsed.kind === 'malformed') return undecided(options, level, parsed.because);
  const t = parsed.transactions;
  const name = (txn: number): string => `T${t.invoke[txn]}`;
  const written = options.workload === 'list-append' ? APPEND : WRITE;
  const writes = indexWrites(t, name);
  const problem =
    wrongWorkload(t, written, options.workload) ??
    writes.ambiguous ??
    (t.outcome.includes(OK) ? null : 'no transaction succeeded, so that nothing was exercised');
  const anomalies = new AnomalyList();
  for (const [txn, wrong] of t.wrongAnswers) {
    anomalies.add('wrong-answer', [txn], () => [`${name(txn)} ${wrong}.`]);
  }
  if (problem !== null) {
    const result = undecided(options, level, problem);
    // That an answer belongs to another question shows whatever the rest of the history is.
    return anomalies.found.length === 0
      ? result
      : { ...result, ...summed(anomalies), verdict: invalid(t, level, anomalies.found) };
  }
  const initial = options.initial ?? 'unknown';
  const versions =
    options.workload === 'list-append'
      ? analyseLists(t, writes, anomalies, { initial, name })
      : analyseRegisters(t, writes, anomalies, {
          initial,
          keyOrder: options.keyOrder ?? 'unknown',
          name,
        });
  const dataEdges = versions.edges.count;
  const causalDecided = findOrderAnomalies(t, versions, anomalies, options.workload, name);
  const proved = options.workload === 'list-append' || proveSerial(t, versions, anomalies, level);
  const result = {
    checker: options.workload,
    level,
    ...summed(anomalies),
    proved: proved || isWeak(level),
    stats: { transactions: t.count, micro_operations: t.mops, dependencies: dataEdges },
  };
  const bad = anomalies.found.filter(({ kind }) => violates(kind, level));
  if (bad.length > 0) return { ...result, verdict: invalid(t, level, bad) };
  const idle = versions.edges.count === 0 || (dataEdges === 0 && !promisesOrder(level));
  if (idle) {
    return {
      ...result,
      verdict: unknown('no transaction depends on another: nothing was exercised'),
    };
  }
  if (level === 'causal' && !causalDecided) {
    return { ...result, verdict: unknown('too many sessions to decide causal consistency') };
  }
  return { ...result, verdict: valid(anomalies, level, proved) };
}

/** What was found, and which levels that leaves. */
function summed(
  anomalies: AnomalyList,
): Pick<TransactionResult, 'anomalies' | 'counts' | 'strongest' | 'weakestViolated'> {
  const { found, counts } = anomalies;
  return { anomalies: found, counts, ...boundary(counts.keys()) };
}

function unknown(because: string): Verdict {
  return { kind: 'unknown', because };
}

function undecided(options: TransactionOptions, level: Level, because: string): TransactionResult {
  return {
    checker: options.workload,
    verdict: unknown(because),
    level,
    anomalies: [],
    counts: new Map(),
    strongest: [],
    weakestViolated: [],
    proved: false,
  };
}

function valid(anomalies: AnomalyList, level: Level, proved: boolean): Verdict {
  const notes: string[] = [];
  if (!proved && !isWeak(level)) {
    notes.push(
      'nothing contradicts it, but no serial order was found either: reads of ' +
        'registers do not show the order of versions',
    );
  }
  const unwritten = anomalies.counts.get('unwritten-read');
  if (unwritten !== undefined) {
    const example = anomalies.found.find(({ kind }) => kind === 'unwritten-read');
    notes.push(
      'reads that saw values that nobody wrote, taken for values from before the ' +
        `test: ${unwritten} ` +
        `(${example?.sentences[0]})`,
    );
  }
  return notes.length === 0 ? { kind: 'valid' } : { kind: 'valid', note: notes.join('; ') };
}

/**
 * Looks for serial orders of register transactions where no anomaly rules them out: first one that
 * real time allows, which is quick where there is one. Whether one was found that `level` asks for.
 */
function proveSerial(
  t: Transactions,
  versions: Versions,
  anomalies: AnomalyList,
  level: Level,
): boolean {
  const data = WW | WR | RW | VIA;
  for (const [kind, mask] of [
    ['no-serial-order-realtime', data | REALTIME],
    ['no-serial-order', data],
  ] as const) {
    const ruledOut = [...anomalies.counts.keys()].some((each) => violates(each, SERIAL[kind]));
    if (ruledOut) continue;
    const answer = findSerialOrder(t, versions, versions.edges, mask);
    if (answer.kind === 'order') return mask !== data || !promisesOrder(level);
    if (answer.kind === 'none') anomalies.add(kind, answer.stuck, () => answer.sentences);
    // Without real time there is more to search: not worth it for a level that needs more.
    else if (promisesOrder(level)) return false;
  }
  return false;
}

const SERIAL = {
  'no-serial-order-realtime': 'strict-serializable',
  'no-serial-order': 'serializable',
} as const satisfies Record<string, Level>;

/** Levels for which unique values show all there is to see, without the order of versions. */
function isWeak(level: Level): boolean {
  return !violates('G-single-item', level);
}

/** Cycles in data, per process and in real time, and the axioms of the weak levels. */
function findOrderAnomalies(
  t: Transactions,
  versions: Versions,
  anomalies: AnomalyList,
  workload: TransactionWorkload,
  name: (txn: number) => string,
): boolean {
  const { edges, committed } = versions;
  addRealtimeEdges(t, committed, edges);
  const data = WW | WR | RW | VIA;
  const acyclic = cyclicComponents(toGraph(edges), data | REALTIME).length === 0;
  // Real time contains the order of each process: without a cycle here, there is none anywhere.
  if (acyclic && workload === 'list-append') return true;
  const sessions = new EdgeList(t.count);
  addProcessEdges(t, committed, sessions);
  if (!acyclic) {
    for (let e = 0; e < sessions.count; e++) {
      edges.add(sessions.from.get(e), sessions.to.get(e), PROCESS);
    }
    const graph = toGraph(edges);
    const add = (cycles: readonly Cycle[], order: Order): void => {
      for (const cycle of cycles) addCycle(t, versions, anomalies, { cycle, order, name });
    };
    add(findCycles(graph, 0), '');
    add(findCycles(graph, PROCESS, notImplied(anomalies, '-process')), '-process');
    add(findCycles(graph, REALTIME, notImplied(anomalies, '-realtime')), '-realtime');
  }
  return findWeakAnomalies(t, versions, anomalies, sessions, name).causalDecided;
}

/** Kinds of cycle whose variant in that order no anomaly so far is a case of. */
function notImplied(anomalies: AnomalyList, order: Order): Set<CycleKind> {
  const known = new Set<AnomalyKind>();
  for (const kind of anomalies.counts.keys()) for (const each of implied(kind)) known.add(each);
  return new Set(CYCLES.filter((kind) => !known.has(`${kind}${order}`)));
}

function addCycle(
  t: Transactions,
  versions: Versions,
  anomalies: AnomalyList,
  found: { readonly cycle: Cycle; readonly order: Order; readonly name: (txn: number) => string },
): void {
  const { nodes, kinds, kind } = found.cycle;
  anomalies.addCycle(`${kind}${found.order}`, nodes, () => {
    const why = nodes.map((from, i) => {
      const to = itemAt(nodes, (i + 1) % nodes.length);
      const edge = itemAt(kinds, i);
      return (
        versions.why(from, to, edge) ??
        whyOrder(t, found.name, { from, to, kind: edge }) ??
        `${found.name(from)} comes before ${found.name(to)}.`
      );
    });
    return { sentences: why, why };
  });
}
