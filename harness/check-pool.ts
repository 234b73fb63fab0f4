/** Checks the keys of one history on several threads: the worker pool of the linearizability library. */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { History } from '../checkers/history.ts';
import {
  checkLinearizable,
  cutShares,
  joinShares,
  type LinearizabilityOptions,
  type LinearizabilityResult,
  type Share,
} from '../checkers/linearizable/index.ts';

type Answers = Parameters<typeof joinShares>[0][number];

/**
 * The same answer as `checkLinearizable`, sooner where a history has many keys. The model is one
 * of the library's, by name: a function cannot be sent to another thread. Rejects when a thread
 * dies, which says nothing about the history.
 */
export async function checkInParallel(
  history: History,
  options: LinearizabilityOptions & { readonly model: string },
  threads: number = availableParallelism(),
): Promise<LinearizabilityResult> {
  const shares = cutShares(history, options, threads);
  if (!Array.isArray(shares)) return shares as LinearizabilityResult;
  if (shares.length < 2) return checkLinearizable(history, options);
  return joinShares(await Promise.all((shares as readonly Share[]).map(checkOnThread)));
}

function checkOnThread(share: Share): Promise<Answers> {
  const { promise, resolve, reject } = Promise.withResolvers<Answers>();
  const worker = new Worker(new URL('check-worker.ts', import.meta.url), { workerData: share });
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.once('exit', (status) => reject(new Error(`a checking thread ended with ${status}`)));
  return promise;
}
