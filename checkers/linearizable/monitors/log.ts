/**
 * Append-only lists read as a whole. Where all elements are different: exact, linear in the lengths
 * of what was read (`MONITORS.md`). The longest read gives the order; every append and every read
 * then has an earliest and a latest moment. Offsets that appends answer give the order of what was
 * not read. Where elements repeat, or the list held some at the start, `repeated-log.ts` decides.
 */

import { APPEND, nobody } from '../../attempts.ts';
import { ByteColumn, IntColumn } from '../../columns.ts';
import type { Value } from '../../history.ts';
import { isList } from '../../value.ts';
import { describe, said } from '../explain.ts';
import { log } from '../models/append.ts';
import { NEVER, type Operations } from '../operations.ts';
import { codesOf, firstDifference, type Read } from './log-reads.ts';
import {
  type MonitorResult,
  numberInputs,
  undecided,
  VALID,
  type ValueNumbers,
  violation,
} from './monitor.ts';
import { repeatedLog } from './repeated-log.ts';

/** Who appended an element, by its code. */
interface Appends {
  readonly numbers: ValueNumbers;
  readonly by: IntColumn;
}

const NOBODY = -1;

export function logMonitor(operations: Operations, initial: Value): MonitorResult {
  return judge(operations, initial, false);
}

/** The same where each append answers an offset, greater than those of all before it. */
export function offsetLogMonitor(operations: Operations, initial: Value): MonitorResult {
  return judge(operations, initial, true);
}

function judge(operations: Operations, initial: Value, hasOffsets: boolean): MonitorResult {
  if (initial !== null && !isList(initial)) return undecided('it starts from no list');
  const { history, count, call, ret } = operations;
  const start = IntColumn.collect(initial ?? [], (element) => history.values.code(element));
  const append = history.functions.find('append');
  const numbers = numberInputs(operations);
  const appends: Appends = { numbers, by: new IntColumn(numbers.count).fill(NOBODY) };
  const reads: Read[] = [];
  let longest: Read | undefined;
  let repeats = false;
  for (let i = 0; i < count; i++) {
    const asked = call.get(i);
    const answered = ret.get(i);
    if (history.f[asked] === append) {
      const element = numbers.of(history.value.get(asked));
      if (appends.by[element] !== NOBODY) repeats = true;
      appends.by[element] = i;
    } else if (answered !== NEVER) {
      const elements = codesOf(operations, history.value.get(answered));
      if (elements === undefined) return violation([i], `${said(operations, log, i)}: no list`, i);
      const read = { operation: i, elements };
      reads.push(read);
      if (longest === undefined || elements.length > longest.elements.length) longest = read;
    }
  }
  const differs = notPrefix(operations, reads, longest);
  if (differs !== undefined) return differs;
  if (repeats || start.length > 0) {
    if (hasOffsets) return undecided('an element is appended twice, or it does not start empty');
    return repeatedLog(operations, start, reads, longest);
  }
  const wrong = notAppended(operations, appends, longest);
  if (wrong !== undefined) return wrong;
  const read = longest?.elements ?? new IntColumn(0);
  const order = hasOffsets ? byOffset(operations, appends, read) : read;
  return 'kind' in order ? order : outOfOrder(operations, appends, reads, order);
}

/** The elements read and, by their offsets, those after them; or why there is no such order. */
function byOffset(
  operations: Operations,
  appends: Appends,
  read: IntColumn,
): IntColumn | MonitorResult {
  const { history, call, ret } = operations;
  const offsetOf = (append: number): number | undefined => {
    if (ret[append] === NEVER) return undefined;
    const offset = history.values.value(history.value.get(ret.get(append)));
    return typeof offset === 'number' ? offset : undefined;
  };
  const order = Array.from(read, (element) => appendOf(appends, element));
  const seen = new Set(order);
  const unread = [...appends.by].filter(
    (append) => append !== NOBODY && ret[append] !== NEVER && !seen.has(append),
  );
  if (unread.some((append) => offsetOf(append) === undefined)) {
    return undecided('an append answered no offset, and was not read');
  }
  order.push(...unread.sort((a, b) => (offsetOf(a) as number) - (offsetOf(b) as number)));
  let last: number | undefined;
  for (const append of order) {
    const offset = offsetOf(append);
    if (offset === undefined) continue;
    if (last !== undefined && offset <= (offsetOf(last) as number)) {
      const because =
        `${said(operations, log, append)}, and yet its element comes after that of ` +
        describe(operations, log, last);
      return violation([last, append], because, append);
    }
    last = append;
  }
  return IntColumn.collect(order, (append) => history.value.get(call.get(append)));
}

/** Elements that were read may be no argument of anything, and have no number then. */
function appendOf({ numbers, by }: Appends, element: number): number {
  return by[numbers.of(element)] ?? NOBODY;
}

function notPrefix(
  operations: Operations,
  reads: readonly Read[],
  longest: Read | undefined,
): MonitorResult | undefined {
  for (const read of reads) {
    const { elements } = read;
    const differs = firstDifference(elements, longest?.elements ?? elements);
    if (differs === -1) continue;
    const other = longest?.operation ?? read.operation;
    const because =
      `${said(operations, log, read.operation)}, which differs at place ${differs + 1} from ` +
      describe(operations, log, other);
    return violation([read.operation, other], because, read.operation);
  }
  return undefined;
}

function notAppended(
  operations: Operations,
  appends: Appends,
  longest: Read | undefined,
): MonitorResult | undefined {
  if (longest === undefined) return undefined;
  const { operation, elements } = longest;
  const seen = new Set<number>();
  for (const element of elements) {
    const append = appendOf(appends, element);
    if (append !== NOBODY && !seen.has(element)) {
      seen.add(element);
      continue;
    }
    const told = said(operations, log, operation);
    const { history, key, ret } = operations;
    const value = history.values.value(element);
    const text = JSON.stringify(value);
    if (append === NOBODY) {
      const who = nobody(history, { key, value, event: ret.get(operation) }, APPEND);
      return violation([operation], `${told}, with ${text}, which ${who}`, operation);
    }
    const because = `${told}, with ${text} twice, which was appended once`;
    return violation([append, operation], because, operation);
  }
  return undefined;
}

/** Walks the places of the list; `latestCall` is the latest call of all that comes before. */
function outOfOrder(
  operations: Operations,
  appends: Appends,
  reads: readonly Read[],
  order: IntColumn,
): MonitorResult {
  const { call, ret } = operations;
  const length = order.length;
  /** By length of what they read: the first return, and the operation with the last call. */
  const firstRet = new IntColumn(length + 1).fill(-1);
  const lastCall = new IntColumn(length + 1).fill(-1);
  for (const { operation, elements } of reads) {
    const at = elements.length;
    const first = firstRet.get(at);
    if (first === -1 || ret.get(operation) < ret.get(first)) firstRet[at] = operation;
    lastCall[at] = operation;
  }
  let latest = -1;
  const pass = (operation: number): void => {
    if (operation === -1) return;
    if (latest === -1 || call.get(operation) > call.get(latest)) latest = operation;
  };
  const tooLate = (operation: number): boolean =>
    operation !== -1 && latest !== -1 && ret.get(operation) < call.get(latest);
  for (let at = 0; at <= length; at++) {
    if (at > 0) {
      const operation = appendOf(appends, order.get(at - 1));
      if (tooLate(operation)) return contradiction(operations, operation, latest);
      pass(operation);
    }
    const read = firstRet.get(at);
    if (tooLate(read)) return contradiction(operations, read, latest);
    pass(lastCall.get(at));
  }
  const observed = new ByteColumn(operations.count);
  for (const element of order) observed[appendOf(appends, element)] = 1;
  for (const operation of appends.by) {
    if (operation === NOBODY || observed[operation] === 1) continue;
    if (tooLate(operation)) return lost(operations, operation, latest);
  }
  return VALID;
}

function contradiction(operations: Operations, early: number, late: number): MonitorResult {
  const because =
    `${said(operations, log, early)}, and yet in the order of the list it comes after ` +
    `${describe(operations, log, late)}, which had not been asked for yet`;
  return violation([early, late], because, early);
}

function lost(operations: Operations, append: number, late: number): MonitorResult {
  const because =
    `${describe(operations, log, append)} was acknowledged but is missing: ` +
    `${describe(operations, log, late)} still has its place in the list`;
  return violation([append, late], because);
}
