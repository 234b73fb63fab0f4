/**
 * One object whose answered operations stand in a known order, and updates of it that were never
 * answered: is there a way to put some of these between the others so that every answer is right?
 *
 * Tried with few of them and from shortly before the answer that does not fit, then with more and
 * from further back; all of them from the beginning decides it. Configurations are (state, updates
 * used) at a place in the order, each once. Of updates that do the same, the one that may stand
 * earliest is used first: whichever they are, as many are left for later. Of what grows only, none is
 * put where the next whole answer does not show it.
 */

import { entryOf, itemAt } from '../item-at.ts';
import type { Model, Operation } from '../linearizable/index.ts';
import { stateKey } from '../linearizable/model.ts';
import { mayGrowInto, showsAll } from './growing.ts';

/** An update that was never answered. */
export interface Unanswered {
  readonly operation: Operation;
  /** The first place in the order before which it may stand: real time forbids earlier ones. */
  readonly from: number;
}

export interface Placing<State> {
  readonly model: Model<State>;
  readonly initial: State;
  /** The answered ones, in their order. */
  readonly placed: readonly Operation[];
  readonly unanswered: readonly Unanswered[];
}

export type Placed<State> =
  /**
   * `states[k]`: what the object holds before the k-th answered one, and at last after all.
   * `stands[u]`: before which of them the u-th unanswered one stands; null if it never happened.
   */
  | {
      readonly kind: 'fits';
      readonly states: readonly State[];
      readonly stands: readonly (number | null)[];
    }
  /** No way leads to an answer of the operation at this place, from this state or any other. */
  | { readonly kind: 'stuck'; readonly at: number; readonly state: State }
  | { readonly kind: 'gave-up'; readonly at: number; readonly state: State };

/** Steps of the model that one object may cost. */
const STEPS_MAX = 200_000;

interface Config<State> {
  readonly state: State;
  /** Which unanswered updates have happened, ascending. */
  readonly used: readonly number[];
  /** The configuration before the answered operation that led here; null at the beginning. */
  readonly before: Config<State> | null;
}

/** Decides it within a budget of steps. */
export function place<State>(placing: Placing<State>): Placed<State> {
  return new Search(placing).run();
}

class Search<State> {
  readonly #placing: Placing<State>;
  /** By unanswered update: the one that does the same and is used before it, if there is one. */
  readonly #usedFirst: readonly (number | undefined)[];
  /** By place: the answer there or next after it that shows all. */
  readonly #shown: readonly (Operation | undefined)[];
  /** By place: the configurations that reach it. */
  readonly #reached: (readonly Config<State>[])[];
  #steps = 0;

  constructor(placing: Placing<State>) {
    this.#placing = placing;
    this.#usedFirst = usedFirst(placing);
    this.#shown = shownNext(placing);
    this.#reached = [[{ state: placing.initial, used: [], before: null }]];
  }

  run(): Placed<State> {
    const { placed } = this.#placing;
    for (let at = 0; at < placed.length; at++) {
      if (this.#advance(at, 0)) continue;
      if (this.#retry(at)) continue;
      const state = this.#first(at).state;
      return { kind: this.#isSpent() ? 'gave-up' : 'stuck', at, state };
    }
    return this.#story(this.#first(placed.length));
  }

  #story(end: Config<State>): Placed<State> {
    const { placed, unanswered } = this.#placing;
    const states: State[] = [];
    const stands: (number | null)[] = unanswered.map(() => null);
    let at = placed.length;
    for (let config: Config<State> | null = end; config !== null; config = config.before) {
      states.push(config.state);
      // Going back, so what is set last is the first place by which it has happened.
      for (const index of config.used) stands[index] = at;
      at--;
    }
    return { kind: 'fits', states: states.reverse(), stands };
  }

  #first(at: number): Config<State> {
    return this.#reached[at]?.[0] as Config<State>;
  }

  #isSpent(): boolean {
    return this.#steps > STEPS_MAX;
  }

  /** From one place to the next, with at most `more` further updates before it. */
  #advance(at: number, more: number): boolean {
    const { model, placed } = this.#placing;
    const next = new Map<string, Config<State>>();
    for (const config of this.#closure(at, more)) {
      this.#steps++;
      const state = model.step(config.state, itemAt(placed, at));
      if (state === undefined) continue;
      const key = keyOf(model, state, config.used);
      if (!next.has(key)) next.set(key, { state, used: config.used, before: config });
    }
    if (next.size === 0) return false;
    this.#reached[at + 1] = [...next.values()];
    return true;
  }

  /** The configurations at a place, and those that up to `more` updates right there lead to. */
  #closure(at: number, more: number): readonly Config<State>[] {
    const { model, unanswered } = this.#placing;
    const all = [...itemAt(this.#reached, at)];
    if (more === 0) return all;
    const limits = new Map(all.map((config) => [config, config.used.length + more]));
    const seen = new Set(all.map(({ state, used }) => keyOf(model, state, used)));
    for (const config of all) {
      const limit = entryOf(limits, config);
      if (config.used.length >= limit || this.#isSpent()) continue;
      for (const [index, { operation, from }] of unanswered.entries()) {
        if (from > at || config.used.includes(index)) continue;
        const first = this.#usedFirst[index];
        if (first !== undefined && !config.used.includes(first)) continue;
        this.#steps++;
        const state = model.step(config.state, operation);
        if (state === undefined) continue;
        const shown = this.#shown[at];
        if (shown !== undefined && !mayGrowInto(state, shown)) continue;
        const used = [...config.used, index].sort((a, b) => a - b);
        const key = keyOf(model, state, used);
        if (seen.has(key)) continue;
        seen.add(key);
        const after = { state, used, before: config.before };
        limits.set(after, limit);
        all.push(after);
      }
    }
    return all;
  }

  /** Goes back and lets more and more updates in, until the operation at `at` has an answer. */
  #retry(at: number): boolean {
    const most = this.#placing.unanswered.length;
    for (let more = 1; more <= most; more++) {
      for (let back = 1; ; back *= 2) {
        const from = Math.max(0, at + 1 - back);
        if (this.#redo(from, at, more)) return true;
        if (this.#isSpent()) return false;
        if (from === 0) break;
      }
    }
    return false;
  }

  #redo(from: number, at: number, more: number): boolean {
    const saved = this.#reached.slice(from + 1, at + 1);
    for (let place = from; place <= at; place++) {
      if (this.#advance(place, more) && !this.#isSpent()) continue;
      this.#reached.splice(from + 1, this.#reached.length, ...saved);
      return false;
    }
    return true;
  }
}

function usedFirst<State>({ model, unanswered }: Placing<State>): (number | undefined)[] {
  const before: (number | undefined)[] = unanswered.map(() => undefined);
  const lastOf = new Map<string, number>();
  const byFrom = [...unanswered.keys()].sort(
    (a, b) => itemAt(unanswered, a).from - itemAt(unanswered, b).from,
  );
  for (const index of byFrom) {
    const { f, input, process } = itemAt(unanswered, index).operation;
    const does = JSON.stringify([f, input, model.owners === true ? process : null]);
    before[index] = lastOf.get(does);
    lastOf.set(does, index);
  }
  return before;
}

function shownNext<State>({ model, placed }: Placing<State>): (Operation | undefined)[] {
  const shown: (Operation | undefined)[] = [...placed];
  let next: Operation | undefined;
  for (let at = placed.length - 1; at >= 0; at--) {
    const operation = itemAt(placed, at);
    if (showsAll(model, operation)) next = operation;
    shown[at] = next;
  }
  return shown;
}

function keyOf<State>(model: Model<State>, state: State, used: readonly number[]): string {
  const key = stateKey(model, state);
  return `${used.join(',')}|${typeof key}|${String(key)}`;
}
