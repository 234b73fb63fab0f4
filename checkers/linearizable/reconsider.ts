/** A violation, once more: what its history leaves open, and what operations that failed say of it. */

import { failedAttempts } from '../attempts.ts';
import { FAIL } from '../history.ts';
import type { Verdict } from '../verdict.ts';
import { describe, explainContradiction, operationsOfEvents, said } from './explain.ts';
import type { Model } from './model.ts';
import { type Operations, operationAt } from './operations.ts';

type Violation = Extract<Verdict, { kind: 'invalid' }>;

/** Sentences about failures that are added to a witness. */
const FAILURES_MAX = 3;

/**
 * `unknown` where an argument was not recorded: it may have been any, and one of them might explain
 * everything. An answer that belongs to another question is the better explanation. Otherwise the
 * witness also tells of failed attempts to bring in what was seen.
 */
export function reconsider(operations: Operations, model: Model, violation: Violation): Verdict {
  let foreign: { readonly i: number; readonly how: string } | undefined;
  for (let i = 0; i < operations.count; i++) {
    const operation = operationAt(operations, i);
    if (model.unrecorded?.(operation) === true) {
      const who = describe(operations, model, i);
      const because = `the argument of ${who} was not recorded: it may have been any`;
      return { kind: 'unknown', because };
    }
    const how = foreign === undefined ? (model.wrongAnswer?.(operation) ?? null) : null;
    if (how !== null) foreign = { i, how };
  }
  if (foreign !== undefined) {
    const { i, how } = foreign;
    const because = `${said(operations, model, i)}, which ${how}`;
    return explainContradiction(operations, model, { operations: [i], because, culprit: i });
  }
  const { witness } = violation;
  if (witness === undefined) return violation;
  const failures = failuresBehind(operations, violation.events);
  if (failures.length === 0) return violation;
  const sentences = [...witness.sentences, ...failures];
  return { ...violation, witness: { ...witness, sentences } };
}

/** Failed attempts to bring in what the operations of these events answered. */
function failuresBehind(operations: Operations, events: readonly number[]): string[] {
  const { history, key } = operations;
  if (!history.type.subarray(0, history.length).includes(FAIL)) return [];
  const sentences = new Set<string>();
  for (const i of operationsOfEvents(operations, events)) {
    const { output } = operationAt(operations, i);
    for (const sentence of failedAttempts(history, key, output)) sentences.add(sentence);
  }
  return [...sentences].slice(0, FAILURES_MAX);
}
