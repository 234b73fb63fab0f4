/**
 * What registers held before the test. Nobody says so, but one value must account for all that was
 * read and not written: a read of nil, or the first value that nobody wrote.
 */

import { NONE, type Value } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { same } from '../transaction-answers.ts';
import { mapKey, type Transactions } from './transactions.ts';
import type { InitialState, Writes } from './versions.ts';

/** What one key held, and which read shows it: a micro-operation, or `NONE` where none does. */
export interface Prior {
  readonly value: Value;
  readonly shownBy: number;
}

/** Per key. Only the first access of a transaction to a key shows what was there before it. */
export function priorValues(t: Transactions, writes: Writes, initial: InitialState): Prior[] {
  const nil = t.keys.map((): Prior => ({ value: null, shownBy: NONE }));
  if (initial === 'empty') return nil;
  const priors = [...nil];
  for (const m of t.reads) {
    const k = t.key.get(m);
    const value = itemAt(t.value, m);
    if (t.writeBefore[m] !== NONE || writes.byValue[k]?.has(mapKey(value)) === true) continue;
    const known = itemAt(priors, k);
    // That a key held nothing goes before: it is what an unused key holds.
    if (known.shownBy === NONE || (value === null && known.value !== null)) {
      priors[k] = { value, shownBy: m };
    }
  }
  return priors;
}

/** Whether this is what the key held before the test. */
export function isPrior({ value }: Prior, read: Value): boolean {
  return same(value, read);
}
