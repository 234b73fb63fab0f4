/**
 * Several keys in parallel. This library starts no threads; it cuts a history into shares of plain
 * data that can be sent to workers, checks a share there, and joins the answers. For example:
 *
 *   const { shares, join } = cutShares(history, options, lanes);       // in the main thread
 *   const answers = await Promise.all(shares.map(sendToWorker));       // worker: checkShare(share)
 *   const result = join(answers);
 */

import { ByteColumn, FloatColumn, IntColumn } from '../columns.ts';
import { History, NONE, type Value } from '../history.ts';
import { itemAt } from '../item-at.ts';
import {
  atOnceOf,
  checkKey,
  checkKeys,
  isBrief,
  joinKeys,
  type LinearizabilityOptions,
  type LinearizabilityResult,
  type Prepared,
  prepare,
  undecided,
} from './check.ts';
import type { KeyResult } from './decide.ts';
import { type Ask, type FirstTurn, firstTurn, furtherTurns } from './keys.ts';

/** Options that can be sent to another thread, which a model of one's own cannot. */
export type NamedModelOptions = LinearizabilityOptions & { readonly model: string };

/** Plain data: columns, tables and names. Events keep their indices. */
export interface Share {
  readonly length: number;
  /** Each at least `length` long. */
  readonly columns: {
    readonly time: Float64Array;
    readonly type: Uint8Array;
    readonly process: Int32Array;
    readonly f: Int32Array;
    readonly key: Int32Array;
    readonly value: Int32Array;
    readonly error: Int32Array;
    readonly node: Int32Array;
    readonly position: Float64Array;
  };
  readonly functions: readonly string[];
  readonly keys: readonly string[];
  readonly errors: readonly string[];
  readonly values: readonly Value[];
  /** The operations to check here, key by key. */
  readonly groups: readonly ShareKey[];
  readonly options: NamedModelOptions;
}

/** Operations of one key, as events of the history. */
interface ShareKey {
  /** Place of the key in the order of first use. */
  readonly place: number;
  /** The id in the history, or `NONE`. */
  readonly key: number;
  readonly call: Int32Array;
  readonly ret: Int32Array;
}

/** The shares, and what makes one answer of theirs, given in the same order. */
export interface Cut {
  readonly shares: readonly Share[];
  readonly join: (answers: readonly (readonly KeyResult[])[]) => LinearizabilityResult;
}

/**
 * Decides what is decided at once, a monitor's keys and those of a short search, and cuts the rest
 * into at most `lanes` shares with about as many operations each; none where fewer than two keys
 * are left, or where a key contradicts itself: that is the answer. The joined answer is that of `checkLinearizable`, to the byte: the steps of the budget
 * are spent in the order of the keys, and a key that would have had too few left for what its
 * share found is checked again when the answers are joined.
 */
export function cutShares(history: History, options: NamedModelOptions, lanes: number): Cut {
  const prepared = prepare(history, options);
  if (typeof prepared === 'string') return { shares: [], join: () => undecided(prepared) };
  const { groups, question } = prepared;
  if (groups.length < 2) return { shares: [], join: () => joinKeys(checkKeys(prepared, options)) };
  const ask: Ask = (place, asked) => checkKey(itemAt(groups, place), asked);
  const first = firstTurn(groups.length, question, atOnceOf(options), ask);
  const left = groups.flatMap((_, place) => (first.found[place] === undefined ? [place] : []));
  const isDone = left.length < 2 || first.contradicted !== undefined;
  const cut = isDone ? [] : balanced(prepared, left, lanes);
  const { length, time, type, process, f, key, value, error, node, position } = history;
  const common = {
    length,
    columns: { time, type, process, f, key, value, error, node, position },
    functions: history.functions.names,
    keys: history.keys.names,
    errors: history.errors.names,
    options,
  };
  const values = cut.length === 0 ? [] : tableOf(history);
  const shares = cut.map((places) => ({
    ...common,
    values,
    groups: places.map(keyAt(prepared)),
  }));
  return { shares, join: (answers) => join(prepared, options, { first, shares, answers }) };
}

/** What was found about a key, and the steps that the search for it might have taken. */
interface Found {
  readonly result: KeyResult;
  readonly stepsGiven: number;
}

/** Places, ascending in each share: the longest keys are given out first, to whoever has least. */
function balanced(prepared: Prepared, places: readonly number[], lanes: number): number[][] {
  const loads = Array.from({ length: lanes }, () => ({ operations: 0, places: [] as number[] }));
  for (const place of places.toSorted((a, b) => countOf(prepared, b) - countOf(prepared, a))) {
    const lightest = loads.reduce((best, load) =>
      load.operations < best.operations ? load : best,
    );
    lightest.operations += countOf(prepared, place);
    lightest.places.push(place);
  }
  return loads
    .filter((load) => load.places.length > 0)
    .map((load) => load.places.sort((a, b) => a - b));
}

/** The history behind a share, as much of it as its keys need. */
function historyOf(share: Share): History {
  const history = new History();
  history.length = share.length;
  const { columns } = share;
  history.time = FloatColumn.over(columns.time);
  history.type = ByteColumn.over(columns.type);
  history.process = IntColumn.over(columns.process);
  history.f = IntColumn.over(columns.f);
  history.key = IntColumn.over(columns.key);
  history.value = IntColumn.over(columns.value);
  history.error = IntColumn.over(columns.error);
  history.node = IntColumn.over(columns.node);
  history.position = FloatColumn.over(columns.position);
  for (const name of share.functions) history.functions.id(name);
  for (const name of share.keys) history.keys.id(name);
  for (const name of share.errors) history.errors.id(name);
  for (const value of share.values) history.values.code(value);
  return history;
}

/** Checks the keys of one share, in a worker or anywhere. */
export function checkShare(share: Share): readonly KeyResult[] {
  const { options } = share;
  const history = historyOf(share);
  const nothing = prepare(new History(), options);
  // The caller has prepared the same: here the model has no such name, which is no answer.
  if (typeof nothing === 'string') throw new Error(`in a checking thread, ${nothing}`);
  const groups = share.groups.map(({ key, call, ret }) => ({
    history,
    key,
    count: call.length,
    call: IntColumn.over(call),
    ret: IntColumn.over(ret),
  }));
  const results: KeyResult[] = [];
  let { steps } = nothing.question.budget;
  for (const operations of groups) {
    const budget = { ...nothing.question.budget, steps };
    const result = checkKey(operations, { ...nothing.question, budget });
    steps -= result.configurations;
    results.push(result);
    // What is asked of the others then depends on the other shares.
    if (result.verdict.kind === 'invalid') break;
  }
  return results;
}

/**
 * A search for a witness may take four times the steps of the verdict and so many more; the first,
 * short try of a small history takes fewer. Where two had so many steps, they found the same, also
 * where both gave up for want of memory.
 */
const MARGIN_STEPS = 100_000;

/** What one thread would have found, in the order of the keys and with the steps it would have had. */
function join(
  { groups, question }: Prepared,
  options: NamedModelOptions,
  from: {
    readonly first: FirstTurn;
    readonly shares: readonly Share[];
    readonly answers: readonly (readonly KeyResult[])[];
  },
): LinearizabilityResult {
  const found: (Found | undefined)[] = [];
  from.shares.forEach((share, lane) => {
    let stepsGiven = question.budget.steps;
    // A share that stops at a violation answers fewer keys than it has.
    from.answers[lane]?.forEach((result, i) => {
      found[share.groups[i]?.place ?? 0] = { result, stepsGiven };
      stepsGiven -= result.configurations;
    });
  });
  const ask: Ask = (place, asked) => {
    const known = found[place];
    const isKnown = known !== undefined && asked.explain === question.explain;
    if (isKnown && isSame(known, asked.budget.steps)) return known.result;
    return checkKey(itemAt(groups, place), asked);
  };
  return joinKeys(furtherTurns(groups.length, question, from.first, ask, isBrief(options)));
}

/** Whether a search with so many steps finds what one with the steps given has found. */
function isSame({ result, stepsGiven }: Found, steps: number): boolean {
  if (stepsGiven === steps) return true;
  const witness = result.verdict.kind === 'invalid' ? 4 : 1;
  return Math.min(stepsGiven, steps) >= witness * result.configurations + MARGIN_STEPS;
}

/** Columns of their own: those of a key are a piece of those of all, which a thread has no use for. */
function keyAt({ groups }: Prepared): (place: number) => ShareKey {
  return (place) => {
    const { key, call, ret } = itemAt(groups, place);
    return { place, key, call: call.slice(), ret: ret.slice() };
  };
}

function countOf({ groups }: Prepared, place: number): number {
  return groups[place]?.count ?? 0;
}

/** The values behind codes below `NONE`, in the order of their codes. */
function tableOf(history: History): readonly Value[] {
  let least = NONE;
  for (let event = 0; event < history.length; event++) {
    if (history.value.get(event) < least) least = history.value.get(event);
  }
  const values: Value[] = [];
  for (let code = NONE - 1; code >= least; code--) values.push(history.values.value(code));
  return values;
}
