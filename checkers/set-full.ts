/**
 * Set, element by element and over time: from when on every read finds it, or from when on none
 * does. Jepsen's `set-full`, with two findings that it lacks: an element that a read holds twice
 * (its comparison for duplicates can never be true), and one that nobody added.
 */

import {
  type ClientOperation,
  clientOperations,
  excused,
  identity,
  invalidBy,
  type KeyOperations,
  someOf,
  unrecorded,
  where,
} from './client-operations.ts';
import type { History, Value } from './history.ts';
import { quantile } from './stats.ts';
import type { Millis } from './units.ts';
import { elementsOf } from './value.ts';
import { type CheckResult, type Verdict, worst } from './verdict.ts';

export interface SetFullOptions {
  /** Whether an element must be read from the moment of its acknowledgement on. Default false. */
  readonly linearizable?: boolean;
  /** The function that adds an element. Default `add`. */
  readonly add?: string;
}

interface Element {
  readonly value: Value;
  /** The add that is most certain to have happened. */
  add: ClientOperation;
  /** When it was first known to exist, as an event: its acknowledgement, or the first read of it. */
  known: number | null;
  /** The read that began last among those that held it. */
  present: ClientOperation | null;
  /** The read that began last among those that did not. */
  absent: ClientOperation | null;
}

interface Findings {
  readonly elements: readonly Element[];
  readonly duplicates: readonly { readonly read: ClientOperation; readonly value: Value }[];
  readonly unexpected: readonly Unexpected[];
}

/** An element that a read holds although it was not added; with the add of it that failed. */
interface Unexpected {
  readonly read: ClientOperation;
  readonly value: Value;
  readonly add: ClientOperation | undefined;
}

/**
 * Lost (known to exist, then missing from every later read), duplicated and unexpected elements are
 * violations; stale ones (missing for a while) only for a linearizable set. `unknown` when no
 * element was ever stable.
 */
export function checkSetFull(history: History, options: SetFullOptions = {}): CheckResult {
  const { add = 'add', linearizable = false } = options;
  const verdicts: Verdict[] = [];
  const total = { attempted: 0, stable: 0, lost: 0, neverRead: 0, stale: 0, duplicated: 0 };
  const stableMs: Millis[] = [];
  for (const keyed of clientOperations(history)) {
    const found = observe(keyed.operations, add);
    const stable = found.elements.filter(isStable);
    const stale = stable.filter(isStale);
    const lost = found.elements.filter(isLost);
    total.attempted += found.elements.length;
    total.stable += stable.length;
    total.lost += lost.length;
    total.neverRead += found.elements.length - stable.length - lost.length;
    total.stale += stale.length;
    total.duplicated += found.duplicates.length;
    for (const element of stable) stableMs.push(staleMs(history, element));
    verdicts.push(judge(history, keyed, found, { add, linearizable }));
  }
  return {
    checker: 'set-full',
    verdict:
      verdicts.length === 0
        ? { kind: 'unknown', because: 'the history is empty' }
        : worst(verdicts),
    stats: { ...total, ...stableTimes(stableMs) },
  };
}

/** How long elements took, once known to exist, until every read had them; quantiles, rounded. */
function stableTimes(timesMs: readonly Millis[]): Record<string, Millis> {
  const ascending = timesMs.toSorted((a, b) => a - b);
  const at = (share: number): Millis =>
    ascending.length === 0 ? 0 : Math.round(quantile(ascending, share));
  return {
    stable_p50_ms: at(0.5),
    stable_p95_ms: at(0.95),
    stable_p99_ms: at(0.99),
    stable_max_ms: at(1),
  };
}

/** Follows each element through the history, in the order of completions. */
function observe(operations: KeyOperations['operations'], add: string): Findings {
  const elements = new Map<Value, Element>();
  // What was not recorded is no element; that it may have been any is for the verdict to say.
  const adds = operations.filter(({ f, argument }) => f === add && argument !== null);
  for (const adding of adds) {
    const id = identity(adding.argument);
    const known = adding.type === 'ok' ? adding.complete : null;
    const element = elements.get(id);
    if (element === undefined) {
      elements.set(id, { value: adding.argument, add: adding, known, present: null, absent: null });
    } else if (known !== null && (element.known === null || known < element.known)) {
      element.add = adding;
      element.known = known;
    } else if (element.add.type === 'fail' && adding.type === 'info') element.add = adding;
  }
  const duplicates: { read: ClientOperation; value: Value }[] = [];
  const unexpected: Unexpected[] = [];
  const reads = operations
    .filter(({ f, type, result }) => f === 'read' && type === 'ok' && elementsOf(result) !== null)
    .sort((a, b) => (a.complete ?? 0) - (b.complete ?? 0));
  for (const read of reads) {
    const held = new Set<Value>();
    for (const value of elementsOf(read.result) ?? []) {
      const id = identity(value);
      if (held.has(id)) duplicates.push({ read, value });
      held.add(id);
      const element = elements.get(id);
      if (element === undefined || element.add.type === 'fail') {
        unexpected.push({ read, value, add: element?.add });
      }
    }
    for (const [id, element] of elements) see(element, read, held.has(id));
  }
  return { elements: [...elements.values()], duplicates, unexpected };
}

function see(element: Element, read: ClientOperation, held: boolean): void {
  const completed = read.complete ?? 0;
  if (held) {
    if (element.known === null || completed < element.known) element.known = completed;
    if (element.present === null || element.present.invoke < read.invoke) element.present = read;
    return;
  }
  // A read that was over before the add began says nothing about it.
  if (completed < element.add.invoke) return;
  if (element.absent === null || element.absent.invoke < read.invoke) element.absent = read;
}

function isStable({ present, absent }: Element): boolean {
  return present !== null && (absent === null || absent.invoke < present.invoke);
}

function isLost({ known, present, absent }: Element): boolean {
  if (known === null || absent === null) return false;
  return (present === null || present.invoke < absent.invoke) && known < absent.invoke;
}

/** Missed by a read that began after the element was known to exist, though found later. */
function isStale({ known, absent }: Element): boolean {
  return known !== null && absent !== null && known < absent.invoke;
}

function staleMs(history: History, { known, absent }: Element): Millis {
  const at = (event: number | undefined | null): number => history.time[event ?? 0] ?? 0;
  return Math.max(0, (at(absent?.invoke) - at(known)) / 1e6);
}

function judge(
  history: History,
  { key, operations }: KeyOperations,
  { elements, duplicates, unexpected }: Findings,
  { add, linearizable }: Required<SetFullOptions>,
): Verdict {
  const lost = elements.filter(isLost);
  if (lost.length > 0) {
    const [first] = lost as [Element];
    return invalidBy(
      `lost elements: ${someOf(lost.map(({ value }) => value))}`,
      [
        first.add,
        ...(first.present === null ? [] : [first.present]),
        first.absent as ClientOperation,
      ],
      { key, sentences: [tellLost(first)] },
    );
  }
  const [twice] = duplicates;
  if (twice !== undefined) {
    const because = `the read of ${where(twice.read)} holds ${JSON.stringify(twice.value)} twice`;
    return invalidBy(because, [twice.read], { key });
  }
  const lostArgument = unrecorded(operations, [add]);
  const [phantom] = unexpected;
  if (phantom !== undefined) {
    const because =
      `the read of ${where(phantom.read)} holds ${JSON.stringify(phantom.value)}, ` +
      (phantom.add === undefined
        ? 'which nobody added'
        : `whose add was reported as failed (${where(phantom.add)})`);
    const involved = phantom.add === undefined ? [phantom.read] : [phantom.add, phantom.read];
    return excused(invalidBy(because, involved, { key }), lostArgument);
  }
  const stale = elements.filter((element) => isStable(element) && isStale(element));
  if (linearizable && stale.length > 0) {
    const late = stale.reduce((a, b) => (staleMs(history, b) > staleMs(history, a) ? b : a));
    return invalidBy(
      `stale elements, missing from reads that began after they were known to exist: ` +
        `${someOf(stale.map(({ value }) => value))}; ${JSON.stringify(late.value)} for ` +
        `${Math.round(staleMs(history, late))} ms`,
      [late.add, late.absent as ClientOperation],
      { key },
    );
  }
  if (!elements.some(isStable)) return { kind: 'unknown', because: 'no element was ever read' };
  return { kind: 'valid' };
}

function tellLost({ value, add, present, absent }: Element): string {
  const seen =
    present === null
      ? `its add was acknowledged (${where(add)})`
      : `last seen by the read of ${where(present)}`;
  return (
    `${JSON.stringify(value)}: ${seen}, missing from the read of ` +
    `${where(absent as ClientOperation)} and from every read that began later.`
  );
}
