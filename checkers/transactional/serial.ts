/**
 * Looks for a serial order of register transactions that explains every read: a proof where the
 * absence of anomalies is none, since registers do not show the order of their versions.
 *
 * Depth first, in the order of completions, over the dependency graph. A transaction may come next
 * when all that must precede it is placed, when what it read is what its keys hold, and when it
 * overwrites nothing that somebody not yet placed has read: values are unique and never return.
 */

import { FloatColumn, IntColumn } from '../columns.ts';
import { NONE, OK } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { type EdgeList, type Graph, REALTIME, toGraph } from './graph.ts';
import { saturate } from './saturate.ts';
import { READ, type Transactions } from './transactions.ts';
import { INITIAL, show, type Versions } from './versions.ts';

/** How often transactions are tried as the next one, at most: so often, and so often for each. */
const TRIES_MAX = 100_000;
const TRIES_EACH_MAX = 60;
/** Keys of all points that are remembered, together. */
const REMEMBERED_MAX = 2_000_000;

export type SerialAnswer =
  | { readonly kind: 'order' }
  /** No order exists; in the longest, none of these can come next. */
  | { readonly kind: 'none'; readonly stuck: readonly number[]; readonly sentences: string[] }
  | { readonly kind: 'unknown' };

/** Searches with the edges of `mask`; where that has `REALTIME`, with all that follows from it. */
export function findSerialOrder(
  t: Transactions,
  versions: Versions,
  edges: EdgeList,
  mask: number,
): SerialAnswer {
  if ((mask & REALTIME) === 0) return new SerialSearch(t, versions, toGraph(edges, mask)).run();
  const saturated = saturate(t, versions, edges, mask);
  if ('edges' in saturated) {
    return new SerialSearch(t, versions, toGraph(saturated.edges), saturated.end).run();
  }
  // A search may show it on fewer transactions.
  const answer = new SerialSearch(t, versions, toGraph(edges, mask)).run();
  if (answer.kind === 'none') return answer;
  const names = saturated.circle.map((txn) => `T${t.invoke[txn]}`).join(', ');
  const sentence =
    `What was read, and what was over before other transactions began, leaves no place for ${names}: ` +
    'each would have to come both before and after other writers of the same keys.';
  return { kind: 'none', stuck: saturated.circle, sentences: [sentence] };
}

class SerialSearch {
  readonly #t: Transactions;
  readonly #versions: Versions;
  readonly #graph: Graph;
  /** How many predecessors of each node are not placed. */
  readonly #waitsFor: IntColumn;
  /** Per key, the transaction whose write it holds. */
  readonly #holds: IntColumn;
  /** How many transactions not yet placed read the version of that key and writer. */
  readonly #readers = new Map<number, number>();
  readonly #ready: number[] = [];
  readonly #seen = new Set<string>();
  #placed = 0;
  #tries = 0;

  /** By which event each transaction should be placed: the order in which they are tried. */
  readonly #due: FloatColumn;

  constructor(t: Transactions, versions: Versions, graph: Graph, due?: FloatColumn) {
    this.#due =
      due ?? FloatColumn.collect(t.complete, (at) => (at === NONE ? Number.POSITIVE_INFINITY : at));
    this.#t = t;
    this.#versions = versions;
    this.#graph = graph;
    this.#waitsFor = new IntColumn(graph.nodes);
    this.#holds = new IntColumn(t.keys.length).fill(INITIAL);
    for (const node of graph.to) this.#waitsFor[node] = this.#waitsFor.get(node) + 1;
  }

  run(): SerialAnswer {
    const { committed } = this.#versions;
    let total = 0;
    for (let txn = 0; txn < this.#t.count; txn++) {
      if (committed[txn] === 0) continue;
      total++;
      for (const m of this.#reads(txn)) this.#count(m, 1);
    }
    // All that waits for nothing at first, before any of it is passed and others stop waiting.
    const free = [...this.#waitsFor.keys()].filter((node) => this.#waitsFor[node] === 0);
    for (const node of free) {
      if (node >= this.#t.count) this.#leave(node);
      else if (committed[node] === 1) this.#ready.push(node);
    }
    return this.#search(total);
  }

  #search(total: number): SerialAnswer {
    // One frame for each transaction placed: the candidates at that point, and which is tried.
    const frames: { candidates: number[]; next: number }[] = [];
    let most = -1;
    let stuck: SerialAnswer & { kind: 'none' } = { kind: 'none', stuck: [], sentences: [] };
    frames.push({ candidates: this.#candidates(), next: 0 });
    for (;;) {
      if (this.#placed === total) return { kind: 'order' };
      const frame = frames.at(-1);
      if (frame === undefined) return stuck;
      const txn = frame.candidates[frame.next++];
      if (txn === undefined) {
        if (this.#placed > most && frame.candidates.length === 0) {
          most = this.#placed;
          stuck = this.#describeStuck();
        }
        frames.pop();
        const before = frames.at(-1);
        if (before !== undefined) this.#remove(itemAt(before.candidates, before.next - 1));
        continue;
      }
      if (this.#tries > TRIES_MAX + TRIES_EACH_MAX * total) {
        return { kind: 'unknown' };
      }
      this.#place(txn);
      // Beyond the furthest dead end nothing is known yet that would be worth comparing with.
      const isKnown = this.#placed <= most && !this.#isNew();
      frames.push({ candidates: isKnown ? [] : this.#candidates(), next: 0 });
    }
  }

  /** Transactions that may come next, the most urgent first. */
  #candidates(): number[] {
    this.#tries += this.#ready.length;
    const possible = this.#ready.filter((txn) => this.#obstacle(txn) === null);
    // A transaction that only reads changes nothing: if it can come now, it may.
    const reader = possible.find((txn) => this.#writes(txn).length === 0);
    if (reader !== undefined) return [reader];
    const due = (txn: number): number => this.#due.get(txn);
    return possible.sort((a, b) => (due(a) < due(b) ? -1 : Number(due(a) > due(b))));
  }

  /** Why a transaction cannot come next, or null. */
  #obstacle(txn: number): string | null {
    const { keys, key, value, invoke } = this.#t;
    const own = new Map<number, number>();
    for (const m of this.#reads(txn)) {
      const k = key.get(m);
      const holder = this.#holds.get(k);
      if (holder !== this.#versions.readFrom[m]) {
        const holds = holder === INITIAL ? 'nil' : `the write of T${invoke[holder]}`;
        return (
          `T${invoke[txn]} read key ${show(keys[k])} as ${show(value[m])}, but it holds ` +
          `${holds}`
        );
      }
      own.set(k, (own.get(k) ?? 0) + 1);
    }
    for (const m of this.#writes(txn)) {
      const k = key.get(m);
      const waiting = this.#readers.get(this.#slot(k, this.#holds.get(k))) ?? 0;
      if (waiting > (own.get(k) ?? 0)) {
        return (
          `T${invoke[txn]} would overwrite key ${show(keys[k])} while others have yet to ` +
          'read it'
        );
      }
    }
    return null;
  }

  #place(txn: number): void {
    this.#placed++;
    this.#ready.splice(this.#ready.indexOf(txn), 1);
    for (const m of this.#reads(txn)) this.#count(m, -1);
    this.#undo.push(this.#writes(txn).map((m) => this.#holds.get(this.#t.key.get(m))));
    for (const m of this.#writes(txn)) this.#holds[this.#t.key.get(m)] = txn;
    this.#leave(txn);
  }

  readonly #undo: number[][] = [];

  #remove(txn: number): void {
    this.#placed--;
    this.#retract(txn);
    const held = this.#undo.pop() ?? [];
    this.#writes(txn)
      .map((m, i) => [this.#t.key.get(m), itemAt(held, i)] as const)
      .reverse()
      .forEach(([k, holder]) => {
        this.#holds[k] = holder;
      });
    for (const m of this.#reads(txn)) this.#count(m, 1);
    this.#ready.push(txn);
  }

  /** A placed node no longer holds up others: hubs are passed at once, transactions get ready. */
  #leave(node: number): void {
    const { start, to } = this.#graph;
    const left = [node];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      for (let e = start.get(next); e < start.get(next + 1); e++) {
        const target = to.get(e);
        const waits = this.#waitsFor.get(target) - 1;
        this.#waitsFor[target] = waits;
        if (waits > 0) continue;
        if (target >= this.#t.count) left.push(target);
        else if (this.#versions.committed[target] === 1) this.#ready.push(target);
      }
    }
  }

  /** Undoes `#leave`. */
  #retract(node: number): void {
    const { start, to } = this.#graph;
    const left = [node];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      for (let e = start.get(next); e < start.get(next + 1); e++) {
        const target = to.get(e);
        const waits = this.#waitsFor.get(target);
        this.#waitsFor[target] = waits + 1;
        if (waits > 0) continue;
        if (target >= this.#t.count) left.push(target);
        else if (this.#versions.committed[target] === 1) {
          this.#ready.splice(this.#ready.indexOf(target), 1);
        }
      }
    }
  }

  /** External reads whose version is known. */
  #reads(txn: number): number[] {
    const { start, kind, outcome } = this.#t;
    const reads: number[] = [];
    if (outcome[txn] !== OK) return reads;
    for (let m = start.get(txn); m < start.get(txn + 1); m++) {
      if (kind[m] === READ && this.#versions.readFrom.get(m) >= INITIAL) reads.push(m);
    }
    return reads;
  }

  /** One write for each key that a transaction writes. */
  #writes(txn: number): number[] {
    const { start, kind, key } = this.#t;
    const keys = new Set<number>();
    const writes: number[] = [];
    for (let m = start.get(txn); m < start.get(txn + 1); m++) {
      if (kind[m] === READ || keys.has(key.get(m))) continue;
      keys.add(key.get(m));
      writes.push(m);
    }
    return writes;
  }

  #slot(key: number, writer: number): number {
    return key * (this.#t.count + 1) + writer + 1;
  }

  #count(m: number, by: number): void {
    const slot = this.#slot(this.#t.key.get(m), this.#versions.readFrom.get(m));
    this.#readers.set(slot, (this.#readers.get(slot) ?? 0) + by);
  }

  /** Whether this point was not reached before: what is ready and what keys hold says it all. */
  #isNew(): boolean {
    // Remembering costs memory and time; without it the search is only slower.
    this.#tries += this.#holds.length;
    if (this.#seen.size * this.#holds.length > REMEMBERED_MAX) return true;
    const point = `${this.#ready.toSorted((a, b) => a - b).join(' ')}|${this.#holds.join(' ')}`;
    if (this.#seen.has(point)) return false;
    this.#seen.add(point);
    return true;
  }

  #describeStuck(): SerialAnswer & { kind: 'none' } {
    const stuck = this.#ready.slice(0, 8);
    const sentences = [
      `The longest serial order ends after ${this.#placed}; none of these can come next:`,
      ...stuck.map((txn) => `${this.#obstacle(txn) ?? `T${this.#t.invoke[txn]}`}.`),
    ];
    return { kind: 'none', stuck, sentences };
  }
}
