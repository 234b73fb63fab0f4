/** The anomalies, and what is known of each one found. */

/** Cycles in the data alone, after Adya; each also per process and in real time. */
export const CYCLES = ['G0', 'G1c', 'G-single-item', 'G-nonadjacent-item', 'G2-item'] as const;
export type CycleKind = (typeof CYCLES)[number];

/** What a cycle needs beside data: nothing, the order within a process, or real time. */
export type Order = '' | '-process' | '-realtime';

export type AnomalyKind =
  | `${CycleKind}${Order}`
  /** Aborted read: saw what a failed transaction wrote. */
  | 'G1a'
  /** Intermediate read: saw a version that its writer replaced before it committed. */
  | 'G1b'
  /** Read something that contradicts the transaction's own earlier reads and writes. */
  | 'internal'
  /** Read two values of a register of which it wrote neither. */
  | 'unrepeatable-read'
  /** Read what the transaction itself wrote only later. */
  | 'future-read'
  /** Two reads of a list of which neither is a prefix of the other. */
  | 'incompatible-order'
  /** An element stands twice in a list. */
  | 'duplicate-elements'
  /** A committed write on top of a failed one. */
  | 'dirty-update'
  /** Two committed transactions read one version and both replaced it. */
  | 'lost-update'
  /** The versions of a register, in the order that the stated assumption gives, form a cycle. */
  | 'cyclic-versions'
  /** Having seen a transaction, one of its later reads did not see that transaction's write. */
  | 'non-monotonic-view'
  /** Saw one write of a transaction but not another. */
  | 'fractured-read'
  /** Did not see a write that causally precedes it. */
  | 'causality-violation-process'
  /** No serial order explains all reads, though no smaller contradiction shows it. */
  | 'no-serial-order'
  /** The same for orders that real time allows. */
  | 'no-serial-order-realtime'
  /** Read a value that nobody wrote and that was there before the test: forbidden by no level. */
  | 'unwritten-read'
  /** Read a value that nobody wrote and that cannot have been there before the test. */
  | 'garbage-read'
  /** The answer has another step than the question, or one more, or one less. */
  | 'wrong-answer';

/** An anomaly that takes an order beside the data to see. */
export type OrderedKind = Extract<AnomalyKind, `${string}-process` | `${string}-realtime`>;

/** What an anomaly is in the data, and the order that it takes beside. */
export interface AnomalyParts {
  readonly base: Exclude<AnomalyKind, OrderedKind> | 'causality-violation';
  readonly order: Order;
}

const ORDERED: Readonly<Record<OrderedKind, AnomalyParts>> = {
  'G0-process': { base: 'G0', order: '-process' },
  'G0-realtime': { base: 'G0', order: '-realtime' },
  'G1c-process': { base: 'G1c', order: '-process' },
  'G1c-realtime': { base: 'G1c', order: '-realtime' },
  'G-single-item-process': { base: 'G-single-item', order: '-process' },
  'G-single-item-realtime': { base: 'G-single-item', order: '-realtime' },
  'G-nonadjacent-item-process': { base: 'G-nonadjacent-item', order: '-process' },
  'G-nonadjacent-item-realtime': { base: 'G-nonadjacent-item', order: '-realtime' },
  'G2-item-process': { base: 'G2-item', order: '-process' },
  'G2-item-realtime': { base: 'G2-item', order: '-realtime' },
  'causality-violation-process': { base: 'causality-violation', order: '-process' },
  'no-serial-order-realtime': { base: 'no-serial-order', order: '-realtime' },
};

export function isOrdered(kind: AnomalyKind): kind is OrderedKind {
  return Object.hasOwn(ORDERED, kind);
}

export function partsOf(kind: AnomalyKind): AnomalyParts {
  return isOrdered(kind) ? ORDERED[kind] : { base: kind, order: '' };
}

export function isCycle(kind: AnomalyParts['base']): kind is CycleKind {
  return CYCLES.some((cycle) => cycle === kind);
}

/** One instance of an anomaly. */
export interface Anomaly {
  readonly kind: AnomalyKind;
  /** The transactions; those of a cycle in order, each before the next, the last before the first. */
  readonly transactions: readonly number[];
  /** What happened, one statement a sentence. */
  readonly sentences: readonly string[];
  /** For a cycle, why each transaction must come before the next: as long as `transactions`. */
  readonly why?: readonly string[];
}

/** Collects instances, keeping the first few of each kind: a broken system has millions. */
export class AnomalyList {
  readonly found: Anomaly[] = [];
  /** How many of each kind there were. */
  readonly counts = new Map<AnomalyKind, number>();
  readonly #keepMax: number;

  constructor(keepMax = 8) {
    this.#keepMax = keepMax;
  }

  /** Adds an instance; sentences are written only for those that are kept. */
  add(kind: AnomalyKind, transactions: readonly number[], sentences: () => string[]): void {
    if (this.#count(kind)) this.found.push({ kind, transactions, sentences: sentences() });
  }

  addCycle(
    kind: AnomalyKind,
    transactions: readonly number[],
    explain: () => { readonly sentences: string[]; readonly why: string[] },
  ): void {
    if (this.#count(kind)) this.found.push({ kind, transactions, ...explain() });
  }

  has(kind: AnomalyKind): boolean {
    return this.counts.has(kind);
  }

  #count(kind: AnomalyKind): boolean {
    const count = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, count);
    return count <= this.#keepMax;
  }
}
