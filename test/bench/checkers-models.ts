/** Models as a user writes them, for the benchmark. */

import { History, type NewEvent, type Value } from '../../checkers/history.ts';
import { type Model, models } from '../../checkers/linearizable/index.ts';

/** A compare-and-set register with nothing but its step. */
export const plainRegister: Model<Value> = {
  name: 'plain register',
  functions: models['cas-register'].functions,
  initial: (value) => value,
  step: (state, operation) => models['cas-register'].step(state, operation) as Value | undefined,
};

/** A text with put and append, and nothing but its step. */
export const plainText: Model<Value> = {
  name: 'plain text',
  functions: models['kv-append'].functions,
  initial: (value) => value,
  step: (state, operation) => models['kv-append'].step(state, operation) as Value | undefined,
};

/** The texts of keys "0" to "9" in one object, by operations that carry their key. */
export const textsByKey: Model<readonly string[]> = {
  name: 'texts by key',
  functions: ['get', 'put', 'append'],
  initial: () => Array.from({ length: 10 }, () => ''),
  step(state, { f, input, output, outcome }) {
    const [key, text] = input as readonly [string, string];
    const before = state[Number(key)] ?? '';
    if (f === 'put') return state.with(Number(key), text);
    if (f === 'append') return state.with(Number(key), before + text);
    return outcome !== 'ok' || output === before ? state : undefined;
  },
  key: (state) => state.join('|'),
  readonly: ({ f }) => f === 'get',
};

/** The same history without keys: they become part of what is asked. */
export function inOnePiece(history: History): History {
  const events: NewEvent[] = [];
  for (const { index: _, key = '', ...event } of history) {
    const value = event.type === 'invoke' || event.f !== 'get' ? [key, event.value] : event.value;
    events.push({ ...event, value });
  }
  return History.from(events);
}
