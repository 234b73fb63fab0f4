/** `--checker transactional`: which isolation levels the transactions of a history keep. */

import type { Value } from '../../checkers/history.ts';
import {
  checkTransactions,
  type TransactionResult,
  type TransactionWorkload,
} from '../../checkers/transactional/index.ts';
import { usage } from '../core/errors.ts';
import { show } from '../formats/builder.ts';
import { type Answer, EMPTY, type Question } from './question.ts';

export function judgeTransactions(question: Question): Answer {
  const { file, model, workload, level, name, initial } = question;
  const kind = workload ?? model;
  if (kind !== 'list-append' && kind !== 'rw-register') {
    throw usage(`${name}: --checker transactional needs --workload list-append or rw-register`);
  }
  const result = checkTransactions(file.history, {
    workload: kind satisfies TransactionWorkload,
    ...(level === undefined ? {} : { level }),
    // Nil is what is said where nothing is: of a key, that is no statement about all of them.
    ...(initial === undefined || initial === null ? {} : { initial: initialState(initial) }),
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

/** The one thing that can be known of all keys: that they held nothing. */
function initialState(initial: Value): 'empty' {
  if (initial === EMPTY || (Array.isArray(initial) && initial.length === 0)) return 'empty';
  throw usage(
    `--initial: of transactions only "empty" can be said, got ${show(initial)} (without it, what ` +
      'the keys held before the test is told from the reads)',
  );
}

/** What was found, also where the level allows it, and which levels that leaves. */
function transactionLines({ counts, strongest }: TransactionResult): readonly string[] {
  if (counts.size === 0) return [];
  const found = [...counts].map(([kind, count]) => `${kind} ${count}`).join(', ');
  return [`anomalies: ${found}; strongest levels not ruled out: ${strongest.join(', ') || 'none'}`];
}
