/** The registry of models: one line each. The names are those of the command line. */

import type { Model } from './model.ts';
import { kvAppend, log, offsetLog } from './models/append.ts';
import { fifoQueue, set, stack, unorderedQueue } from './models/collections.ts';
import { counter } from './models/counter.ts';
import { fencedLock, mutex, ownedMutex } from './models/lock.ts';
import { multiRegister } from './models/multi-register.ts';
import { casRegister, register } from './models/register.ts';
import { semaphore } from './models/semaphore.ts';
import { writeOnce } from './models/write-once.ts';

export const models = {
  register,
  'cas-register': casRegister,
  'multi-register': multiRegister,
  'kv-append': kvAppend,
  log,
  'offset-log': offsetLog,
  set,
  'fifo-queue': fifoQueue,
  'unordered-queue': unorderedQueue,
  stack,
  mutex,
  'owned-mutex': ownedMutex,
  'fenced-lock': fencedLock,
  semaphore,
  counter,
  'write-once': writeOnce,
} as const satisfies Readonly<Record<string, Model>>;

/** The model of this name, or undefined. */
export function modelNamed(name: string): Model | undefined {
  const known: Readonly<Record<string, Model>> = models;
  return Object.hasOwn(known, name) ? known[name] : undefined;
}
