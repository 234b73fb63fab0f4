/**
 * The text of LiMo and of the tools before it (Emmi and others, "Monitoring refinement", PLDI
 * 2015): `# @object atomic-queue`, then `[thread] call enq(3)` and `[thread] return 3`, indented as
 * one likes. A removal that returns `empty`, or nothing, found nothing.
 */

import type { Value } from '../../checkers/history.ts';
import type { ProcessId } from '../../checkers/units.ts';
import { usage } from '../core/errors.ts';
import { HistoryBuilder, type HistoryFile, processOf } from './builder.ts';
import { type ByteStream, LinePlace, linesOf, type Place, quoted } from './bytes.ts';

/** What an object is to us, and our names for its methods. */
interface ObjectKind {
  readonly model: string;
  readonly insert: string;
  readonly remove: string;
}

const OBJECTS: Readonly<Record<string, ObjectKind>> = {
  'atomic-queue': { model: 'fifo-queue', insert: 'enqueue', remove: 'dequeue' },
  'atomic-stack': { model: 'stack', insert: 'push', remove: 'pop' },
  register: { model: 'register', insert: 'write', remove: 'read' },
  'atomic-register': { model: 'register', insert: 'write', remove: 'read' },
};

/** What the models are called there, for files that do not say what they are about. */
const OF_MODEL: Readonly<Record<string, ObjectKind>> = {
  'fifo-queue': { model: 'fifo-queue', insert: 'enqueue', remove: 'dequeue' },
  'unordered-queue': { model: 'unordered-queue', insert: 'enqueue', remove: 'dequeue' },
  stack: { model: 'stack', insert: 'push', remove: 'pop' },
  register: { model: 'register', insert: 'write', remove: 'read' },
  'cas-register': { model: 'cas-register', insert: 'write', remove: 'read' },
};

export interface LimoOptions {
  /** What the object is, where the file has no line `# @object`. */
  readonly model?: string | undefined;
}

const INSERTS = ['push', 'enq', 'enqueue', 'put', 'add', 'write'];
const REMOVES = ['pop', 'deq', 'dequeue', 'get', 'rem', 'remove', 'read'];

const OBJECT = /^#\s*@object\s+(\S+)\s*$/;
const EVENT = /^\[(\d+)\]\s+(call|return)(?:\s+(.*))?$/;
/** `push(3)`, `push 3`, `pop()`, `pop`. */
const CALL = /^([A-Za-z_]\w*)\s*(?:\(([^()]*)\)|\s([^()\s]+))?$/;

/** An operation that has been called. */
interface Call {
  readonly process: ProcessId;
  readonly f: string;
  readonly inserts: boolean;
  readonly argument: Value;
}

/** Further operations that a thread has open at a time go on under numbers from here. */
const MORE_PROCESSES = 0x4000_0000;

/**
 * Reads to the end; operations without a return are open. A thread may have several open: a return
 * is of the one that it fits.
 */
export function readLimo(stream: ByteStream, { model = '' }: LimoOptions = {}): HistoryFile {
  const builder = new HistoryBuilder(stream.name);
  const calls = new Map<number, Call[]>();
  let more = MORE_PROCESSES;
  let object: ObjectKind | null = null;
  for (const { text, number } of linesOf(stream)) {
    const place = new LinePlace(stream.name, number);
    const line = text.trim();
    if (line === '') continue;
    if (line.startsWith('#')) {
      object = objectOf(line, place, object);
      continue;
    }
    object ??= Object.hasOwn(OF_MODEL, model) ? (OF_MODEL[model] ?? null) : null;
    if (object === null) {
      throw usage(
        `${place.where}: expected a line "# @object atomic-queue" first, or --model ` +
          `(${Object.keys(OF_MODEL).join(', ')}), got ${quoted(line)}`,
      );
    }
    const [, thread, what, rest = ''] = EVENT.exec(line) ?? [];
    if (what === undefined) {
      throw usage(
        `${place.where}: expected "[thread] call push(3)" or "[thread] return", got ${quoted(line)}`,
      );
    }
    const who = threadOf(thread, place);
    const open = calls.get(who) ?? [];
    if (what === 'call') {
      const process = open.length === 0 ? who : more++;
      const call = { process, ...callOf(rest, object, place) };
      const value = call.inserts ? call.argument : null;
      builder.add({ type: 'invoke', process, f: call.f, value }, number);
      calls.set(who, [...open, call]);
    } else {
      const call = returned(open, rest.trim(), place);
      const process = call?.process ?? who;
      const value = call === undefined ? null : resultOf(call, rest.trim(), place);
      builder.add({ type: 'ok', process, f: call?.f ?? 'an operation', value }, number);
      calls.set(
        who,
        open.filter((other) => other !== call),
      );
    }
  }
  return builder.finish([], object?.model);
}

function objectOf(comment: string, place: Place, before: ObjectKind | null): ObjectKind | null {
  const name = OBJECT.exec(comment)?.[1];
  if (name === undefined) return before;
  const found = Object.hasOwn(OBJECTS, name) ? OBJECTS[name] : undefined;
  if (found === undefined) {
    throw usage(
      `${place.where}: expected one of ${Object.keys(OBJECTS).join(', ')}, got ${quoted(name)}`,
    );
  }
  if (before !== null && before !== found) {
    throw usage(`${place.where}: expected one object in a file, got a second one`);
  }
  return found;
}

/** The open operation that a return is of; undefined where none is open. */
function returned(open: readonly Call[], text: string, place: Place): Call | undefined {
  const [only] = open;
  if (open.length <= 1) return only;
  const possible = open.filter((call) => fits(call, text));
  // A return with a value is mostly a removal's, one without mostly an insert's.
  const likely = possible.filter(({ inserts }) => inserts === (text === ''));
  const fitting = likely.length > 0 ? likely : possible;
  const [first] = fitting;
  if (first === undefined) {
    throw usage(`${place.where}: expected the return of an open call, got ${quoted(text)}`);
  }
  const differs = fitting.some((call) => call.f !== first.f || call.argument !== first.argument);
  if (!differs) return first;
  throw usage(
    `${place.where}: ${fitting.length} calls of this thread are open, and "return ${text}" may be ` +
      'of any of them: expected a result that tells them apart',
  );
}

/** Whether a return with this result can be of this call. */
function fits({ inserts, argument }: Call, text: string): boolean {
  const isPlain = text === '' || text === 'ok' || text === 'true';
  const result = isPlain ? null : parsedValue(text);
  if (inserts) return isPlain || result === argument;
  return isPlain ? argument !== null || text === '' : argument === null || argument === result;
}

function callOf(text: string, object: ObjectKind, place: Place): Omit<Call, 'process'> {
  refuseRange(text, place);
  const [, method = '', inBrackets, behind] = CALL.exec(text.trim()) ?? [];
  const argument = parsedValue((inBrackets ?? behind ?? '').trim());
  const inserts = INSERTS.includes(method);
  if (!inserts && !REMOVES.includes(method)) {
    throw usage(`${place.where}: expected a call such as push(3) or pop, got ${quoted(text)}`);
  }
  if (inserts && argument === null) {
    throw usage(
      `${place.where}: expected a value to ${method}, as in ${method}(3), got ${quoted(text)}`,
    );
  }
  if (typeof argument === 'string' && argument.includes(',')) {
    throw usage(`${place.where}: expected one argument, got ${quoted(text)}`);
  }
  return { f: inserts ? object.insert : object.remove, inserts, argument };
}

/** A value that is left open between two others, as templates of histories have it. */
function refuseRange(text: string, place: Place): void {
  const range = /\?\s*<[^>]*>/.exec(text)?.[0];
  if (range === undefined) return;
  throw usage(
    `${place.where}: ${quoted(range)} is a range, which stands for any value from its first to its ` +
      'last: a recorded history has one value here (write one history for each)',
  );
}

function threadOf(text: string | undefined, place: Place): number {
  const thread = processOf(Number(text), place);
  if (typeof thread === 'number') return thread;
  throw usage(`${place.where}: expected the number of a thread, got ${thread}`);
}

/** Some files give the result of a removal with its call, and then return without one. */
function resultOf(call: Call, text: string, place: Place): Value {
  if (call.inserts) {
    if (text === '' || text === 'ok' || text === 'true' || parsedValue(text) === call.argument) {
      return call.argument;
    }
    throw usage(
      `${place.where}: expected "return" or "return ok" of ${call.f}, got ${quoted(text)}`,
    );
  }
  if (text === '' || text === 'ok') return call.argument;
  refuseRange(text, place);
  const result = parsedValue(text);
  if (call.argument !== null && call.argument !== result) {
    throw usage(`${place.where}: expected the result that the call names, got ${quoted(text)}`);
  }
  return result;
}

function parsedValue(text: string): Value {
  if (text === '' || text === 'empty' || text === 'EMPTY') return null;
  if (!/^-?\d+$/.test(text)) return text;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}
