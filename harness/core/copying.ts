/** Copies the plain data of a run: states of nodes and clients, messages, records. */

import type { Copying } from '../../systems/copying.ts';
import { usage } from './errors.ts';

/** For one copy of one run: it remembers what it has copied. */
export class DataCopying implements Copying {
  readonly seed: number;
  readonly #copies = new Map<object, object>();

  constructor(seed: number) {
    this.seed = seed;
  }

  share(code: object): void {
    this.#copies.set(code, code);
  }

  data<Data>(data: Data, named: string): Data {
    try {
      return this.#copyOf(data) as Data;
    } catch (error) {
      if (!(error instanceof NotPlain)) throw error;
      const at = pathTo(data, error.culprit, new Set()) ?? '';
      throw usage(
        `${named} cannot be copied: ${at === '' ? 'it' : at} is ${wordFor(error.culprit)} (a run is ` +
          'branched where all is plain data: records, lists, Maps, Sets, typed arrays)',
      );
    }
  }

  #copyOf(value: unknown): unknown {
    if (typeof value === 'object') return value === null ? null : this.#object(value);
    if (typeof value === 'function') throw new NotPlain(value);
    return value;
  }

  #object(value: object): object {
    const known = this.#copies.get(value);
    if (known !== undefined) return known;
    const copy = this.#made(value);
    return Object.isFrozen(value) ? Object.freeze(copy) : copy;
  }

  /** Remembered before it is filled, since it may lead back to itself. */
  #made(value: object): object {
    if (Array.isArray(value)) return this.#list(value as unknown[]);
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Object.prototype) return this.#record(value, { ...value });
    if (prototype === Map.prototype) return this.#map(value as Map<unknown, unknown>);
    if (prototype === Set.prototype) return this.#set(value as Set<unknown>);
    if (prototype === null) return this.#record(value, { __proto__: null, ...value });
    if (ArrayBuffer.isView(value) && 'slice' in value) {
      return this.#remember(value, (value as Uint8Array).slice());
    }
    throw new NotPlain(value);
  }

  #remember<Copy extends object>(value: object, copy: Copy): Copy {
    this.#copies.set(value, copy);
    return copy;
  }

  #list(value: readonly unknown[]): unknown[] {
    const copy = this.#remember(value, value.slice());
    for (let at = 0; at < copy.length; at++) {
      const item = copy[at];
      if (isPart(item)) copy[at] = this.#copyOf(item);
    }
    return copy;
  }

  /** `copy`: the same fields, of which those that are objects are still the original's. */
  #record(value: object, copy: object): object {
    this.#remember(value, copy);
    const fields = copy as Record<string, unknown>;
    for (const key of Object.keys(fields)) {
      const field = fields[key];
      if (isPart(field)) fields[key] = this.#copyOf(field);
    }
    return copy;
  }

  #map(value: ReadonlyMap<unknown, unknown>): Map<unknown, unknown> {
    const copy = this.#remember(value, new Map<unknown, unknown>());
    for (const [key, item] of value) copy.set(this.#copyOf(key), this.#copyOf(item));
    return copy;
  }

  #set(value: ReadonlySet<unknown>): Set<unknown> {
    const copy = this.#remember(value, new Set<unknown>());
    for (const item of value) copy.add(this.#copyOf(item));
    return copy;
  }
}

/** Thrown deep inside: where it stands is looked up only once that is to be told. */
class NotPlain extends Error {
  readonly culprit: object;

  constructor(culprit: object) {
    super('not plain data');
    this.culprit = culprit;
  }
}

/** Whether there is anything to copy, or to complain of. */
function isPart(value: unknown): boolean {
  return typeof value === 'object' ? value !== null : typeof value === 'function';
}

/** How to get from a value to an object within it: `.log[3].command`; null where it is not there. */
function pathTo(value: unknown, culprit: object, seen: Set<unknown>): string | null {
  if (value === culprit) return '';
  if (typeof value !== 'object' || value === null || seen.has(value)) return null;
  seen.add(value);
  for (const [step, part] of partsOf(value)) {
    const rest = pathTo(part, culprit, seen);
    if (rest !== null) return `${step}${rest}`;
  }
  return null;
}

function partsOf(value: object): readonly (readonly [string, unknown])[] {
  if (Array.isArray(value)) return value.map((item, at) => [`[${at}]`, item]);
  if (value instanceof Map) {
    return [...value].flatMap(([key, item]) => [
      [' (a key)', key],
      [`.get(${String(key)})`, item],
    ]);
  }
  if (value instanceof Set) return [...value].map((item) => [' (an element)', item]);
  return Object.entries(value).map(([key, item]) => [`.${key}`, item]);
}

function wordFor(culprit: object): string {
  if (typeof culprit === 'function') return 'a function';
  const name: unknown = culprit.constructor?.name;
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'no plain object';
}
