/** The general engine: exact for every model, fast where the history has little concurrency. */

import type { Value } from '../../history.ts';
import type { Model } from '../model.ts';
import { kvAppend } from '../models/append.ts';
import { casRegister, register } from '../models/register.ts';
import type { Operations } from '../operations.ts';
import {
  type Budget,
  DEFAULT_MEMORY_BYTES,
  DEFAULT_STEPS,
  type SearchResult,
  type Stuck,
} from '../search.ts';
import { appendTransitions } from './append.ts';
import { type Classes, classesOf } from './classes.ts';
import { registerTransitions } from './register.ts';
import { pendingOperations, rankOperations } from './schedule.ts';
import { type Limits, type Problem, searchConfigurations } from './search.ts';
import { type Transitions, transitionsOf } from './transitions.ts';

/** Searches for an order that explains every answer. */
export function engineSearch<State>(
  operations: Operations,
  model: Model<State>,
  initial: Value,
  budget: Budget = {},
): SearchResult {
  const classes = classesOf(operations, model.owners === true);
  const ranked = rankOperations(operations, classes);
  const transitions =
    builtIn(operations, classes, model, initial, ranked.lastOfClass) ??
    transitionsOf(operations, classes, model, initial, ranked.lastOfClass);
  const pending = pendingOperations(operations, classes, transitions.dropped, ranked);
  const limits = {
    configurations: budget.steps ?? DEFAULT_STEPS,
    memoryBytes: budget.memoryBytes ?? DEFAULT_MEMORY_BYTES,
  };
  const problem: Problem = { ranked, pending, transitions };
  const result = searchConfigurations(problem, limits);
  if (result.kind !== 'violation') return result;
  return { ...result, stuck: () => longestPrefix(problem, limits, result) };
}

/** The models that have a numbered form of their own. */
function builtIn(
  operations: Operations,
  classes: Classes,
  model: unknown,
  initial: Value,
  lastOfClass: Int32Array,
): Transitions | undefined {
  if (model === register || model === casRegister) {
    return registerTransitions(operations, classes, initial, lastOfClass);
  }
  if (model === kvAppend) return appendTransitions(operations, classes, initial, lastOfClass);
  return undefined;
}

/** A bound on the second search, relative to the first, so that explaining never takes over. */
const EXPLAIN_CONFIGURATIONS = 100_000;

/** Look-ahead gives up before the point where people see the contradiction; so search without. */
function longestPrefix(
  { ranked, pending, transitions }: Problem,
  limits: Limits,
  first: SearchResult & { kind: 'violation' },
): Stuck {
  const { flow, ...blind } = transitions;
  if (flow === undefined) return first.stuck();
  const second = searchConfigurations(
    { ranked, pending, transitions: blind },
    {
      ...limits,
      configurations: Math.min(
        limits.configurations,
        4 * first.configurations + EXPLAIN_CONFIGURATIONS,
      ),
    },
  );
  return second.kind === 'violation' ? second.stuck() : first.stuck();
}
