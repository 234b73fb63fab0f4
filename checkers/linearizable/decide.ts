/** One object: monitor where one applies, parts where it falls into parts, else the engine. */

import { NONE, type Value } from '../history.ts';
import type { Verdict } from '../verdict.ts';
import { engineSearch } from './engine/engine.ts';
import { explainContradiction, explainStuck } from './explain.ts';
import type { Model } from './model.ts';
import { models } from './models.ts';
import { monitorFor } from './monitors.ts';
import { type Operations, operationAt, select } from './operations.ts';
import { porcupineSearch } from './porcupine.ts';
import { proposedOrder, refusal } from './proposed-order.ts';
import type { Budget, SearchResult } from './search.ts';

/** The answer for one object. */
export interface KeyResult {
  readonly key?: string;
  readonly verdict: Verdict;
  /** Which algorithm gave the answer. */
  readonly decidedBy: string;
  /** Configurations explored; 0 for a monitor. */
  readonly configurations: number;
  readonly operations: number;
  /**
   * Why the order that the system itself claims was refused, if it claimed one. With a valid
   * verdict, the system's evidence contradicts what its clients saw.
   */
  readonly evidence?: string;
}

export interface Question {
  readonly model: Model;
  readonly initial: Value;
  readonly budget: Required<Budget>;
  readonly explain: boolean;
  /** Whether positions in the history propose an order that is tried first. */
  readonly positions: boolean;
}

export function decide(operations: Operations, question: Question): KeyResult {
  const { model, initial } = question;
  const proposed = question.positions ? proposedOrder(operations) : undefined;
  if (proposed === undefined) return byClients(operations, question);
  const evidence = refusal(operations, model, initial, proposed);
  if (evidence === undefined) {
    return answer(operations, { kind: 'valid' }, 'the order that the system claims', 0);
  }
  return { ...byClients(operations, question), evidence };
}

/** By what the clients saw alone. */
function byClients(operations: Operations, question: Question): KeyResult {
  const { model, initial } = question;
  const found = monitorFor(model);
  const seen = found?.monitor(operations, initial);
  if (found !== undefined && seen?.kind === 'valid') {
    return answer(operations, { kind: 'valid' }, found.name, 0);
  }
  if (found !== undefined && seen?.kind === 'violation') {
    const verdict = explainContradiction(operations, model, seen.contradiction);
    return answer(operations, verdict, found.name, 0);
  }
  const parts = partsOf(operations, model);
  return parts.length > 1 ? byParts(operations, parts, question) : bySearch(operations, question);
}

function bySearch(operations: Operations, question: Question): KeyResult {
  const { model, initial, budget } = question;
  const quick = isOwn(model) || hasClaims(model) ? undefined : quickSearch(operations, question);
  if (quick !== undefined) {
    const verdict = verdictOf(operations, question, quick);
    return answer(operations, verdict, 'reference search', quick.configurations);
  }
  const search = engineSearch(operations, model, initial, budget);
  const verdict =
    brokenClaim(operations, question, search) ?? verdictOf(operations, question, search);
  return answer(operations, verdict, 'engine', search.configurations);
}

/** Above this the reference search is quadratic enough to lose even where it goes straight on. */
const QUICK_OPERATIONS_MAX = 256;
const QUICK_STEPS_EACH = 8;

/**
 * For a few operations of a model without hints, the engine's preparations can cost more than the
 * whole reference search. So that gets the first try, and few steps.
 */
function quickSearch(operations: Operations, question: Question): SearchResult | undefined {
  const { count } = operations;
  if (count > QUICK_OPERATIONS_MAX) return undefined;
  const steps = Math.min(QUICK_STEPS_EACH * count, question.budget.steps);
  const { model, initial, budget } = question;
  const result = porcupineSearch(operations, model, initial, { ...budget, steps });
  return result.kind === 'exhausted' ? undefined : result;
}

function isOwn(model: Model): boolean {
  return Object.values<Model>(models).includes(model);
}

const CLAIMS = ['readonly', 'requires', 'produces', 'quotient', 'key'] as const;

function hasClaims(model: Model): boolean {
  return CLAIMS.some((claim) => model[claim] !== undefined);
}

/**
 * The order that the engine found, stepped through the model: it holds unless the model claims
 * what is not true. The library's own models are tested for that.
 */
function brokenClaim(
  operations: Operations,
  { model, initial }: Question,
  search: SearchResult,
): Verdict | undefined {
  if (isOwn(model) || !hasClaims(model)) return undefined;
  const order = search.kind === 'linearizable' ? search.order() : undefined;
  const complaint = order === undefined ? undefined : refusal(operations, model, initial, order);
  if (complaint === undefined) return undefined;
  const because = `model ${model.name} does not keep to its claims (see checkModel): ${complaint}`;
  return { kind: 'unknown', because };
}

function byParts(
  operations: Operations,
  parts: readonly (readonly number[])[],
  question: Question,
): KeyResult {
  const algorithms = new Set<string>();
  let unknown: Verdict | undefined;
  let configurations = 0;
  for (const indices of parts) {
    const steps = question.budget.steps - configurations;
    const part = select(operations, indices);
    const result = byClients(part, { ...question, budget: { ...question.budget, steps } });
    configurations += result.configurations;
    algorithms.add(result.decidedBy);
    if (result.verdict.kind === 'invalid') {
      return answer(operations, result.verdict, result.decidedBy, configurations);
    }
    if (result.verdict.kind === 'unknown') unknown = result.verdict;
  }
  const decidedBy = [...algorithms].join(', ');
  return answer(operations, unknown ?? { kind: 'valid' }, decidedBy, configurations);
}

/** Operation numbers by part, or a single part when the model does not split. */
function partsOf(operations: Operations, model: Model): readonly (readonly number[])[] {
  if (model.partition === undefined) return [];
  const parts = new Map<string | number, number[]>();
  for (let i = 0; i < operations.count; i++) {
    const part = model.partition(operationAt(operations, i));
    if (part === undefined) return [];
    const members = parts.get(part);
    if (members === undefined) parts.set(part, [i]);
    else members.push(i);
  }
  return [...parts.values()];
}

function verdictOf(operations: Operations, question: Question, search: SearchResult): Verdict {
  switch (search.kind) {
    case 'linearizable':
      return { kind: 'valid' };
    case 'violation': {
      if (question.explain) {
        return explainStuck(operations, question.model, question.initial, search.stuck());
      }
      const because = 'no order of the operations explains all answers';
      return { kind: 'invalid', because, events: [] };
    }
    case 'exhausted':
      return { kind: 'unknown', because: search.because };
  }
}

function answer(
  { key, count, history }: Operations,
  verdict: Verdict,
  decidedBy: string,
  configurations: number,
): KeyResult {
  return {
    ...(key === NONE ? {} : { key: history.keys.names[key] as string }),
    verdict,
    decidedBy,
    configurations,
    operations: count,
  };
}
