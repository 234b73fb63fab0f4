/**
 * One object: strategies from top to bottom, until one answers. What a model offers to them stands
 * in `abilities.ts`.
 */

import { NONE, type Value } from '../history.ts';
import { itemAt } from '../item-at.ts';
import type { Verdict } from '../verdict.ts';
import { abilitiesOf, stepsOf } from './abilities.ts';
import { engineSearch } from './engine/engine.ts';
import { wingGongSearch } from './engine/wing-gong.ts';
import { explainContradiction, explainStuck } from './explain.ts';
import type { Model } from './model.ts';
import { models } from './models.ts';
import type { Monitor } from './monitors/monitor.ts';
import { type Operations, operationAt, select } from './operations.ts';
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
  /** That it was refused already, without a witness: now what explains it best goes first. */
  readonly refused?: true;
}

/** Where one way to decide gives way to another, each with the rows of `bench:checkers` that show it. */
const LIMITS = {
  /** Stepping through a state that grows is quadratic: a monitor goes first, and there is an end. */
  growingOperations: 20_000,
  /**
   * Up to here, and with so few configurations an operation, the engine is done with texts before
   * the monitor has taken them apart (`kv c50 ok`).
   */
  textOperations: 1024,
  textConfigurationsEach: 8,
  /** For so few operations, the engine's preparations cost more than a search (`stack repeated`). */
  smallOperations: 512,
  smallDeadEnds: 4096,
  /**
   * The engine makes more of hints, so that with hints it gets its turn once the search has taken
   * about as long as those preparations do (`kv c10 ok`, `multi-register 300`, also `bad`).
   */
  hintedSteps: 256,
  hintedStepsEach: 4,
  /** A polynomial search is only not worth its preparations where this one goes straight (`fifo-queue repeated`). */
  straightSteps: 64,
  straightStepsEach: 2,
} as const;

export function decide(operations: Operations, question: Question): KeyResult {
  const { model, initial } = question;
  if (!question.positions) return byClients(operations, question);
  const state = model.initial(initial);
  const grows = typeof state === 'object' && state !== null;
  const seen = grows ? byMonitor(operations, question) : undefined;
  if (seen !== undefined) return seen;
  const isTooLong = grows && operations.count > LIMITS.growingOperations;
  const proposed = isTooLong ? undefined : proposedOrder(operations, model, initial);
  if (proposed === undefined) return byClients(operations, question);
  const evidence = refusal(operations, model, initial, proposed.order);
  if (evidence === undefined) {
    return answer(operations, { kind: 'valid' }, 'the order that the system claims', 0);
  }
  const result = byClients(operations, question);
  return proposed.whole ? { ...result, evidence } : result;
}

/** An answer, or undefined where this way leads to none. */
type Strategy = (operations: Operations, question: Question) => KeyResult | undefined;

/** By what the clients saw alone. Where none of these answers, the engine does. */
const STRATEGIES: readonly Strategy[] = [
  byEarlySearch,
  byMonitor,
  byStraightSearch,
  byContradiction,
  byParts,
  bySmallSearch,
  bySearchOfItsOwn,
];

function byClients(operations: Operations, question: Question): KeyResult {
  for (const strategy of STRATEGIES) {
    const result = strategy(operations, question);
    if (result !== undefined) return result;
  }
  const { model, initial, budget } = question;
  const search = engineSearch(operations, model, initial, budget);
  return answerOf(operations, question, { search, by: 'engine' });
}

/** What a search found, and which one. */
interface Found {
  readonly search: SearchResult;
  readonly by: string;
}

function answerOf(operations: Operations, question: Question, { search, by }: Found): KeyResult {
  const broken = OWN.has(question.model) ? undefined : brokenClaim(operations, question, search);
  const verdict = broken ?? verdictOf(operations, question, search);
  return answer(operations, verdict, by, search.configurations);
}

/** Before a monitor that takes longer. */
function byEarlySearch(operations: Operations, question: Question): KeyResult | undefined {
  const { model, refused } = question;
  if (abilitiesOf(model).searchedFirst !== true || refused === true) return undefined;
  const found = smallSearch(operations, question) ?? shortEngineSearch(operations, question);
  return unlessExplained(operations, question, found);
}

/** Before contradictions that take longer to look for. */
function byStraightSearch(operations: Operations, question: Question): KeyResult | undefined {
  if (abilitiesOf(question.model).contradictions === undefined) return undefined;
  return unlessExplained(operations, question, straightSearch(operations, question));
}

/** What a monitor says about a violation is worth waiting for, where one is to be explained. */
function unlessExplained(
  operations: Operations,
  question: Question,
  found: Found | undefined,
): KeyResult | undefined {
  if (found === undefined || (found.search.kind === 'violation' && question.explain))
    return undefined;
  return answerOf(operations, question, found);
}

function shortEngineSearch(operations: Operations, question: Question): Found | undefined {
  const { model, initial, budget } = question;
  const { count } = operations;
  if (count > LIMITS.textOperations) return undefined;
  const steps = Math.min(LIMITS.textConfigurationsEach * count, budget.steps);
  const search = engineSearch(operations, model, initial, { ...budget, steps });
  return search.kind === 'exhausted' ? undefined : { search, by: 'engine' };
}

function bySmallSearch(operations: Operations, question: Question): KeyResult | undefined {
  const found = smallSearch(operations, question);
  return found && answerOf(operations, question, found);
}

function bySearchOfItsOwn(operations: Operations, question: Question): KeyResult | undefined {
  const { search } = abilitiesOf(question.model);
  if (search === undefined) return undefined;
  const found = search.run(operations, question.initial, question.budget);
  return answerOf(operations, question, { search: found, by: search.name });
}

/** The Wing & Gong search, where there are few operations; undefined when it takes too long. */
function smallSearch(operations: Operations, question: Question): Found | undefined {
  const { model } = question;
  if (abilitiesOf(model).search !== undefined) return straightSearch(operations, question);
  return hasClaims(model)
    ? wingGong(operations, question, LIMITS.hintedSteps + LIMITS.hintedStepsEach * operations.count)
    : wingGong(operations, question, Number.POSITIVE_INFINITY);
}

/** The same, with hardly a step that is not on the way. */
function straightSearch(operations: Operations, question: Question): Found | undefined {
  const steps = LIMITS.straightSteps + LIMITS.straightStepsEach * operations.count;
  return wingGong(operations, question, steps);
}

function wingGong(
  operations: Operations,
  question: Question,
  stepsMost: number,
): Found | undefined {
  if (operations.count > LIMITS.smallOperations) return undefined;
  const { model, initial, budget } = question;
  const limits = { steps: Math.min(budget.steps, stepsMost), deadEnds: LIMITS.smallDeadEnds };
  const search = wingGongSearch(operations, model, initial, limits, stepsOf(model));
  return search === undefined ? undefined : { search, by: 'Wing & Gong search' };
}

/** Undefined where no monitor knows the model, or it cannot decide. */
function byMonitor(operations: Operations, question: Question): KeyResult | undefined {
  return bySight(operations, question, abilitiesOf(question.model).monitor?.decide);
}

function byContradiction(operations: Operations, question: Question): KeyResult | undefined {
  return bySight(operations, question, abilitiesOf(question.model).contradictions);
}

function bySight(
  operations: Operations,
  question: Question,
  monitor: Monitor | undefined,
): KeyResult | undefined {
  const { model, initial, explain } = question;
  const by = abilitiesOf(model).monitor?.name ?? '';
  if (monitor === undefined) return undefined;
  const seen = monitor(operations, initial);
  switch (seen.kind) {
    case 'valid':
      return answer(operations, { kind: 'valid' }, by, 0);
    case 'violation': {
      const { because } = seen.contradiction;
      const verdict: Verdict = explain
        ? explainContradiction(operations, model, seen.contradiction)
        : { kind: 'invalid', because, events: [] };
      return answer(operations, verdict, by, 0);
    }
    case 'undecided':
      return undefined;
  }
}

const OWN: ReadonlySet<Model> = new Set<Model>(Object.values<Model>(models));

function hasClaims(model: Model): boolean {
  return (
    model.readonly !== undefined ||
    model.requires !== undefined ||
    model.produces !== undefined ||
    model.quotient !== undefined ||
    model.key !== undefined
  );
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
  if (!hasClaims(model)) return undefined;
  const order = search.kind === 'linearizable' ? search.order() : undefined;
  const complaint = order === undefined ? undefined : refusal(operations, model, initial, order);
  if (complaint === undefined) return undefined;
  const because = `model ${model.name} does not keep to its claims (see checkModel): ${complaint}`;
  return { kind: 'unknown', because };
}

function byParts(operations: Operations, question: Question): KeyResult | undefined {
  if (question.model.partition === undefined) return undefined;
  const parts = partsOf(operations, question.model);
  if (parts.length < 2) return undefined;
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
  const parts = new Map<string | number, number[]>();
  for (let i = 0; i < operations.count; i++) {
    const part = model.partition?.(operationAt(operations, i));
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
  const operations = count;
  if (key === NONE) return { verdict, decidedBy, configurations, operations };
  const name = itemAt(history.keys.names, key);
  return { key: name, verdict, decidedBy, configurations, operations };
}
