/**
 * Holds code of a user's own system to what such code is: it works within its call, asks no clock
 * and no random source but those that it is handed, and is told by file and line what it did wrong.
 */

import { HarnessError } from '../core/errors.ts';
import { OwnMistake, OwnThrew, type Place } from '../core/panics.ts';
import { Banned } from '../variants/banned.ts';
import { placeInOwn } from './origin.ts';

/** Enough frames to reach the user's code from the depths of ours. */
const FRAMES = 30;

export class Supervision {
  /** `system x`. */
  readonly #owner: string;
  /** What it may ask instead: `env.nowUs() and env.random()`. */
  readonly #remedy: string;
  readonly #banned = new Banned({
    asked: (name, why) => this.#refuse(name, why),
    place: () => (this.#part === null ? null : this.#placeOf(this.#part)),
  });
  /** The handler at work; null between two. */
  #part: string | null = null;
  /** What the user's code was told and may have caught. */
  #mistake: OwnMistake | null = null;

  constructor(owner: string, remedy: string) {
    this.#owner = owner;
    this.#remedy = remedy;
  }

  /** Calls a handler, which ends when it returns. What it throws ends its node. */
  call<Result>(part: string, code: () => Result): Result {
    const outer = this.#part;
    const frames = Error.stackTraceLimit;
    this.#part = part;
    Error.stackTraceLimit = FRAMES;
    try {
      this.#tell();
      const result = this.#banned.during(code);
      this.#tell();
      if (isPromise(result)) throw this.#noPromise(part, result);
      return result;
    } catch (error) {
      this.#tell();
      if (error instanceof HarnessError) throw error;
      throw new OwnThrew(placeInOwn(this.#owner, part, error), error);
    } finally {
      Error.stackTraceLimit = frames;
      this.#part = outer;
    }
  }

  /** Code of ours, on behalf of the handler at work. */
  ours<Result>(asked: string, code: () => Result): Result {
    if (this.#part === null) this.#tooLate(asked);
    return this.#banned.lifted(code);
  }

  /** A mistake of the handler at work, or of `part`: nothing that is run with it counts. */
  mistake(message: string, part: string | null = this.#part): OwnMistake {
    return new OwnMistake(placeInOwn(this.#owner, part ?? 'it', new Error(message)), message);
  }

  /** What a part answered is wrong: its code has returned, and its line is not known. */
  misanswer(message: string, part: string): OwnMistake {
    return new OwnMistake(this.#placeOf(part), message);
  }

  #refuse(name: string, why?: string): never {
    const reason = why ?? `by which the same seed would not give the same run: ${this.#remedy}`;
    this.#mistake = this.mistake(`asks ${name}, ${reason}`);
    throw this.#mistake;
  }

  /** Told at the next handler: what calls now is no step of a node, and nobody catches it. */
  #tooLate(asked: string): never {
    const message = `calls ${asked} after its handler has returned (no await, no callback)`;
    this.#mistake ??= this.mistake(message, asked);
    throw this.#mistake;
  }

  #noPromise(part: string, promise: PromiseLike<unknown>): OwnMistake {
    // Whatever becomes of it.
    promise.then(undefined, () => undefined);
    return new OwnMistake(
      this.#placeOf(part),
      'returns a promise: handlers are no async functions, and are over when they return',
    );
  }

  /** Of a part whose own lines nobody knows. */
  #placeOf(part: string): Place {
    return { owner: this.#owner, part, file: null, line: null };
  }

  #tell(): void {
    const mistake = this.#mistake;
    this.#mistake = null;
    if (mistake !== null) throw mistake;
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
