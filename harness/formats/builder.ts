/** Builds a history from a foreign file, and refuses at once what cannot be one. */

import { IntColumn } from '../../checkers/columns.ts';
import { type EventType, History, type NewEvent } from '../../checkers/history.ts';
import type { ProcessId } from '../../checkers/units.ts';
import { usage } from '../core/errors.ts';
import type { Place } from './bytes.ts';

/** A history as read from a file, with what its verdict has to say about the file. */
export interface HistoryFile {
  readonly history: History;
  /** Line of each event in the file, from 1: for messages. */
  readonly lines: IntColumn;
  /** The model that the file itself names; absent where it names none. */
  readonly model?: string;
  /** How the file was understood, where that is not plain. */
  readonly notes: readonly string[];
  /** Whether the file has times; without, positions stand for them. */
  readonly timed: boolean;
}

const UNTIMED = 'the file has no times: positions in it stand for nanoseconds';

/** Processes are 32-bit integers in a history's columns. */
const PROCESS_MAX = 0x7fff_ffff;

/** An event of a file; `time` may be missing, and is then the position. */
export type FileEvent = Omit<NewEvent, 'time' | 'process'> & {
  readonly time?: number;
  /** Absent where the file does not say: then the order must, one operation after the other. */
  readonly process?: number | 'nemesis' | undefined;
  /** The key as it is written, where that is not its text: `1` and `"1"` are one key to a history. */
  readonly keyWritten?: string | undefined;
};

/** Refuses keys that differ in the file and would be one in the history. */
export class KeySpelling {
  readonly #file: string;
  readonly #first = new Map<string, { readonly written: string; readonly line: number }>();

  constructor(file: string) {
    this.#file = file;
  }

  check(key: string, written: string, line: number): void {
    const first = this.#first.get(key);
    if (first === undefined) this.#first.set(key, { written, line });
    else if (first.written !== written) {
      throw usage(
        `${this.#file}:${line}: "key": expected each key in one form, got ${written} and, in line ` +
          `${first.line}, ${first.written}, which cannot be told apart`,
      );
    }
  }
}

export class HistoryBuilder {
  readonly history = new History();
  readonly #file: string;
  readonly #spelling: KeySpelling;
  /** The open operation of each process, by the index of its invocation. */
  readonly #open = new Map<number, number>();
  #lines = new IntColumn(1024);
  #timed = false;
  /** What becomes of a client event that is timed before the one that stands before it. */
  #backwards: 'noted' | 'refused' = 'noted';
  #latest: { readonly time: number; readonly line: number } | null = null;
  #backwardsIn: number[] = [];
  /** The process of the next operation without one; null as long as there is none. */
  #unnamed: number | null = null;
  /** Whether a client operation has said its process. */
  #named = false;

  constructor(file: string) {
    this.#file = file;
    this.#spelling = new KeySpelling(file);
  }

  /** From now on, times that run backwards say that the lines are not in their order. */
  refuseBackwards(): void {
    this.#backwards = 'refused';
  }

  /** Appends an event that stands in this line. */
  add({ keyWritten, ...event }: FileEvent, line: number): void {
    const { history } = this;
    if (event.key !== undefined) this.#spelling.check(event.key, keyWritten ?? event.key, line);
    const process = event.process ?? this.#nextInOrder(event, line);
    if (process !== 'nemesis') {
      if (event.process !== undefined) this.#name(line);
      this.#pair(process, event, line);
      if (event.time !== undefined) this.#follow(event.time, line);
    }
    this.#timed ||= event.time !== undefined;
    const at = history.push({ ...event, process, time: event.time ?? history.length });
    if (at === this.#lines.length) {
      const wider = new IntColumn(at * 2);
      wider.set(this.#lines);
      this.#lines = wider;
    }
    this.#lines[at] = line;
  }

  finish(notes: readonly string[] = [], model?: string): HistoryFile {
    const { length } = this.history;
    const found = [...notes];
    if (!this.#timed && length > 0) found.push(UNTIMED);
    const backwards = this.#backwardsIn;
    if (backwards.length > 0) {
      found.push(
        `times run backwards in ${backwards.length} of the lines (first: ${backwards[0]}): ` +
          'the order of the lines was judged, not the times',
      );
    }
    return {
      history: this.history,
      lines: this.#lines.subarray(0, length),
      notes: found,
      timed: this.#timed,
      ...(model === undefined ? {} : { model }),
    };
  }

  /**
   * The process of an operation without one: order is enough while one is open at a time. After an
   * outcome that nobody knows it is another one, as that operation may still take effect.
   */
  #nextInOrder({ type, f }: FileEvent, line: number): number {
    const expected = '"process": expected a number, got nothing';
    if (this.#named) throw this.#wrong(line, `${expected}, though other operations have one`);
    this.#unnamed ??= 0;
    const process = this.#unnamed;
    const open = this.#open.get(process);
    if (type === 'invoke' && open !== undefined) {
      throw this.#wrong(
        line,
        `${expected}, and ${f} begins while ${this.#asked(open)} is open: who completes what ` +
          'cannot be told from the order',
      );
    }
    if (type === 'info') this.#unnamed = process + 1;
    return process;
  }

  #name(line: number): void {
    this.#named = true;
    if (this.#unnamed === null) return;
    throw this.#wrong(line, '"process": expected none, as other operations of the file have none');
  }

  #follow(time: number, line: number): void {
    const before = this.#latest;
    if (before === null || time >= before.time) {
      this.#latest = { time, line };
      return;
    }
    if (this.#backwards === 'refused') {
      throw this.#wrong(
        line,
        `"time": expected at least ${before.time}, that of line ${before.line}, got ${time}: the ` +
          'order of the lines is judged, so sort them by time (calls before returns at equal times)',
      );
    }
    this.#backwardsIn.push(line);
    this.#latest = { time, line };
  }

  #pair(process: ProcessId, { type, f, key }: FileEvent, line: number): void {
    const open = this.#open.get(process);
    if (type === 'invoke') {
      if (open !== undefined) {
        throw this.#wrong(
          line,
          `process ${process} invokes ${f} while its ${this.#asked(open)} is open: expected its completion first`,
        );
      }
      this.#open.set(process, this.history.length);
      return;
    }
    if (open === undefined) {
      throw this.#wrong(
        line,
        `process ${process} completes ${f}, which it never invoked: expected an invocation before it`,
      );
    }
    const asked = this.history.functions.names[this.history.f.get(open)];
    if (asked !== f) {
      throw this.#wrong(
        line,
        `process ${process} completes ${f}, but its ${this.#asked(open)} is open: expected the completion of ${asked}`,
      );
    }
    const keyAsked = this.history.keys.names[this.history.key.get(open)];
    if (key !== undefined && key !== keyAsked) {
      throw this.#wrong(
        line,
        `process ${process} completes ${f} of key ${show(key)}, but its ${this.#asked(open)} is of ` +
          `${keyAsked === undefined ? 'no key' : `key ${show(keyAsked)}`}: expected the same key`,
      );
    }
    this.#open.delete(process);
  }

  /** The operation that began at this event, for a message. */
  #asked(event: number): string {
    const f = this.history.functions.names[this.history.f.get(event)];
    return `${f} of line ${this.#lines[event]}`;
  }

  #wrong(line: number, what: string): Error {
    return usage(`${this.#file}:${line}: ${what}`);
  }
}

/** The type of an event by its name, or a message that names what is allowed. */
export function eventType(name: unknown, place: Place): EventType {
  switch (name) {
    case 'invoke':
    case 'ok':
    case 'fail':
    case 'info':
      return name;
  }
  throw usage(`${place.where}: "type": expected invoke, ok, fail or info, got ${show(name)}`);
}

/** A process by its number, or the nemesis; undefined where the file does not say. */
export function processOf(value: unknown, place: Place): number | 'nemesis' | undefined {
  if (value === undefined || value === null || value === 'nemesis') return value ?? undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= PROCESS_MAX) {
    return value;
  }
  throw usage(
    `${place.where}: "process": expected a number from 0 to ${PROCESS_MAX} or nemesis, got ${show(value)}`,
  );
}

/** The name of an operation. */
export function functionOf(value: unknown, place: Place): string {
  if (typeof value === 'string' && value !== '') return value;
  throw usage(`${place.where}: "f": expected the name of an operation, got ${show(value)}`);
}

/** Nanoseconds; undefined when the file does not say. */
export function timeOf(value: unknown, place: Place): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw usage(`${place.where}: "time": expected nanoseconds, got ${show(value)}`);
}

/** A value of a file for a message, which may be anything. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  try {
    const text = JSON.stringify(value);
    return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
  } catch {
    // Nested so deep that writing it overflows the stack.
    return 'something else';
  }
}
