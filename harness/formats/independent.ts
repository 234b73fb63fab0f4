/**
 * Values of `jepsen.independent`: each is a pair `[key value]`, and each key an object of its own.
 * In EDN such a pair cannot be told from any other vector, so that it is told from the history.
 */

import { History, INVOKE, NEMESIS, OK, type Value } from '../../checkers/history.ts';
import { itemAt } from '../../checkers/item-at.ts';
import { textOf } from '../../checkers/value.ts';
import { usage } from '../core/errors.ts';
import { type HistoryFile, KeySpelling } from './builder.ts';
import { type EdnHistoryFile, writtenKey } from './edn-operations.ts';

/** These carry a vector of their own, whatever the test. */
const CARRY_VECTORS = ['cas', 'txn', 'transfer'];

/**
 * Whether the values must be pairs of key and value: every operation was asked, and answered, with
 * a vector of two that begin alike, and one of them asked with `[key nil]`, which says nothing else.
 */
export function looksIndependent({ history }: HistoryFile): boolean {
  let asks = false;
  const open = new Map<number, Value>();
  for (let event = 0; event < history.length; event++) {
    const process = history.process.get(event);
    if (process === NEMESIS) continue;
    const value = history.values.value(history.value.get(event));
    const type = history.type[event];
    if (type !== INVOKE && type !== OK && !Array.isArray(value)) continue;
    if (!Array.isArray(value) || value.length !== 2) return false;
    if (type !== INVOKE) {
      if (!sameKey(open.get(process), value[0])) return false;
      continue;
    }
    open.set(process, value[0]);
    if (value[1] !== null) continue;
    if (CARRY_VECTORS.includes(itemAt(history.functions.names, history.f.get(event)))) {
      return false;
    }
    asks = true;
  }
  return asks;
}

/** The same history with keys and values apart. */
export function splitPairs(file: EdnHistoryFile, name: string): HistoryFile {
  const { history, lines, heads } = file;
  const spelling = new KeySpelling(name);
  const split = new History();
  const keys = new Map<number, string>();
  for (const event of history) {
    const { process, value, type } = event;
    if (process === 'nemesis') {
      split.push(event);
      continue;
    }
    const asked = type === 'invoke' ? undefined : keys.get(process);
    if (!Array.isArray(value) || value.length !== 2) {
      // A failure may come without the pair; its key is that of the invocation.
      if (asked === undefined || type === 'ok') throw noPair(name, lines[event.index], value);
      split.push({ ...event, key: asked });
      continue;
    }
    const first = itemAt<Value>(value, 0);
    const key = textOf(first);
    spelling.check(key, writtenKey(first, heads[event.index] ?? 0), lines.get(event.index));
    if (asked !== undefined && asked !== key) throw noPair(name, lines[event.index], value);
    if (type === 'invoke') keys.set(process, key);
    split.push({ ...event, key, value: itemAt(value, 1) });
  }
  const note = 'values are pairs [key value] of jepsen.independent: each key is judged by itself';
  return { ...file, history: split, notes: [...file.notes, note] };
}

function sameKey(a: Value | undefined, b: Value): boolean {
  return a !== undefined && textOf(a) === textOf(b);
}

function noPair(name: string, line: number | undefined, value: Value): Error {
  return usage(
    `${name}:${line}: "value": expected [key value] with the key of the invocation, ` +
      `as all operations of an independent history have it, got ${textOf(value)}`,
  );
}
