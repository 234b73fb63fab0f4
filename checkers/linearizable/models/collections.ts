/** Collections: set, queues, stack. States are lists of values; equal by content. */

import type { Value } from '../../history.ts';
import { elementsOf, isSet } from '../../value.ts';
import { type Model, showValue, UnreadableValue } from '../model.ts';
import { nondeterministic } from '../nondeterministic.ts';
import { same } from './register.ts';

type Values = readonly Value[];

/**
 * `add` and `remove` answer whether they changed the set, `contains` whether it holds the element;
 * an answer that is not a boolean says nothing. `read` answers all elements, in any order.
 */
export const set: Model<Values> = {
  name: 'set',
  functions: ['add', 'remove', 'contains', 'read'],
  initial: (value) => anyOrder(value).toSorted(byText),
  step(state, { f, input, output, outcome }) {
    if (outcome === 'refused') return undefined;
    if (f === 'read') {
      if (outcome !== 'ok') return state;
      return text(anyOrder(output).toSorted(byText)) === text(state) ? state : undefined;
    }
    const inside = state.some((element) => same(element, input));
    const answer = outcome === 'ok' && typeof output === 'boolean' ? output : undefined;
    if (f === 'contains') return answer === undefined || answer === inside ? state : undefined;
    const changes = f === 'add' ? !inside : inside;
    if (answer !== undefined && answer !== changes) return undefined;
    if (!changes) return state;
    if (f === 'add') return [...state, input].sort(byText);
    return state.filter((element) => !same(element, input));
  },
  key: text,
  readonly: ({ f, output, outcome }) =>
    f === 'contains' || f === 'read' || (outcome === 'ok' && output === false),
  unrecorded: ({ f, input }) => f !== 'read' && input === null,
  partition: ({ f, input }) => (f === 'read' ? undefined : text(input)),
};

/** First in, first out: `enqueue`, and `dequeue` which answers nil when the queue is empty. */
export const fifoQueue: Model<Values> = {
  name: 'fifo-queue',
  drains: true,
  functions: ['enqueue', 'dequeue', 'enq', 'deq', 'push', 'pop'],
  initial: inside,
  step(state, { f, input, output, outcome }) {
    if (outcome === 'refused') return undefined;
    if (isInsert(f)) return [...state, inserted(input)];
    if (outcome === 'ok' && !same(state[0] ?? null, output)) return undefined;
    return state.slice(1);
  },
  key: text,
  readonly: isEmptyAnswer,
};

/** A multiset: `dequeue` answers any element, nil only when there is none. */
export const unorderedQueue: Model<readonly Values[]> = {
  ...nondeterministic<Values>({
    name: 'unordered-queue',
    functions: ['enqueue', 'dequeue', 'enq', 'deq', 'push', 'pop'],
    initial: (value) => [inside(value).toSorted(byText)],
    steps(state, { f, input, output, outcome }) {
      if (outcome === 'refused') return [];
      if (isInsert(f)) return [[...state, inserted(input)].sort(byText)];
      if (outcome === 'unknown') return [state, ...state.map((_, at) => state.toSpliced(at, 1))];
      if (output === null) return state.length === 0 ? [state] : [];
      const at = state.findIndex((element) => same(element, output));
      return at === -1 ? [] : [state.toSpliced(at, 1)];
    },
    key: text,
  }),
  drains: true,
};

/** Last in, first out: `push`, and `pop` which answers nil when the stack is empty. */
export const stack: Model<Values> = {
  ...fifoQueue,
  name: 'stack',
  drains: false,
  functions: ['push', 'pop'],
  step(state, { f, input, output, outcome }) {
    if (outcome === 'refused') return undefined;
    if (f === 'push') return [...state, inserted(input)];
    if (outcome === 'ok' && !same(state.at(-1) ?? null, output)) return undefined;
    return state.slice(0, -1);
  },
};

/** Whether the function puts something into a queue or stack. */
export function isInsert(f: string): boolean {
  return f === 'enqueue' || f === 'enq' || f === 'push';
}

/** As an answer, nil says that there was nothing: what is put in must be told from it. */
function inserted(value: Value): Value {
  if (value === null) throw new UnreadableValue('nil was put in, which as an answer means empty');
  return value;
}

/** What a queue or a stack holds at the start. */
function inside(value: Value): Values {
  return elements(value).map(inserted);
}

function isEmptyAnswer(operation: {
  readonly f: string;
  readonly output: Value;
  readonly outcome: string;
}): boolean {
  return !isInsert(operation.f) && operation.outcome === 'ok' && operation.output === null;
}

function elements(value: Value): Values {
  if (isSet(value)) {
    throw new UnreadableValue(`${showValue(value)} does not say in which order its elements stand`);
  }
  return anyOrder(value);
}

function anyOrder(value: Value): Values {
  if (value === null) return [];
  const held = elementsOf(value);
  if (held !== null) return held;
  throw new UnreadableValue(`a collection is a list of elements, not ${showValue(value)}`);
}

function byText(a: Value, b: Value): number {
  const [one, other] = [text(a), text(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function text(value: Value): string {
  return JSON.stringify(value);
}
