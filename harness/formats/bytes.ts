/** The bytes of a history file, chunk by chunk: a file may be larger than a string can be. */

import { isUtf8 } from 'node:buffer';
import { usage } from '../core/errors.ts';

/** A longer line or text is no history, and would be held in memory as a whole. */
const TEXT_MAX_BYTES = 1 << 28;
const LINE_FEED = 10;
/** The byte-order mark, which some editors of Windows put first. */
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Where something stands in a file: put into words only for a message. */
export interface Place {
  /** `file:line`. */
  readonly where: string;
}

export class LinePlace implements Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;

  constructor(file: string, line: number) {
    this.file = file;
    this.line = line;
  }

  get where(): string {
    return `${this.file}:${this.line}`;
  }
}

/** Chunks of a file, with its name for messages. */
export class ByteStream {
  readonly name: string;
  readonly #chunks: Iterator<Uint8Array>;
  #first: Buffer | null = null;
  #begun = false;

  constructor(name: string, chunks: Iterable<Uint8Array>) {
    this.name = name;
    this.#chunks = chunks[Symbol.iterator]();
  }

  /** The first bytes, without taking them: so many, or all that there are. */
  peek(bytesMax: number): Buffer {
    const pieces: Buffer[] = this.#first === null ? [] : [this.#first];
    let length = this.#first?.length ?? 0;
    // A pipe hands out its bytes in pieces of any size.
    while (length < bytesMax) {
      const piece = this.#pull();
      if (piece === null) break;
      pieces.push(piece);
      length += piece.length;
    }
    const [only] = pieces;
    const head = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
    this.#first = length === 0 ? null : head;
    return head.subarray(0, bytesMax);
  }

  /** The next chunk, never an empty one; null at the end. It belongs to the caller. */
  next(): Buffer | null {
    const first = this.#first;
    this.#first = null;
    return first ?? this.#pull();
  }

  #pull(): Buffer | null {
    for (;;) {
      const { done, value } = this.#chunks.next();
      if (done === true) return null;
      if (value.length === 0) continue;
      const chunk = Buffer.from(value.buffer, value.byteOffset, value.length);
      if (this.#begun) return chunk;
      this.#begun = true;
      const text = this.#withoutMark(chunk);
      if (text.length > 0) return text;
    }
  }

  /** A byte-order mark says nothing that is not known: the text is UTF-8. */
  #withoutMark(first: Buffer): Buffer {
    let head = first;
    // Chunks may be of any size: the mark may be cut.
    while (head.length < MARK.length && head.equals(MARK.subarray(0, head.length))) {
      const { done, value } = this.#chunks.next();
      if (done === true) break;
      head = Buffer.concat([head, value]);
    }
    return head.subarray(0, MARK.length).equals(MARK) ? head.subarray(MARK.length) : head;
  }
}

/** A line as read, with its number for messages. */
export interface Line {
  /** Without its line end. */
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** Whether a line feed ends it. */
  readonly whole: boolean;
}

/** The lines of a stream, one at a time. */
export function* linesOf(stream: ByteStream): Generator<Line> {
  const pieces: Buffer[] = [];
  let length = 0;
  let number = 1;
  const finish = (whole: boolean): Line => {
    const only = pieces.length === 1 ? pieces[0] : undefined;
    const text = decode(only ?? Buffer.concat(pieces), new LinePlace(stream.name, number));
    pieces.length = 0;
    length = 0;
    return { text: text.endsWith('\r') ? text.slice(0, -1) : text, number: number++, whole };
  };
  for (let chunk = stream.next(); chunk !== null; chunk = stream.next()) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      pieces.push(chunk.subarray(start, end));
      yield finish(true);
      start = end + 1;
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > TEXT_MAX_BYTES) throw tooLong(`${stream.name}:${number}`, 'a line');
  }
  if (length > 0) yield finish(false);
}

/** UTF-8, strictly: bytes that are none could make two values look alike. */
export function decode(bytes: Buffer, place: Place): string {
  if (bytes.length > TEXT_MAX_BYTES) throw tooLong(place.where, 'a text');
  if (!isUtf8(bytes)) throw usage(`${place.where}: expected text in UTF-8, got other bytes`);
  return bytes.toString('utf8');
}

/** What stands in a file, shortened for a message and without control characters. */
export function quoted(text: string): string {
  const shown = text.length <= 60 ? text : `${text.slice(0, 57)}...`;
  return JSON.stringify(shown);
}

function tooLong(where: string, what: string): Error {
  return usage(`${where}: expected operations, got ${what} of more than 256 MB`);
}
