/**
 * Transactions as columns: the micro-operations of every transaction of a history, in flat arrays.
 *
 * A transaction is an operation whose value is a list of micro-operations `[f, key, value]`, with
 * `f` one of `append`, `w`, `r`, as in Jepsen. A transaction that crashed has micro-operations too
 * (those of its invocation), but what it read is not known; so does one whose answer belongs to another
 * question, which is a finding of its own.
 */

import { ByteColumn, IntColumn } from '../columns.ts';
import { FAIL, type History, INFO, INVOKE, NEMESIS, NONE, OK, type Value } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { wrongAnswer } from '../transaction-answers.ts';
import { isList } from '../value.ts';

export const READ = 0;
export const APPEND = 1;
export const WRITE = 2;

export interface Transactions {
  readonly history: History;
  readonly count: number;
  /** Index of the invocation; of the completion where the history lacks the invocation. */
  readonly invoke: IntColumn;
  /** Index of the completion, or `NONE`. */
  readonly complete: IntColumn;
  readonly process: IntColumn;
  /** `OK`, `FAIL` or `INFO`; a transaction that never completed is `INFO`. */
  readonly outcome: ByteColumn;
  /** First micro-operation of each transaction, and the total at the end. */
  readonly start: IntColumn;
  /** `READ`, `APPEND` or `WRITE`. */
  readonly kind: ByteColumn;
  /** Position in `keys`. */
  readonly key: IntColumn;
  /** The element written, or what was read. */
  readonly value: readonly Value[];
  /** Transaction of each micro-operation. */
  readonly owner: IntColumn;
  /** The reads of transactions that succeeded: only those say what they saw. */
  readonly reads: IntColumn;
  /** Per micro-operation, the nearest earlier read of its key in its transaction, or `NONE`. */
  readonly readBefore: IntColumn;
  /** The same for writes. */
  readonly writeBefore: IntColumn;
  readonly keys: readonly Value[];
  readonly mops: number;
  /** Transactions whose answer is not one to what was asked, with how it differs. */
  readonly wrongAnswers: ReadonlyMap<number, string>;
}

/** The transactions of a history, or what is wrong with it in one sentence. */
export type Parsed =
  | { readonly kind: 'transactions'; readonly transactions: Transactions }
  | { readonly kind: 'malformed'; readonly because: string };

/** Reads the transactions of a history; nemesis events are passed over. Linear. */
export function parseTransactions(history: History): Parsed {
  const builder = new Builder(history);
  const open = new Map<number, number>();
  for (let at = 0; at < history.length; at++) {
    const process = history.process.get(at);
    if (process === NEMESIS) continue;
    const type = history.type.get(at);
    const opened = open.get(process);
    if (type === INVOKE) {
      if (opened !== undefined) {
        return {
          kind: 'malformed',
          because:
            `event ${at}: process ${process} begins a transaction while that of event ` +
            `${opened} is open`,
        };
      }
      open.set(process, at);
      continue;
    }
    open.delete(process);
    const problem = builder.add(opened ?? at, at, type);
    if (problem !== null) return { kind: 'malformed', because: problem };
  }
  for (const invoke of open.values()) {
    const problem = builder.add(invoke, NONE, INFO);
    if (problem !== null) return { kind: 'malformed', because: problem };
  }
  return { kind: 'transactions', transactions: builder.build() };
}

/** A primitive that stands for a value in a `Map`: lists and maps are equal by content. */
export function mapKey(value: Value): Value {
  return typeof value === 'object' && value !== null ? `\u0000${JSON.stringify(value)}` : value;
}

class Builder {
  readonly #history: History;
  readonly #keyIds = new Map<Value, number>();
  readonly #keys: Value[] = [];
  readonly #invoke: number[] = [];
  readonly #complete: number[] = [];
  readonly #outcome: number[] = [];
  readonly #start: number[] = [0];
  readonly #kind: number[] = [];
  readonly #key: number[] = [];
  readonly #value: Value[] = [];
  readonly #owner: number[] = [];
  readonly #reads: number[] = [];
  readonly #wrongAnswers = new Map<number, string>();

  constructor(history: History) {
    this.#history = history;
  }

  /** Adds a transaction; returns what is wrong with it, or null. */
  add(invoke: number, complete: number, completed: number): string | null {
    const { values, value: codes } = this.#history;
    const wrong =
      completed === OK && codes[invoke] !== codes[complete]
        ? wrongAnswer(values.value(codes.get(invoke)), values.value(codes.get(complete)))
        : null;
    if (wrong !== null) this.#wrongAnswers.set(this.#invoke.length, wrong);
    const outcome = wrong === null ? completed : INFO;
    // What a transaction wrote before it failed or crashed stands in its invocation.
    const source = outcome === OK ? complete : invoke;
    const value = values.value(codes.get(source));
    if (!isList(value)) {
      return `event ${source}: expected a list of micro-operations, got ${show(value)}`;
    }
    for (const mop of value) {
      const problem = this.#mop(mop, source, outcome);
      if (problem !== null) return problem;
    }
    this.#invoke.push(invoke);
    this.#complete.push(complete);
    this.#outcome.push(outcome);
    this.#start.push(this.#kind.length);
    return null;
  }

  #mop(mop: Value, at: number, outcome: number): string | null {
    const f = isList(mop) ? mop[0] : undefined;
    const kind = f === 'r' || f === ':r' ? READ : writeKind(f);
    if (!isList(mop) || kind === null || mop.length !== 3) {
      return `event ${at}: expected [append|w|r, key, value], got ${show(mop)}`;
    }
    const key = itemAt(mop, 1);
    const mapped = mapKey(key);
    let id = this.#keyIds.get(mapped);
    if (id === undefined) {
      id = this.#keys.length;
      this.#keyIds.set(mapped, id);
      this.#keys.push(key);
    }
    if (kind === READ && outcome === OK) this.#reads.push(this.#kind.length);
    this.#owner.push(this.#invoke.length);
    this.#kind.push(kind);
    this.#key.push(id);
    this.#value.push(mop[2] ?? null);
    return null;
  }

  build(): Transactions {
    const history = this.#history;
    const count = this.#invoke.length;
    const process = new IntColumn(count);
    for (let t = 0; t < count; t++) {
      process[t] = history.process.get(itemAt(this.#invoke, t));
    }
    return {
      history,
      count,
      invoke: new IntColumn(this.#invoke),
      complete: new IntColumn(this.#complete),
      process,
      outcome: new ByteColumn(this.#outcome),
      start: new IntColumn(this.#start),
      kind: new ByteColumn(this.#kind),
      key: new IntColumn(this.#key),
      value: this.#value,
      owner: new IntColumn(this.#owner),
      reads: new IntColumn(this.#reads),
      readBefore: this.#before((kind) => kind === READ),
      writeBefore: this.#before((kind) => kind !== READ),
      keys: this.#keys,
      mops: this.#kind.length,
      wrongAnswers: this.#wrongAnswers,
    };
  }

  /** Per micro-operation, the nearest earlier one of its transaction and key that is wanted. */
  #before(wanted: (kind: number) => boolean): IntColumn {
    const before = new IntColumn(this.#kind.length);
    const latest = new IntColumn(this.#keys.length).fill(NONE);
    for (let m = 0; m < before.length; m++) {
      const key = itemAt(this.#key, m);
      const known = latest.get(key);
      const first = itemAt(this.#start, itemAt(this.#owner, m));
      before[m] = known >= first ? known : NONE;
      if (wanted(itemAt(this.#kind, m))) latest[key] = m;
    }
    return before;
  }
}

function writeKind(f: Value | undefined): number | null {
  if (f === 'append' || f === ':append') return APPEND;
  return f === 'w' || f === ':w' ? WRITE : null;
}

function show(value: Value): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Why a history cannot be judged by this workload's rules, or null. */
export function wrongWorkload(t: Transactions, written: number, name: string): string | null {
  for (let txn = 0; txn < t.count; txn++) {
    for (let m = t.start.get(txn); m < t.start.get(txn + 1); m++) {
      const kind = t.kind.get(m);
      if (kind === written && t.value[m] === null) {
        const what = `what it wrote to key ${show(itemAt(t.keys, t.key.get(m)))}`;
        return `event ${t.invoke[txn]}: ${what} was not recorded, so that it may have been any value`;
      }
      if (kind !== READ && kind !== written) {
        const f = kind === APPEND ? 'append' : 'w';
        return `event ${t.invoke[txn]}: a ${name} history has no micro-operation ${f}`;
      }
      if (kind === READ && written === APPEND && t.outcome[txn] === OK) {
        const value = itemAt(t.value, m);
        if (value !== null && !isList(value)) {
          return `event ${t.complete[txn]}: a read of a list gave ${show(value)}`;
        }
      }
    }
  }
  return null;
}

/** Whether the transaction failed: it certainly did not happen. */
export function failed(t: Transactions, txn: number): boolean {
  return t.outcome[txn] === FAIL;
}
