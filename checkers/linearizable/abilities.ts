/**
 * What the library knows of its own models besides their steps. By identity: a model of one's own
 * that bears the same name, or was made from one of these with another step, has none of it.
 */

import type { IntColumn } from '../columns.ts';
import type { Value } from '../history.ts';
import { appendTransitions } from './engine/append.ts';
import type { Classes } from './engine/classes.ts';
import { registerTransitions } from './engine/register.ts';
import type { Scratch } from './engine/scratch.ts';
import type { Transitions } from './engine/transitions.ts';
import type { Model, Operation, Step } from './model.ts';
import { kvAppend, log, offsetLog } from './models/append.ts';
import { fifoQueue, set, stack, unorderedQueue } from './models/collections.ts';
import { counter } from './models/counter.ts';
import { fencedLock, mutex, ownedMutex } from './models/lock.ts';
import {
  multiRegister,
  multiRegisterStep,
  silentMultiRegister,
  silentMultiRegisterStep,
} from './models/multi-register.ts';
import { casRegister, register } from './models/register.ts';
import { semaphore } from './models/semaphore.ts';
import { counterMonitor } from './monitors/counter.ts';
import { logMonitor, offsetLogMonitor } from './monitors/log.ts';
import type { Monitor } from './monitors/monitor.ts';
import { fencedLockMonitor, mutexMonitor } from './monitors/mutex.ts';
import { overwrittenValue } from './monitors/overwritten.ts';
import { queueMonitor } from './monitors/queue.ts';
import { registerMonitor } from './monitors/register.ts';
import { semaphoreMonitor } from './monitors/semaphore.ts';
import { setMonitor } from './monitors/set.ts';
import { stackMonitor } from './monitors/stack.ts';
import { textMonitor } from './monitors/text.ts';
import { unorderedQueueMonitor } from './monitors/unordered-queue.ts';
import type { Operations } from './operations.ts';
import { stackSearch } from './pushdown.ts';
import { queueSearch } from './queue-search.ts';
import type { Budget, SearchResult } from './search.ts';

export interface Abilities {
  /** Decides histories of a special kind exactly, without trying orders. */
  readonly monitor?: { readonly name: string; readonly decide: Monitor };
  /** Finds some violations where the monitor cannot decide, in more time than a search that goes straight. */
  readonly contradictions?: Monitor;
  /** That the monitor takes all values apart: with not too many operations, a search is done sooner. */
  readonly searchedFirst?: true;
  /**
   * The model's `step` by one operation, where much of it does not depend on the state: searches
   * take one operation in many states.
   */
  readonly steps?: (operation: Operation) => (state: never) => unknown;
  /** The engine's view of the history in numbers, without stepping; undefined where it has none. */
  readonly numbered?: (
    operations: Operations,
    classes: Classes,
    initial: Value,
    lastOfClass: IntColumn,
    scratch: Scratch,
  ) => Transitions | undefined;
  /** A search that is polynomial where the engine's is not. */
  readonly search?: {
    readonly name: string;
    readonly run: (
      operations: Operations,
      initial: Value,
      budget: Required<Budget>,
    ) => SearchResult;
  };
}

const aRegister: Abilities = {
  monitor: { name: 'register monitor', decide: registerMonitor },
  contradictions: overwrittenValue,
  numbered: registerTransitions,
};
const aMutex: Abilities = { monitor: { name: 'mutex monitor', decide: mutexMonitor } };

const abilities: ReadonlyMap<unknown, Abilities> = new Map<unknown, Abilities>([
  [register, aRegister],
  [casRegister, aRegister],
  [set, { monitor: { name: 'set monitor', decide: setMonitor } }],
  [
    fifoQueue,
    {
      monitor: { name: 'queue monitor', decide: queueMonitor },
      search: { name: 'queue search', run: queueSearch },
    },
  ],
  [unorderedQueue, { monitor: { name: 'unordered-queue monitor', decide: unorderedQueueMonitor } }],
  [
    stack,
    {
      monitor: { name: 'stack monitor', decide: stackMonitor },
      search: { name: 'pushdown search', run: stackSearch },
    },
  ],
  [mutex, aMutex],
  [ownedMutex, aMutex],
  [fencedLock, { monitor: { name: 'fenced-lock monitor', decide: fencedLockMonitor } }],
  [counter, { monitor: { name: 'counter monitor', decide: counterMonitor } }],
  [
    kvAppend,
    {
      monitor: { name: 'text monitor', decide: textMonitor },
      searchedFirst: true,
      numbered: appendTransitions,
    },
  ],
  [offsetLog, { monitor: { name: 'log monitor', decide: offsetLogMonitor } }],
  [semaphore, { monitor: { name: 'semaphore monitor', decide: semaphoreMonitor } }],
  [multiRegister, { steps: multiRegisterStep }],
  [silentMultiRegister, { steps: silentMultiRegisterStep }],
  [log, { monitor: { name: 'log monitor', decide: logMonitor } }],
]);

const NONE: Abilities = {};

/** The model's step by each of these operations, or undefined where it has no way of its own. */
export function stepsOf<State>(
  model: Model<State>,
): ((operation: Operation) => Step<State>) | undefined {
  // The abilities of a model are about its own states.
  return abilitiesOf(model).steps as ((operation: Operation) => Step<State>) | undefined;
}

export function abilitiesOf<State>(model: Model<State>): Abilities {
  return abilities.get(model) ?? NONE;
}
