/** The facade: a history and a model in, a verdict out. */

import type { History, Value } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { type Verdict, worst } from '../verdict.ts';
import { decide, type KeyResult, type Question } from './decide.ts';
import { type Ask, AT_ONCE_CONFIGURATIONS, firstTurn, furtherTurns } from './keys.ts';
import { type Model, UnreadableValue } from './model.ts';
import { silentMultiRegister } from './models/multi-register.ts';
import { modelNamed, models } from './models.ts';
import { type FailedCas, type NilReads, type Operations, operationsByKey } from './operations.ts';
import { reconsider } from './reconsider.ts';
import { type Budget, DEFAULT_MEMORY_BYTES, DEFAULT_STEPS } from './search.ts';

export interface LinearizabilityOptions {
  /** A model of the registry by name, or your own. */
  readonly model: string | Model;
  /** What every object holds at the start; null when not given. */
  readonly initial?: Value;
  /** Default `absent`: an operation that failed did not happen, and says nothing. */
  readonly failedCas?: FailedCas;
  /** Default `observed`: a read that answers nil has seen nil. Knossos' data needs `silent`. */
  readonly nilReads?: NilReads;
  /** What the search may spend; a check that runs out is `unknown`. */
  readonly budget?: Budget;
  /** Of these steps, what each of several keys may take before the others had a turn. Default 50,000. */
  readonly atOnceSteps?: number;
  /** False leaves out the witness, which can cost more than the verdict. Default true. */
  readonly explain?: boolean;
  /**
   * Whether to go on with other keys after a violation. Default `every`: they are judged without a
   * witness, within as much as it took to find the first.
   */
  readonly keys?: 'every' | 'until-violation';
  /**
   * `positions`: try the order by the positions in the history first. Default `off`, the clients'
   * word alone: a checker that believes the system's log misses a log that lies.
   */
  readonly witness?: 'positions' | 'off';
}

export interface LinearizabilityResult extends KeyResult {
  /** Each object by itself, in the order of first use. */
  readonly keys: readonly KeyResult[];
}

/**
 * Decides whether the history is linearizable (Herlihy & Wing, TOPLAS 1990) with respect to the
 * model: each key by itself, which is exact because linearizability is local. Operations without
 * an answer may or may not have happened; failed ones did not.
 */
export function checkLinearizable(
  history: History,
  options: LinearizabilityOptions,
): LinearizabilityResult {
  const prepared = prepare(history, options);
  return typeof prepared === 'string'
    ? undecided(prepared)
    : joinKeys(checkKeys(prepared, options));
}

/** The objects of a history and what is asked about each. */
export interface Prepared {
  readonly groups: readonly Operations[];
  readonly question: Question;
}

/** The reason when the history cannot be judged. */
export function prepare(history: History, options: LinearizabilityOptions): Prepared | string {
  const named = typeof options.model === 'string' ? modelNamed(options.model) : options.model;
  const silent = options.nilReads === 'silent' && named === models['multi-register'];
  const model: Model | undefined = silent ? silentMultiRegister : named;
  if (model === undefined) {
    const known = Object.keys(models).join(', ');
    return `no model is called ${JSON.stringify(options.model)} (known: ${known})`;
  }
  const groups = operationsByKey(history, {
    failedCas: options.failedCas ?? 'absent',
    nilReads: options.nilReads ?? 'observed',
  });
  if ('because' in groups) return groups.because;
  const { names } = history.functions;
  if (!names.every((name) => model.functions.includes(name))) {
    const foreign = foreignFunction(groups, model);
    if (foreign !== undefined) return foreign;
  }
  const question: Question = {
    model,
    initial: options.initial ?? null,
    budget: {
      steps: options.budget?.steps ?? DEFAULT_STEPS,
      memoryBytes: options.budget?.memoryBytes ?? DEFAULT_MEMORY_BYTES,
    },
    explain: options.explain ?? true,
    positions: options.witness === 'positions',
  };
  return { groups, question };
}

/** Decides each object, within one budget. */
export function checkKeys(
  { groups, question }: Prepared,
  options: LinearizabilityOptions,
): readonly KeyResult[] {
  const ask: Ask = (place, asked) => checkKey(itemAt(groups, place), asked);
  if (groups.length === 1) return [ask(0, question)];
  const first = firstTurn(groups.length, question, atOnceOf(options), ask);
  return furtherTurns(groups.length, question, first, ask, isBrief(options));
}

/** What each of several keys may take in its first turn. */
export function atOnceOf({ atOnceSteps }: LinearizabilityOptions): number {
  return atOnceSteps ?? AT_ONCE_CONFIGURATIONS;
}

/** Whether the caller wants no more than the first contradiction. */
export function isBrief({ keys }: LinearizabilityOptions): boolean {
  return keys === 'until-violation';
}

/** One answer out of those for the keys. */
export function joinKeys(keys: readonly KeyResult[]): LinearizabilityResult {
  const verdicts: Verdict[] = [];
  const algorithms: string[] = [];
  let configurations = 0;
  let operations = 0;
  for (const key of keys) {
    verdicts.push(key.verdict);
    if (!algorithms.includes(key.decidedBy)) algorithms.push(key.decidedBy);
    configurations += key.configurations;
    operations += key.operations;
  }
  const decidedBy = algorithms.join(', ') || 'nothing to decide';
  return { verdict: worst(verdicts), decidedBy, configurations, operations, keys };
}

/** One object. A value that the model cannot read is the history's fault, or the wrong model was named. */
export function checkKey(operations: Operations, question: Question): KeyResult {
  try {
    const result = decide(operations, question);
    const { verdict } = result;
    return verdict.kind === 'invalid'
      ? { ...result, verdict: reconsider(operations, question.model, verdict) }
      : result;
  } catch (error) {
    if (!(error instanceof UnreadableValue)) throw error;
    const because = `model ${question.model.name} cannot read this history: ${error.message}`;
    return { ...undecided(because), operations: operations.count };
  }
}

function foreignFunction(groups: readonly Operations[], model: Model): string | undefined {
  for (const { history, count, call } of groups) {
    const known = history.functions.names.map((name) => model.functions.includes(name));
    for (let i = 0; i < count; i++) {
      const event = call.get(i);
      const f = history.f.get(event);
      if (known[f] === true) continue;
      return (
        `event ${event}: model ${model.name} does not know ${history.functions.names[f]} ` +
        `(it knows ${model.functions.join(', ')})`
      );
    }
  }
  return undefined;
}

/** A history that cannot be judged. */
export function undecided(because: string): LinearizabilityResult {
  const verdict: Verdict = { kind: 'unknown', because };
  return { verdict, decidedBy: 'nothing', configurations: 0, operations: 0, keys: [] };
}
