/** Numbers, times and foreign text as a person reads them, on a terminal and on a page. */

import type { Value } from '../../checkers/history.ts';
import type { Nanos } from '../../checkers/units.ts';

/** Holds a number and its unit on one line. */
export const NBSP = '\u00a0';

/** The same with spaces that a terminal can break, and that can be searched for. */
export function plain(text: string): string {
  return text.replaceAll(NBSP, ' ');
}

/** `12345` as `12 345`; the space does not break. */
export function count(number: number): string {
  return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, NBSP);
}

/** Seconds, to about three figures. */
export function seconds(value: number): string {
  if (value === 0) return `0${NBSP}s`;
  if (value < 1e-3) return `${Math.max(1, Math.round(value * 1e6))}${NBSP}µs`;
  if (value < 0.1) return `${(value * 1e3).toFixed(1)}${NBSP}ms`;
  return value < 10 ? `${value.toFixed(2)}${NBSP}s` : `${value.toFixed(1)}${NBSP}s`;
}

/** A point in time of the run, from nanoseconds: milliseconds below ten seconds. */
export function moment(timeNs: Nanos): string {
  if (Math.abs(timeNs) >= 10e9) return `${(timeNs / 1e9).toFixed(3)}${NBSP}s`;
  return `${(timeNs / 1e6).toFixed(1)}${NBSP}ms`;
}

export function bytes(size: number): string {
  if (size < 1000) return `${size}${NBSP}B`;
  return size < 1e6 ? `${Math.round(size / 1000)}${NBSP}kB` : `${(size / 1e6).toFixed(1)}${NBSP}MB`;
}

/** `1 fault`, `2 faults`. */
export function plural(number: number, word: string): string {
  return `${count(number)}${NBSP}${word}${number === 1 ? '' : 's'}`;
}

/** A value in one short line. */
export function valueText(value: Value, charactersMax = 60): string {
  return shorten(typeof value === 'string' ? value : JSON.stringify(value), charactersMax);
}

export function shorten(text: string, charactersMax: number): string {
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax - 1)}…`;
}

// Control characters move a terminal's cursor, and the bidirectional ones reorder what is read. Halves
// of characters and the last two of the plane are in no file, and in no XML.
const UNSAFE = /[\p{Cc}\p{Cs}\p{Bidi_Control}\uFFFE\uFFFF]/gu;

/** Text from a history, a trace or a file, with what acts instead of being read spelt out. */
export function visible(text: string): string {
  return text.replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
