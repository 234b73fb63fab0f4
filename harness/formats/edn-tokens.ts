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
export const CLOSE_LIST = 41;
export const OPEN_VECTOR = 91;
export const CLOSE_VECTOR = 93;
export const OPEN_MAP = 123;
export const CLOSE_MAP = 125;

/** Bytes that end a token. */
export const DELIMITER = new Uint8Array(256);
for (const byte of Buffer.from(' \t\n\r\f,;"()[]{}')) DELIMITER[byte] = 1;

const NUMBER = /^[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?M?$/;
const INTEGER = /^[-+]?\d+N?$/;
/** Hexadecimal numbers and ratios: kept as they are written. */
const OTHER_NUMBER = /^[-+]?(?:0[xX][0-9a-fA-F]+|\d+\/\d+)$/;
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
 * integer that a double cannot hold is the text of its digits.
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
  if (INTEGER.test(token)) {
    const digits = token.replace(/N$/, '').replace(/^\+/, '');
    const value = Number(digits);
    return Number.isSafeInteger(value) ? value : digits;
  }
  if (NUMBER.test(token)) {
    const value = Number(token.replace(/M$/, ''));
    return Number.isFinite(value) ? value : undefined;
  }
  return OTHER_NUMBER.test(token) ? token : undefined;
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
