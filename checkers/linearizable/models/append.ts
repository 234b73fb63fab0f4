/** Objects that grow: a text with put and append (the key-value store of MIT 6.824), and a log. */

import type { Value } from '../../history.ts';
import { isList } from '../../value.ts';
import { type Model, showValue, UnreadableValue } from '../model.ts';

/**
 * `append` concatenates texts or adds an element to a list; `put` (or `write`) replaces the whole.
 * A key that holds nothing becomes what is appended to it: a text by a text, else a list.
 */
export const kvAppend: Model<Value> = {
  name: 'kv-append',
  functions: ['get', 'read', 'put', 'write', 'append'],
  initial: (value) => value,
  step(state, { f, input, output, outcome }) {
    if (outcome === 'refused') return undefined;
    if (f === 'append') return appended(state, input);
    if (f === 'put' || f === 'write') return input;
    return outcome !== 'ok' || contentKey(state) === contentKey(output) ? state : undefined;
  },
  key: contentKey,
  readonly: ({ f }) => f === 'get' || f === 'read',
  unrecorded: ({ f, input }) => f !== 'get' && f !== 'read' && input === null,
  describeState: showValue,
};

/** An append-only list: `append` an element, `read` the whole. Nothing counts as empty. */
export const log: Model<Value> = {
  name: 'log',
  functions: ['append', 'read'],
  initial(value) {
    if (value === null || isList(value)) return value ?? [];
    throw new UnreadableValue(`a log starts as a list, not as ${JSON.stringify(value)}`);
  },
  step(state, { f, input, output, outcome }) {
    if (outcome === 'refused') return undefined;
    if (f === 'append') return [...(state as readonly Value[]), input];
    return outcome !== 'ok' || contentKey(state) === contentKey(output ?? []) ? state : undefined;
  },
  key: contentKey,
  readonly: ({ f }) => f === 'read',
  unrecorded: ({ f, input }) => f === 'append' && input === null,
  describeState: showValue,
};

const NO_OFFSET = Number.NEGATIVE_INFINITY;

/** The elements in order, and the last offset that was answered; below every offset at the start. */
export interface Offsets {
  readonly elements: readonly Value[];
  readonly last: number;
}

/**
 * A log whose `append` answers the offset of the element, greater than every one answered for what
 * comes before it (with gaps or without, as in Kafka); `read` answers the elements in order. An
 * append without an answer, or without a number in it, shows no offset.
 */
export const offsetLog: Model<Offsets> = {
  name: 'offset-log',
  functions: ['append', 'read'],
  initial: (value) => ({ elements: log.initial(value) as readonly Value[], last: NO_OFFSET }),
  step({ elements, last }, operation) {
    const { f, output, outcome } = operation;
    const next = log.step(elements, operation) as readonly Value[] | undefined;
    if (next === undefined) return undefined;
    const offset = f === 'append' && outcome === 'ok' && typeof output === 'number' ? output : null;
    if (offset !== null && offset <= last) return undefined;
    return { elements: next, last: offset ?? last };
  },
  key: ({ elements, last }) => `${last} ${JSON.stringify(elements)}`,
  readonly: ({ f }) => f === 'read',
  unrecorded: ({ f, input }) => f === 'append' && input === null,
  describeState: ({ elements, last }) =>
    `${showValue(elements)}${last === NO_OFFSET ? '' : `, last offset ${last}`}`,
};

function appended(state: Value, input: Value): Value {
  if (typeof input === 'string' && (state === null || typeof state === 'string')) {
    return (state ?? '') + input;
  }
  if (state === null) return [input];
  if (isList(state)) return [...state, input];
  throw new UnreadableValue(`nothing can be appended to ${JSON.stringify(state)}`);
}

function contentKey(state: Value): string | number | boolean | null {
  return typeof state === 'object' && state !== null ? `\u0000${JSON.stringify(state)}` : state;
}
