/**
 * Depth-first search over window configurations (`SEARCH.md`): Wing & Gong's search and Lowe's
 * memo, with configurations of constant size and these reductions, each of which keeps a
 * complete order if there is one:
 *
 * - absorption: a read-only operation that fits the state is taken at once;
 * - symmetry: of equal operations the one that returns first is taken first;
 * - order: of two operations that lead to the same state in either order, only one order is tried;
 * - pending last, usefulness, dominance: unanswered operations are taken only where they matter;
 * - quotient: states that nothing can tell apart any more are one;
 * - flow: a state that is still required and that nothing produces any more is not left.
 *
 * Absorption must not be applied to an operation that merely happens to keep this state (a write of
 * the value that is there): it may be needed later, to bring that state about again.
 */

import type { IntColumn } from '../../columns.ts';
import type { SearchResult, Stuck } from '../search.ts';
import { FlowCounts } from './flow.ts';
import { Memo } from './memo.ts';
import type { Pending, Ranked } from './schedule.ts';
import type { Scratch } from './scratch.ts';
import { IMPOSSIBLE, type Transitions } from './transitions.ts';

export interface Problem {
  readonly ranked: Ranked;
  readonly pending: Pending;
  readonly transitions: Transitions;
}

export interface Limits {
  readonly configurations: number;
  readonly memoryBytes: number;
}

/** `order` of the answer holds operation numbers. */
export function searchConfigurations(
  problem: Problem,
  limits: Limits,
  scratch: Scratch,
): SearchResult {
  return new Search(problem, scratch).run(limits);
}

/**
 * Words of a frame: record, next candidate, length of the trail; and where nothing was absorbed
 * with the move that led here, the state before that move, and the move.
 */
const FRAME = 5;
const NONE = -1;

class Search {
  readonly #ranked: Ranked;
  readonly #pending: Pending;
  readonly #transitions: Transitions;
  readonly #memo: Memo;
  readonly #flow: FlowCounts | undefined;

  // The configuration at hand.
  #k = 0;
  #state: number;
  #used = 0;
  /** Of the operation taken last. */
  #lastClass = NONE;
  readonly #slots: IntColumn;
  /** The rank that is open in each slot at `#k`, or -1. */
  readonly #open: IntColumn;
  /** Linearized so far, in order: ranks, and ~p for unanswered operation p. */
  readonly #trail: IntColumn;
  #trailLength = 0;

  #frames: IntColumn;
  #depth = 0;

  constructor({ ranked, pending, transitions }: Problem, scratch: Scratch) {
    this.#ranked = ranked;
    this.#pending = pending;
    this.#transitions = transitions;
    this.#slots = scratch.ints((ranked.slots + 31) >> 5);
    this.#open = scratch.ints(ranked.slots, NONE);
    this.#trail = scratch.ints(ranked.count + pending.count);
    this.#frames = scratch.ints(64 * FRAME);
    const expected = Math.min(ranked.count, 1 << 20);
    this.#memo = new Memo(this.#slots.length, pending.count, expected, scratch);
    this.#state = transitions.initial;
    if (transitions.flow !== undefined) {
      this.#flow = new FlowCounts(transitions.flow, ranked, pending, scratch);
    }
    const first = ranked.count === 0 ? 0 : ranked.calledBefore.get(0);
    for (let i = 0; i < first; i++) this.#enter(ranked.called.get(i));
  }

  run(limits: Limits): SearchResult {
    const memo = this.#memo;
    if (this.#ranked.count === 0 || this.#settle(true)) return this.#success();
    let furthest = this.#visit(NONE, NONE, NONE);
    const orphan = this.#flow?.orphan(this.#state) ?? NONE;
    while (this.#depth > 0 && orphan === NONE) {
      const frame = (this.#depth - 1) * FRAME;
      const parent = this.#frames.get(frame);
      const move = this.#nextMove(frame);
      if (move === NONE) {
        this.#depth--;
        if (this.#depth > 0) this.#restore(this.#depth - 1);
        continue;
      }
      const before = this.#state;
      if (this.#take(move)) return this.#success();
      if (this.#flow !== undefined && this.#deadEnd(before)) {
        this.#restore(this.#depth - 1);
        continue;
      }
      const trailAlone = this.#trailLength === this.#frames.get(frame + 2) + 1;
      const record = this.#visit(parent, move, trailAlone ? before : NONE);
      if (record === NONE) {
        this.#restore(this.#depth - 1);
        continue;
      }
      if (this.#k > memo.k(furthest)) furthest = record;
      if (memo.size > limits.configurations) {
        return this.#exhausted(`${limits.configurations} configurations`, furthest);
      }
      if ((record & 255) === 0 && this.#bytes() > limits.memoryBytes) {
        return this.#exhausted(`${limits.memoryBytes} bytes`, furthest);
      }
    }
    const operation = this.#ranked.operation.get(memo.k(furthest));
    const stuck = (): Stuck => ({ order: this.#replay(furthest), operation });
    return { kind: 'violation', configurations: memo.size, stuck };
  }

  /** Everything that grows with the search. */
  #bytes(): number {
    return this.#memo.bytes + (this.#transitions.bytes?.() ?? 0);
  }

  /** The next candidate of a frame that can be taken, encoded as its position; -1 for none. */
  #nextMove(frame: number): number {
    const { slots } = this.#ranked;
    const frames = this.#frames;
    const last = slots + this.#pending.groups.length;
    for (let at = frames.get(frame + 1); at < last; at++) {
      // Groups stand in the order of their first call: from here on, nothing has been asked yet.
      if (at > slots && !this.#isCalled(at - slots - 1)) break;
      // First the operation whose return is next, then the other open ones, then unanswered ones.
      const rank = at === 0 ? this.#k : at <= slots ? this.#open.get(at - 1) : NONE;
      if (at <= slots ? this.#canTake(rank, at, frame) : this.#canUse(at - slots - 1, frame)) {
        frames[frame + 1] = at + 1;
        return at;
      }
    }
    frames[frame + 1] = last;
    return NONE;
  }

  #canTake(rank: number, at: number, frame: number): boolean {
    if (rank === NONE || (at !== 0 && rank === this.#k)) return false;
    const { cls, twin, available } = this.#ranked;
    const c = cls.get(rank);
    if (this.#transitions.readOnly[c] === 1 || this.#isTaken(rank)) return false;
    for (let other = twin.get(rank); other >= this.#k; other = twin.get(other)) {
      if (available.get(other) <= this.#k && !this.#isTaken(other)) return false;
    }
    return this.#leadsOn(c, at, frame);
  }

  #canUse(group: number, frame: number): boolean {
    const p = this.#firstUnused(group);
    if (p === NONE || this.#pending.available.get(p) > this.#k) return false;
    const c = this.#pending.cls.get(p);
    const next = this.#transitions.step(this.#state, c);
    if (next === IMPOSSIBLE || next === this.#state) return false;
    const { quotient } = this.#transitions;
    const leadsAway = quotient?.worst === true && quotient.horizon(next) < this.#k;
    return !leadsAway && this.#leadsOn(c, this.#ranked.slots + 1, frame);
  }

  /** Possible, and neither as possible without the last move nor tried before it. */
  #leadsOn(c: number, at: number, frame: number): boolean {
    const next = this.#transitions.step(this.#state, c);
    if (next === IMPOSSIBLE) return false;
    const before = this.#frames.get(frame + 3);
    if (before === NONE) return true;
    const lastMove = this.#frames.get(frame + 4);
    if (lastMove > this.#ranked.slots) return this.#transitions.step(before, c) !== next;
    return at >= lastMove || !this.#commutes(c, lastMove, before, next);
  }

  /** Whether this and the last move lead to `next` in the other order as well. */
  #commutes(c: number, lastMove: number, before: number, next: number): boolean {
    const last = this.#ranked.cls.get(this.#open.get(lastMove - 1));
    // Of equal operations, one is tried only after the other: it was not tried before.
    if (c === last) return false;
    const first = this.#transitions.step(before, c);
    return first !== IMPOSSIBLE && this.#transitions.step(first, last) === next;
  }

  #isCalled(group: number): boolean {
    const { groups, available } = this.#pending;
    return group + 1 < groups.length && available.get(groups.get(group)) <= this.#k;
  }

  #firstUnused(group: number): number {
    const { groups } = this.#pending;
    const end = groups.get(group + 1);
    for (let p = groups.get(group); p < end; p++) {
      if (!this.#memo.used.has(this.#used, p)) return p;
    }
    return NONE;
  }

  /** Takes a candidate and all that follows from it; true when every answer is explained. */
  #take(move: number): boolean {
    const { slots, cls } = this.#ranked;
    let c: number;
    if (move <= slots) {
      const rank = move === 0 ? this.#k : this.#open.get(move - 1);
      c = cls.get(rank);
      this.#linearize(rank);
    } else {
      const p = this.#firstUnused(move - slots - 1);
      c = this.#pending.cls.get(p);
      this.#used = this.#memo.used.with(this.#used, p);
      this.#trail[this.#trailLength++] = ~p;
      this.#flow?.usePending(c);
    }
    const before = this.#state;
    this.#state = this.#transitions.step(before, c);
    this.#lastClass = c;
    return this.#settle(this.#state !== before);
  }

  /** Passes satisfied returns and absorbs what fits, until neither is possible; true at the end. */
  #settle(stateChanged: boolean): boolean {
    const { count, slot, called, calledBefore } = this.#ranked;
    const { quotient } = this.#transitions;
    let scanAll = stateChanged;
    for (;;) {
      const newFrom = calledBefore.get(this.#k);
      while (this.#isTaken(this.#k)) {
        const freed = slot.get(this.#k);
        this.#slots[freed >> 5] = this.#slots.get(freed >> 5) & ~(1 << (freed & 31));
        this.#forward();
        if (this.#k === count) return true;
      }
      if (quotient !== undefined && quotient.horizon(this.#state) < this.#k) {
        this.#state = quotient.sink;
      }
      if (scanAll) {
        for (let at = 0; at < this.#open.length; at++) this.#absorb(this.#open.get(at));
        scanAll = false;
      } else {
        const until = calledBefore.get(this.#k);
        for (let i = newFrom; i < until; i++) this.#absorb(called.get(i));
      }
      if (!this.#isTaken(this.#k)) return false;
    }
  }

  #absorb(rank: number): void {
    if (rank === NONE) return;
    const c = this.#ranked.cls.get(rank);
    if (this.#transitions.readOnly[c] === 0 || this.#isTaken(rank)) return;
    if (this.#transitions.step(this.#state, c) === this.#state) this.#linearize(rank);
  }

  #linearize(rank: number): void {
    const at = this.#ranked.slot.get(rank);
    this.#slots[at >> 5] = this.#slots.get(at >> 5) | (1 << (at & 31));
    this.#trail[this.#trailLength++] = rank;
    this.#flow?.take(this.#ranked.cls.get(rank), 1);
  }

  #isTaken(rank: number): boolean {
    const at = this.#ranked.slot.get(rank);
    return ((this.#slots.get(at >> 5) >>> (at & 31)) & 1) === 1;
  }

  #deadEnd(before: number): boolean {
    return (
      this.#flow?.deadEnd(
        this.#lastClass,
        before,
        this.#state,
        this.#transitions.quotient?.sink,
      ) === true
    );
  }

  #enter(rank: number): void {
    this.#open[this.#ranked.slot.get(rank)] = rank;
  }

  #forward(): void {
    const { count, slot, called, calledBefore } = this.#ranked;
    const from = calledBefore.get(this.#k);
    this.#open[slot.get(this.#k)] = NONE;
    if (++this.#k === count) return;
    const until = calledBefore.get(this.#k);
    for (let i = from; i < until; i++) this.#enter(called.get(i));
  }

  #backward(): void {
    const { count, slot, called, calledBefore } = this.#ranked;
    const until = this.#k === count ? 0 : calledBefore.get(this.#k);
    this.#k--;
    for (let i = calledBefore.get(this.#k); i < until; i++) {
      this.#open[slot.get(called.get(i))] = NONE;
    }
    this.#enter(this.#k);
  }

  /** Remembers the configuration at hand and opens a frame for it; -1 when it is dominated. */
  #visit(parent: number, move: number, before: number): number {
    const record = this.#memo.add(this.#k, this.#state, this.#slots, this.#used);
    if (record === NONE) return NONE;
    this.#memo.link(record, parent, move);
    const frame = this.#depth * FRAME;
    if (frame + FRAME > this.#frames.length) {
      this.#frames = this.#frames.grown(this.#frames.length * 2);
    }
    this.#frames[frame] = record;
    this.#frames[frame + 1] = 0;
    this.#frames[frame + 2] = this.#trailLength;
    this.#frames[frame + 3] = before;
    this.#frames[frame + 4] = move;
    this.#depth++;
    return record;
  }

  /** Makes the configuration of a frame the one at hand again. */
  #restore(depth: number): void {
    const record = this.#frames.get(depth * FRAME);
    this.#undo(this.#frames.get(depth * FRAME + 2));
    const k = this.#memo.k(record);
    while (this.#k > k) this.#backward();
    this.#memo.readSlots(record, this.#slots);
    this.#state = this.#memo.state(record);
    this.#used = this.#memo.usedSet(record);
  }

  #undo(trailLength: number): void {
    const flow = this.#flow;
    if (flow !== undefined) {
      for (let at = trailLength; at < this.#trailLength; at++) {
        const taken = this.#trail.get(at);
        if (taken >= 0) flow.take(this.#ranked.cls.get(taken), -1);
        else flow.freePending(this.#pending.cls.get(~taken));
      }
    }
    this.#trailLength = trailLength;
  }

  /** The operations in the order in which this configuration has them. */
  #replay(record: number): number[] {
    const moves: number[] = [];
    for (let at = record; this.#memo.parent(at) !== NONE; at = this.#memo.parent(at)) {
      moves.push(this.#memo.move(at));
    }
    this.#undo(0);
    while (this.#k > 0) this.#backward();
    this.#slots.fill(0);
    this.#state = this.#transitions.initial;
    this.#used = 0;
    this.#settle(true);
    for (const move of moves.reverse()) this.#take(move);
    return this.#order();
  }

  #order(): number[] {
    return Array.from(this.#trail.subarray(0, this.#trailLength), (taken) =>
      taken >= 0 ? this.#ranked.operation.get(taken) : this.#pending.operation.get(~taken),
    );
  }

  #success(): SearchResult {
    return {
      kind: 'linearizable',
      configurations: this.#memo.size,
      order: () => this.#order(),
    };
  }

  #exhausted(what: string, furthest: number): SearchResult {
    const { count } = this.#ranked;
    const because =
      `no answer within ${what}; ` +
      `the first ${this.#memo.k(furthest)} of ${count} answers can be explained`;
    return { kind: 'exhausted', configurations: this.#memo.size, because };
  }
}
