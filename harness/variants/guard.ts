/**
 * Asks code of a variant, and holds it to what a decision is: values in, a value out. It changes
 * nothing that it is handed, asks no clock and no random source, and answers the same again.
 */

import { isDeepStrictEqual } from 'node:util';
import type { Answer } from '../../systems/rule-table.ts';
import type { Variant } from '../../systems/system.ts';
import { HarnessError } from '../core/errors.ts';
import { OwnMistake, OwnThrew, type Place } from '../core/panics.ts';
import { shown } from '../core/shown.ts';
import { Banned } from './banned.ts';
import { placeOf, placeOfError } from './blame.ts';
import { ReadOnlyViews } from './read-only.ts';
import type { Tally } from './tally.ts';

export type AnyFunction = (...parameters: unknown[]) => unknown;

/** A part of a variant to be asked. */
export interface Part {
  readonly variant: Variant;
  /** A rule by name, or a field of the variant. */
  readonly name: string;
  /** What it may answer; anything where absent. */
  readonly answers?: Answer<unknown> | undefined;
  /** What is wrong with an answer of that type, given what was asked; null where nothing is. */
  wrongIn?(answer: unknown, parameters: readonly unknown[]): string | null;
}

/** Asks a part; `self` is what a method is called on. */
export interface Asker {
  ask(part: Part, method: AnyFunction, self: unknown, parameters: readonly unknown[]): unknown;
}

/** For variants of ours, which a test has held to all this: only what is thrown is caught. */
export const trusting: Asker = {
  ask(part, method, self, parameters) {
    try {
      return Reflect.apply(method, self, parameters);
    } catch (error) {
      throw blamed(part, error);
    }
  },
};

/** For a user's: one for all variants of a run, since their rules ask each other. */
export class Guard implements Asker {
  /** Being asked, innermost last. */
  readonly #asked: Part[] = [];
  readonly #views = new ReadOnlyViews((what) =>
    this.#refuse(`writes into what it is handed (\`${what}\`), and may change nothing`),
  );
  readonly #banned = new Banned({
    asked: (name, why = 'and may decide by nothing but what it is handed') =>
      this.#refuse(`asks ${name}, ${why}`),
    place: () => {
      const part = this.#asked.at(-1);
      return part === undefined ? null : placeOfPart(part);
    },
  });
  #mistake: OwnMistake | null = null;
  readonly #tally: Tally;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  ask(part: Part, method: AnyFunction, self: unknown, parameters: readonly unknown[]): unknown {
    return this.#banned.during(() => this.#ask(part, method, self, parameters));
  }

  #ask(part: Part, method: AnyFunction, self: unknown, parameters: readonly unknown[]): unknown {
    const given = parameters.map((one) => this.#views.of(one));
    const answer = this.#once(part, method, self, given);
    if (part.answers?.accepts(answer) === false) {
      throw mistake(part, `answered ${shown(answer)}: it must be ${part.answers.what}`);
    }
    const wrong = part.wrongIn?.(answer, parameters) ?? null;
    if (wrong !== null) throw mistake(part, `answered ${shown(answer)}: ${wrong}`);
    // Within a question that is asked again, its own questions have been.
    if (this.#tally.repeating) return answer;
    const again = this.#again(part, method, self, given);
    if (!sameAnswer(answer, again)) {
      throw mistake(
        part,
        `answered ${shown(answer)}, and then ${shown(again)} to the same question: it must decide ` +
          'by what it is handed alone',
      );
    }
    return answer;
  }

  #again(part: Part, method: AnyFunction, self: unknown, given: readonly unknown[]): unknown {
    this.#tally.repeating = true;
    try {
      return this.#once(part, method, self, given);
    } finally {
      this.#tally.repeating = false;
    }
  }

  #once(part: Part, method: AnyFunction, self: unknown, given: readonly unknown[]): unknown {
    this.#asked.push(part);
    try {
      const answer = Reflect.apply(method, self, given) as unknown;
      if (this.#mistake !== null) throw this.#mistake;
      return this.#views.original(answer);
    } catch (error) {
      // What was told to the variant's own code may have been caught there.
      const found = this.#mistake ?? blamed(part, error);
      this.#mistake = null;
      throw found;
    } finally {
      this.#asked.pop();
    }
  }

  #refuse(message: string): never {
    const part = this.#asked.at(-1) as Part;
    this.#mistake = mistake(part, message);
    throw this.#mistake;
  }
}

function mistake(part: Part, message: string): OwnMistake {
  return new OwnMistake(placeOfPart(part), message);
}

function placeOfPart({ variant, name }: Part): Place {
  return placeOf(variant, name);
}

/** What was thrown, blamed on the part; what is blamed on another part already, as it is. */
function blamed({ variant, name }: Part, error: unknown): unknown {
  if (error instanceof HarnessError) return error;
  return new OwnThrew(placeOfError(variant, name, error), error);
}

/** Equal but for functions, which are never the same twice and are asked in their turn. */
export function sameAnswer(answer: unknown, other: unknown): boolean {
  if (answer === other) return true;
  return isDeepStrictEqual(withoutFunctions(answer), withoutFunctions(other));
}

function withoutFunctions(answer: unknown): unknown {
  if (typeof answer === 'function') return 'a function';
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return answer;
  const fields = Object.entries(answer);
  if (!fields.some(([, value]) => typeof value === 'function')) return answer;
  return Object.fromEntries(fields.map(([key, value]) => [key, withoutFunctions(value)]));
}
