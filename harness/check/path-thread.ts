/** A thread that judges paths, one at a time: the one that asks is left free to hear signals. */

import { Worker } from 'node:worker_threads';
import { infrastructure } from '../core/errors.ts';
import { CODE_SUFFIX } from '../own/code.ts';
import { failureOf, type Outcome, type PathQuestion } from './path.ts';

/** Started with the first question; ended, whatever it does, when it is disposed of. */
export class PathThread implements AsyncDisposable {
  #worker: Worker | null = null;

  /** Never rejects: a thread that dies says so of the path that it was asked about. */
  async ask(question: PathQuestion): Promise<Outcome> {
    const worker = this.#worker ?? new Worker(ENTRY);
    this.#worker = worker;
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const onExit = (status: number) => reject(new Error(`the checking thread ended: ${status}`));
    worker.once('message', resolve).once('error', reject).once('exit', onExit);
    worker.postMessage(
      question,
      (question.input ?? []).map(({ buffer }) => buffer),
    );
    try {
      return await promise;
    } catch (error) {
      this.#worker = null;
      return failureOf(question, isOutOfMemory(error) ? memoryFailure(question.path) : error);
    } finally {
      worker.off('message', resolve).off('error', reject).off('exit', onExit);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker?.terminate();
  }
}

const ENTRY = new URL(`path-thread-entry${CODE_SUFFIX}`, import.meta.url);

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function memoryFailure(path: string): Error {
  return infrastructure(
    `${path}: judging it takes more memory than Node may use ` +
      '(NODE_OPTIONS=--max-old-space-size=16000 allows 16 GB)',
  );
}
