/**
 * Visited configurations in one array of integers, found by open addressing. A configuration is
 * (next return to satisfy, state, slots linearized among the open operations, unanswered operations
 * used). One that used a superset of the unanswered operations of a visited one is dominated: the
 * visited one can do whatever it can.
 */

import { IntColumn } from '../../columns.ts';
import type { Scratch } from './scratch.ts';

/** Words of a record before its slot words. */
const K = 0;
const STATE = 1;
const USED = 2;
const PARENT = 3;
const MOVE = 4;
const CHAIN = 5;
const SLOTS = 6;

const NOTHING = -1;

export class Memo {
  size = 0;
  readonly used: UsedSets;
  readonly #slotWords: number;
  readonly #stride: number;
  #records: IntColumn;
  #table: IntColumn;
  /** Distinct (k, state, slots), which is what the table holds. */
  #heads = 0;

  constructor(slotWords: number, pending: number, expected: number, scratch: Scratch) {
    this.used = new UsedSets(pending, scratch);
    this.#slotWords = slotWords;
    this.#stride = SLOTS + slotWords;
    let capacity = 32;
    while (capacity < expected) capacity *= 2;
    this.#records = scratch.ints(capacity * this.#stride);
    this.#table = scratch.ints(capacity * 2, NOTHING);
  }

  get bytes(): number {
    return (this.#records.length + this.#table.length) * 4 + this.used.bytes;
  }

  k(record: number): number {
    return this.#records.get(record * this.#stride + K);
  }
  state(record: number): number {
    return this.#records.get(record * this.#stride + STATE);
  }
  usedSet(record: number): number {
    return this.#records.get(record * this.#stride + USED);
  }
  /** The moves that led to a record from the first one, in order. */
  movesTo(record: number): number[] {
    const moves: number[] = [];
    const of = (at: number, word: number): number => this.#records.get(at * this.#stride + word);
    for (let at = record; of(at, PARENT) !== NOTHING; at = of(at, PARENT)) moves.push(of(at, MOVE));
    return moves.reverse();
  }
  readSlots(record: number, into: IntColumn): void {
    const from = record * this.#stride + SLOTS;
    for (let word = 0; word < this.#slotWords; word++) {
      into[word] = this.#records.get(from + word);
    }
  }

  /** The new record, or -1 when a visited configuration dominates this one. */
  add(k: number, state: number, slots: IntColumn, used: number): number {
    const mask = this.#table.length - 1;
    let at = hash(k, state, slots) & mask;
    let head = this.#table.get(at);
    while (head !== NOTHING && !this.#same(head, k, state, slots)) {
      at = (at + 1) & mask;
      head = this.#table.get(at);
    }
    for (let seen = head; seen !== NOTHING; ) {
      const base = seen * this.#stride;
      if (this.used.isSubset(this.#records.get(base + USED), used)) return NOTHING;
      seen = this.#records.get(base + CHAIN);
    }
    const record = this.#append(k, state, slots, used);
    this.#records[record * this.#stride + CHAIN] = head;
    this.#table[at] = record;
    if (head === NOTHING && ++this.#heads * 2 > this.#table.length) this.#rehash();
    return record;
  }

  /** How the record was reached: for the order of operations. */
  link(record: number, parent: number, move: number): void {
    this.#records[record * this.#stride + PARENT] = parent;
    this.#records[record * this.#stride + MOVE] = move;
  }

  #append(k: number, state: number, slots: IntColumn, used: number): number {
    const record = this.size++;
    const base = record * this.#stride;
    if (base + this.#stride > this.#records.length) {
      this.#records = this.#records.grown(this.#records.length * 2);
    }
    const records = this.#records;
    records[base + K] = k;
    records[base + STATE] = state;
    records[base + USED] = used;
    for (let word = 0; word < this.#slotWords; word++) {
      records[base + SLOTS + word] = slots.get(word);
    }
    return record;
  }

  #same(record: number, k: number, state: number, slots: IntColumn): boolean {
    const base = record * this.#stride;
    const records = this.#records;
    if (records[base + K] !== k || records[base + STATE] !== state) return false;
    for (let word = 0; word < this.#slotWords; word++) {
      if (records[base + SLOTS + word] !== slots[word]) return false;
    }
    return true;
  }

  #rehash(): void {
    const old = this.#table;
    const table = new IntColumn(old.length * 2).fill(NOTHING);
    const mask = table.length - 1;
    const slots = new IntColumn(this.#slotWords);
    for (let from = 0; from < old.length; from++) {
      const head = old.get(from);
      if (head === NOTHING) continue;
      this.readSlots(head, slots);
      let at = hash(this.k(head), this.state(head), slots) & mask;
      while (table[at] !== NOTHING) at = (at + 1) & mask;
      table[at] = head;
    }
    this.#table = table;
  }
}

/** Sets of unanswered operations, interned: equal sets have equal ids, and 0 is the empty one. */
class UsedSets {
  readonly #words: number;
  #bits: IntColumn;
  #count = 1;
  /** Ids by hash, open addressing; 0 is never looked for and marks a free place. */
  #table: IntColumn;

  constructor(pending: number, scratch: Scratch) {
    this.#words = (pending + 31) >> 5;
    this.#bits = scratch.ints(this.#words * 8);
    this.#table = scratch.ints(16);
  }

  get bytes(): number {
    return (this.#bits.length + this.#table.length) * 4;
  }

  has(set: number, member: number): boolean {
    return ((this.#bits.get(set * this.#words + (member >> 5)) >>> (member & 31)) & 1) === 1;
  }

  with(set: number, member: number): number {
    const words = this.#words;
    const id = this.#count;
    const base = id * words;
    if (base + words > this.#bits.length) {
      this.#bits = this.#bits.grown(this.#bits.length * 2);
    }
    const bits = this.#bits;
    bits.copyWithin(base, set * words, set * words + words);
    bits[base + (member >> 5)] = bits.get(base + (member >> 5)) | (1 << (member & 31));
    const mask = this.#table.length - 1;
    let at = this.#hash(id) & mask;
    for (let known = this.#table[at]; known !== 0; known = this.#table[at]) {
      if (this.#equal(known as number, id)) return known as number;
      at = (at + 1) & mask;
    }
    this.#table[at] = id;
    if (++this.#count * 2 > this.#table.length) this.#rehash();
    return id;
  }

  isSubset(inner: number, outer: number): boolean {
    if (inner === outer || inner === 0) return true;
    if (outer === 0) return false;
    const words = this.#words;
    for (let word = 0; word < words; word++) {
      const left = this.#bits.get(inner * words + word);
      if ((left & ~this.#bits.get(outer * words + word)) !== 0) return false;
    }
    return true;
  }

  #equal(one: number, other: number): boolean {
    const words = this.#words;
    for (let word = 0; word < words; word++) {
      if (this.#bits[one * words + word] !== this.#bits[other * words + word]) return false;
    }
    return true;
  }

  #hash(id: number): number {
    let mixed = 0;
    for (let at = id * this.#words; at < (id + 1) * this.#words; at++) {
      mixed = Math.imul(mixed ^ (mixed >>> 15) ^ this.#bits.get(at), 0x9e37_79b1);
    }
    return mixed ^ (mixed >>> 16);
  }

  #rehash(): void {
    this.#table = new IntColumn(this.#table.length * 2);
    const mask = this.#table.length - 1;
    for (let id = 1; id < this.#count; id++) {
      let at = this.#hash(id) & mask;
      while (this.#table[at] !== 0) at = (at + 1) & mask;
      this.#table[at] = id;
    }
  }
}

function hash(k: number, state: number, slots: IntColumn): number {
  let mixed = Math.imul(k, 0x9e37_79b1) ^ Math.imul(state, 0x85eb_ca6b);
  for (let word = 0; word < slots.length; word++) {
    mixed = Math.imul(mixed ^ (mixed >>> 15) ^ slots.get(word), 0xc2b2_ae35);
  }
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0x27d4_eb2f);
  return mixed ^ (mixed >>> 16);
}
