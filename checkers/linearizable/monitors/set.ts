/**
 * Sets whose elements come and go at most once: exact, linear (`MONITORS.md`). Each element is by
 * itself: it is there from its add to its remove, and everything that saw it lies in between.
 */

import { ADD, nobody } from '../../attempts.ts';
import { IntColumn } from '../../columns.ts';
import { NONE, type Value } from '../../history.ts';
import type { LogIndex } from '../../units.ts';
import { elementsOf } from '../../value.ts';
import { describe, said } from '../explain.ts';
import { set } from '../models/collections.ts';
import { NEVER, type Operations } from '../operations.ts';
import { type MonitorResult, numberInputs, undecided, VALID, violation } from './monitor.ts';

/** What is known about one element; operation numbers, `NOBODY` for none. */
interface Element {
  readonly add: number;
  readonly remove: number;
  /** Of those that saw it: the first to return, and the last to be called. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Of those that did not: one, and from each the next. */
  readonly missed: number;
}

/** All elements, by number, as columns. */
type Elements = { readonly [Field in keyof Element]: IntColumn } & {
  readonly nextMissed: IntColumn;
};

/** One way in which unanswered operations may have gone: when it was certainly there. */
interface Case {
  readonly from: LogIndex;
  readonly until: number;
  readonly contradiction: readonly number[] | undefined;
}

const NOBODY = -1;

export function setMonitor(operations: Operations, initial: Value): MonitorResult {
  if (initial !== null && elementsOf(initial)?.length !== 0) {
    return undecided('it does not start empty');
  }
  const elements = collect(operations);
  if (typeof elements === 'string') return undecided(elements);
  for (let at = 0; at < elements.add.length; at++) {
    const element: Element = {
      add: elements.add.get(at),
      remove: elements.remove.get(at),
      firstSeen: elements.firstSeen.get(at),
      lastSeen: elements.lastSeen.get(at),
      missed: elements.missed.get(at),
    };
    const fault = check(operations, element, elements.nextMissed);
    if (fault !== undefined) return explain(operations, element, fault);
  }
  return VALID;
}

function collect(operations: Operations): Elements | string {
  const { history, count, call, ret } = operations;
  const names = history.functions;
  const [add, remove, contains] = [names.find('add'), names.find('remove'), names.find('contains')];
  const numbers = numberInputs(operations);
  const column = (length: number): IntColumn => new IntColumn(length).fill(NOBODY);
  const elements: Elements = {
    add: column(numbers.count),
    remove: column(numbers.count),
    firstSeen: column(numbers.count),
    lastSeen: column(numbers.count),
    missed: column(numbers.count),
    nextMissed: column(count),
  };
  const yes = history.values.code(true);
  const no = history.values.code(false);
  for (let i = 0; i < count; i++) {
    const asked = call.get(i);
    const answered = ret.get(i);
    const f = history.f[asked];
    if (f !== add && f !== remove && f !== contains) return 'it is read as a whole';
    const unanswered = answered === NEVER;
    if (f === contains && unanswered) continue;
    const answer = unanswered ? NONE : history.value.get(answered);
    if (f !== add && answer !== yes && answer !== no && !unanswered) return 'an answer is missing';
    const at = numbers.of(history.value.get(asked));
    if (f === add && answer !== no) {
      if (elements.add[at] !== NOBODY) return 'an element is added twice';
      elements.add[at] = i;
    } else if (f === remove && answer !== no) {
      if (elements.remove[at] !== NOBODY) return 'an element is removed twice';
      elements.remove[at] = i;
    } else if (f === add || answer === yes) {
      const first = elements.firstSeen.get(at);
      if (first === NOBODY || answered < ret.get(first)) elements.firstSeen[at] = i;
      elements.lastSeen[at] = i;
    } else {
      elements.nextMissed[i] = elements.missed.get(at);
      elements.missed[at] = i;
    }
  }
  return elements;
}

/**
 * The operations that contradict each other, in whichever way unanswered ones went; the last of
 * them is the one that is wrong if the others are right.
 */
function check(
  operations: Operations,
  element: Element,
  nextMissed: IntColumn,
): readonly number[] | undefined {
  const { call, ret } = operations;
  const { add, remove, firstSeen } = element;
  if (add === NOBODY && remove === NOBODY && firstSeen === NOBODY) return undefined;
  let fault: readonly number[] | undefined;
  for (const one of cases(operations, element)) {
    if (one.contradiction !== undefined) {
      fault ??= one.contradiction;
      continue;
    }
    let missed = element.missed;
    while (missed !== NOBODY && !(call.get(missed) > one.from && ret.get(missed) < one.until)) {
      missed = nextMissed.get(missed);
    }
    if (missed === NOBODY) return undefined;
    fault = [...present(element), missed];
  }
  return fault;
}

function* cases({ call, ret }: Operations, element: Element): Generator<Case> {
  const { add, remove, firstSeen, lastSeen } = element;
  const adds = add !== NOBODY && ret[add] === NEVER ? [NOBODY, add] : [add];
  const removes = remove !== NOBODY && ret[remove] === NEVER ? [NOBODY, remove] : [remove];
  for (const added of adds) {
    for (const removed of removes) {
      const users = [added, removed, firstSeen].filter((i) => i !== NOBODY);
      if (added === NOBODY) {
        const contradiction = users.length === 0 ? undefined : users;
        yield { from: NEVER, until: -1, contradiction };
        continue;
      }
      const from = Math.min(...users.map((i) => ret.get(i)));
      const last = lastSeen === NOBODY ? -1 : call.get(lastSeen);
      let contradiction: readonly number[] | undefined;
      if (call.get(added) > from) {
        contradiction = [added, ...users.filter((i) => i !== added && ret[i] === from)];
      } else if (removed !== NOBODY && ret.get(removed) < Math.max(last, call.get(added))) {
        contradiction = last > ret.get(removed) ? [removed, lastSeen] : [added, removed];
      }
      const lastNeed = Math.max(last, call.get(added));
      const until = removed === NOBODY ? NEVER : Math.max(lastNeed, call.get(removed));
      yield { from, until, contradiction };
    }
  }
}

function present({ add, remove, firstSeen, lastSeen }: Element): number[] {
  return [...new Set([add, remove, firstSeen, lastSeen])].filter((i) => i !== NOBODY);
}

function explain(
  operations: Operations,
  { add }: Element,
  fault: readonly number[],
): MonitorResult {
  const others = fault.slice(0, -1);
  const last = fault.at(-1) as number;
  const told = said(operations, set, last);
  if (others.length === 0) {
    const why = add === NOBODY ? `${told}, which ${who(operations, last)}` : told;
    return violation(fault, why, last);
  }
  const against = others.map((i) => describe(operations, set, i)).join(' and ');
  return violation(fault, `${told}, against ${against}`, last);
}

function who({ history, key, call, ret }: Operations, i: number): string {
  const value = history.values.value(history.value.get(call.get(i)));
  return nobody(history, { key, value, event: ret.get(i) }, ADD);
}
