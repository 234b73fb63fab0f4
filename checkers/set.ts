/** Set: adds, then one final read that must hold every element whose add was acknowledged. */

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
import { elementsOf } from './value.ts';
import { type CheckResult, type Verdict, worst } from './verdict.ts';

/**
 * Compares the last successful read with the adds. Lost: acknowledged, not read. Unexpected: read,
 * but never added, or its add failed. Recovered: read, though the client did not learn of its add.
 */
export function checkSet(history: History): CheckResult {
  const results = clientOperations(history).map(judge);
  if (results.length === 0) {
    return { checker: 'set', verdict: { kind: 'unknown', because: 'the history is empty' } };
  }
  const sum = (name: keyof Counts): number =>
    results.reduce((total, { counts }) => total + counts[name], 0);
  return {
    checker: 'set',
    verdict: worst(results.map(({ verdict }) => verdict)),
    stats: {
      attempted: sum('attempted'),
      acknowledged: sum('acknowledged'),
      read: sum('read'),
      lost: sum('lost'),
      unexpected: sum('unexpected'),
      recovered: sum('recovered'),
    },
  };
}

interface Counts {
  readonly attempted: number;
  readonly acknowledged: number;
  readonly read: number;
  readonly lost: number;
  readonly unexpected: number;
  readonly recovered: number;
}

const NOTHING: Counts = {
  attempted: 0,
  acknowledged: 0,
  read: 0,
  lost: 0,
  unexpected: 0,
  recovered: 0,
};

function judge({ key, operations }: KeyOperations): { verdict: Verdict; counts: Counts } {
  const adds = new Map<Value, ClientOperation>();
  let attempted = 0;
  for (const operation of operations) {
    if (operation.f !== 'add') continue;
    attempted++;
    if (operation.argument === null) continue;
    const element = identity(operation.argument);
    const other = adds.get(element);
    // Of several adds of an element the most certain one counts.
    if (other === undefined || certainty(operation) > certainty(other))
      adds.set(element, operation);
  }
  const final = operations
    .filter(({ f, type }) => f === 'read' && type === 'ok')
    .reduce<ClientOperation | null>(
      (last, read) => (last === null || (read.complete ?? 0) > (last.complete ?? 0) ? read : last),
      null,
    );
  const found = elementsOf(final?.result);
  if (final === null || found === null) {
    const because = final === null ? 'the set was never read' : 'the final read gave no list';
    return { verdict: { kind: 'unknown', because }, counts: { ...NOTHING, attempted } };
  }
  const present = new Set(found.map(identity));
  const acknowledged = [...adds.values()].filter(({ type }) => type === 'ok');
  // An add acknowledged only after the read began need not be in it.
  const lost = acknowledged.filter(
    ({ argument, complete }) => !present.has(identity(argument)) && (complete ?? 0) < final.invoke,
  );
  const unexpected = found.filter((element) => {
    const type = adds.get(identity(element))?.type;
    return type === undefined || type === 'fail';
  });
  const recovered = [...present].filter((element) => adds.get(element)?.type === 'info');
  const counts: Counts = {
    attempted,
    acknowledged: acknowledged.length,
    read: present.size,
    lost: lost.length,
    unexpected: unexpected.length,
    recovered: recovered.length,
  };
  const decided = decide(final, lost, unexpected, { key, adds });
  // What was acknowledged is lost whatever else was added.
  const verdict = lost.length > 0 ? decided : excused(decided, unrecorded(operations, ['add']));
  return { verdict, counts };
}

function decide(
  final: ClientOperation,
  lost: readonly ClientOperation[],
  unexpected: readonly Value[],
  {
    key,
    adds,
  }: { readonly key: string | undefined; readonly adds: ReadonlyMap<Value, ClientOperation> },
): Verdict {
  const read = `the final read (${where(final)})`;
  if (lost.length > 0) {
    const elements = someOf(lost.map(({ argument }) => argument));
    return invalidBy(
      `${read} lacks acknowledged elements: ${elements}`,
      [...lost.slice(0, 8), final],
      {
        key,
        sentences: lost
          .slice(0, 8)
          .map(
            (add) => `The add of ${JSON.stringify(add.argument)} was acknowledged (${where(add)}).`,
          ),
      },
    );
  }
  if (unexpected.length > 0) {
    const failed = unexpected.flatMap((element) => adds.get(identity(element)) ?? []);
    const foreign = unexpected.filter((element) => !adds.has(identity(element)));
    const parts = [
      ...(foreign.length === 0 ? [] : [`that nobody added: ${someOf(foreign)}`]),
      ...(failed.length === 0
        ? []
        : [`whose add was reported as failed: ${someOf(failed.map(({ argument }) => argument))}`]),
    ];
    const shown = failed.slice(0, 8);
    return invalidBy(`${read} has elements ${parts.join('; and elements ')}`, [...shown, final], {
      key,
      sentences: shown.map(
        (add) => `The add of ${JSON.stringify(add.argument)} failed (${where(add)}).`,
      ),
    });
  }
  return { kind: 'valid' };
}

function certainty({ type }: ClientOperation): number {
  return type === 'ok' ? 2 : type === 'info' ? 1 : 0;
}
