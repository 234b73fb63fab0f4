/** Anomalies as verdicts: in words that a person understands who knows databases but not Adya. */

import { FAIL, INFO, NONE, OK } from '../history.ts';
import { itemAt } from '../item-at.ts';
import type { Nanos } from '../units.ts';
import type { Verdict, Witness, WitnessOperation } from '../verdict.ts';
import {
  type Anomaly,
  type AnomalyKind,
  type AnomalyParts,
  type Order,
  partsOf,
} from './anomalies.ts';
import { PROCESS, REALTIME } from './graph.ts';
import { LEVELS, type Level, violates } from './levels.ts';
import { READ, type Transactions } from './transactions.ts';
import { show } from './versions.ts';

/** The verdict on the worst of the anomalies that the level forbids. */
export function invalid(t: Transactions, level: Level, bad: readonly Anomaly[]): Verdict {
  const worst = bad.reduce((a, b) => (badness(b) < badness(a) ? b : a));
  const transactions = [...new Set(worst.transactions)];
  const operations = transactions.map((txn): WitnessOperation => {
    const complete = t.complete.get(txn);
    const why = worst.why?.[worst.transactions.indexOf(txn)];
    return {
      invoke: t.invoke.get(txn),
      complete: complete === NONE ? null : complete,
      ...(why === undefined ? {} : { why }),
    };
  });
  const events = operations
    .flatMap(({ invoke, complete }) => (complete === null ? [invoke] : [invoke, complete]))
    .sort((a, b) => a - b);
  const { base, order } = partsOf(worst.kind);
  // One that goes through a transaction twice has more reasons than operations.
  const isCycle = worst.why !== undefined && transactions.length === worst.transactions.length;
  const witness: Witness = {
    operations,
    sentences: [
      ...transactions.map((txn) => describe(t, txn)),
      ...worst.sentences,
      ...conclusion(t, worst),
    ],
    ...(isCycle ? { isCycle } : {}),
  };
  return {
    kind: 'invalid',
    because: `not ${level}: ${HEADLINES[base]} (${worst.kind})${GIVEN[order]}`,
    events: [...new Set(events)],
    property: worst.kind,
    witness,
  };
}

/**
 * Smaller is worse: what rules out a weaker level, then what has fewer parts. The axioms of the weak
 * levels come last: where there is a cycle of Adya's too, it is the better explanation.
 */
function badness({ kind, transactions }: Anomaly): number {
  const axiom = AXIOMS.has(kind) ? LEVELS.length : 0;
  const weakest = LEVELS.findIndex((level) => violates(kind, level));
  const rank = weakest === -1 ? 2 * LEVELS.length : weakest + axiom;
  return rank * 1000 + Math.min(transactions.length, 999);
}

const AXIOMS: ReadonlySet<AnomalyKind> = new Set<AnomalyKind>([
  'non-monotonic-view',
  'fractured-read',
  'causality-violation-process',
]);

/** Why one transaction comes before another by process or real time; null for other kinds. */
export function whyOrder(
  t: Transactions,
  name: (txn: number) => string,
  edge: { readonly from: number; readonly to: number; readonly kind: number },
): string | null {
  const { from, to, kind } = edge;
  if (kind === PROCESS) {
    return `Process ${t.process[from]} completed ${name(from)} before it began ${name(to)}.`;
  }
  if (kind !== REALTIME) return null;
  const completed = t.complete.get(from);
  const began = t.invoke.get(to);
  const gapNs = t.history.time.get(began) - t.history.time.get(completed);
  const gap = gapNs < 1e3 ? '' : ` ${duration(gapNs)}`;
  return (
    `${name(from)} completed (event ${completed})${gap} before ${name(to)} began ` +
    `(event ${began}).`
  );
}

function duration(ns: Nanos): string {
  return ns >= 1e6 ? `${Math.round(ns / 1e6)} ms` : `${Math.round(ns / 1e3)} µs`;
}

const HEADLINES: Readonly<Record<AnomalyParts['base'], string>> = {
  G0: 'writes of transactions are interleaved, each overwrote the other',
  G1a: 'a transaction read what a failed transaction wrote',
  G1b: 'a transaction read a version that its writer replaced before it committed',
  G1c: 'transactions read from each other in a circle, so that each would have to come first',
  'G-single-item':
    'a transaction saw some effects of another and missed others that came with or before them',
  'G-nonadjacent-item': 'transactions worked on snapshots that no single order of commits explains',
  'G2-item':
    "transactions missed each other's writes in a circle (write skew): no serial order exists",
  internal: "a transaction's read contradicts what the same transaction read or wrote before",
  'unrepeatable-read':
    'a transaction read a register twice and found what others had written between',
  'future-read': 'a transaction read what it wrote only later',
  'incompatible-order': 'two reads of a list contradict each other about its order',
  'duplicate-elements': 'an element that was appended once stands in a list twice',
  'dirty-update': 'a committed transaction built on the write of a failed one',
  'lost-update': 'two transactions updated the same version, and one update was lost',
  'cyclic-versions': 'the versions of a key come in a circle',
  'non-monotonic-view':
    'having seen a transaction, a later read of the same transaction missed its other writes',
  'fractured-read': 'a transaction saw one write of another transaction but missed another',
  'causality-violation': 'a transaction missed a write that causally precedes it',
  'no-serial-order': 'no serial order of the transactions explains what they read',
  'unwritten-read': 'a transaction read a value that nobody wrote',
  'garbage-read':
    'a transaction read a value that nobody wrote, and that was not there before the test either',
  'wrong-answer': 'the answer to a transaction does not belong to what was asked',
};

const GIVEN: Readonly<Record<Order, string>> = {
  '': '',
  '-process': ', given the order of each process',
  '-realtime': ', given which transactions completed before others began',
};

/** Steps of a transaction that a sentence names. */
const STEPS_SHOWN = 20;

/** One line on a transaction: who, when, what. */
function describe(t: Transactions, txn: number): string {
  const steps: string[] = [];
  const first = t.start.get(txn);
  const more = t.start.get(txn + 1) - first - STEPS_SHOWN;
  for (let m = first; m < t.start.get(txn + 1) && m < first + STEPS_SHOWN; m++) {
    const key = show(t.keys[t.key.get(m)]);
    const value = show(t.value[m]);
    if (t.kind[m] !== READ) steps.push(`wrote ${value} to ${key}`);
    else if (t.outcome[txn] === OK) steps.push(`read ${key} = ${value}`);
    else steps.push(`read ${key}`);
  }
  if (more > 0) steps.push(`and ${more} more`);
  const complete = t.complete.get(txn);
  const invoke = t.invoke.get(txn);
  const events =
    complete === NONE || complete === invoke
      ? `event ${invoke}`
      : `events ${invoke} to ${complete}`;
  const answered = t.wrongAnswers.has(txn);
  const outcome = answered ? '' : (OUTCOMES[t.outcome.get(txn)] ?? '');
  return `T${invoke} (process ${t.process[txn]}, ${events}${outcome}): ${steps.join(', ')}.`;
}

const OUTCOMES: Readonly<Record<number, string>> = {
  [FAIL]: ', failed',
  [INFO]: ', outcome unknown to its client but seen by others',
};

/** What follows from a cycle. */
function conclusion(t: Transactions, { why, transactions }: Anomaly): string[] {
  if (why === undefined || transactions.length === 0) return [];
  const circle = [...transactions, itemAt(transactions, 0)];
  const order = circle.map((txn) => `T${t.invoke[txn]}`).join(' before ');
  return [`So ${order}: no order of these transactions explains what they saw.`];
}
