/** Follows a run event by event and stops it at the first violation: registers, written uniquely. */

import { FAIL, type History, INFO, INVOKE, NEMESIS, NONE, OK, type Value } from '../history.ts';
import type { Verdict } from '../verdict.ts';

/**
 * The register monitor (`CHECKERS.md` 4a) fed as the history grows: O(log n) an event. Two values
 * contradict each other when each was answered before the last call on the other:
 * first(a) < last(b) and first(b) < last(a), by their first returns and last calls. Only the last
 * calls change, and only upwards, so a tree of maxima finds a contradiction at the event that
 * completes it.
 *
 * It answers violations only. A key with a compare-and-set, or with a value that is written twice,
 * is left alone from there on (`unfollowed`): judge it when the run is over.
 */
export class RegisterFollower {
  readonly #initial: Value;
  readonly #keys = new Map<number, FollowedKey>();
  /** The event of the open invocation of each process. */
  readonly #open = new Map<number, number>();

  constructor(initial: Value = null) {
    this.#initial = initial;
  }

  /** Keys that are not followed any more. */
  get unfollowed(): number {
    let count = 0;
    for (const key of this.#keys.values()) if (key.lost) count++;
    return count;
  }

  /** Takes in one event, in order; the verdict when it makes the history wrong. */
  next(history: History, event: number): Extract<Verdict, { kind: 'invalid' }> | undefined {
    const who = history.process[event] as number;
    if (who === NEMESIS) return undefined;
    if (history.type[event] === INVOKE) {
      this.#open.set(who, event);
      return this.#keyOf(history, event).invoked(history, event);
    }
    const call = this.#open.get(who);
    this.#open.delete(who);
    if (call === undefined) return undefined;
    const key = this.#keyOf(history, call);
    if (key.lost || history.type[event] === INFO) return undefined;
    if (history.type[event] === FAIL) {
      key.failed(history, call);
      return undefined;
    }
    if (history.type[event] !== OK) return undefined;
    const fault = key.answered(history, call, event);
    return fault === undefined ? undefined : explain(history, call, event, fault);
  }

  #keyOf(history: History, event: number): FollowedKey {
    const id = history.key[event] as number;
    let key = this.#keys.get(id);
    if (key === undefined) {
      key = new FollowedKey(history.values.code(this.#initial));
      this.#keys.set(id, key);
    }
    return key;
  }
}

/** What is known about one value of a key. */
interface Block {
  /** The event that asked for the write; -1 for the initial value. */
  readonly write: number;
  /** Its place in the tree, from the first return on. */
  place: number;
  firstRet: number;
  lastCall: number;
}

/** Events that show the other value of a contradiction, or nothing when nobody wrote this one. */
interface Fault {
  readonly others: readonly number[];
}

class FollowedKey {
  lost = false;
  readonly #blocks = new Map<number, Block>();
  /** Blocks in the order of their first returns. */
  readonly #order: Block[] = [];
  readonly #last = new Maxima();

  constructor(initial: number) {
    const block: Block = { write: -1, place: 0, firstRet: -1, lastCall: -1 };
    this.#blocks.set(initial, block);
    this.#order.push(block);
    this.#last.push(-1);
  }

  invoked(history: History, event: number): undefined {
    const f = history.functions.names[history.f[event] as number];
    if (f === 'read' || this.lost) return undefined;
    const value = history.value[event] as number;
    if (f !== 'write' || this.#blocks.has(value)) {
      this.lost = true;
      return undefined;
    }
    this.#blocks.set(value, { write: event, place: NONE, firstRet: NONE, lastCall: event });
    return undefined;
  }

  /** A write that failed did not happen; if it was seen all the same, the end will tell. */
  failed(history: History, call: number): void {
    const value = history.value[call] as number;
    const block = this.#blocks.get(value);
    if (block?.write !== call) return;
    if (block.place === NONE) this.#blocks.delete(value);
    else this.lost = true;
  }

  answered(history: History, call: number, event: number): Fault | undefined {
    const isRead = history.functions.names[history.f[call] as number] === 'read';
    const block = this.#blocks.get((isRead ? history.value[event] : history.value[call]) as number);
    if (block === undefined) return { others: [] };
    if (block.place === NONE) {
      block.place = this.#order.length;
      block.firstRet = event;
      this.#order.push(block);
      this.#last.push(block.lastCall);
    }
    if (call > block.lastCall) {
      block.lastCall = call;
      this.#last.raise(block.place, call);
    }
    return this.#contradiction(block);
  }

  #contradiction(block: Block): Fault | undefined {
    // Values that were answered before the last call on this one, in the order of that.
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#order[middle] as Block).firstRet < block.lastCall) low = middle + 1;
      else high = middle;
    }
    for (const [from, to] of [
      [0, Math.min(block.place, low)],
      [block.place + 1, low],
    ] as const) {
      const place = this.#last.above(from, to, block.firstRet);
      if (place === NONE) continue;
      const other = this.#order[place] as Block;
      return { others: [other.write, other.firstRet, other.lastCall, block.write] };
    }
    return undefined;
  }
}

/** Numbers that only grow, with the greatest of any range: a segment tree that grows. */
class Maxima {
  #count = 0;
  #size = 64;
  #tree = new Int32Array(128).fill(-2);

  push(value: number): void {
    if (this.#count === this.#size) this.#grow();
    this.raise(this.#count++, value);
  }

  raise(place: number, value: number): void {
    for (let node = this.#size + place; node > 0; node >>= 1) {
      if ((this.#tree[node] as number) >= value) return;
      this.#tree[node] = value;
    }
  }

  /** A place in [from, to) whose number is greater than `bound`; -1 for none. */
  above(from: number, to: number, bound: number): number {
    let left = from + this.#size;
    let right = to + this.#size;
    while (left < right) {
      if ((left & 1) === 1) {
        if ((this.#tree[left] as number) > bound) return this.#descend(left, bound);
        left++;
      }
      if ((right & 1) === 1) {
        right--;
        if ((this.#tree[right] as number) > bound) return this.#descend(right, bound);
      }
      left >>= 1;
      right >>= 1;
    }
    return NONE;
  }

  #descend(start: number, bound: number): number {
    let node = start;
    while (node < this.#size) {
      node = (this.#tree[2 * node] as number) > bound ? 2 * node : 2 * node + 1;
    }
    return node - this.#size;
  }

  #grow(): void {
    const leaves = this.#tree.slice(this.#size, this.#size + this.#count);
    this.#size *= 2;
    this.#tree = new Int32Array(2 * this.#size).fill(-2);
    leaves.forEach((value, place) => {
      this.raise(place, value);
    });
  }
}

function explain(
  history: History,
  call: number,
  event: number,
  { others }: Fault,
): Extract<Verdict, { kind: 'invalid' }> {
  const f = history.functions.names[history.f[call] as number];
  const value = JSON.stringify(history.values.value(history.value[event] as number));
  const told = `event ${event}: process ${history.process[event]}'s ${f} ${value}`;
  const events = [...new Set([...others, call, event])].filter((index) => index >= 0);
  const because =
    others.length === 0
      ? `${told} answers what nobody has written`
      : `${told} contradicts the value of event ${others[1]}: each was there before the last call on the other`;
  return { kind: 'invalid', because, events: events.sort((a, b) => a - b) };
}
