/** The general engine: exact for every model, fast where the history has little concurrency. */

import type { Value } from '../../history.ts';
import { abilitiesOf, stepsOf } from '../abilities.ts';
import type { Model } from '../model.ts';
import type { Operations } from '../operations.ts';
import {
  type Budget,
  DEFAULT_MEMORY_BYTES,
  DEFAULT_STEPS,
  type SearchResult,
  type Stuck,
} from '../search.ts';
import { classesOf } from './classes.ts';
import type { Reductions } from './reductions.ts';
import { pendingOperations, rankOperations } from './schedule.ts';
import { Scratch, withScratch } from './scratch.ts';
import { type Limits, type Problem, searchConfigurations } from './search.ts';
import { transitionsOf } from './transitions.ts';

/** Searches for an order that explains every answer. `reductions`: for tests, without some of them. */
export function engineSearch<State>(
  operations: Operations,
  model: Model<State>,
  initial: Value,
  budget: Budget = {},
  reductions?: Reductions,
): SearchResult {
  const search = (scratch: Scratch): SearchResult => {
    const problem = problemOf(scratch, operations, model, initial);
    return searchIn(scratch, problem, budget, reductions);
  };
  return withScratch((scratch) => lasting(scratch, search));
}

/**
 * The answer, so that it can be asked at any time: what its order is read from may have been
 * overwritten by then, and the same search in arrays of its own finds the same again.
 */
function lasting(scratch: Scratch, search: (scratch: Scratch) => SearchResult): SearchResult {
  const result = search(scratch);
  const { generation } = scratch;
  const current = (): SearchResult =>
    scratch.generation === generation ? result : search(new Scratch());
  const gone = (): never => {
    throw new Error('a search repeated with the same input found something else');
  };
  switch (result.kind) {
    case 'linearizable':
      return {
        ...result,
        order() {
          const now = current();
          return now.kind === 'linearizable' ? now.order() : gone();
        },
      };
    case 'violation':
      return {
        ...result,
        stuck() {
          const now = current();
          return now.kind === 'violation' ? now.stuck() : gone();
        },
      };
    case 'exhausted':
      return result;
  }
}

/** A history as the search sees it: numbers. */
export function problemOf<State>(
  scratch: Scratch,
  operations: Operations,
  model: Model<State>,
  initial: Value,
): Problem {
  const classes = classesOf(operations, model.owners === true, scratch);
  const ranked = rankOperations(operations, classes, scratch);
  const transitions =
    abilitiesOf(model).numbered?.(operations, classes, initial, ranked.lastOfClass, scratch) ??
    transitionsOf(
      { operations, classes, model, initial, steps: stepsOf(model) },
      ranked.lastOfClass,
      scratch,
    );
  const pending = pendingOperations(operations, classes, transitions.dropped, ranked, scratch);
  return { ranked, pending, transitions };
}

function searchIn(
  scratch: Scratch,
  problem: Problem,
  budget: Budget,
  reductions: Reductions | undefined,
): SearchResult {
  const limits = {
    configurations: budget.steps ?? DEFAULT_STEPS,
    memoryBytes: budget.memoryBytes ?? DEFAULT_MEMORY_BYTES,
  };
  const result = searchConfigurations(problem, limits, scratch, reductions);
  if (result.kind !== 'violation') return result;
  return { ...result, stuck: () => longestPrefix(problem, limits, result) };
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
    new Scratch(),
  );
  return second.kind === 'violation' ? second.stuck() : first.stuck();
}
