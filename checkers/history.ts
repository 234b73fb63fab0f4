/**
 * The history: what clients and the nemesis did and saw, in the order in which it was recorded.
 *
 * Stored as columns from the moment of recording (about 40 bytes an event), because histories of
 * tens of millions of operations are checked; `event(i)` makes an object for display only.
 */

import { ByteColumn, FloatColumn, IntColumn } from './columns.ts';
import { itemAt } from './item-at.ts';
import { isList, type Value } from './value.ts';

export type { Value };

/** `fail`: certainly did not happen. `info`: may have happened, or may yet happen. */
export type EventType = 'invoke' | 'ok' | 'fail' | 'info';

/** The codes of the `type` column, by position. */
export const EVENT_TYPES = ['invoke', 'ok', 'fail', 'info'] as const satisfies EventType[];
export const INVOKE = 0;
export const OK = 1;
export const FAIL = 2;
export const INFO = 3;

/** The process number of the nemesis in the `process` column. */
export const NEMESIS = -1;

/** One event as it stands in a line of `history.jsonl`. */
export interface HistoryEvent {
  /** Position in the history, from 0. */
  readonly index: number;
  /** Nanoseconds since the run began, on the controller's clock. */
  readonly time: number;
  readonly type: EventType;
  readonly process: number | 'nemesis';
  /** What is asked: `read`, `write`, `cas`, `append`, `txn` ...; for the nemesis, the fault. */
  readonly f: string;
  /** The key, for operations on one of many independent objects. */
  readonly key?: string;
  /** Argument of an invocation, result of an `ok`. A compare-and-set carries `[from, to]`. */
  readonly value: Value;
  /** Why it failed, or why its outcome is not known. */
  readonly error?: string;
  /** The node that answered, or that was asked last. */
  readonly node?: string;
  /** Position of the effect in the system's own order (log index, revision, zxid), if it said. */
  readonly position?: number;
}

/** An event before it has an index. */
export type NewEvent = {
  readonly [Field in keyof Omit<HistoryEvent, 'index'>]:
    | HistoryEvent[Field]
    | (undefined extends HistoryEvent[Field] ? undefined : never);
};

/** Maps strings to small integers and back, in order of first use. */
export class Interner {
  readonly #ids = new Map<string, number>();
  readonly names: string[] = [];

  id(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const id = this.names.length;
    this.names.push(name);
    this.#ids.set(name, id);
    return id;
  }

  copyFrom(original: Interner): void {
    for (const name of original.names) this.id(name);
  }

  /** The id of a name that may never have been used; -1 then. */
  find(name: string): number {
    return this.#ids.get(name) ?? -1;
  }
}

/** Absence in the `key`, `error` and `node` columns, and `null` in the `value` column. */
export const NONE = -1;

/** Integers from 0 to here are their own code in the `value` column. */
const INLINE_MAX = 0x3fff_ffff;

/**
 * Values as 32-bit codes: equal codes mean equal values (lists and maps by content).
 * `NONE` is null, codes from 0 up are small integers themselves, codes below -1 index a table.
 */
export class ValueTable {
  readonly #ids = new Map<unknown, number>();
  /** Codes of pairs of small integers or nulls, which every compare-and-set carries. */
  readonly #pairs = new Map<number, number>();
  readonly #values: Value[] = [];

  code(value: Value): number {
    if (value === null) return NONE;
    if (typeof value === 'number' && value >= 0 && value <= INLINE_MAX && Number.isInteger(value)) {
      return Object.is(value, -0) ? 0 : value;
    }
    const pair = pairNumber(value);
    const ids: Map<unknown, number> = pair === NONE ? this.#ids : this.#pairs;
    const key = pair === NONE ? keyOf(value) : pair;
    const known = ids.get(key);
    if (known !== undefined) return known;
    this.#values.push(value);
    const code = -1 - this.#values.length;
    ids.set(key, code);
    return code;
  }

  copyFrom(original: ValueTable): void {
    for (const value of original.#values) this.#values.push(value);
    for (const [key, code] of original.#ids) this.#ids.set(key, code);
    for (const [pair, code] of original.#pairs) this.#pairs.set(pair, code);
  }

  value(code: number): Value {
    if (code === NONE) return null;
    return code >= 0 ? code : itemAt(this.#values, -2 - code);
  }
}

/** Lists and maps are equal by content; the prefix keeps them apart from strings: none begins with two. */
function keyOf(value: Value): unknown {
  if (typeof value === 'string') return value.startsWith('\u0000') ? `\u0000${value}` : value;
  return typeof value === 'object' ? `\u0000${JSON.stringify(value)}` : value;
}

/** Both halves of a pair fit into one exact number below this. */
const HALF_MAX = 0x400_0000;

/** One number for a pair of small integers or nulls; `NONE` for anything else. */
function pairNumber(value: Value): number {
  if (!isList(value) || value.length !== 2) return NONE;
  const left = half(value[0]);
  const right = half(value[1]);
  return left === NONE || right === NONE ? NONE : left * HALF_MAX + right;
}

/** 0 for null, the number plus one for a small integer, `NONE` for anything else. */
function half(value: Value | undefined): number {
  if (value === null) return 0;
  const small = typeof value === 'number' && value >= 0 && value < HALF_MAX - 1;
  return small && Number.isInteger(value) && !Object.is(value, -0) ? value + 1 : NONE;
}

/** Many histories are made to hold columns that there are already: none has room at the start. */
const NO_DOUBLES = new FloatColumn(0);
const NO_INTS = new IntColumn(0);
const NO_BYTES = new ByteColumn(0);
const CAPACITY_MIN = 64;

/** Columns of a growing history. Read the columns only up to `length`. */
export class History {
  length = 0;
  /** Nanoseconds since the run began. */
  time: FloatColumn = NO_DOUBLES;
  /** Index into `EVENT_TYPES`. */
  type: ByteColumn = NO_BYTES;
  /** Process number, or `NEMESIS`. */
  process: IntColumn = NO_INTS;
  /** Ids in `functions`. */
  f: IntColumn = NO_INTS;
  /** Ids in `keys`, or `NONE`. */
  key: IntColumn = NO_INTS;
  /** Codes of `values`. */
  value: IntColumn = NO_INTS;
  /** Ids in `errors`, or `NONE`. */
  error: IntColumn = NO_INTS;
  /** Ids in `nodes`, or `NONE`. */
  node: IntColumn = NO_INTS;
  /** Position in the system's own order, or NaN. */
  position: FloatColumn = NO_DOUBLES;

  readonly functions = new Interner();
  readonly keys = new Interner();
  readonly errors = new Interner();
  readonly nodes = new Interner();
  readonly values = new ValueTable();

  /** Takes on what another one holds so far; this one must be empty. */
  copyFrom(original: History): void {
    this.length = original.length;
    this.time = original.time.grown(original.time.length);
    this.type = original.type.grown(original.type.length);
    this.process = original.process.grown(original.process.length);
    this.f = original.f.grown(original.f.length);
    this.key = original.key.grown(original.key.length);
    this.value = original.value.grown(original.value.length);
    this.error = original.error.grown(original.error.length);
    this.node = original.node.grown(original.node.length);
    this.position = original.position.grown(original.position.length);
    this.functions.copyFrom(original.functions);
    this.keys.copyFrom(original.keys);
    this.errors.copyFrom(original.errors);
    this.nodes.copyFrom(original.nodes);
    this.values.copyFrom(original.values);
  }

  /** Appends an event and returns its index. */
  push(event: NewEvent): number {
    const at = this.length;
    if (at === this.time.length) this.#grow();
    this.time[at] = event.time;
    this.type[at] = EVENT_TYPES.indexOf(event.type);
    this.process[at] = event.process === 'nemesis' ? NEMESIS : event.process;
    this.f[at] = this.functions.id(event.f);
    this.key[at] = event.key === undefined ? NONE : this.keys.id(event.key);
    this.value[at] = this.values.code(event.value);
    this.error[at] = event.error === undefined ? NONE : this.errors.id(event.error);
    this.node[at] = event.node === undefined ? NONE : this.nodes.id(event.node);
    this.position[at] = event.position ?? Number.NaN;
    this.length = at + 1;
    return at;
  }

  /** The event at `index` as an object, for display and for writing. */
  event(index: number): HistoryEvent {
    const process = this.process.get(index);
    const key = this.key.get(index);
    const error = this.error.get(index);
    const node = this.node.get(index);
    const position = this.position.get(index);
    return {
      index,
      time: this.time.get(index),
      type: EVENT_TYPES[this.type.get(index)] as EventType,
      process: process === NEMESIS ? 'nemesis' : process,
      f: itemAt(this.functions.names, this.f.get(index)),
      ...(key === NONE ? {} : { key: itemAt(this.keys.names, key) }),
      value: this.values.value(this.value.get(index)),
      ...(error === NONE ? {} : { error: itemAt(this.errors.names, error) }),
      ...(node === NONE ? {} : { node: itemAt(this.nodes.names, node) }),
      ...(Number.isNaN(position) ? {} : { position }),
    };
  }

  *[Symbol.iterator](): IterableIterator<HistoryEvent> {
    for (let index = 0; index < this.length; index++) yield this.event(index);
  }

  static from(events: Iterable<NewEvent>): History {
    const history = new History();
    for (const event of events) history.push(event);
    return history;
  }

  #grow(): void {
    const capacity = Math.max(CAPACITY_MIN, this.time.length * 2);
    this.time = this.time.grown(capacity);
    this.type = this.type.grown(capacity);
    this.process = this.process.grown(capacity);
    this.f = this.f.grown(capacity);
    this.key = this.key.grown(capacity);
    this.value = this.value.grown(capacity);
    this.error = this.error.grown(capacity);
    this.node = this.node.grown(capacity);
    this.position = this.position.grown(capacity);
  }
}
