/** Which monitor decides which model, where it can. One line each. */

import type { Model } from './model.ts';
import { kvAppend, log, offsetLog } from './models/append.ts';
import { fifoQueue, set, stack, unorderedQueue } from './models/collections.ts';
import { counter } from './models/counter.ts';
import { fencedLock, mutex, ownedMutex } from './models/lock.ts';
import { casRegister, register } from './models/register.ts';
import { semaphore } from './models/semaphore.ts';
import { counterMonitor } from './monitors/counter.ts';
import { logMonitor, offsetLogMonitor } from './monitors/log.ts';
import type { Monitor } from './monitors/monitor.ts';
import { fencedLockMonitor, mutexMonitor } from './monitors/mutex.ts';
import { queueMonitor } from './monitors/queue.ts';
import { registerMonitor } from './monitors/register.ts';
import { semaphoreMonitor } from './monitors/semaphore.ts';
import { setMonitor } from './monitors/set.ts';
import { stackMonitor } from './monitors/stack.ts';
import { textMonitor } from './monitors/text.ts';
import { unorderedQueueMonitor } from './monitors/unordered-queue.ts';

interface Named {
  readonly name: string;
  readonly monitor: Monitor;
}

const monitors: ReadonlyMap<unknown, Named> = new Map<unknown, Named>([
  [register, { name: 'register monitor', monitor: registerMonitor }],
  [casRegister, { name: 'register monitor', monitor: registerMonitor }],
  [set, { name: 'set monitor', monitor: setMonitor }],
  [fifoQueue, { name: 'queue monitor', monitor: queueMonitor }],
  [unorderedQueue, { name: 'unordered-queue monitor', monitor: unorderedQueueMonitor }],
  [stack, { name: 'stack monitor', monitor: stackMonitor }],
  [mutex, { name: 'mutex monitor', monitor: mutexMonitor }],
  [ownedMutex, { name: 'mutex monitor', monitor: mutexMonitor }],
  [fencedLock, { name: 'fenced-lock monitor', monitor: fencedLockMonitor }],
  [counter, { name: 'counter monitor', monitor: counterMonitor }],
  [kvAppend, { name: 'text monitor', monitor: textMonitor }],
  [offsetLog, { name: 'log monitor', monitor: offsetLogMonitor }],
  [semaphore, { name: 'semaphore monitor', monitor: semaphoreMonitor }],
  [log, { name: 'log monitor', monitor: logMonitor }],
]);

/** The monitor for a model, by identity: a model of one's own that bears the same name has none. */
export function monitorFor(model: Model): Named | undefined {
  return monitors.get(model);
}
