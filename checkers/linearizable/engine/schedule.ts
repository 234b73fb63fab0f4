/**
 * Operations as the engine walks over them. Answered operations are numbered by their returns
 * ("ranks"), since the next return to satisfy is what drives the search; each has a slot for as
 * long as it is open, so that the set of linearized ones fits into a few words. Operations without
 * an answer stay open for ever and are kept apart, grouped by class.
 */

import type { ByteColumn, IntColumn } from '../../columns.ts';
import { NEVER, type Operations } from '../operations.ts';
import type { Classes } from './classes.ts';
import type { Scratch } from './scratch.ts';

/** Answered operations; everything is by rank unless it says otherwise. */
export interface Ranked {
  readonly count: number;
  /** The operation of each rank. */
  readonly operation: IntColumn;
  readonly cls: IntColumn;
  readonly slot: IntColumn;
  /** How many slots there are: the most operations that are open at once. */
  readonly slots: number;
  /** The previous rank of the same class, or -1. */
  readonly twin: IntColumn;
  /** The first rank at whose return this operation has been called. */
  readonly available: IntColumn;
  /** Ranks in the order of their calls. */
  readonly called: IntColumn;
  /** How many of `called` were called before the return of each rank. */
  readonly calledBefore: IntColumn;
  /** By class: the last rank, -1 for none, `NEVER` for a class of unanswered operations. */
  readonly lastOfClass: IntColumn;
}

/** Operations without an answer, sorted by class and then by call. */
export interface Pending {
  readonly count: number;
  readonly operation: IntColumn;
  readonly cls: IntColumn;
  /** The first rank at whose return it has been called. */
  readonly available: IntColumn;
  /** Start of each group of one class in the arrays above, and the end of the last. */
  readonly groups: IntColumn;
}

export function rankOperations(operations: Operations, classes: Classes, scratch: Scratch): Ranked {
  const { count, call, ret } = operations;
  let answered = 0;
  for (let i = 0; i < count; i++) if (ret[i] !== NEVER) answered++;
  const operation = scratch.ints(answered);
  const cls = scratch.ints(answered);
  const slot = scratch.ints(answered);
  const twin = scratch.ints(answered);
  const available = scratch.ints(answered);
  const called = scratch.ints(answered);
  const calledBefore = scratch.ints(answered);
  const lastOfClass = scratch.ints(classes.count, -1);
  const open = new OpenOperations();
  let ranks = 0;
  let calls = 0;

  const close = (): void => {
    const taken = open.pop();
    const i = open.operation(taken);
    const c = classes.of.get(i);
    operation[ranks] = i;
    cls[ranks] = c;
    slot[ranks] = taken;
    available[ranks] = open.since(taken);
    called[open.nth(taken)] = ranks;
    calledBefore[ranks] = calls;
    twin[ranks] = lastOfClass.get(c);
    lastOfClass[c] = ranks++;
  };
  for (let i = 0; i < count; i++) {
    if (ret[i] === NEVER) {
      lastOfClass[classes.of.get(i)] = NEVER;
      continue;
    }
    while (open.size > 0 && open.nextReturn() < call.get(i)) close();
    open.push({ operation: i, ret: ret.get(i), since: ranks, nth: calls });
    calls++;
  }
  while (open.size > 0) close();
  return {
    count: answered,
    operation,
    cls,
    slot,
    slots: open.slots,
    twin,
    available,
    called,
    calledBefore,
    lastOfClass,
  };
}

/** `dropped[c]`: unanswered operations of this class cannot matter, and are left out. */
export function pendingOperations(
  operations: Operations,
  classes: Classes,
  dropped: ByteColumn,
  ranked: Ranked,
  scratch: Scratch,
): Pending {
  const { count, call, ret } = operations;
  // Groups in the order of their first call, so that a scan can stop at the first one not called.
  const groupOf = new Map<number, number[]>();
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const c = classes.of.get(i);
    if (ret[i] !== NEVER || dropped[c] === 1) continue;
    const group = groupOf.get(c);
    if (group === undefined) groupOf.set(c, [i]);
    else group.push(i);
    kept++;
  }
  const operation = scratch.ints(kept);
  const cls = scratch.ints(kept);
  const available = scratch.ints(kept);
  const groups = scratch.ints(groupOf.size + 1);
  let at = 0;
  let nth = 0;
  for (const [c, members] of groupOf) {
    groups[nth++] = at;
    for (const i of members) {
      operation[at] = i;
      cls[at] = c;
      available[at++] = firstRankAfter(operations, ranked, call.get(i));
    }
  }
  groups[nth] = at;
  return { count: kept, operation, cls, available, groups };
}

/** The first rank that returns after this event. */
function firstRankAfter({ ret }: Operations, { operation, count }: Ranked, event: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ret.get(operation.get(middle)) > event) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The open operations, each in the lowest slot that was free, with the earliest return on top. */
class OpenOperations {
  size = 0;
  /** Most slots ever in use. */
  slots = 0;
  readonly #heap: number[] = [];
  readonly #free: number[] = [];
  readonly #operation: number[] = [];
  readonly #ret: number[] = [];
  readonly #since: number[] = [];
  readonly #nth: number[] = [];

  push(one: { operation: number; ret: number; since: number; nth: number }): void {
    const slot = this.#free.pop() ?? this.slots++;
    this.#operation[slot] = one.operation;
    this.#ret[slot] = one.ret;
    this.#since[slot] = one.since;
    this.#nth[slot] = one.nth;
    const heap = this.#heap;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.#ret[heap[parent] as number] as number) <= one.ret) break;
      heap[at] = heap[parent] as number;
      at = parent;
    }
    heap[at] = slot;
  }

  /** Takes out the operation that returns first; its slot is free again, its fields stay. */
  pop(): number {
    const heap = this.#heap;
    const top = heap[0] as number;
    const last = heap[--this.size] as number;
    const ret = this.#ret[last] as number;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.size) break;
      const right = child + 1;
      if (right < this.size && this.#returns(right) < this.#returns(child)) child = right;
      if (this.#returns(child) >= ret) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = last;
    this.#free.push(top);
    return top;
  }

  nextReturn(): number {
    return this.#returns(0);
  }
  operation(slot: number): number {
    return this.#operation[slot] as number;
  }
  since(slot: number): number {
    return this.#since[slot] as number;
  }
  nth(slot: number): number {
    return this.#nth[slot] as number;
  }

  #returns(at: number): number {
    return this.#ret[this.#heap[at] as number] as number;
  }
}
