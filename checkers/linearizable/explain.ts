/** Turns the point at which a search got stuck into a witness that a person reads. */

import { INVOKE, NONE, type Value } from '../history.ts';
import { itemAt } from '../item-at.ts';
import type { Verdict, Witness, WitnessOperation } from '../verdict.ts';
import {
  describeOperation,
  describeState,
  type Model,
  stateKey,
  UnreadableValue,
} from './model.ts';
import type { Contradiction } from './monitors/monitor.ts';
import { NEVER, type Operations, operationAt } from './operations.ts';
import type { Stuck } from './search.ts';

/** Operations of the prefix that are shown, the last ones. */
const SHOWN = 20;

/**
 * The longest linearizable prefix with the state after each operation, then the operations that
 * cannot follow. `stuck.order` is what the search found, so replaying it fails only
 * where the model claims what is not true.
 */
export function explainStuck<State>(
  operations: Operations,
  model: Model<State>,
  initial: Value,
  stuck: Stuck,
): Verdict {
  const prefix = replay(operations, model, initial, stuck.order);
  const { state } = prefix;
  const candidates = candidatesAfter(operations, stuck);
  const blocked = candidates.map((i) => refuse(operations, model, state, i, stuck));
  const shown = [...prefix.shown, ...blocked];
  const because = sentence(operations, model, state, prefix.lastChange, stuck.operation);
  const witness: Witness = {
    ...keyOf(operations),
    operations: shown,
    sentences: [
      `${count(stuck.order.length)} can be put in an order that explains every answer up to then; ` +
        `after it ${objectName(operations, model)} is ${stateOf(model, state)}.`,
      ...blocked.map((operation, at) => {
        const told = describe(operations, model, itemAt(candidates, at));
        return `${told} cannot come next: ${operation.why ?? ''}.`;
      }),
    ],
  };
  const cause = prefix.lastChange;
  const causes = cause === undefined ? [] : [witnessOperation(operations, cause)];
  return { kind: 'invalid', because, events: eventsOf([...causes, ...blocked]), witness };
}

/** `process 3's write x = 2, acknowledged at 70 ms`. */
export function describe<State>(
  operations: Operations,
  model: Model<State>,
  i: number,
  when: 'answered' | 'always' = 'always',
): string {
  const operation = operationAt(operations, i);
  const words = short(describeOperation(model, operation, keyName(operations)));
  const called = moment(operations, operations.call.get(i));
  const ret = operations.ret.get(i);
  const who = `process ${operation.process}'s ${words}`;
  if (ret === NEVER) return `${who} (asked at ${called}, never answered)`;
  const answered = moment(operations, ret);
  return when === 'answered'
    ? `${who} had been answered at ${answered}`
    : `${who} (${called} to ${answered})`;
}

/** What functions are called when they are over, where that is another word. */
const PAST: Readonly<Record<string, string>> = {
  acquire: 'acquired',
  add: 'added',
  append: 'appended',
  dequeue: 'dequeued',
  enqueue: 'enqueued',
  propose: 'proposed',
  release: 'released',
  remove: 'removed',
  write: 'wrote',
};

/** `process 3 read x = 1 at 91 ms`. */
export function said<State>(operations: Operations, model: Model<State>, i: number): string {
  const operation = operationAt(operations, i);
  const verb = PAST[operation.f] ?? operation.f;
  const told = short(describeOperation(model, operation, keyName(operations), verb));
  const ret = operations.ret.get(i);
  const event = ret === NEVER ? operations.call.get(i) : ret;
  return `process ${operation.process} ${told} at ${moment(operations, event)}`;
}

/** The operations whose call or return these events are, in the same order. O(operations). */
export function operationsOfEvents(operations: Operations, events: readonly number[]): number[] {
  const { call, ret, count: total } = operations;
  const found = new Map<number, number>();
  const wanted = new Set(events);
  for (let i = 0; i < total; i++) {
    if (wanted.has(call.get(i))) found.set(call.get(i), i);
    if (wanted.has(ret.get(i))) found.set(ret.get(i), i);
  }
  return events.flatMap((event) => found.get(event) ?? []);
}

/** A contradiction of a few operations as a verdict. */
export function explainContradiction<State>(
  operations: Operations,
  model: Model<State>,
  contradiction: Contradiction,
): Verdict {
  const { because, culprit } = contradiction;
  const involved = contradiction.operations
    .toSorted((a, b) => operations.call.get(a) - operations.call.get(b))
    .slice(0, SHOWN);
  const shown = involved.map((i) => witnessOperation(operations, i));
  const witness: Witness = {
    ...keyOf(operations),
    operations: shown,
    sentences: [because, ...involved.map((i) => `${describe(operations, model, i)}.`)],
    ...(culprit === undefined ? {} : { culprit: operations.call.get(culprit) }),
  };
  return { kind: 'invalid', because, events: eventsOf(shown), witness };
}

/** When an event was, as a person reads it; its number where the history has no clock. */
function moment({ history }: Operations, event: number): string {
  const timeNs = history.time.get(event);
  if (timeNs === 0 && event > 0) return `event ${event}`;
  if (timeNs >= 10_000_000_000) return `${(timeNs / 1e9).toFixed(2)} s`;
  if (timeNs >= 1_000_000) return `${Number((timeNs / 1e6).toFixed(1))} ms`;
  return timeNs >= 1000 ? `${Number((timeNs / 1e3).toFixed(1))} us` : `${timeNs} ns`;
}

/** An operation by its events. A completion `info` counts as none for order, but is shown. */
function witnessOperation(operations: Operations, i: number): WitnessOperation {
  const { history } = operations;
  const invoke = operations.call.get(i);
  const ret = operations.ret.get(i);
  if (ret !== NEVER) return { invoke, complete: ret };
  const who = history.process[invoke];
  for (let event = invoke + 1; event < history.length; event++) {
    if (history.process[event] !== who) continue;
    return { invoke, complete: history.type[event] === INVOKE ? null : event };
  }
  return { invoke, complete: null };
}

interface Replayed<State> {
  readonly state: State;
  readonly shown: readonly WitnessOperation[];
  /** The operation that brought the object into its last state. */
  readonly lastChange: number | undefined;
}

function replay<State>(
  operations: Operations,
  model: Model<State>,
  initial: Value,
  order: readonly number[],
): Replayed<State> {
  let state = model.initial(initial);
  let lastChange: number | undefined;
  const shown: WitnessOperation[] = [];
  let place = 0;
  for (const i of order) {
    place++;
    const next = model.step(state, operationAt(operations, i));
    if (next === undefined) throw new UnreadableValue(brokenClaim(place));
    if (stateKey(model, state) !== stateKey(model, next)) lastChange = i;
    state = next;
    if (place > order.length - SHOWN) {
      shown.push({
        ...witnessOperation(operations, i),
        order: place,
        stateAfter: stateOf(model, next),
      });
    }
  }
  return { state, shown, lastChange };
}

function brokenClaim(place: number): string {
  return `it does not keep to its claims (see checkModel), at operation ${place} of the order found`;
}

/** Operations open when the stuck one returned, that are not in the prefix; the stuck one first. */
function candidatesAfter(operations: Operations, stuck: Stuck): number[] {
  const { call, ret, count: total } = operations;
  const until = ret.get(stuck.operation);
  const done = new Set(stuck.order);
  const rest: number[] = [];
  for (let i = 0; i < total && call.get(i) < until; i++) {
    if (!done.has(i) && i !== stuck.operation && ret.get(i) > until) rest.push(i);
  }
  return [stuck.operation, ...rest.slice(-SHOWN)];
}

function refuse<State>(
  operations: Operations,
  model: Model<State>,
  state: State,
  i: number,
  stuck: Stuck,
): WitnessOperation {
  const shown = witnessOperation(operations, i);
  const next = model.step(state, operationAt(operations, i));
  if (next === undefined) {
    return { ...shown, why: `${objectName(operations, model)} is ${stateOf(model, state)}` };
  }
  const waiting = operationAt(operations, stuck.operation);
  return {
    ...shown,
    why:
      `it would leave ${objectName(operations, model)} at ${stateOf(model, next)}, from where no ` +
      `order of the others lets process ${waiting.process} see what it saw`,
  };
}

/** `process 3 read x = 1 at 91 ms although process 2's write x = 2 had been answered at 70 ms`. */
function sentence<State>(
  operations: Operations,
  model: Model<State>,
  state: State,
  lastChange: number | undefined,
  stuck: number,
): string {
  const head = said(operations, model, stuck);
  const object = objectName(operations, model);
  const now = stateOf(model, state);
  const is = `${object} is ${now}`;
  if (lastChange === undefined) return `${head}, although ${is} from the start`;
  const ret = operations.ret.get(lastChange);
  if (ret < operations.call.get(stuck)) {
    const before = describe(operations, model, lastChange, 'answered');
    // What else may be done to it then, not everybody knows of an object that has a name of its own.
    const left = model.noun === undefined ? '' : `, so that ${object} was ${now}`;
    return `${head} although ${before}${left}`;
  }
  const by = describe(operations, model, lastChange);
  return `${head}, and no order of the operations explains it: at best ${is} after ${by}`;
}

/** Characters of a state or an operation in a sentence, and of each end of a longer one. */
const SHORT = 120;
const END = 50;

/** Long states and answers are told by their beginning and their end, cut between words. */
function short(text: string): string {
  if (text.length <= SHORT) return text;
  const head = text.slice(0, END).replace(/\s\S*$/, '');
  const tail = text.slice(-END).replace(/^\S*\s/, '');
  return `${head} ... ${tail}`;
}

function stateOf<State>(model: Model<State>, state: State): string {
  return short(describeState(model, state));
}

/** How sentences call the object. */
function objectName<State>(operations: Operations, { noun }: Model<State>): string {
  return keyName(operations) ?? noun ?? 'the object';
}

function keyName(operations: Operations): string | undefined {
  return operations.key === NONE ? undefined : operations.history.keys.names[operations.key];
}

function keyOf(operations: Operations): { key?: string } {
  const key = keyName(operations);
  return key === undefined ? {} : { key };
}

function eventsOf(shown: readonly WitnessOperation[]): number[] {
  const events = new Set<number>();
  for (const { invoke, complete } of shown) {
    events.add(invoke);
    if (complete !== null) events.add(complete);
  }
  return [...events].sort((a, b) => a - b);
}

function count(operations: number): string {
  return operations === 1 ? 'One operation' : `${operations} operations`;
}
