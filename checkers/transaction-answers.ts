/** The answer to a transaction against the question: the same steps, with the reads filled in. */

import { NONE, type Value } from './history.ts';
import { isList, isMap, isSet } from './value.ts';

/**
 * What an answer has that was not asked, lacks, or has otherwise, as the rest of a sentence after
 * the transaction; null where it belongs to the question. An invocation that is no list was not
 * recorded, so that nothing can be compared; nor can a value that the question leaves out.
 */
export function wrongAnswer(asked: Value, answered: Value): string | null {
  if (!isList(asked) || !isList(answered)) return null;
  const at = asked.findIndex((step, i) => !belongs(step, answered[i]));
  if (at === NONE) {
    if (answered.length === asked.length) return null;
    return `was answered with ${show(answered[asked.length])}, a step that it does not have`;
  }
  const step = `has ${show(asked[at])} as step ${at + 1}`;
  if (at >= answered.length) return `${step}, which the answer lacks`;
  return `${step}, which was answered as ${show(answered[at])}`;
}

/** Whether an answered step is the asked one: a write as a whole, a read but for what it saw. */
function belongs(asked: Value, answered: Value | undefined): boolean {
  if (!isList(asked) || !isList(answered)) return same(asked, answered);
  const [f, key, value] = asked;
  if (asked.length !== answered.length) return false;
  const name = nameOf(f);
  if (f !== answered[0] && name !== nameOf(answered[0])) return false;
  if (!same(key, answered[1])) return false;
  return name === 'r' || value === null || same(value, answered[2]);
}

/** Steps have short names and long ones, and some recorders keep the colon of a keyword. */
function nameOf(f: Value | undefined): Value | undefined {
  if (typeof f !== 'string') return f;
  const name = f.startsWith(':') ? f.slice(1) : f;
  return name === 'read' ? 'r' : name === 'write' ? 'w' : name;
}

/** Equality by content. */
export function same(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if ((isMap(a) && isMap(b)) || (isSet(a) && isSet(b)))
    return JSON.stringify(a) === JSON.stringify(b);
  if (!isList(a) || !isList(b) || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false;
  return true;
}

function show(value: Value | undefined): string {
  const text = JSON.stringify(value ?? null);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
