/** Unique ids: no two `generate` operations may be answered with the same id. */

import {
  type ClientOperation,
  clientOperations,
  identity,
  invalidBy,
  where,
} from './client-operations.ts';
import type { History, Value } from './history.ts';
import type { CheckResult, Verdict } from './verdict.ts';

/** Compares the answers of all `generate` operations, over all keys. */
export function checkUniqueIds(history: History): CheckResult {
  const first = new Map<Value, ClientOperation>();
  let attempted = 0;
  let duplicated = 0;
  let verdict: Verdict | null = null;
  for (const { operations } of clientOperations(history)) {
    for (const operation of operations) {
      if (operation.f !== 'generate') continue;
      attempted++;
      if (operation.type !== 'ok') continue;
      const id = identity(operation.result);
      const other = first.get(id);
      if (other === undefined) {
        first.set(id, operation);
        continue;
      }
      duplicated++;
      verdict ??= invalidBy(
        `the id ${JSON.stringify(operation.result)} was given out twice: ` +
          `${where(other)}, and ${where(operation)}`,
        [other, operation],
      );
    }
  }
  if (first.size === 0) verdict = { kind: 'unknown', because: 'no id was generated' };
  return {
    checker: 'unique-ids',
    verdict: verdict ?? { kind: 'valid' },
    stats: { attempted, acknowledged: first.size + duplicated, duplicated },
  };
}
