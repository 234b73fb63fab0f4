/** Checks the keys of one history on several threads: the worker pool of the linearizability library. */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { History } from '../../checkers/history.ts';
import {
  checkLinearizable,
  checkShare,
  cutShares,
  type KeyResult,
  type LinearizabilityResult,
  type NamedModelOptions,
  type Share,
} from '../../checkers/linearizable/index.ts';
import { CODE_SUFFIX } from '../own/code.ts';

/**
 * The same answer as `checkLinearizable`, to the byte, sooner where several keys need long
 * searches. Threads are started for those only: a monitor decides a million operations in less
 * time than a thread takes to start. The model is one of the library's, by name: a function cannot
 * be sent to another thread. What a key may take before it is worth one is `atOnceSteps`. Rejects when a thread dies, which says nothing about the history; no
 * thread is left behind.
 */
export async function checkInParallel(
  history: History,
  options: NamedModelOptions,
  threads: number = availableParallelism(),
): Promise<LinearizabilityResult> {
  if (threads < 2) return checkLinearizable(history, options);
  const { shares, join } = cutShares(history, options, threads);
  const [own, ...others] = shares;
  if (own === undefined) return join([]);
  const columns = sharedColumns(own);
  const workers = others.map((share) => start({ ...share, columns }));
  try {
    // This thread takes a share as well; what the others have to say waits until it is done.
    const answers = [checkShare(own)];
    return join([...answers, ...(await Promise.all(workers.map(({ answer }) => answer)))]);
  } finally {
    await Promise.all(workers.map(({ worker }) => worker.terminate()));
  }
}

interface Running {
  readonly worker: Worker;
  readonly answer: Promise<readonly KeyResult[]>;
}

function start(share: Share): Running {
  const { promise, resolve, reject } = Promise.withResolvers<readonly KeyResult[]>();
  // Whoever waits for it hears of it; until then it is nobody's unhandled rejection.
  promise.catch(() => undefined);
  const worker = new Worker(new URL(`worker${CODE_SUFFIX}`, import.meta.url), {
    workerData: share,
  });
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.once('exit', (status) => reject(new Error(`a checking thread ended with ${status}`)));
  return { worker, answer: promise };
}

/** One copy for all threads, and no longer than the history. */
function sharedColumns({ columns, length }: Share): Share['columns'] {
  const floats = (column: Float64Array) => {
    const copy = new Float64Array(new SharedArrayBuffer(8 * length));
    copy.set(column.subarray(0, length));
    return copy;
  };
  const integers = (column: Int32Array) => {
    const copy = new Int32Array(new SharedArrayBuffer(4 * length));
    copy.set(column.subarray(0, length));
    return copy;
  };
  const type = new Uint8Array(new SharedArrayBuffer(length));
  type.set(columns.type.subarray(0, length));
  return {
    time: floats(columns.time),
    type,
    process: integers(columns.process),
    f: integers(columns.f),
    key: integers(columns.key),
    value: integers(columns.value),
    error: integers(columns.error),
    node: integers(columns.node),
    position: floats(columns.position),
  };
}
