/** `--checker transactional`: which isolation levels the transactions of a history keep. */

import {
  checkTransactions,
  type TransactionResult,
  type TransactionWorkload,
} from '../../checkers/transactional/index.ts';
import { usage } from '../errors.ts';
import type { Answer, Question } from './question.ts';

export function judgeTransactions({ file, model, workload, level, name }: Question): Answer {
  const kind = workload ?? model;
  if (kind !== 'list-append' && kind !== 'rw-register') {
    throw usage(`${name}: --checker transactional needs --workload list-append or rw-register`);
  }
  const result = checkTransactions(file.history, {
    workload: kind satisfies TransactionWorkload,
    ...(level === undefined ? {} : { level }),
  });
  return {
    checker: 'transactional',
    model: kind,
    verdict: result.verdict,
    decidedBy: 'dependency graph',
    also: transactionLines(result),
    ...(result.stats === undefined ? {} : { stats: result.stats }),
    details: {
      level: result.level,
      anomalies: Object.fromEntries(result.counts),
      strongest: result.strongest,
      weakestViolated: result.weakestViolated,
      // Reads of registers do not show the order of versions: what is valid may be inference only.
      ...(kind === 'rw-register' && result.verdict.kind === 'valid'
        ? { proved: result.proved }
        : {}),
    },
  };
}

/** What was found, also where the level allows it, and which levels that leaves. */
function transactionLines({ counts, strongest }: TransactionResult): readonly string[] {
  if (counts.size === 0) return [];
  const found = [...counts].map(([kind, count]) => `${kind} ${count}`).join(', ');
  return [`anomalies: ${found}; strongest levels not ruled out: ${strongest.join(', ')}`];
}
