/** Answers that carry another argument than was asked: told, or refused where nothing else is meant. */

import { INVOKE, NEMESIS, NONE, OK, type Value } from '../../checkers/history.ts';
import { itemAt } from '../../checkers/item-at.ts';
import { isMap } from '../../checkers/value.ts';
import { usage } from '../core/errors.ts';
import { type HistoryFile, show } from '../formats/builder.ts';

/** What is told of by whoever repeats its argument; others may answer something of their own. */
const REPEAT: ReadonlySet<string> = new Set([
  'write',
  'cas',
  'add',
  'remove',
  'enqueue',
  'enq',
  'push',
  'put',
  'append',
  'transfer',
]);

/** To whom an answer of false would be a no, which is a `fail`. */
const NEVER_FALSE: ReadonlySet<string> = new Set([
  'write',
  'cas',
  'enqueue',
  'enq',
  'push',
  'put',
  'append',
  'inc',
  'dec',
  'release',
]);

/** Judges to whom an answer that is no boolean can only be the element that was asked for. */
const ELEMENTS: ReadonlySet<string> = new Set(['set', 'set-full']);
/** Judges to whom an append answers an offset. */
const OFFSETS: ReadonlySet<string> = new Set(['offset-log']);

/** Refuses an `ok` that says no where the function has no such answer: did it happen, or not? */
export function refuseDenials({ history, lines }: HistoryFile, name: string, judge: string): void {
  const no = history.values.code(false);
  const never = history.functions.names.map(
    (f) => NEVER_FALSE.has(f) || (f === 'add' && judge === 'counter'),
  );
  const asked = new Map<number, number>();
  for (let event = 0; event < history.length; event++) {
    const who = history.process.get(event);
    const value = history.value.get(event);
    if (history.type[event] === INVOKE) asked.set(who, value);
    const denies = history.type[event] === OK && value === no && asked.get(who) !== no;
    const f = history.f.get(event);
    if (!denies || never[f] !== true || who === NEMESIS) continue;
    throw usage(
      `${name}:${lines[event]}: ${history.functions.names[f]}: expected no answer of false with ` +
        'type ok: fail says that it did not happen',
    );
  }
}

/** Compares each completion with its invocation; the notes that there are to make. Linear. */
export function comparedEchoes(
  { history, lines }: HistoryFile,
  name: string,
  judge: string,
): string[] {
  const repeats = history.functions.names.map((f) => REPEAT.has(f));
  if (OFFSETS.has(judge) || !repeats.includes(true)) return [];
  const open = new Map<number, number>();
  let first: string | undefined;
  let count = 0;
  for (let event = 0; event < history.length; event++) {
    const who = history.process.get(event);
    if (who === NEMESIS) continue;
    if (history.type[event] === INVOKE) {
      open.set(who, event);
      continue;
    }
    const call = open.get(who);
    open.delete(who);
    const answered = history.value.get(event);
    if (call === undefined || repeats[history.f.get(call)] !== true) continue;
    const asked = history.value.get(call);
    if (answered === NONE || asked === NONE || answered === asked) continue;
    const [argument, result] = [history.values.value(asked), history.values.value(answered)];
    if (typeof result === 'boolean') continue;
    const f = itemAt(history.functions.names, history.f.get(call));
    const what = `${f} of ${show(argument)} (line ${lines[call]}) is answered with ${show(result)}`;
    const isForeign = ELEMENTS.has(judge) || (f === 'transfer' && sameFields(argument, result));
    if (isForeign && history.type[event] === OK) {
      throw usage(`${name}:${lines[event]}: ${what}: expected what was asked for`);
    }
    count++;
    first ??= `${what} in line ${lines[event]}`;
  }
  if (first === undefined) return [];
  const more = count === 1 ? '' : ` (and ${count - 1} more such)`;
  return [`${first}${more}: what was asked was judged`];
}

/** Whether both are objects with the same names, of which only values can differ. */
function sameFields(one: Value, other: Value): boolean {
  if (!isMap(one) || !isMap(other)) return false;
  return JSON.stringify(Object.keys(one)) === JSON.stringify(Object.keys(other));
}
