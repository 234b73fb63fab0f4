/** Texts that grow, cut into the pieces that they were put together from. */

import { NONE } from '../../history.ts';
import { entryOf, itemAt } from '../../item-at.ts';

/** The pieces of a text, by their numbers. */
export interface CutText {
  /** More may follow that belong to another text. Only until the next one is cut. */
  readonly pieces: readonly number[];
  readonly count: number;
  /** So many from the beginning stand in the text that was cut before. */
  readonly known: number;
}

/**
 * No piece is the beginning of another one, so that a text falls into pieces in one way. What is
 * read of a growing text mostly continues what was read before: only the rest is cut.
 */
export class TextCutter {
  readonly #sorted: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #longest: number;
  /** The text cut last that was no beginning of the one before it; its pieces, and their ends. */
  #text = '';
  readonly #pieces: number[] = [];
  readonly #ends: number[] = [];

  private constructor(texts: readonly string[], sorted: readonly string[]) {
    this.#sorted = sorted;
    this.#numbers = new Map(texts.map((text, number) => [text, number]));
    this.#longest = texts.reduce((most, { length }) => Math.max(most, length), 0);
  }

  /** Pieces are numbered by their places; undefined if one is the beginning of another. */
  static of(texts: readonly string[]): TextCutter | undefined {
    const sorted = texts.toSorted();
    // Whatever begins with a text stands right behind it.
    const isBeginning = sorted.some(
      (text, at) => at > 0 && text.startsWith(sorted[at - 1] ?? text),
    );
    return isBeginning ? undefined : new TextCutter(texts, sorted);
  }

  /** Not of an empty text. Undefined if it does not fall into pieces; nothing can be cut after that. */
  cut(text: string): CutText | undefined {
    const pieces = this.#pieces;
    const ends = this.#ends;
    if (this.#text.startsWith(text)) {
      const last = placeOf(ends, text.length);
      return last === NONE ? undefined : { pieces, count: last + 1, known: last + 1 };
    }
    if (!text.startsWith(this.#text)) {
      pieces.length = 0;
      ends.length = 0;
    }
    const known = pieces.length;
    for (let at = ends.at(-1) ?? 0; at < text.length; at = ends.at(-1) as number) {
      const found = this.#at(text, at);
      if (found === undefined) return undefined;
      pieces.push(entryOf(this.#numbers, found));
      ends.push(at + found.length);
    }
    this.#text = text;
    return { pieces, count: pieces.length, known };
  }

  /** The piece that stands there: of those that do not come after the rest of the text, the last. */
  #at(text: string, from: number): string | undefined {
    const rest = text.slice(from, from + this.#longest);
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (itemAt(this.#sorted, middle) <= rest) low = middle + 1;
      else high = middle;
    }
    const piece = this.#sorted[low - 1];
    return piece !== undefined && rest.startsWith(piece) ? piece : undefined;
  }
}

/** The place of a number among ascending ones; `NONE` if it is not there. */
function placeOf(ascending: readonly number[], wanted: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (itemAt(ascending, middle) < wanted) low = middle + 1;
    else high = middle;
  }
  return ascending[low] === wanted ? low : NONE;
}
