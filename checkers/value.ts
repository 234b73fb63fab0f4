/** What operations carry: values as JSON has them, compared by content. */

/** Numbers are doubles; histories keep integers exact up to 2^53. */
export type Value = null | boolean | number | string | readonly Value[] | ValueMap;

/**
 * An object or map: made by `mapOf`, so that equal ones have equal JSON texts. A plain object, so
 * that it can go to other threads.
 */
export interface ValueMap {
  readonly [name: string]: Value;
}

/** Before the name of a key that is no text: `{1 2}` of EDN is not `{"1" 2}`. Texts with it get two. */
const MARK = '\u0000';

/** A list, as opposed to a scalar, a map or null. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === 'object' && value !== null && !isList(value);
}

/** A map of these entries, whatever the order they were written in. Keys must differ. */
export function mapOf(entries: readonly (readonly [key: Value, value: Value])[]): ValueMap {
  const named = entries.map(([key, value]) => [nameOf(key), value] as const);
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** Keys and values, in an order that depends on nothing but the content. */
export function entriesOf(map: ValueMap): (readonly [key: Value, value: Value])[] {
  return Object.entries(map).map(([name, value]) => [keyOf(name), value] as const);
}

/** A map as JSON writes it, with its keys and values in the words of `show`: `{"a":1}`. */
export function showMap(map: ValueMap, show: (value: Value) => string): string {
  const entries = entriesOf(map).map(([key, value]) => `${show(key)}:${show(value)}`);
  return `{${entries.join(',')}}`;
}

/** Elements of a set likewise: an order for what has none. */
export function byContent(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

/** A value as a text: a text as it stands, other values as JSON has them. */
export function textOf(value: Value): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function nameOf(key: Value): string {
  if (typeof key !== 'string') return `${MARK}${JSON.stringify(key)}`;
  return key.startsWith(MARK) ? `${MARK}${key}` : key;
}

function keyOf(name: string): Value {
  if (!name.startsWith(MARK)) return name;
  const rest = name.slice(1);
  return rest.startsWith(MARK) ? rest : (JSON.parse(rest) as Value);
}
