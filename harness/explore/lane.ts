/** A thread that makes runs, one at a time: of the worker library a pool of one, so that it is known who does what. */

import { Tinypool } from 'tinypool';
import type { RunRequest } from '../config/config.ts';
import { HarnessError, infrastructure, messageOf } from '../core/errors.ts';
import { CODE_SUFFIX } from '../own/code.ts';
import { mistakeOfOwn } from '../own/import.ts';
import type { Task, Trial } from './trial.ts';
import type { Answer, Failure, Question } from './trial-thread.ts';

const ENTRY = new URL(`trial-thread${CODE_SUFFIX}`, import.meta.url).href;

export class Lane {
  readonly #pool: Tinypool;
  readonly #asked: RunRequest;
  readonly #gone = Promise.withResolvers<never>();

  constructor(asked: RunRequest) {
    this.#asked = asked;
    this.#pool = new Tinypool({ filename: ENTRY, name: 'answer', minThreads: 1, maxThreads: 1 });
    // Whoever has a run under way hears of it.
    this.#gone.promise.catch(() => undefined);
    this.#pool.on('error', (error) => this.#gone.reject(error));
    // The library waits for ever for a thread that ends of its own accord.
    for (const thread of this.#pool.threads) {
      thread.once('exit', (status) => this.#gone.reject(new Error(`it ended with ${status}`)));
    }
  }

  /**
   * Makes a run. Rejects with a `HarnessError` where the user's code or the machine is at fault; a
   * thread that dies is the machine's.
   */
  async try(task: Task): Promise<Trial> {
    const question: Question = { asked: this.#asked, task };
    let answer: Answer;
    try {
      answer = await Promise.race([
        this.#pool.run(question) as Promise<Answer>,
        this.#gone.promise,
      ]);
    } catch (error) {
      const mistake = mistakeOfOwn(error);
      if (mistake !== null) throw mistake;
      throw infrastructure(
        `the thread that made seed ${task.seed} by ${task.strategy} died: ${messageOf(error)}`,
        error,
      );
    }
    if ('trial' in answer) return answer.trial;
    throw errorOf(answer.failed);
  }

  /** Ends the thread, whatever it does. */
  async end(): Promise<void> {
    // Of one that has ended there is nothing more to hear.
    await Promise.race([this.#pool.destroy(), this.#gone.promise.catch(() => undefined)]);
  }
}

function errorOf({ failure, message, stack }: Failure): Error {
  if (failure !== null) return new HarnessError(failure, message);
  const error = new Error(message);
  error.stack = stack;
  return error;
}
