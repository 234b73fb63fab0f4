/**
 * Who tried to bring a value into an object, also in vain: what failed takes no part in a verdict,
 * but no sentence may say that nobody did what somebody tried.
 */

import { FAIL, type History, INVOKE, NEMESIS, NONE, OK, type Value } from './history.ts';
import { entryOf, itemAt } from './item-at.ts';
import type { ProcessId } from './units.ts';

/** An invocation that carries the value, with what became of it. */
export interface Attempt {
  readonly process: ProcessId;
  readonly f: string;
  readonly invoke: number;
  /** Null when it never completed. */
  readonly complete: number | null;
  readonly outcome: 'ok' | 'failed' | 'unknown';
}

/** Functions that bring their argument in; a compare-and-set brings in its second value. */
const BRING: ReadonlySet<string> = new Set([
  'write',
  'cas',
  'propose',
  'put',
  'append',
  'add',
  'enqueue',
  'enq',
  'push',
]);

/** The attempts to bring `value` into the object with this key (an id of `history.keys`). Linear. */
export function attemptsOf(history: History, key: number, value: Value): Attempt[] {
  const brings = history.functions.names.map((f) => BRING.has(f));
  const wanted = history.values.code(value);
  const cas = history.functions.find('cas');
  const carries = (event: number): boolean => {
    const code = history.value.get(event);
    if (history.f[event] !== cas) return code === wanted || isEndOf(history, code, value);
    const bounds = history.values.value(code);
    return Array.isArray(bounds) && history.values.code((bounds[1] ?? null) as Value) === wanted;
  };
  const attempts: Attempt[] = [];
  const open = new Map<number, number>();
  const end = (invoke: number, complete: number | null): void => {
    const type = complete === null ? NONE : history.type[complete];
    attempts.push({
      process: history.process.get(invoke),
      f: itemAt(history.functions.names, history.f.get(invoke)),
      invoke,
      complete,
      outcome: type === OK ? 'ok' : type === FAIL ? 'failed' : 'unknown',
    });
  };
  for (let event = 0; event < history.length; event++) {
    const who = history.process.get(event);
    if (who === NEMESIS) continue;
    if (history.type[event] === INVOKE) {
      const meant = history.key[event] === key && brings[history.f.get(event)] === true;
      if (meant && carries(event)) open.set(who, event);
    } else if (open.has(who)) {
      end(entryOf(open, who), event);
      open.delete(who);
    }
  }
  for (const invoke of open.values()) end(invoke, null);
  return attempts.sort((a, b) => a.invoke - b.invoke);
}

/** Whether a text ends with what was appended to it. */
function isEndOf(history: History, code: number, value: Value): boolean {
  if (typeof value !== 'string' || code >= 0) return false;
  const end = history.values.value(code);
  return typeof end === 'string' && end !== '' && value.endsWith(end);
}

/** What bringing in is called: `write`, `written`. */
export interface Words {
  readonly infinitive: string;
  readonly participle: string;
}

export const WRITE: Words = { infinitive: 'write', participle: 'written' };
export const ADD: Words = { infinitive: 'add', participle: 'added' };
export const APPEND: Words = { infinitive: 'append', participle: 'appended' };
export const PUT_IN: Words = { infinitive: 'put in', participle: 'put in' };

/** Where a value was looked for, and by when it would have had to be there. */
export interface Sighting {
  readonly key: number;
  readonly value: Value;
  /** The event with which it was answered. */
  readonly event: number;
}

/**
 * That nobody brought a value in, as the rest of a sentence after "which": or who tried to, and in
 * vain or too late.
 */
export function nobody(history: History, { key, value, event }: Sighting, words: Words): string {
  const attempts = attemptsOf(history, key, value);
  const failed = attempts.find(({ outcome }) => outcome === 'failed');
  const early = attempts.find(({ invoke }) => invoke < event);
  const [tried] = attempts;
  if (tried === undefined) return `nobody had ${words.participle}`;
  const { infinitive } = words;
  if (failed !== undefined) {
    return `process ${failed.process} tried to ${infinitive} and reported as failed (${eventsOf(failed)})`;
  }
  if (early === undefined) {
    return `process ${tried.process} began to ${infinitive} only later (event ${tried.invoke})`;
  }
  return `process ${early.process} tried to ${infinitive} (${eventsOf(early)}), which does not explain it`;
}

/** What those who failed say of a value that was seen, one sentence each. */
export function failedAttempts(history: History, key: number, value: Value): string[] {
  if (value === null || typeof value === 'boolean') return [];
  if (!history.type.subarray(0, history.length).includes(FAIL)) return [];
  return attemptsOf(history, key, value)
    .filter(({ outcome }) => outcome === 'failed')
    .map(
      (attempt) =>
        `Process ${attempt.process} tried to ${attempt.f} ${JSON.stringify(value)} and reported ` +
        `that this failed (${eventsOf(attempt)}).`,
    );
}

function eventsOf({ invoke, complete }: Attempt): string {
  return complete === null ? `event ${invoke}` : `events ${invoke} to ${complete}`;
}
