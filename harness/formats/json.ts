/** JSON texts as JavaScript reads them too leniently: keys that stand twice, objects by content. */

import { areNames, mapOf, mapOfNames, type Value } from '../../checkers/value.ts';
import { usage } from '../core/errors.ts';
import { show } from './builder.ts';
import { type ByteStream, type Line, LinePlace, linesOf, type Place, quoted } from './bytes.ts';

const DEPTH_MAX = 100;

/** One JSON object; null for one that is cut off and whose line has no end. */
export function parseObject({ text, whole }: Line, place: Place): Record<string, unknown> | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    if (!whole && text.trimStart().startsWith('{') && !text.trimEnd().endsWith('}')) return null;
    throw usage(`${place.where}: expected one JSON object on the line, got ${quoted(text)}`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw usage(`${place.where}: expected a JSON object, got ${quoted(text)}`);
  }
  const twice = keysWritten(text) === keysRead(json) ? null : repeatedKey(text);
  if (twice !== null) {
    throw usage(`${place.where}: expected each key once, got ${quoted(twice)} twice`);
  }
  return json as Record<string, unknown>;
}

/**
 * Two keys of one name are read as one; a text may hold what looks like a key. Every line of a
 * history is counted: from colon to colon, without a pattern.
 */
function keysWritten(text: string): number {
  let count = 0;
  for (let colon = text.indexOf(':'); colon !== -1; colon = text.indexOf(':', colon + 1)) {
    let before = colon - 1;
    while (isSpace(text.charCodeAt(before))) before--;
    if (text.charCodeAt(before) === QUOTE) count++;
  }
  return count;
}

const QUOTE = 0x22;

/** What JSON takes for white space: space, tab, and the ends of lines. */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

function keysRead(json: object): number {
  // Without recursion: what is nested too deep is refused later, with its line.
  let left: object[] | undefined;
  let count = 0;
  for (let next: object | undefined = json; next !== undefined; next = left?.pop()) {
    const items: unknown[] = Array.isArray(next) ? next : Object.values(next);
    if (items !== next) count += items.length;
    for (const item of items) {
      if (typeof item !== 'object' || item === null) continue;
      left ??= [];
      left.push(item);
    }
  }
  return count;
}

/** The first key that stands twice in one object of a valid JSON text; null if none does. */
function repeatedKey(text: string): string | null {
  const objects: Set<string>[] = [];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}]/g)) {
    if (token === '{') objects.push(new Set());
    else if (token === '}') objects.pop();
    else if (token.endsWith(':')) {
      const key = String(JSON.parse(token.slice(0, -1)));
      if (objects.at(-1)?.has(key) === true) return key;
      objects.at(-1)?.add(key);
    }
  }
  return null;
}

/**
 * The elements of a JSON array of objects, each as a line with the number of the one in which it
 * begins: as elle-cli reads histories, on as many lines as one likes.
 */
export function* elementsOf(stream: ByteStream): Generator<Line> {
  let depth = 0;
  let inText = false;
  let pieces = '';
  let begun = 0;
  let last = 1;
  for (const { text, number } of linesOf(stream)) {
    last = number;
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const letter = text[at];
      if (inText) {
        if (letter === '\\') at++;
        else if (letter === '"') inText = false;
      } else if (letter === '"') inText = true;
      else if (letter === '{' || letter === '[') {
        if (++depth === 2) [from, begun, pieces] = [at, number, ''];
      } else if ((letter === '}' || letter === ']') && --depth === 1) {
        yield { text: pieces + text.slice(from, at + 1), number: begun, whole: true };
        from = at + 1;
      }
    }
    if (depth > 1) pieces += `${text.slice(from)}\n`;
  }
  if (depth > 0) {
    throw usage(
      `${stream.name}:${last}: the file ends within its JSON array: expected ] (is it truncated?)`,
    );
  }
}

/**
 * A value of a history, from the text of its line; objects by content, in any order of keys. `isOurs`:
 * we wrote it, and a name may stand for what JSON has not, such as the elements of a set.
 */
export function historyValue(
  json: unknown,
  text: string,
  place: Place,
  isOurs = false,
  depth = 0,
): Value {
  if (depth > DEPTH_MAX) {
    throw usage(
      `${place.where}: "value": expected lists nested at most ${DEPTH_MAX} deep, got more`,
    );
  }
  if (json === undefined || json === null) return null;
  if (typeof json === 'boolean' || typeof json === 'string') return json;
  if (typeof json === 'number') return exactNumber(json, text, place);
  const inner = (item: unknown) => historyValue(item, text, place, isOurs, depth + 1);
  if (Array.isArray(json)) return json.map(inner);
  const fields = Object.entries(json).map(([name, item]) => [name, inner(item)] as const);
  if (!isOurs) return mapOf(fields);
  if (areNames(fields)) return mapOfNames(fields);
  throw usage(
    `${place.where}: "value": expected names of fields as Ordeal writes them, got ` +
      `${fields.map(([name]) => show(name)).join(', ')}`,
  );
}

/** Two whole numbers beyond 2^53 may have become one when they were parsed, as may two infinities. */
function exactNumber(value: number, text: string, place: Place): number {
  const isFraction = Number.isFinite(value) && !Number.isInteger(value);
  if (isFraction || Number.isSafeInteger(value)) return value;
  throw usage(
    `${place.where}: "value": expected whole numbers up to 2^53, which are exact, got ` +
      `${writtenNumber(value, text)} (write it as a text)`,
  );
}

/** A number as it stands in a JSON text, before it was rounded. */
export function writtenNumber(value: number, text: string): string {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const numbers = bare.match(/-?\d[\d.eE+-]*/g) ?? [];
  return numbers.find((number) => Number(number) === value) ?? show(value);
}

/** For messages that need a place. */
export function placeOf(stream: ByteStream, { number }: Line): LinePlace {
  return new LinePlace(stream.name, number);
}
