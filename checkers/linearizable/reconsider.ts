/** A violation, once more: what its history leaves open, and what operations that failed say of it. */

import { failedAttempts } from '../attempts.ts';
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
  const lost =
    model.unrecorded &&
    find(operations, (i) => model.unrecorded?.(operationAt(operations, i)) === true);
  if (lost !== undefined) {
    const who = describe(operations, model, lost);
    return {
      kind: 'unknown',
      because: `the argument of ${who} was not recorded: it may have been any`,
    };
  }
  const wrong = (i: number): string | null =>
    model.wrongAnswer?.(operationAt(operations, i)) ?? null;
  const foreign = model.wrongAnswer && find(operations, (i) => wrong(i) !== null);
  if (foreign !== undefined) {
    const because = `${said(operations, model, foreign)}, which ${wrong(foreign)}`;
    return explainContradiction(operations, model, {
      operations: [foreign],
      because,
      culprit: foreign,
    });
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
  const sentences = new Set<string>();
  for (const i of operationsOfEvents(operations, events)) {
    const { output } = operationAt(operations, i);
    for (const sentence of failedAttempts(history, key, output)) sentences.add(sentence);
  }
  return [...sentences].slice(0, FAILURES_MAX);
}

function find({ count }: Operations, holds: (i: number) => boolean): number | undefined {
  for (let i = 0; i < count; i++) if (holds(i)) return i;
  return undefined;
}
