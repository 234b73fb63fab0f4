/** A thread that answers questions, one at a time: of the worker library a pool of one, so that it is known who does what. */

import { Tinypool } from 'tinypool';
import { infrastructure, messageOf } from '../core/errors.ts';
import { CODE_SUFFIX } from '../own/code.ts';
import { mistakeOfOwn } from '../own/import.ts';
import { type Answer, resultOf } from './answer.ts';

/** Modules of which a thread is made: each exports `answer`, which is asked one question at a time. */
const ENTRIES = {
  trial: './trial-thread',
  cell: './matrix/cell-thread',
  pair: '../compare/pair-thread',
  unit: '../campaign/unit-thread',
} as const;

export class Lane<Question, Result> {
  readonly #pool: Tinypool;
  readonly #gone = Promise.withResolvers<never>();

  constructor(entry: keyof typeof ENTRIES) {
    const filename = new URL(`${ENTRIES[entry]}${CODE_SUFFIX}`, import.meta.url).href;
    this.#pool = new Tinypool({ filename, name: 'answer', minThreads: 1, maxThreads: 1 });
    // Whoever has a question under way hears of it.
    this.#gone.promise.catch(() => undefined);
    this.#pool.on('error', (error) => this.#gone.reject(error));
    // The library waits for ever for a thread that ends of its own accord.
    for (const thread of this.#pool.threads) {
      thread.once('exit', (status) => this.#gone.reject(new Error(`it ended with ${status}`)));
    }
  }

  /**
   * Asks a question; `what` names it. Rejects with a `HarnessError` where the user's code or the
   * machine is at fault; a thread that dies is the machine's.
   */
  async ask(question: Question, what: string): Promise<Result> {
    let answer: Answer<Result>;
    try {
      answer = await Promise.race([
        this.#pool.run(question) as Promise<Answer<Result>>,
        this.#gone.promise,
      ]);
    } catch (error) {
      const mistake = mistakeOfOwn(error);
      if (mistake !== null) throw mistake;
      throw infrastructure(`the thread that made ${what} died: ${messageOf(error)}`, error);
    }
    return resultOf(answer);
  }

  /** Ends the thread, whatever it does. */
  async end(): Promise<void> {
    // Of one that has ended there is nothing more to hear.
    await Promise.race([this.#pool.destroy(), this.#gone.promise.catch(() => undefined)]);
  }
}
