/**
 * Texts that grow, in numbers: a state is a place in the sorted list of observed texts, namely the
 * range of those that begin with it. Whatever is not the beginning of an observed text is one
 * state, from which no answer can be explained until a put. So no text is ever built or hashed.
 */

import type { ByteColumn, IntColumn } from '../../columns.ts';
import type { Value } from '../../history.ts';
import { itemAt } from '../../item-at.ts';
import { NEVER, type Operations, operationAt } from '../operations.ts';
import type { Classes } from './classes.ts';
import type { Scratch } from './scratch.ts';
import { ANY_STATE, IMPOSSIBLE, NO_STATE, type Transitions } from './transitions.ts';

const READ = 0;
const PUT = 1;
const APPEND = 2;
const ANYTHING = 3;

const OFF = 0;

/**
 * The transitions of `kv-append` where every value is a text; undefined where it is not, and the
 * model itself has to be stepped.
 */
export function appendTransitions(
  operations: Operations,
  classes: Classes,
  initial: Value,
  lastOfClass: IntColumn,
  scratch: Scratch,
): Transitions | undefined {
  if (typeof initial !== 'string') return undefined;
  const kind = scratch.bytes(classes.count);
  const texts: string[] = [];
  for (let c = 0; c < classes.count; c++) {
    const { f, input, output, outcome } = operationAt(operations, classes.example.get(c));
    if (outcome === 'refused') return undefined;
    const reads = f === 'get' || f === 'read';
    kind[c] = reads ? (outcome === 'ok' ? READ : ANYTHING) : f === 'append' ? APPEND : PUT;
    const text = reads ? output : input;
    if (typeof text !== 'string' && kind[c] !== ANYTHING) return undefined;
    texts.push(typeof text === 'string' ? text : '');
  }
  const observed = [...new Set(texts.filter((_, c) => kind[c] === READ))].sort();
  const places = new Places(observed, texts);
  return numbered({ kind, texts, places, operations, classes, initial, lastOfClass, scratch });
}

interface Parts {
  readonly kind: ByteColumn;
  readonly texts: readonly string[];
  readonly places: Places;
  readonly operations: Operations;
  readonly classes: Classes;
  readonly initial: string;
  readonly lastOfClass: IntColumn;
  readonly scratch: Scratch;
}

function numbered(parts: Parts): Transitions {
  const { kind, texts, places, operations, classes, initial, lastOfClass, scratch } = parts;
  const count = classes.count;
  const readOnly = scratch.bytes(count);
  const dropped = scratch.bytes(count);
  const requires = scratch.ints(count, NO_STATE);
  const produces = scratch.ints(count, NO_STATE);
  const readAt = scratch.ints(count, IMPOSSIBLE);
  const lastRead = scratch.ints(places.observed, -1);
  for (let c = 0; c < count; c++) {
    const text = itemAt(texts, c);
    if (kind[c] === READ) {
      const at = places.whole(text);
      requires[c] = at;
      readAt[c] = at;
      const index = places.indexOf(text);
      lastRead[index] = Math.max(lastRead.get(index), lastOfClass.get(c));
    }
    if (kind[c] === PUT) produces[c] = ANY_STATE;
    readOnly[c] =
      kind[c] === READ || kind[c] === ANYTHING || (kind[c] === APPEND && text === '') ? 1 : 0;
    const unanswered = operations.ret[classes.example.get(c)] === NEVER;
    // What no answer contains (or begins with) can only lead away.
    dropped[c] =
      readOnly[c] === 1 || (unanswered && places.leadsAway(kind[c] === PUT, text)) ? 1 : 0;
  }
  const start = places.put(initial);
  return {
    initial: start,
    step(s, c) {
      switch (kind.get(c)) {
        case READ:
          return readAt[c] === s ? s : IMPOSSIBLE;
        case PUT:
          return places.put(itemAt(texts, c));
        case APPEND:
          return places.append(s, c);
        default:
          return s;
      }
    },
    readOnly,
    dropped,
    quotient: { sink: OFF, worst: true, horizon: (s) => places.lastWithin(s, lastRead) },
    flow: { requires, produces, states: places.observed + 1, grows: true },
  };
}

/**
 * Beginnings of observed texts. Ids 1 to `observed` are the observed texts themselves, in sorted
 * order; `OFF` is everything else's; further ids are beginnings that were never observed whole.
 */
class Places {
  readonly observed: number;
  readonly #sorted: readonly string[];
  readonly #texts: readonly string[];
  /** By id: the observed texts that begin with it, from `low` to below `high`; and its length. */
  readonly #low: number[] = [0];
  readonly #high: number[] = [0];
  readonly #length: number[] = [0];
  readonly #partial = new Map<number, number>();
  /** Above every length of an observed text. */
  #lengths = 1;
  readonly #appended = new Map<number, number>();
  readonly #puts = new Map<string, number>();
  readonly #horizons: number[] = [];

  constructor(sorted: readonly string[], texts: readonly string[]) {
    this.#sorted = sorted;
    this.#texts = texts;
    this.observed = sorted.length;
    /** Observed texts that the ones just before all begin with, the shortest first. */
    const open: number[] = [];
    for (let at = 0; at <= sorted.length; at++) {
      const text = sorted[at];
      while (open.length > 0 && text?.startsWith(itemAt(sorted, open.at(-1) as number)) !== true) {
        this.#high[(open.pop() as number) + 1] = at;
      }
      if (text === undefined) break;
      open.push(at);
      this.#low.push(at);
      this.#high.push(at);
      this.#length.push(text.length);
      if (text.length >= this.#lengths) this.#lengths = text.length + 1;
    }
  }

  whole(text: string): number {
    return this.indexOf(text) + 1;
  }

  indexOf(text: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (itemAt(this.#sorted, middle) < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether putting or appending this text makes every observed text impossible. */
  leadsAway(put: boolean, text: string): boolean {
    return put ? this.put(text) === OFF : !this.#sorted.some((whole) => whole.includes(text));
  }

  put(text: string): number {
    const known = this.#puts.get(text);
    if (known !== undefined) return known;
    const low = this.indexOf(text);
    const high = this.#end(low, this.#sorted.length, text);
    const id = this.#id(low, high, text.length);
    this.#puts.set(text, id);
    return id;
  }

  append(s: number, c: number): number {
    if (s === OFF) return OFF;
    const key = s * this.#texts.length + c;
    const known = this.#appended.get(key);
    if (known !== undefined) return known;
    const id = this.#compute(s, itemAt(this.#texts, c));
    this.#appended.set(key, id);
    return id;
  }

  /** The greatest entry of `by` among the observed texts that begin with this. */
  lastWithin(s: number, by: IntColumn): number {
    const known = this.#horizons[s];
    if (known !== undefined) return known;
    let last = -1;
    for (let at = itemAt(this.#low, s); at < itemAt(this.#high, s); at++) {
      last = Math.max(last, by.get(at));
    }
    this.#horizons[s] = last;
    return last;
  }

  #compute(s: number, text: string): number {
    const length = itemAt(this.#length, s);
    const end = itemAt(this.#high, s);
    let low = itemAt(this.#low, s);
    let high = end;
    // All of these begin with `s`; they are sorted by what follows.
    while (low < high) {
      const middle = (low + high) >> 1;
      const whole = itemAt(this.#sorted, middle);
      if (whole.startsWith(text, length)) high = middle;
      else if (whole.slice(length, length + text.length) < text) low = middle + 1;
      else high = middle;
    }
    return this.#id(low, this.#end(low, end, text, length), length + text.length);
  }

  /** The end of the texts from `low` on that hold `text` at `at`. */
  #end(low: number, until: number, text: string, at = 0): number {
    let high = until;
    let start = low;
    while (start < high) {
      const middle = (start + high) >> 1;
      if (itemAt(this.#sorted, middle).startsWith(text, at)) start = middle + 1;
      else high = middle;
    }
    return start;
  }

  #id(low: number, high: number, length: number): number {
    if (low >= high) return OFF;
    if (itemAt(this.#sorted, low).length === length) return low + 1;
    const key = low * this.#lengths + length;
    const known = this.#partial.get(key);
    if (known !== undefined) return known;
    const id = this.#low.length;
    this.#low.push(low);
    this.#high.push(high);
    this.#length.push(length);
    this.#partial.set(key, id);
    return id;
  }
}
