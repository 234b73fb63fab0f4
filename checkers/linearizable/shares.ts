/**
 * Several keys in parallel. This library starts no threads; it cuts a history into shares of plain
 * data that can be sent to workers, checks a share there, and joins the answers. For example:
 *
 *   const shares = cutShares(history, options, lanes);                 // in the main thread
 *   const answers = await Promise.all(shares.map(sendToWorker));       // worker: checkShare(share)
 *   const result = joinShares(answers);
 */

import { History, NONE, type Value } from '../history.ts';
import {
  checkKeys,
  joinKeys,
  type LinearizabilityOptions,
  type LinearizabilityResult,
  prepare,
} from './check.ts';
import type { KeyResult } from './decide.ts';

/** Plain data: columns, tables and names. Events keep their indices. */
export interface Share {
  readonly length: number;
  readonly columns: Pick<
    History,
    'time' | 'type' | 'process' | 'f' | 'key' | 'value' | 'error' | 'node' | 'position'
  >;
  readonly functions: readonly string[];
  readonly keys: readonly string[];
  readonly errors: readonly string[];
  readonly values: readonly Value[];
  /** The keys to check here, as ids; `NONE` for operations without a key. */
  readonly mine: readonly number[];
  readonly options: LinearizabilityOptions & { readonly model: string };
}

/** At most `lanes` shares with about as many operations each; a model of one's own has no name. */
export function cutShares(
  history: History,
  options: LinearizabilityOptions & { readonly model: string },
  lanes: number,
): readonly Share[] | LinearizabilityResult {
  const prepared = prepare(history, options);
  if (typeof prepared === 'string') return joinShares([[unknown(prepared)]]);
  const loads = Array.from({ length: lanes }, () => ({ operations: 0, mine: [] as number[] }));
  for (const { key, count } of prepared.groups.toSorted((a, b) => b.count - a.count)) {
    const lightest = loads.reduce((best, load) =>
      load.operations < best.operations ? load : best,
    );
    lightest.operations += count;
    lightest.mine.push(key);
  }
  const { length, time, type, process, f, key, value, error, node, position } = history;
  const columns = { time, type, process, f, key, value, error, node, position };
  const values = tableOf(history);
  return loads
    .filter(({ mine }) => mine.length > 0)
    .map(({ mine }) => ({
      length,
      columns,
      functions: history.functions.names,
      keys: history.keys.names,
      errors: history.errors.names,
      values,
      mine,
      options,
    }));
}

/** Checks the keys of one share, in a worker or anywhere. */
export function checkShare(share: Share): readonly KeyResult[] {
  const history = new History();
  Object.assign(history, share.columns, { length: share.length });
  for (const name of share.functions) history.functions.id(name);
  for (const name of share.keys) history.keys.id(name);
  for (const name of share.errors) history.errors.id(name);
  for (const value of share.values) history.values.code(value);
  const prepared = prepare(history, share.options);
  if (typeof prepared === 'string') return [unknown(prepared)];
  const mine = new Set(share.mine);
  const groups = prepared.groups.filter(({ key }) => mine.has(key));
  return checkKeys({ ...prepared, groups }, share.options);
}

export function joinShares(answers: readonly (readonly KeyResult[])[]): LinearizabilityResult {
  return joinKeys(answers.flat());
}

/** The values behind codes below `NONE`, in the order of their codes. */
function tableOf(history: History): readonly Value[] {
  let least = NONE;
  for (let event = 0; event < history.length; event++) {
    if ((history.value[event] as number) < least) least = history.value[event] as number;
  }
  const values: Value[] = [];
  for (let code = NONE - 1; code >= least; code--) values.push(history.values.value(code));
  return values;
}

function unknown(because: string): KeyResult {
  return {
    verdict: { kind: 'unknown', because },
    decidedBy: 'nothing to decide',
    configurations: 0,
    operations: 0,
  };
}
