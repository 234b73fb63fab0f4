/**
 * Depth-first search over window configurations (`SEARCH.md`): Wing & Gong's search and Lowe's memo.
 *
 * What is different from `porcupine.ts`: what may come next is tried by move and not by walking a list
 * of events; a configuration is the next return, a state's number and what of the open operations is
 * done, not a bit for every operation; unanswered operations need not happen; and what keeps a complete
 * order if there is one is left out: by the rules of `reductions.ts`, by dominance in the memo, and by
 * quotient and flow of the transitions, where there are such.
 *
 * Absorption must not be applied to an operation that merely happens to keep this state (a write of
 * the value that is there): it may be needed later, to bring that state about again.
 */

import type { IntColumn } from '../../columns.ts';
import type { SearchResult, Stuck } from '../search.ts';
import { FlowCounts } from './flow.ts';
import { Frames } from './frames.ts';
import { Memo } from './memo.ts';
import { Moves } from './moves.ts';
import { ALL_REDUCTIONS, type Reductions } from './reductions.ts';
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

/** With how often a candidate was taken: what a reduction leaves out need not be a configuration. */
export type Searched = SearchResult & { readonly moves: number };

/** `order` of the answer holds operation numbers. */
export function searchConfigurations(
  problem: Problem,
  limits: Limits,
  scratch: Scratch,
  reductions: Reductions = ALL_REDUCTIONS,
): Searched {
  return new Search(problem, scratch, reductions).run(limits);
}

const NONE = -1;

class Search {
  readonly #ranked: Ranked;
  readonly #pending: Pending;
  readonly #transitions: Transitions;
  readonly #memo: Memo;
  readonly #flow: FlowCounts | undefined;
  readonly #reductions: Reductions;
  readonly #moves: Moves;
  readonly #frames: Frames;

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
  #made = 0;

  constructor({ ranked, pending, transitions }: Problem, scratch: Scratch, reductions: Reductions) {
    this.#reductions = reductions;
    this.#moves = new Moves(ranked.slots, pending.groups.length - 1);
    this.#frames = new Frames(scratch);
    this.#ranked = ranked;
    this.#pending = pending;
    this.#transitions = transitions;
    this.#slots = scratch.ints((ranked.slots + 31) >> 5);
    this.#open = scratch.ints(ranked.slots, NONE);
    this.#trail = scratch.ints(ranked.count + pending.count);
    const expected = Math.min(ranked.count, 1 << 20);
    this.#memo = new Memo(this.#slots.length, pending.count, expected, scratch);
    this.#state = transitions.initial;
    if (transitions.flow !== undefined) {
      this.#flow = new FlowCounts(transitions.flow, ranked, pending, scratch);
    }
    const first = ranked.count === 0 ? 0 : ranked.calledBefore.get(0);
    for (let i = 0; i < first; i++) this.#enter(ranked.called.get(i));
  }

  run(limits: Limits): Searched {
    const memo = this.#memo;
    if (this.#ranked.count === 0 || this.#settle(true)) return this.#success();
    let furthest = this.#visit(NONE, NONE, NONE);
    const orphan = this.#flow?.orphan(this.#state) ?? NONE;
    const frames = this.#frames;
    while (frames.depth > 0 && orphan === NONE) {
      const parent = frames.record;
      const move = this.#nextMove();
      if (move === NONE) {
        frames.depth--;
        if (frames.depth > 0) this.#restore();
        continue;
      }
      const before = this.#state;
      this.#made++;
      if (this.#take(move)) return this.#success();
      if (this.#flow !== undefined && this.#deadEnd(before)) {
        this.#restore();
        continue;
      }
      const trailAlone = this.#trailLength === frames.trailLength + 1;
      const record = this.#visit(parent, move, trailAlone ? before : NONE);
      if (record === NONE) {
        this.#restore();
        continue;
      }
      if (this.#k > memo.k(furthest)) furthest = record;
      if (memo.size > limits.configurations) {
        return this.#exhausted(`${limits.configurations} configurations`, furthest);
      }
      if ((record & 255) !== 0) continue;
      const bytes = memo.bytes + (this.#transitions.bytes?.() ?? 0);
      if (bytes > limits.memoryBytes) {
        return this.#exhausted(`${limits.memoryBytes} bytes`, furthest);
      }
    }
    const operation = this.#ranked.operation.get(memo.k(furthest));
    const stuck = (): Stuck => ({ order: this.#replay(furthest), operation });
    return { kind: 'violation', configurations: memo.size, moves: this.#made, stuck };
  }

  /** The next move of the last frame that can be made; -1 for none. */
  #nextMove(): number {
    const moves = this.#moves;
    const frames = this.#frames;
    for (let move = frames.nextMove; move < moves.end; move++) {
      let can: boolean;
      if (moves.isUnanswered(move)) {
        const group = moves.groupOf(move);
        // Groups stand in the order of their first call: from here on, nothing has been asked yet.
        if (!this.#isCalled(group)) break;
        can = this.#canUse(group, move);
      } else {
        can = this.#canTake(this.#rankOf(move), move);
      }
      if (can) {
        frames.nextMove = move + 1;
        return move;
      }
    }
    frames.nextMove = moves.end;
    return NONE;
  }

  /** The answered operation of a move; `NONE` where no other is open in that slot. */
  #rankOf(move: number): number {
    if (this.#moves.isReturn(move)) return this.#k;
    const rank = this.#open.get(this.#moves.slotOf(move));
    return rank === this.#k ? NONE : rank;
  }

  #canTake(rank: number, move: number): boolean {
    if (rank === NONE || this.#isTaken(rank)) return false;
    const c = this.#ranked.cls.get(rank);
    const { absorption, symmetry } = this.#reductions;
    if (absorption && this.#transitions.readOnly[c] === 1) return false;
    if (symmetry && this.#hasOpenTwin(rank)) return false;
    return this.#leadsOn(c, move);
  }

  /** Whether an equal operation that returns earlier is open and not taken. */
  #hasOpenTwin(rank: number): boolean {
    const { twin, available } = this.#ranked;
    for (let other = twin.get(rank); other >= this.#k; other = twin.get(other)) {
      if (available.get(other) <= this.#k && !this.#isTaken(other)) return true;
    }
    return false;
  }

  #canUse(group: number, move: number): boolean {
    const p = this.#firstUnused(group);
    if (p === NONE || this.#pending.available.get(p) > this.#k) return false;
    const c = this.#pending.cls.get(p);
    const next = this.#transitions.step(this.#state, c);
    if (next === IMPOSSIBLE || next === this.#state) return false;
    const { quotient } = this.#transitions;
    const leadsAway = quotient?.worst === true && quotient.horizon(next) < this.#k;
    return !leadsAway && this.#leadsOn(c, move);
  }

  /** Possible, and neither as possible without the last move nor tried before it. */
  #leadsOn(c: number, move: number): boolean {
    const next = this.#transitions.step(this.#state, c);
    if (next === IMPOSSIBLE) return false;
    const before = this.#frames.stateBefore;
    if (before === NONE) return true;
    const lastMove = this.#frames.move;
    const { usefulness, order } = this.#reductions;
    if (this.#moves.isUnanswered(lastMove)) {
      return !usefulness || this.#transitions.step(before, c) !== next;
    }
    return !order || move >= lastMove || !this.#commutes(c, lastMove, before, next);
  }

  /** Whether this and the last move lead to `next` in the other order as well. */
  #commutes(c: number, lastMove: number, before: number, next: number): boolean {
    const last = this.#ranked.cls.get(this.#open.get(this.#moves.slotOf(lastMove)));
    // Of equal operations, one is tried only after the other: it was not tried before.
    if (c === last) return false;
    const first = this.#transitions.step(before, c);
    return first !== IMPOSSIBLE && this.#transitions.step(first, last) === next;
  }

  #isCalled(group: number): boolean {
    const { groups, available } = this.#pending;
    return available.get(groups.get(group)) <= this.#k;
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
    let c: number;
    if (!this.#moves.isUnanswered(move)) {
      const rank = this.#rankOf(move);
      c = this.#ranked.cls.get(rank);
      this.#linearize(rank);
    } else {
      const p = this.#firstUnused(this.#moves.groupOf(move));
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
    if (rank === NONE || !this.#reductions.absorption) return;
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
    this.#frames.push(record, move, before, this.#trailLength);
    return record;
  }

  /** Makes the configuration of the last frame the one at hand again. */
  #restore(): void {
    const { record } = this.#frames;
    this.#undo(this.#frames.trailLength);
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
    const moves = this.#memo.movesTo(record);
    this.#undo(0);
    while (this.#k > 0) this.#backward();
    this.#slots.fill(0);
    this.#state = this.#transitions.initial;
    this.#used = 0;
    this.#settle(true);
    for (const move of moves) this.#take(move);
    return this.#order();
  }

  #order(): number[] {
    return Array.from(this.#trail.subarray(0, this.#trailLength), (taken) =>
      taken >= 0 ? this.#ranked.operation.get(taken) : this.#pending.operation.get(~taken),
    );
  }

  #success(): Searched {
    return {
      kind: 'linearizable',
      configurations: this.#memo.size,
      moves: this.#made,
      order: () => this.#order(),
    };
  }

  #exhausted(what: string, furthest: number): Searched {
    const { count } = this.#ranked;
    const because =
      `no answer within ${what}; ` +
      `the first ${this.#memo.k(furthest)} of ${count} answers can be explained`;
    return { kind: 'exhausted', configurations: this.#memo.size, moves: this.#made, because };
  }
}
