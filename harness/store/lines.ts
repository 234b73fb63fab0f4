/**
 * JSON lines: how events of the history and of the trace become lines and come back.
 *
 * The bytes of a line follow from its event alone: fixed order of fields, no spaces.
 */

import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import {
  EVENT_TYPES,
  type EventType,
  type HistoryEvent,
  type Value,
} from '../../checkers/history.ts';
import type { TraceLine } from '../../checkers/trace.ts';
import { shorten, usage } from '../core/errors.ts';
import { refuseSpecial, storing } from '../core/files.ts';
import { type LinesHeader, SCHEMA } from './format.ts';

/** Handed to the system when so many characters wait ... */
const FLUSH_CHARACTERS = 64 * 1024;
/** ... or, in a run in real time, when the oldest has waited this long. */
const FLUSH_MS = 200;

const LINE_FEED = 10;

/** Appends lines to a file that begins with a header. */
export class LinesWriter {
  readonly #path: string;
  readonly #fd: number;
  readonly #live: boolean;
  #open = true;
  /** What a flush in the background met; the next write throws it. */
  #failure: Error | null = null;
  #pending = '';
  #timer: NodeJS.Timeout | null = null;

  /** `live`: time passes by itself, so that what was written must not wait for what follows. */
  constructor(path: string, kind: LinesHeader['kind'], live: boolean) {
    this.#path = path;
    this.#fd = storing(path, () => openSync(path, 'wx'));
    this.#live = live;
    this.write(JSON.stringify({ schema: SCHEMA, kind } satisfies LinesHeader));
    this.flush();
  }

  /** Throws `infrastructure` when the disk takes no more. */
  write(line: string): void {
    if (this.#failure !== null) throw this.#failure;
    this.#pending += line;
    this.#pending += '\n';
    if (this.#pending.length >= FLUSH_CHARACTERS) this.flush();
    else if (this.#live && this.#timer === null) {
      this.#timer = setTimeout(() => this.#flushLater(), FLUSH_MS);
      this.#timer.unref();
    }
  }

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#pending === '') return;
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    storing(this.#path, () => {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    });
  }

  /** Nobody is there to be told yet. */
  #flushLater(): void {
    try {
      this.flush();
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Writes what waits and closes the file, also where that fails. */
  close(): void {
    try {
      if (this.#failure !== null) throw this.#failure;
      this.flush();
    } finally {
      this[Symbol.dispose]();
    }
  }

  /** Closes the file; what still waits is lost. */
  [Symbol.dispose](): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#open) closeSync(this.#fd);
    this.#open = false;
  }
}

/** A line of `history.jsonl`: `index time type process f key value error node position`. */
export function historyLine(event: HistoryEvent): string {
  const { index, time, type, process, f, key, value, error, node, position } = event;
  // JSON.stringify leaves out what is undefined and keeps the order in which fields stand here.
  return JSON.stringify({ index, time, type, process, f, key, value, error, node, position });
}

/** A line of `trace.jsonl`: `time node incarnation sequence lamport kind`, then the payload. */
export function traceJson(line: TraceLine): string {
  const { time, node, incarnation, sequence, lamport, event } = line;
  const { kind, ...payload } = event;
  return JSON.stringify({ time, node, incarnation, sequence, lamport, kind, ...payload });
}

/** A line as read, with its number in the file for messages. */
export interface NumberedLine {
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** Whether the file goes on after it, or ends with a line feed. */
  readonly whole: boolean;
}

/** The parsed lines of a file after its header, one at a time. */
export function* readLines(
  path: string,
  kind: LinesHeader['kind'],
): Generator<{ readonly json: Record<string, unknown>; readonly where: string }> {
  for (const { text, number, whole } of textLines(path)) {
    const where = `${path}:${number}`;
    const json = parseLine(text, where, whole);
    // A killed run: its last line was being written.
    if (json === null) return;
    if (number === 1) checkHeader(json, where, kind);
    else yield { json, where };
  }
}

/** Whether a file ends within a line, as that of a killed run may. */
export function endsTorn(path: string): boolean {
  if (endsWithLineFeed(path)) return false;
  let last: NumberedLine | null = null;
  for (const line of textLines(path)) last = line;
  return last === null || parseLine(last.text, path, false) === null;
}

function endsWithLineFeed(path: string): boolean {
  refuseSpecial(path);
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const byte = Buffer.alloc(1);
    return size > 0 && readSync(fd, byte, 0, 1, size - 1) === 1 && byte[0] === LINE_FEED;
  } finally {
    closeSync(fd);
  }
}

export function* textLines(path: string): Generator<NumberedLine> {
  refuseSpecial(path);
  const fd = openSync(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(1 << 18);
    let rest: Buffer = Buffer.alloc(0);
    let number = 0;
    for (;;) {
      const count = readSync(fd, chunk, 0, chunk.length, null);
      if (count === 0) break;
      const bytes = Buffer.concat([rest, chunk.subarray(0, count)]);
      let start = 0;
      for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
        yield { text: bytes.toString('utf8', start, end), number: ++number, whole: true };
        start = end + 1;
      }
      rest = bytes.subarray(start);
    }
    if (rest.length > 0) yield { text: rest.toString('utf8'), number: ++number, whole: false };
  } finally {
    closeSync(fd);
  }
}

function parseLine(text: string, where: string, whole: boolean): Record<string, unknown> | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    if (!whole) return null;
    const message = error instanceof Error ? error.message : String(error);
    throw usage(`${where}: expected one JSON object on the line (${message})`);
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
    return json as Record<string, unknown>;
  }
  throw usage(`${where}: expected a JSON object, got ${shorten(text)}`);
}

function checkHeader(json: Record<string, unknown>, where: string, kind: string): void {
  if (json['kind'] !== kind) {
    throw usage(
      `${where}: expected the header {"schema":${SCHEMA},"kind":"${kind}"} of a stored run`,
    );
  }
  if (json['schema'] === SCHEMA) return;
  const got = JSON.stringify(json['schema']);
  throw usage(`${where}: schema ${got} is not known (this version reads schema ${SCHEMA})`);
}

/** Checks a line of the history field by field. `index` is what its position must be. */
export function historyEventOf(
  json: Record<string, unknown>,
  where: string,
  index: number,
): HistoryEvent {
  const { time, type, process, f, key, value, error, node, position } = json;
  const expect = (holds: boolean, field: string, expected: string): void => {
    if (holds) return;
    const got = json[field] === undefined ? 'nothing' : shorten(JSON.stringify(json[field]));
    throw usage(`${where}: "${field}": expected ${expected}, got ${got}`);
  };
  const optional = (text: unknown) => text === undefined || typeof text === 'string';
  expect(json['index'] === index, 'index', `${index}, the position of the event`);
  expect(typeof time === 'number' && Number.isFinite(time), 'time', 'nanoseconds');
  expect(EVENT_TYPES.includes(type as EventType), 'type', EVENT_TYPES.join(', '));
  const isProcess = process === 'nemesis' || (Number.isInteger(process) && Number(process) >= 0);
  expect(isProcess, 'process', 'a process number or "nemesis"');
  expect(typeof f === 'string', 'f', 'the name of an operation');
  expect(optional(key), 'key', 'a string');
  expect(isValue(value), 'value', 'null, a boolean, a number, a string or a list of these');
  expect(optional(error), 'error', 'a string');
  expect(optional(node), 'node', 'the name of a node');
  expect(position === undefined || typeof position === 'number', 'position', 'a number');
  return json as unknown as HistoryEvent;
}

function isValue(value: unknown): value is Value {
  if (Array.isArray(value)) return value.every(isValue);
  return value === null || ['boolean', 'number', 'string'].includes(typeof value);
}
