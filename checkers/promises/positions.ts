/**
 * Ordered sequential consistency, OSC(U) of Lev-Ari et al. ("Composing Ordered Sequential
 * Consistency", 2017), which is what ZooKeeper promises, without a search: where answers carry the
 * position at which they took effect (a zxid, a revision, a log index), over all keys together and
 * for any model.
 *
 * Ordered by position, with what changes an object before what observes it there, the operations
 * are such an order if, and only if, three things hold:
 * - an update stands behind everything that had been answered when it began (real time);
 * - the positions that a session sees never go back;
 * - each answer is the one of the state that the updates up to its position leave.
 */

import { ByteColumn, FloatColumn } from '../columns.ts';
import { type History, INVOKE, NEMESIS, NONE, OK, type Value } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { describe } from '../linearizable/explain.ts';
import { type FailedCas, type Model, modelNamed, type NilReads } from '../linearizable/index.ts';
import { describeState } from '../linearizable/model.ts';
import {
  NEVER,
  type Operations,
  operationAt,
  operationsByKey,
} from '../linearizable/operations.ts';
import { type CheckResult, type Verdict, worst } from '../verdict.ts';
import { noneExplains } from './forgetting.ts';
import { type Placed as PlacedResult, place } from './placing.ts';

export interface PositionOptions {
  /** A model by name, or one of your own. Default `cas-register`. */
  readonly model?: string | Model;
  /** What every object holds at the start. Default null. */
  readonly initial?: Value;
  /** What a failed compare-and-set says, as for linearizability. Default `absent`. */
  readonly failedCas?: FailedCas;
  /** What a read that answers nil says, as for linearizability. Default `observed`. */
  readonly nilReads?: NilReads;
}

const CHECKER = 'ordered-sequential';

/**
 * Judges by the positions that the system itself gives. `valid` proves the promise, whatever the
 * positions mean. `invalid` says that the answers do not keep it by the system's own account of
 * its order; what clients saw may be explained by another order. `unknown` where an answer has no
 * position, or an operation that was never answered may explain what the positions do not.
 * Operations that were never answered are put where they help, by a search within a budget; without
 * such ones it takes O(operations log operations), beside the model's steps.
 */
export function orderedSequentialVerdict(
  history: History,
  options: PositionOptions = {},
): CheckResult {
  const { model: asked = 'cas-register', failedCas = 'absent', nilReads = 'observed' } = options;
  const model = typeof asked === 'string' ? modelNamed(asked) : asked;
  if (model === undefined) return unknown(`no model is called ${JSON.stringify(asked)}`);
  const groups = operationsByKey(history, { failedCas, nilReads });
  if ('because' in groups) return unknown(groups.because);
  const { floor, violation } = positionsInTime(history, groups, model);
  if (violation !== null) return answer(history, violation);
  for (const group of groups) {
    for (let i = 0; i < group.count; i++) {
      if (model.unrecorded?.(operationAt(group, i)) !== true) continue;
      const what = describe(group, model, i);
      return unknown(`the argument of ${what} was not recorded: it may have been any`);
    }
  }
  const walk = new Walk(history, groups, { model, initial: options.initial ?? null, floor });
  return answer(history, walk.judge());
}

/** Real time and sessions: one pass over the events. */
function positionsInTime(
  history: History,
  groups: readonly Operations[],
  model: Model,
): {
  /** By the event of an invocation: the last position that had been answered by then. */
  readonly floor: FloatColumn;
  readonly violation: Verdict | null;
} {
  const { length, type, process, position } = history;
  const isUpdate = new ByteColumn(length);
  for (const group of groups) {
    for (let i = 0; i < group.count; i++) {
      const observes = model.readonly?.(operationAt(group, i)) === true;
      isUpdate[group.call.get(i)] = observes ? 0 : 1;
    }
  }
  const floor = new FloatColumn(length).fill(Number.NEGATIVE_INFINITY);
  const open = new Map<number, { readonly call: number; readonly floorAt: number }>();
  const sessions = new Map<number, number>();
  let highest = NONE;
  for (let event = 0; event < length; event++) {
    const who = process.get(event);
    if (who === NEMESIS) continue;
    if (type[event] === INVOKE) {
      open.set(who, { call: event, floorAt: highest });
      if (highest !== NONE) floor[event] = position.get(highest);
      continue;
    }
    const asked = open.get(who);
    open.delete(who);
    const at = position.get(event);
    if (asked === undefined || type[event] !== OK || Number.isNaN(at)) continue;
    const { call, floorAt } = asked;
    if (isUpdate[call] === 1 && at <= floor.get(call)) {
      const violation = outOfOrder(history, { earlier: floorAt, call, event, rule: 'real-time' });
      return { floor, violation };
    }
    const before = sessions.get(who);
    if (before !== undefined && at < position.get(before)) {
      const violation = outOfOrder(history, { earlier: before, call, event, rule: 'session' });
      return { floor, violation };
    }
    sessions.set(who, event);
    if (highest === NONE || at > position.get(highest)) highest = event;
  }
  return { floor, violation: null };
}

/** An answered operation, in the order of positions. */
interface Placed {
  readonly group: number;
  readonly i: number;
  readonly position: number;
  readonly observes: boolean;
}

/** An object, with what is known of where its operations stand. */
interface ObjectState<State> {
  /** Its answered operations, as indices into the order of all. */
  readonly places: number[];
  /** Updates that were never answered. */
  readonly unanswered: number[];
  /** Answers without a position that only observe, in the order of their calls. */
  readonly unplaced: readonly number[];
  /** What it held from each place of the order on, where such answers need it. */
  readonly versions: { readonly place: number; readonly state: State }[];
}

class Walk<State> {
  readonly #history: History;
  readonly #groups: readonly Operations[];
  readonly #model: Model<State>;
  readonly #initial: State;
  readonly #floor: FloatColumn;
  readonly #objects: ObjectState<State>[] = [];
  readonly #placed: Placed[] = [];
  /** The place in the order of each operation, by the event of its answer. */
  readonly #places = new Map<number, number>();
  /** The place of each update, by the event of its invocation; later the first of all that follow. */
  readonly #updates: FloatColumn;
  /** The first answer that says no position although it changed something. */
  #without: Verdict | null = null;

  constructor(
    history: History,
    groups: readonly Operations[],
    {
      model,
      initial,
      floor,
    }: {
      readonly model: Model<State>;
      readonly initial: Value;
      readonly floor: FloatColumn;
    },
  ) {
    this.#history = history;
    this.#groups = groups;
    this.#model = model;
    this.#initial = model.initial(initial);
    this.#floor = floor;
    this.#updates = new FloatColumn(history.length + 1).fill(Number.POSITIVE_INFINITY);
    groups.forEach((operations, group) => {
      this.#objects.push(this.#sort(operations, group));
    });
    this.#placed.sort(
      (a, b) =>
        a.position - b.position ||
        Number(a.observes) - Number(b.observes) ||
        this.#callOf(a) - this.#callOf(b),
    );
    for (const [place, { group, i }] of this.#placed.entries()) {
      this.#objects[group]?.places.push(place);
      this.#places.set(itemAt(groups, group).ret.get(i), place);
    }
  }

  judge(): Verdict {
    if (this.#without !== null) return this.#without;
    if (this.#placed.length === 0) {
      return { kind: 'unknown', because: 'no answer says at which position it took effect' };
    }
    const verdicts = this.#objects.map((_, group) => this.#judgeObject(group));
    const wrong = worst(verdicts);
    if (wrong.kind !== 'valid') return wrong;
    return this.#judgeUnplaced() ?? { kind: 'valid' };
  }

  #callOf({ group, i }: Placed): number {
    return itemAt(this.#groups, group).call.get(i);
  }

  #sort(operations: Operations, group: number): ObjectState<State> {
    const unanswered: number[] = [];
    const unplaced: number[] = [];
    for (let i = 0; i < operations.count; i++) {
      const ret = operations.ret.get(i);
      const observes = this.#model.readonly?.(operationAt(operations, i)) === true;
      const position = ret === NEVER ? Number.NaN : this.#history.position.get(ret);
      if (!Number.isNaN(position)) this.#placed.push({ group, i, position, observes });
      else if (ret === NEVER) {
        if (!observes) unanswered.push(i);
      } else if (this.#history.type[ret] !== OK) unplaced.push(i);
      else {
        const what = describe(operations, this.#model, i);
        this.#without ??= { kind: 'unknown', because: `${what} does not say its position` };
      }
    }
    return { places: [], unanswered, unplaced, versions: [] };
  }

  /** Whether every answer is that of the state at its position. */
  #judgeObject(group: number): Verdict {
    const operations = itemAt(this.#groups, group);
    const object = itemAt(this.#objects, group);
    const placed = object.places.map((place) => itemAt(this.#placed, place));
    const unanswered = object.unanswered.map((i) => {
      const floor = this.#floor.get(operations.call.get(i));
      const first = placed.findIndex(({ position }) => position > floor);
      return {
        operation: operationAt(operations, i),
        from: first === -1 ? Number.POSITIVE_INFINITY : first,
      };
    });
    const found = place({
      model: this.#model,
      initial: this.#initial,
      placed: placed.map(({ i }) => operationAt(operations, i)),
      unanswered,
    });
    if (found.kind === 'fits') {
      this.#remember(group, found);
      return { kind: 'valid' };
    }
    const { i, position } = itemAt(placed, found.at);
    const what = describe(operations, this.#model, i);
    const state = describeState(this.#model, found.state);
    const because = `${what} at position ${position}: the updates up to there leave ${state}`;
    const wanted = operationAt(operations, i);
    const updates = unanswered.map(({ operation }) => operation);
    if (found.kind === 'gave-up' && !noneExplains(this.#model as Model, wanted, updates)) {
      return { kind: 'unknown', because: `${because}, and too many unanswered ones might help` };
    }
    const last = placed.slice(0, found.at).findLast(({ observes }) => !observes);
    const before = last === undefined ? NONE : operations.ret.get(last.i);
    const events = [before, operations.call.get(i), operations.ret.get(i)];
    return broken('value', because, events);
  }

  /** Keeps what answers without a position are compared with. */
  #remember(
    group: number,
    { states, stands }: Extract<PlacedResult<State>, { kind: 'fits' }>,
  ): void {
    const operations = itemAt(this.#groups, group);
    const { places, unanswered, unplaced, versions } = itemAt(this.#objects, group);
    if (unplaced.length === 0) return;
    const callOf = (i: number) => operations.call.get(i);
    for (const place of places) {
      const { i, observes } = itemAt(this.#placed, place);
      if (!observes) this.#updates[callOf(i)] = place;
    }
    // What was never answered stands right before some answered one.
    for (const [index, at] of stands.entries()) {
      if (at === null) continue;
      const place = places[at] ?? this.#placed.length;
      this.#updates[callOf(itemAt(unanswered, index))] = place - 0.5;
    }
    versions.push({ place: -1, state: this.#initial });
    for (const [at, place] of places.entries()) {
      const before = itemAt(states, at);
      versions.push({ place: place - 0.5, state: before });
      const { i } = itemAt(this.#placed, place);
      const after = this.#model.step(before, operationAt(operations, i)) as State;
      versions.push({ place, state: after });
    }
  }

  /**
   * Answers without a position, each at the first place where it fits: behind what its session saw
   * before it, and before what its session saw next and every update that began after its answer.
   */
  #judgeUnplaced(): Verdict | null {
    const all = this.#objects.flatMap(({ unplaced }, group) => unplaced.map((i) => ({ group, i })));
    if (all.length === 0) return null;
    const updates = this.#updates;
    for (let event = this.#history.length - 1; event >= 0; event--) {
      updates[event] = Math.min(updates.get(event), updates.get(event + 1));
    }
    const callOf = ({ group, i }: { group: number; i: number }) =>
      itemAt(this.#groups, group).call.get(i);
    all.sort((a, b) => callOf(a) - callOf(b));
    /** By session, where the last of these was placed. */
    const reached = new Map<number, number>();
    for (const { group, i } of all) {
      const operations = itemAt(this.#groups, group);
      const { versions, unanswered } = itemAt(this.#objects, group);
      const [call, ret] = [operations.call.get(i), operations.ret.get(i)];
      const who = this.#history.process.get(call);
      const low = Math.max(this.#seenBy(who, call, -1), reached.get(who) ?? -1);
      const high = Math.min(this.#seenBy(who, ret, 1), updates.get(ret));
      const operation = operationAt(operations, i);
      const first = Math.max(
        0,
        versions.findLastIndex(({ place }) => place <= low),
      );
      const fit = versions
        .slice(first)
        .find(
          ({ place, state }) =>
            Math.max(low, place) < high && this.#model.step(state, operation) !== undefined,
        );
      if (fit === undefined) {
        const because = `${describe(operations, this.#model, i)} fits nowhere in its session`;
        if (unanswered.length > 0) {
          return { kind: 'unknown', because: `${because}, unless an unanswered one explains it` };
        }
        return broken('value', because, [call, ret]);
      }
      reached.set(who, Math.max(low, fit.place));
    }
    return null;
  }

  /** The place of the last operation that a session saw before an event, or of the first after it. */
  #seenBy(who: number, from: number, by: -1 | 1): number {
    const { process, length } = this.#history;
    for (let event = from + by; event >= 0 && event < length; event += by) {
      const place = process[event] === who ? this.#places.get(event) : undefined;
      if (place !== undefined) return place;
    }
    return by * Number.POSITIVE_INFINITY;
  }
}

function outOfOrder(
  history: History,
  {
    earlier,
    call,
    event,
    rule,
  }: {
    readonly earlier: number;
    readonly call: number;
    readonly event: number;
    readonly rule: 'real-time' | 'session';
  },
): Verdict {
  const [before, after] = [history.event(earlier), history.event(event)];
  const first = `${before.f} at position ${before.position} (event ${earlier})`;
  const because =
    rule === 'session'
      ? `process ${after.process} saw a ${first}, and then a ${after.f} at position ` +
        `${after.position} (event ${event}): its session went back`
      : `a ${after.f} that began at event ${call}, when a ${first} had been answered, took effect ` +
        `at position ${after.position}`;
  return broken(rule, because, [earlier, call, event]);
}

/** The rule that is broken, with the events that show it. */
function broken(
  rule: 'real-time' | 'session' | 'value',
  because: string,
  events: readonly number[],
): Verdict {
  return {
    kind: 'invalid',
    because: `by the positions that the system gives, not ordered sequential: ${because}`,
    events: [...new Set(events)].filter((event) => event >= 0).sort((a, b) => a - b),
    property: `OrderedSequential:${rule}`,
  };
}

function answer(history: History, verdict: Verdict): CheckResult {
  let positions = 0;
  for (let event = 0; event < history.length; event++) {
    if (!Number.isNaN(history.position[event])) positions++;
  }
  return { checker: CHECKER, verdict, stats: { positions } };
}

function unknown(because: string): CheckResult {
  return { checker: CHECKER, verdict: { kind: 'unknown', because } };
}
