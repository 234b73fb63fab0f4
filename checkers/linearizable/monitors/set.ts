/**
 * Sets whose elements come and go at most once: exact, linear (`CHECKERS.md` 4b). Each element is by
 * itself: it is there from its add to its remove, and everything that saw it lies in between.
 */

import type { Value } from '../../history.ts';
import { describe, said } from '../explain.ts';
import { set } from '../models/collections.ts';
import { NEVER, type Operations } from '../operations.ts';
import { type MonitorResult, undecided, VALID, violation } from './monitor.ts';

/** What is known about one element; operation numbers, -1 for none. */
interface Element {
  add: number;
  remove: number;
  /** Of those that saw it: the first to return, and the last to be called. */
  firstSeen: number;
  lastSeen: number;
  readonly missed: number[];
}

/** One way in which unanswered operations may have gone: when it was certainly there. */
interface Case {
  readonly from: number;
  readonly until: number;
  readonly contradiction: readonly number[] | undefined;
}

const NOBODY = -1;

export function setMonitor(operations: Operations, initial: Value): MonitorResult {
  if (initial !== null && (typeof initial !== 'object' || initial.length > 0)) {
    return undecided('it does not start empty');
  }
  const elements = collect(operations);
  if (typeof elements === 'string') return undecided(elements);
  for (const element of elements.values()) {
    const fault = check(operations, element);
    if (fault !== undefined) return explain(operations, element, fault);
  }
  return VALID;
}

function collect({ history, count, call, ret }: Operations): Map<number, Element> | string {
  const names = history.functions;
  const [add, remove, contains] = [names.find('add'), names.find('remove'), names.find('contains')];
  const elements = new Map<number, Element>();
  for (let i = 0; i < count; i++) {
    const asked = call[i] as number;
    const answered = ret[i] as number;
    const f = history.f[asked];
    if (f !== add && f !== remove && f !== contains) return 'it is read as a whole';
    const code = history.value[asked] as number;
    let element = elements.get(code);
    if (element === undefined) {
      element = { add: NOBODY, remove: NOBODY, firstSeen: NOBODY, lastSeen: NOBODY, missed: [] };
      elements.set(code, element);
    }
    const unanswered = answered === NEVER;
    if (f === contains && unanswered) continue;
    const answer = unanswered ? null : history.values.value(history.value[answered] as number);
    const said = typeof answer === 'boolean' ? answer : undefined;
    if (f !== add && said === undefined && !unanswered) return 'an answer is missing';
    const changed = said ?? true;
    if (f === add && changed) {
      if (element.add !== NOBODY) return 'an element is added twice';
      element.add = i;
    } else if (f === remove && changed) {
      if (element.remove !== NOBODY) return 'an element is removed twice';
      element.remove = i;
    } else if (f === add || (f === contains && changed)) {
      const first = element.firstSeen;
      if (first === NOBODY || answered < (ret[first] as number)) element.firstSeen = i;
      element.lastSeen = i;
    } else {
      element.missed.push(i);
    }
  }
  return elements;
}

/** The operations that contradict each other, in whichever way unanswered ones went. */
function check(operations: Operations, element: Element): readonly number[] | undefined {
  let fault: readonly number[] | undefined;
  for (const one of cases(operations, element)) {
    if (one.contradiction !== undefined) {
      fault ??= one.contradiction;
      continue;
    }
    const { call, ret } = operations;
    const missed = element.missed.find(
      (i) => (call[i] as number) > one.from && (ret[i] as number) < one.until,
    );
    if (missed === undefined) return undefined;
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
      const from = Math.min(...users.map((i) => ret[i] as number));
      const last = lastSeen === NOBODY ? -1 : (call[lastSeen] as number);
      let contradiction: readonly number[] | undefined;
      if ((call[added] as number) > from) {
        contradiction = users.filter((i) => i === added || ret[i] === from);
      } else if (removed !== NOBODY && (ret[removed] as number) < Math.max(last, call[added] as number)) {
        contradiction = [...new Set([removed, lastSeen === NOBODY ? added : lastSeen])];
      }
      const lastNeed = Math.max(last, call[added] as number);
      const until = removed === NOBODY ? NEVER : Math.max(lastNeed, call[removed] as number);
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
  const [last, ...others] = fault.toSorted(
    (a, b) => (operations.ret[b] as number) - (operations.ret[a] as number),
  ) as [number, ...number[]];
  const told = said(operations, set, last);
  if (others.length === 0) {
    return violation(fault, add === NOBODY ? `${told}, which nobody had added` : told);
  }
  const against = others.map((i) => describe(operations, set, i)).join(' and ');
  return violation(fault, `${told}, which contradicts ${against}`);
}
