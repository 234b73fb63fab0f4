/**
 * Reads EDN, form by form and from bytes as they come, into the values of a history.
 *
 * The package `edn-data` is not used: it answers truncated text with null, forgets where it is,
 * rounds integers beyond 2^53 (two values would look alike), and reads one character at a time.
 *
 * Keywords, symbols and characters become strings, vectors and lists become lists, and a tagged
 * literal is what follows its tag. A number that no double holds becomes the string of its digits.
 */

import { mapOf, setOf, textOf, type Value } from '../../checkers/value.ts';
import { usage } from '../core/errors.ts';
import { type ByteStream, decode, quoted } from './bytes.ts';
import {
  atomOf,
  CODE,
  characterOf,
  DELIMITER,
  isClosing,
  OPEN_LIST,
  OPEN_MAP,
  OPEN_VECTOR,
  type Opening,
  openingOf,
  repeated,
  unescaped,
  within,
} from './edn-tokens.ts';
import { TokenCache } from './token-cache.ts';

/** Deeper than any value of a test, and shallow enough for every reader of a history. */
const DEPTH_MAX = 100;
/** A token is held in memory as a whole. */
const TOKEN_MAX_BYTES = 1 << 26;

const END = -1;
export class EdnReader {
  /** The line that is being read, from 1. */
  line: number;
  readonly #stream: ByteStream;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Start of the token that is being read, which must stay in memory; -1 outside of one. */
  #mark = -1;
  /** The vectors around the operations, as Jepsen writes a whole history into one. */
  readonly #around: Opening[] = [];
  readonly #entries = new Map<string, Value>();
  /** The first byte of the last value of `:key`, and of the first list in the last value read. */
  keyByte = 0;
  headByte = 0;
  /** Values that are being read, discarded ones among them. */
  #depth = 0;
  readonly #tokens = new TokenCache();

  /** `firstLine`: where in its file the stream begins. */
  constructor(stream: ByteStream, firstLine = 1) {
    this.#stream = stream;
    this.line = firstLine;
  }

  /**
   * The next map at the top of the file, or within vectors and lists there, by the names of its
   * keys; null at the end. The map belongs to the reader until the next call.
   */
  nextMap(): ReadonlyMap<string, Value> | null {
    for (;;) {
      this.#skip();
      const byte = this.#peek();
      const around = this.#around.at(-1);
      if (byte === END) {
        if (around !== undefined) throw this.#truncated(around);
        return null;
      }
      if (byte === OPEN_VECTOR || byte === OPEN_LIST) {
        if (this.#around.length >= DEPTH_MAX) throw this.#tooDeep();
        this.#around.push(openingOf(byte, this.line));
        this.#at++;
      } else if (around !== undefined && byte === around.close) {
        this.#at++;
        this.#around.pop();
      } else {
        if (byte === CODE.hash) this.#tag();
        this.#skip();
        if (this.#peek() !== OPEN_MAP) throw this.#unexpected('the map of an operation, {...}');
        return this.#operation();
      }
    }
  }

  /** The next value, whatever it is; undefined at the end. */
  nextValue(): Value | undefined {
    this.#skip();
    return this.#peek() === END ? undefined : this.#value();
  }

  /** Where it reads, for messages. */
  get where(): string {
    return `${this.#stream.name}:${this.line}`;
  }

  #operation(): ReadonlyMap<string, Value> {
    const opening = openingOf(OPEN_MAP, this.line);
    const entries = this.#entries;
    entries.clear();
    this.#at++;
    while (!this.#closes(opening)) {
      const key = this.#value();
      if (this.#closes(opening))
        throw this.#wrong(`expected a value for ${quoted(textOf(key))}, got }`);
      const name = textOf(key);
      this.#skip();
      if (name === 'key') this.keyByte = this.#peek();
      if (name === 'value') this.headByte = 0;
      const value = this.#value();
      if (entries.has(name)) throw this.#wrong(`expected each key once, got ${quoted(name)} twice`);
      entries.set(name, value);
    }
    return entries;
  }

  #value(): Value {
    if (this.#depth === DEPTH_MAX) throw this.#tooDeep();
    this.#depth++;
    this.#skip();
    const value = this.#form();
    this.#depth--;
    return value;
  }

  #form(): Value {
    const byte = this.#peek();
    switch (byte) {
      case OPEN_VECTOR:
      case OPEN_LIST:
        return this.#list(openingOf(byte, this.line));
      case OPEN_MAP:
        return this.#map(openingOf(byte, this.line));
      case CODE.quote:
        return this.#string();
      case CODE.backslash:
        return this.#character();
      case CODE.hash:
        return this.#dispatch();
      case CODE.caret:
        // Metadata says something about the value behind it, which is what counts.
        this.#at++;
        this.#value();
        return this.#value();
      default:
        return this.#atom();
    }
  }

  #list(opening: Opening): readonly Value[] {
    this.#at++;
    this.#skip();
    if (this.headByte === 0) this.headByte = this.#peek();
    const values: Value[] = [];
    while (!this.#closes(opening)) values.push(this.#value());
    return values;
  }

  /** `namespace`: that of its keywords which have none, where the map has one. */
  #map(opening: Opening, namespace = ''): Value {
    this.#at++;
    const pairs: [Value, Value][] = [];
    while (!this.#closes(opening)) {
      const isNamed = namespace !== '' && this.#peek() === CODE.colon;
      const key = isNamed ? within(namespace, textOf(this.#value())) : this.#value();
      if (this.#closes(opening))
        throw this.#wrong('expected a value for each key of the map, got }');
      pairs.push([key, this.#value()]);
    }
    const map = mapOf(pairs);
    if (Object.keys(map).length === pairs.length) return map;
    throw this.#wrong(
      `expected each key of the map once, got ${repeated(pairs.map(([key]) => key))} twice`,
    );
  }

  /** After `#`: a set, a tagged literal, or a number that is none. */
  #dispatch(): Value {
    if (this.#peekAfter(1) === OPEN_MAP) {
      const opening = openingOf(CODE.hash, this.line);
      this.#at++;
      const elements = this.#list(opening);
      const twice = repeated(elements);
      if (twice === undefined) return setOf(elements);
      throw this.#wrong(`expected each element of the set once, got ${twice} twice`);
    }
    if (this.#peekAfter(1) === CODE.hash) {
      throw this.#wrong(`expected a value that a history can hold, got ${quoted(this.#token())}`);
    }
    const tag = this.#tag();
    const isNamespace = tag.startsWith('#:') && this.#peek() === OPEN_MAP;
    return isNamespace ? this.#map(openingOf(OPEN_MAP, this.line), tag.slice(2)) : this.#value();
  }

  /** Passes over the tag of a literal, such as `#jepsen.history.Op`. */
  #tag(): string {
    const tag = this.#token();
    if (tag.length > 1 && tag.charCodeAt(1) !== CODE.less) return tag;
    throw this.#wrong(`expected an EDN value, got ${quoted(tag)}`);
  }

  #string(): string {
    const { line } = this;
    this.#mark = ++this.#at;
    let escaped = false;
    for (;;) {
      const byte = this.#peek();
      if (byte === END) {
        throw this.#truncated({ what: 'text', close: CODE.quote, line });
      }
      if (byte === CODE.quote) break;
      if (byte === CODE.lineFeed) this.line++;
      if (byte === CODE.backslash) {
        escaped = true;
        this.#at++;
        if (this.#peek() === END) continue;
      }
      this.#at++;
      this.#checkLength();
    }
    const text = this.#decode();
    this.#mark = -1;
    this.#at++;
    if (!escaped) return text;
    return unescaped(text, (code) =>
      this.#wrong(`expected an escape of EDN in a text, got ${quoted(code)}`),
    );
  }

  #character(): string {
    this.#mark = this.#at++;
    // The character itself may be one that ends tokens: `\(`.
    if (this.#peek() !== END) this.#at++;
    const name = this.#rest().slice(1);
    const found = characterOf(name);
    if (found === undefined) throw this.#wrong(`expected a character, got ${quoted(`\\${name}`)}`);
    return found;
  }

  /** A number, keyword, symbol, `nil`, `true` or `false`. */
  #atom(): Value {
    const small = this.#smallInteger();
    if (small !== undefined) return small;
    const byte = this.#peek();
    if (byte === END || DELIMITER[byte] === 1) throw this.#unexpected('a value');
    const token = this.#token();
    if (byte === CODE.colon) {
      if (token.length > 1) return token.slice(1);
      throw this.#wrong('expected a keyword, got ":"');
    }
    const value = atomOf(token);
    if (value === undefined) throw this.#wrong(`expected a number, got ${quoted(token)}`);
    return value;
  }

  /** The most frequent numbers, without a string in between. */
  #smallInteger(): number | undefined {
    let value = 0;
    let digits = 0;
    for (let at = this.#at; at < this.#bytes.length; at++) {
      const byte = this.#bytes[at] as number;
      if (byte < CODE.zero || byte > CODE.nine) {
        if (digits === 0 || DELIMITER[byte] !== 1) return undefined;
        this.#at = at;
        return value;
      }
      // What begins with 0 may be octal.
      if (++digits > 15 || (digits > 1 && value === 0)) return undefined;
      value = value * 10 + (byte - CODE.zero);
    }
    return undefined;
  }

  /** The text from here to the next delimiter. */
  #token(): string {
    this.#mark = this.#at++;
    return this.#rest();
  }

  #rest(): string {
    for (;;) {
      const bytes = this.#bytes;
      let at = this.#at;
      while (at < bytes.length && DELIMITER[bytes[at] as number] !== 1) at++;
      this.#at = at;
      this.#checkLength();
      if (at < bytes.length || !this.#fill()) break;
    }
    const text = this.#tokens.text(this.#bytes, this.#mark, this.#at) ?? this.#decode();
    this.#mark = -1;
    return text;
  }

  #decode(): string {
    return decode(this.#bytes.subarray(this.#mark, this.#at), this);
  }

  /** Passes over white space, commas, comments and discarded forms (`#_`). */
  #skip(): void {
    for (;;) {
      const bytes = this.#bytes;
      let at = this.#at;
      for (; at < bytes.length; at++) {
        const byte = bytes[at] as number;
        if (byte === CODE.lineFeed) this.line++;
        else if (byte !== CODE.space && byte !== CODE.comma && !(byte >= CODE.tab && byte <= 13))
          break;
      }
      this.#at = at;
      const byte = this.#peek();
      if (byte === CODE.semicolon) this.#comment();
      else if (byte === CODE.hash && this.#peekAfter(1) === CODE.underscore) {
        this.#at += 2;
        this.#value();
      } else if (at < bytes.length || byte === END) return;
    }
  }

  #comment(): void {
    while (this.#peek() !== END && this.#peek() !== CODE.lineFeed) this.#at++;
  }

  /** Takes the closing bracket, if it is next. */
  #closes(opening: Opening): boolean {
    this.#skip();
    const byte = this.#peek();
    if (byte === END) throw this.#truncated(opening);
    if (byte === opening.close) {
      this.#at++;
      return true;
    }
    if (isClosing(byte)) {
      throw this.#unexpected(
        `${String.fromCharCode(opening.close)} at the end of the ${opening.what} of line ${opening.line}`,
      );
    }
    return false;
  }

  #peek(): number {
    if (this.#at >= this.#bytes.length && !this.#fill()) return END;
    return this.#bytes[this.#at] as number;
  }

  #peekAfter(distance: number): number {
    const mark = this.#mark;
    if (mark === -1) this.#mark = this.#at;
    while (this.#at + distance >= this.#bytes.length && this.#fill());
    if (mark === -1) this.#mark = -1;
    return this.#bytes[this.#at + distance] ?? END;
  }

  /** Brings in the next chunk, behind what is left of a token. */
  #fill(): boolean {
    const chunk = this.#stream.next();
    if (chunk === null) return false;
    const from = this.#mark === -1 ? this.#at : this.#mark;
    const left = this.#bytes.subarray(from);
    this.#bytes = left.length === 0 ? chunk : Buffer.concat([left, chunk]);
    this.#at -= from;
    if (this.#mark !== -1) this.#mark = 0;
    return true;
  }

  #checkLength(): void {
    if (this.#at - this.#mark > TOKEN_MAX_BYTES) {
      throw this.#wrong('expected operations, got a text of more than 64 MB');
    }
  }

  #truncated({ what, close, line }: Opening): Error {
    return this.#wrong(
      `the file ends within the ${what} that begins in line ${line}: ` +
        `expected ${String.fromCharCode(close)} (is the file truncated?)`,
    );
  }

  #unexpected(expected: string): Error {
    const next = this.#peek();
    if (next === END) return this.#wrong(`expected ${expected}, got the end of the file`);
    const end = Math.min(this.#bytes.length, this.#at + 20);
    const [line = ''] = this.#bytes.toString('utf8', this.#at, end).split('\n');
    return this.#wrong(`expected ${expected}, got ${quoted(line)}`);
  }

  #tooDeep(): Error {
    return this.#wrong(`expected values nested at most ${DEPTH_MAX} deep, got more`);
  }

  #wrong(what: string): Error {
    return usage(`${this.where}: ${what}`);
  }
}
