/** One object: monitor where one applies, parts where it falls into parts, else the engine. */

import { NONE, type Value } from '../history.ts';
import type { Verdict } from '../verdict.ts';
import { engineSearch } from './engine/engine.ts';
import { wingGongSearch } from './engine/wing-gong.ts';
import { explainContradiction, explainStuck } from './explain.ts';
import type { Model } from './model.ts';
import { kvAppend } from './models/append.ts';
import { fifoQueue, stack } from './models/collections.ts';
import { models } from './models.ts';
import { monitorFor } from './monitors.ts';
import { type Operations, operationAt, select } from './operations.ts';
import { proposedOrder, refusal } from './proposed-order.ts';
import { stackSearch } from './pushdown.ts';
import { queueSearch } from './queue-search.ts';
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

/** Stepping through a state that grows is quadratic: a monitor goes first, and there is an end. */
const GROWING_OPERATIONS_MAX = 20_000;

export function decide(operations: Operations, question: Question): KeyResult {
  const { model, initial } = question;
  if (!question.positions) return byClients(operations, question);
  const state = model.initial(initial);
  const grows = typeof state === 'object' && state !== null;
  const seen = grows ? byMonitor(operations, question) : undefined;
  if (seen !== undefined) return seen;
  const isTooLong = grows && operations.count > GROWING_OPERATIONS_MAX;
  const proposed = isTooLong ? undefined : proposedOrder(operations, model, initial);
  if (proposed === undefined) return byClients(operations, question);
  const evidence = refusal(operations, model, initial, proposed.order);
  if (evidence === undefined) {
    return answer(operations, { kind: 'valid' }, 'the order that the system claims', 0);
  }
  const result = byClients(operations, question);
  return proposed.whole ? { ...result, evidence } : result;
}

/** By what the clients saw alone. */
function byClients(operations: Operations, question: Question): KeyResult {
  const isText = (question.model as unknown) === kvAppend;
  const isEarly = isText && question.refused !== true;
  const early = isEarly ? textSearch(operations, question) : undefined;
  // What a monitor says about a violation is worth waiting for.
  if (early !== undefined && (early.search.kind === 'linearizable' || !question.explain)) {
    return answerOf(operations, question, early);
  }
  const seen = byMonitor(operations, question);
  if (seen !== undefined) return seen;
  const parts = partsOf(operations, question.model);
  if (parts.length > 1) return byParts(operations, parts, question);
  const found = early ?? (isEarly ? undefined : smallSearch(operations, question));
  return answerOf(operations, question, found ?? fullSearch(operations, question));
}

/** What a search found, and which one. */
interface Found {
  readonly search: SearchResult;
  readonly by: string;
}

function answerOf(operations: Operations, question: Question, { search, by }: Found): KeyResult {
  const verdict =
    brokenClaim(operations, question, search) ?? verdictOf(operations, question, search);
  return answer(operations, verdict, by, search.configurations);
}

/** Up to here, and with so few configurations an operation, the engine is done with texts first. */
const TEXT_OPERATIONS_MAX = 1024;
const TEXT_CONFIGURATIONS_EACH = 8;

/** The monitor takes all texts apart; with not too many of them, a search mostly is done by then. */
function textSearch(operations: Operations, question: Question): Found | undefined {
  const { count } = operations;
  if (count > TEXT_OPERATIONS_MAX) return undefined;
  const quick = smallSearch(operations, question);
  if (quick !== undefined) return quick;
  const { model, initial, budget } = question;
  const steps = Math.min(TEXT_CONFIGURATIONS_EACH * count, budget.steps);
  const search = engineSearch(operations, model, initial, { ...budget, steps });
  return search.kind === 'exhausted' ? undefined : { search, by: 'engine' };
}

/** Undefined where no monitor knows the model, or it cannot decide. */
function byMonitor(operations: Operations, question: Question): KeyResult | undefined {
  const { model, initial, explain } = question;
  const found = monitorFor(model);
  const seen = found?.monitor(operations, initial);
  if (found === undefined || seen === undefined) return undefined;
  switch (seen.kind) {
    case 'valid':
      return answer(operations, { kind: 'valid' }, found.name, 0);
    case 'violation': {
      const { because } = seen.contradiction;
      const verdict: Verdict = explain
        ? explainContradiction(operations, model, seen.contradiction)
        : { kind: 'invalid', because, events: [] };
      return answer(operations, verdict, found.name, 0);
    }
    case 'undecided':
      return undefined;
  }
}

function fullSearch(operations: Operations, { model, initial, budget }: Question): Found {
  if ((model as unknown) === stack) {
    return { search: stackSearch(operations, initial, budget), by: 'pushdown search' };
  }
  if ((model as unknown) === fifoQueue) {
    return { search: queueSearch(operations, initial, budget), by: 'queue search' };
  }
  return { search: engineSearch(operations, model, initial, budget), by: 'engine' };
}

/**
 * For a few operations, the engine's preparations cost more than the search: first without. The
 * engine makes more of hints, so that with hints it gets its turn once the search has taken about
 * as long as those preparations do.
 */
const SMALL_OPERATIONS_MAX = 512;
const SMALL_DEAD_ENDS_MAX = 4096;
const HINTED_STEPS = 256;
const HINTED_STEPS_EACH = 4;

function smallSearch(operations: Operations, question: Question): Found | undefined {
  const { model, initial, budget } = question;
  const { count } = operations;
  if (count > SMALL_OPERATIONS_MAX) return undefined;
  const hinted = HINTED_STEPS + HINTED_STEPS_EACH * count;
  const steps = hasClaims(model) ? Math.min(budget.steps, hinted) : budget.steps;
  const limits = { steps, deadEnds: SMALL_DEAD_ENDS_MAX };
  const search = wingGongSearch(operations, model, initial, limits);
  return search === undefined ? undefined : { search, by: 'Wing & Gong search' };
}

const OWN: ReadonlySet<Model> = new Set<Model>(Object.values<Model>(models));

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
  if (OWN.has(model) || !hasClaims(model)) return undefined;
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
