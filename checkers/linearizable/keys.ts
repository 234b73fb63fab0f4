/**
 * Several objects: in which order they are decided, and with how much. What contradicts itself soon
 * is found first, whichever key it is: each has a short turn before any has a long one. After a
 * contradiction the history is refused, and nobody waits for the rest: one key is explained, and
 * the others are judged without a witness, within as much as it took to find it.
 */

import type { KeyResult, Question } from './decide.ts';

/**
 * What a key may take before the others have had a turn, and before it is worth a thread: about a
 * tenth of a second. A monitor takes none.
 */
export const AT_ONCE_CONFIGURATIONS = 50_000;

/** What keys after a contradiction may take in any case, all together. */
const AFTERWARDS_CONFIGURATIONS = 1000;

/** What an object's operations say to a question. */
export type Ask = (place: number, question: Question) => KeyResult;

/** The short turn of each key, until one contradicts itself. */
export interface FirstTurn {
  /** By place: a key that is valid, or the one that contradicts itself, without a witness. */
  readonly found: readonly (KeyResult | undefined)[];
  readonly contradicted: number | undefined;
}

export function firstTurn(
  keys: number,
  question: Question,
  atOnceConfigurations: number,
  ask: Ask,
): FirstTurn {
  const found: (KeyResult | undefined)[] = [];
  let left = question.budget.steps;
  let turn: Question | undefined;
  for (let place = 0; place < keys; place++) {
    const steps = Math.min(atOnceConfigurations, left);
    if (turn?.budget.steps !== steps) {
      turn = { ...question, explain: false, budget: { ...question.budget, steps } };
    }
    const result = ask(place, turn);
    const { kind } = result.verdict;
    found.push(kind === 'unknown' ? undefined : result);
    if (kind !== 'unknown') left -= result.configurations;
    if (kind === 'invalid') return { found, contradicted: place };
  }
  return { found, contradicted: undefined };
}

/**
 * The answers for all keys, by place, after their first turn; those of undecided keys are asked
 * for with what is left of the budget, in order. `untilViolation`: only what was decided by then.
 */
export function furtherTurns(
  keys: number,
  question: Question,
  first: FirstTurn,
  ask: Ask,
  untilViolation: boolean,
): readonly KeyResult[] {
  const found = [...first.found];
  let { contradicted } = first;
  let steps = question.budget.steps;
  for (const result of found) steps -= result?.configurations ?? 0;
  const given = (most: number): Question['budget'] => ({ ...question.budget, steps: most });
  for (let place = 0; contradicted === undefined && place < keys; place++) {
    if (found[place] !== undefined) continue;
    const result = ask(place, { ...question, budget: given(steps) });
    steps -= result.configurations;
    found[place] = result;
    if (result.verdict.kind === 'invalid') contradicted = place;
  }
  if (contradicted === undefined) return found as KeyResult[];
  if (first.contradicted !== undefined && question.explain) {
    found[contradicted] = ask(contradicted, { ...question, budget: given(steps), refused: true });
  }
  if (untilViolation) return found.filter((result) => result !== undefined);
  let left = Math.max(question.budget.steps - steps, AFTERWARDS_CONFIGURATIONS);
  for (let place = 0; place < keys; place++) {
    if (found[place] !== undefined) continue;
    const result = ask(place, { ...question, explain: false, budget: given(left) });
    left -= result.configurations;
    found[place] = result;
  }
  return found as KeyResult[];
}
