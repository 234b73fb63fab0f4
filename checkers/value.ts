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

/** The one field of a set. No map has it: a name that begins with the mark is that of no text. */
const ELEMENTS = `${MARK}#{}`;

/** A set, such as `#{1 2}` of EDN, as opposed to the list of the same elements. */
export interface ValueSet extends ValueMap {
  readonly [ELEMENTS]: readonly Value[];
}

/** A set of these elements, whatever the order they were written in. They must differ. */
export function setOf(elements: readonly Value[]): ValueSet {
  return { [ELEMENTS]: elements.toSorted(byContent) };
}

export function isSet(value: Value | undefined): value is ValueSet {
  return isObject(value) && Object.hasOwn(value, ELEMENTS);
}

/** What a list or a set holds, where its order does not matter; null for what is neither. */
export function elementsOf(value: Value | undefined): readonly Value[] | null {
  if (isList(value)) return value;
  return isSet(value) ? value[ELEMENTS] : null;
}

/** A list, as opposed to a scalar, a map, a set or null. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function isMap(value: Value | undefined): value is ValueMap {
  return isObject(value) && !Object.hasOwn(value, ELEMENTS);
}

function isObject(value: Value | undefined): value is ValueMap {
  return typeof value === 'object' && value !== null && !isList(value);
}

/** A map of these entries, whatever the order they were written in. Keys must differ. */
export function mapOf(entries: readonly (readonly [key: Value, value: Value])[]): ValueMap {
  return mapOfNames(entries.map(([key, value]) => [nameOf(key), value] as const));
}

/** A map or a set by the names that its fields have in a history of ours on disk. */
export function mapOfNames(named: readonly (readonly [name: string, value: Value])[]): ValueMap {
  return Object.fromEntries(named.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** Whether a history of ours can name the fields of a map or a set so. */
export function areNames(fields: readonly (readonly [name: string, value: Value])[]): boolean {
  return fields.every(([name, value]) => {
    if (name === ELEMENTS) return fields.length === 1 && isList(value);
    if (!name.startsWith(MARK) || name.startsWith(MARK, 1)) return true;
    try {
      return typeof JSON.parse(name.slice(1)) !== 'string';
    } catch {
      return false;
    }
  });
}

/** Keys and values, in an order that depends on nothing but the content. */
export function entriesOf(map: ValueMap): (readonly [key: Value, value: Value])[] {
  return Object.entries(map).map(([name, value]) => [keyOf(name), value] as const);
}

/**
 * A map as JSON writes it, or a set as EDN does, with what is in it in the words of `show`: `{"a":1}`,
 * `#{1 2}`.
 */
export function showObject(map: ValueMap, show: (value: Value) => string): string {
  if (isSet(map)) return `#{${map[ELEMENTS].map(show).join(' ')}}`;
  const entries = entriesOf(map).map(([key, value]) => `${show(key)}:${show(value)}`);
  return `{${entries.join(',')}}`;
}

/** An order of elements that depends on nothing but their content. */
function byContent(a: Value, b: Value): number {
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
