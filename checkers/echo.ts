/** Echo: every `echo` that is answered is answered with its own argument. */

import { clientOperations, identity, invalidBy, where } from './client-operations.ts';
import type { History } from './history.ts';
import type { CheckResult, Verdict } from './verdict.ts';

/** Compares every answer with what was asked, over all keys. */
export function checkEcho(history: History): CheckResult {
  let verdict: Verdict | null = null;
  let answered = 0;
  for (const { operations } of clientOperations(history)) {
    for (const operation of operations) {
      if (operation.f !== 'echo' || operation.type !== 'ok') continue;
      answered++;
      const { argument, result } = operation;
      if (verdict !== null || identity(argument) === identity(result)) continue;
      const because =
        `${JSON.stringify(argument)} was answered with ${JSON.stringify(result)}: ` +
        where(operation);
      verdict = invalidBy(because, [operation]);
    }
  }
  if (answered === 0) verdict = { kind: 'unknown', because: 'no echo was answered' };
  return { checker: 'echo', verdict: verdict ?? { kind: 'valid' }, stats: { answered } };
}
