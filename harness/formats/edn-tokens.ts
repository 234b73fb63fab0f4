/** The letters of EDN: bytes with a meaning, and what tokens stand for. */

import type { Value } from '../../checkers/history.ts';

export const CODE = {
  tab: 9,
  lineFeed: 10,
  space: 32,
  quote: 34,
  hash: 35,
  comma: 44,
  zero: 48,
  nine: 57,
  colon: 58,
  semicolon: 59,
  less: 60,
  backslash: 92,
  caret: 94,
  underscore: 95,
} as const;
export const OPEN_LIST = 40;
const CLOSE_LIST = 41;
export const OPEN_VECTOR = 91;
const CLOSE_VECTOR = 93;
export const OPEN_MAP = 123;
const CLOSE_MAP = 125;

/** Bytes that end a token. */
export const DELIMITER = new Uint8Array(256);
for (const byte of Buffer.from(' \t\n\r\f,;"()[]{}')) DELIMITER[byte] = 1;

const NUMBER = /^[-+]?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][-+]?\d+)?M?$/;
/** Of these, each has its digits and what they are to: decimal, `0x1F`, `017`, `2r101`. */
const INTEGERS: readonly (readonly [form: RegExp, radix?: number])[] = [
  [/^([-+]?)(0|[1-9]\d*)N?$/, 10],
  [/^([-+]?)0[xX]([0-9a-fA-F]+)N?$/, 16],
  [/^([-+]?)0([0-7]+)N?$/, 8],
  [/^([-+]?)(\d{1,2})[rR]([0-9a-zA-Z]+)$/],
];
const RATIO = /^([-+]?)(\d+)\/(\d+)$/;
const CHARACTERS: Readonly<Record<string, string>> = {
  newline: '\n',
  return: '\r',
  space: ' ',
  tab: '\t',
  formfeed: '\f',
  backspace: '\b',
};

/**
 * A number, `nil`, a boolean, or a symbol; undefined for what begins like a number and is none. An
 * integer that a double cannot hold is the text of its digits, and so is such a ratio: `1/2` is 0.5,
 * and `1/3` is no double.
 */
export function atomOf(token: string): Value | undefined {
  switch (token) {
    case 'nil':
      return null;
    case 'true':
      return true;
    case 'false':
      return false;
  }
  return /^[-+]?\d/.test(token) ? numberOf(token) : token;
}

function numberOf(token: string): Value | undefined {
  for (const [form, radix] of INTEGERS) {
    const found = form.exec(token);
    if (found === null) continue;
    const whole = wholeOf(found.at(-1) ?? '', radix ?? Number(found[2]));
    return whole === undefined ? undefined : exact(found[1] === '-' ? -whole : whole);
  }
  const ratio = RATIO.exec(token);
  if (ratio !== null) return ratioOf(ratio);
  if (!NUMBER.test(token)) return undefined;
  const value = Number(token.replace(/M$/, ''));
  return Number.isFinite(value) ? value : undefined;
}

/** The integer with these digits to a radix of Clojure, 2 to 36; undefined where there is none. */
function wholeOf(digits: string, radix: number): bigint | undefined {
  if (radix < 2 || radix > 36) return undefined;
  let whole = 0n;
  for (const digit of digits) {
    const value = Number.parseInt(digit, 36);
    if (value >= radix) return undefined;
    whole = whole * BigInt(radix) + BigInt(value);
  }
  return whole;
}

function exact(whole: bigint): Value {
  const value = Number(whole);
  return Number.isSafeInteger(value) ? value : String(whole);
}

/** In lowest terms, as Clojure reads it. */
function ratioOf([, sign, above = '', below = '']: readonly string[]): Value | undefined {
  const [one, other] = [BigInt(above), BigInt(below)];
  if (other === 0n) return undefined;
  let [divisor, rest] = [one, other];
  while (rest !== 0n) [divisor, rest] = [rest, divisor % rest];
  const top = (sign === '-' ? -one : one) / divisor;
  const bottom = other / divisor;
  if (bottom === 1n) return exact(top);
  // Halves, quarters and the like are doubles where what stands above is.
  const isBinary = (bottom & (bottom - 1n)) === 0n && bottom <= BINARY_MAX;
  const whole = isBinary ? exact(top) : undefined;
  return typeof whole === 'number' ? whole / Number(bottom) : `${top}/${bottom}`;
}

/** A whole number up to 2^53 over a power of two up to this loses no digit. */
const BINARY_MAX = 1n << 960n;

/** What closes what, for messages. */
export interface Opening {
  readonly what: string;
  readonly close: number;
  readonly line: number;
}

/** `byte`: the first of what opens, which of a set is the hash. */
export function openingOf(byte: number, line: number): Opening {
  if (byte === CODE.hash) return { what: 'set', close: CLOSE_MAP, line };
  if (byte === OPEN_VECTOR) return { what: 'vector', close: CLOSE_VECTOR, line };
  if (byte === OPEN_LIST) return { what: 'list', close: CLOSE_LIST, line };
  return { what: 'map', close: CLOSE_MAP, line };
}

export function isClosing(byte: number): boolean {
  return byte === CLOSE_LIST || byte === CLOSE_VECTOR || byte === CLOSE_MAP;
}

/** The first value that stands twice among these, as JSON has it. */
export function repeated(values: readonly Value[]): string | undefined {
  const seen = new Set<string>();
  for (const value of values) {
    const name = JSON.stringify(value);
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}

/** The character of this name (what follows the backslash); undefined if there is none. */
export function characterOf(name: string): string | undefined {
  if (name.length === 1 || (name.length === 2 && name.charCodeAt(0) >= 0xd800)) return name;
  const code = /^u([0-9a-fA-F]{4})$/.exec(name)?.[1];
  if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
  return Object.hasOwn(CHARACTERS, name) ? CHARACTERS[name] : undefined;
}

/** A text with its escapes undone; `refuse` is called with one that does not exist. */
export function unescaped(text: string, refuse: (whole: string) => Error): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|[\s\S])/g, (whole, code: string) => {
    if (code.length === 5) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    const at = 'tnrbf"\\'.indexOf(code);
    if (at === -1) throw refuse(whole);
    return '\t\n\r\b\f"\\'.charAt(at);
  });
}

/** A keyword in a map of a namespace, `#:a{:b 1}`: its own where it has one, none for `:_/b`. */
export function within(namespace: string, keyword: string): string {
  if (keyword.startsWith('_/')) return keyword.slice(2);
  return keyword.includes('/') ? keyword : `${namespace}/${keyword}`;
}
