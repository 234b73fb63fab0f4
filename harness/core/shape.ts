/**
 * What a value from outside must be: type, decoder, and the sentence that names what is not so, in
 * one. By hand where zod is not to be had: nodes in containers have nothing from npm, and what a
 * user's program hands over has functions in it.
 *
 * A shape looks, and copies nothing: what fits is the value itself.
 */

import { messageOf, suggestion } from './errors.ts';
import { fieldsOf, isObject, isOneOf } from './guards.ts';
import { shown } from './shown.ts';

/** The way into a value: names of fields, places in lists. */
type Path = readonly (string | number)[];

/** What does not fit, and where. */
export type Misfit =
  /** `choices`: the words of which one is needed, where that is so. */
  | {
      readonly kind: 'wrong';
      readonly path: Path;
      readonly needed: string;
      readonly given: unknown;
      readonly choices?: readonly string[];
    }
  /** The path ends with the name of a field that there is not. */
  | { readonly kind: 'stranger'; readonly path: Path; readonly known: readonly string[] };

export class Shape<T> {
  readonly #look: (value: unknown) => Misfit | null;

  constructor(look: (value: unknown) => Misfit | null) {
    this.#look = look;
  }

  /** What does not fit first; null where all does. */
  misfit(value: unknown): Misfit | null {
    return this.#look(value);
  }

  is(value: unknown): value is T {
    return this.#look(value) === null;
  }

  /** The value, which fits; where it does not, throws what `refuse` makes of what is wrong with it. */
  expect(value: unknown, refuse: (wrong: string) => Error): T {
    if (this.is(value)) return value;
    throw refuse(this.wrongIn(value) ?? 'it changes while it is looked at');
  }

  /** What a text says in JSON, which fits. */
  fromJson(json: string, refuse: (wrong: string) => Error): T {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch (error) {
      throw refuse(messageOf(error));
    }
    return this.expect(value, refuse);
  }

  /** What does not fit, as a sentence; null where all does. */
  wrongIn(value: unknown): string | null {
    const misfit = this.#look(value);
    return misfit === null ? null : tellMisfit(misfit);
  }
}

/** A field that may be absent. */
export interface Optional<T> {
  readonly optional: Shape<T>;
}

/** A shape for each field of `T`, and for none besides. */
export type FieldsOf<T> = {
  readonly [Name in keyof T]-?: object extends Pick<T, Name>
    ? Optional<Exclude<T[Name], undefined>>
    : Shape<T[Name]>;
};

export type AnyField = Shape<unknown> | Optional<unknown>;
type AnyFields = Readonly<Record<string, AnyField>>;

/** `needed` says in words what is: `a text`. */
export function needs<T>(needed: string, right: (value: unknown) => value is T): Shape<T>;
/** What `right` finds out about a value is no type, or one that only its use shows. */
export function needs<T>(needed: string, right: (value: unknown) => boolean): Shape<T>;
export function needs<T>(needed: string, right: (value: unknown) => boolean): Shape<T> {
  return new Shape((given) => (right(given) ? null : { kind: 'wrong', path: [], needed, given }));
}

export const text = needs('a text', (value) => typeof value === 'string');
export const words = needs('a text', (value): value is string => {
  return typeof value === 'string' && value !== '';
});
export const truth = needs('true or false', (value) => typeof value === 'boolean');
export const number = needs('a number', (value): value is number => Number.isFinite(value));
export const anything = needs('anything', (value): value is unknown => value !== undefined);
export const object = needs('an object', isObject);

/** What options are set to. */
export const setting = needs(
  'a number, a text, true or false',
  (value): value is number | string | boolean =>
    ['number', 'string', 'boolean'].includes(typeof value),
);

/** A whole number from `start` on. */
export function wholeFrom(start: number): Shape<number> {
  const needed = `a whole number from ${start} on`;
  return needs(needed, (value) => {
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= start;
  });
}

export const count = wholeFrom(0);

export function oneOf<Choice extends string>(...choices: readonly Choice[]): Shape<Choice> {
  const needed = choices.map((choice) => `"${choice}"`).join(' or ');
  return new Shape((given) =>
    isOneOf(given, choices) ? null : { kind: 'wrong', path: [], needed, given, choices },
  );
}

export function optional<T>(shape: Shape<T>): Optional<T> {
  return { optional: shape };
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return new Shape((value) => {
    const misfit = value === null ? null : shape.misfit(value);
    if (misfit?.kind !== 'wrong' || misfit.path.length > 0) return misfit;
    return { ...misfit, needed: `${misfit.needed}, or null,` };
  });
}

export function list<T>(item: Shape<T>, least = 0): Shape<readonly T[]> {
  const needed = least === 0 ? 'a list' : 'a list with something in it';
  return new Shape((given) => {
    if (!Array.isArray(given) || given.length < least) {
      return { kind: 'wrong', path: [], needed, given };
    }
    for (const [at, one] of given.entries()) {
      const misfit = item.misfit(one);
      if (misfit !== null) return under(at, misfit);
    }
    return null;
  });
}

/** An object of any number of these, by name. */
export function record<T>(item: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return new Shape((given) => {
    const misfit = plain.misfit(given);
    if (misfit !== null) return misfit;
    for (const [name, one] of Object.entries(fieldsOf(given))) {
      const inner = item.misfit(one);
      if (inner !== null) return under(name, inner);
    }
    return null;
  });
}

const plain = needs('an object', (value) => isObject(value) && !Array.isArray(value));

/** An object with these fields, whatever else it has: what another version wrote may have more. */
export function fields<T extends object>(shapes: FieldsOf<T>): Shape<T>;
export function fields(shapes: AnyFields): Shape<object> {
  return new Shape((given) => plain.misfit(given) ?? misfitOfFields(shapes, given));
}

/** An object with these fields and no others: a slip in a name is told. Methods of a class count. */
export function exactly<T extends object>(shapes: FieldsOf<T>): Shape<T>;
export function exactly(shapes: AnyFields): Shape<object> {
  const known = Object.keys(shapes);
  return new Shape((given) => {
    const misfit = plain.misfit(given);
    if (misfit !== null) return misfit;
    const stranger = Object.keys(fieldsOf(given)).find((name) => !Object.hasOwn(shapes, name));
    if (stranger !== undefined) return { kind: 'stranger', path: [stranger], known };
    return misfitOfFields(shapes, given);
  });
}

/** One of several kinds of objects, told apart by the field `tag`; for each, its other fields. */
export function byTag<T extends { readonly [tag in Tag]: string }, Tag extends string>(
  tag: Tag,
  kinds: {
    readonly [Kind in T[Tag]]: FieldsOf<Omit<Extract<T, { readonly [tag in Tag]: Kind }>, Tag>>;
  },
): Shape<T>;
export function byTag(tag: string, kinds: Readonly<Record<string, AnyFields>>): Shape<object> {
  const kind = oneOf(...Object.keys(kinds));
  return new Shape((given) => {
    const misfit = plain.misfit(given);
    if (misfit !== null) return misfit;
    const named = fieldsOf(given)[tag];
    const shapes = kind.is(named) ? kinds[named] : undefined;
    return misfitOfFields(shapes ?? { [tag]: kind }, given);
  });
}

function misfitOfFields(shapes: AnyFields, given: unknown): Misfit | null {
  const inside = fieldsOf(given);
  for (const name in shapes) {
    const shape = shapes[name];
    if (shape === undefined) continue;
    const value = inside[name];
    const inner = shape instanceof Shape ? shape : shape.optional;
    if (value === undefined && inner !== shape) continue;
    const misfit = inner.misfit(value);
    if (misfit !== null) return under(name, misfit);
  }
  return null;
}

/** What does not fit, in the field or at the place `step` of a value. */
export function under(step: string | number, misfit: Misfit): Misfit;
export function under(step: string | number, misfit: Misfit | null): Misfit | null;
export function under(step: string | number, misfit: Misfit | null): Misfit | null {
  return misfit === null ? null : { ...misfit, path: [step, ...misfit.path] };
}

/** The way into a value as code would write it: `peers[0].host`. */
export function pathText(path: Path): string {
  let told = '';
  for (const step of path) {
    if (typeof step === 'number') told += `[${step}]`;
    else told += told === '' ? step : `.${step}`;
  }
  return told;
}

/** `field "peers[0].host" is missing (a text is needed)`. */
export function tellMisfit(misfit: Misfit): string {
  const field = `field "${pathText(misfit.path)}"`;
  if (misfit.kind === 'stranger') {
    return `there is no ${field} (${suggestion(String(misfit.path.at(-1)), misfit.known)})`;
  }
  const { path, needed, given } = misfit;
  if (path.length === 0) return `${needed} is needed, not ${shown(given)}`;
  if (given === undefined) return `${field} is missing (${needed} is needed)`;
  return `${field} is wrong (${needed} is needed, not ${shown(given)})`;
}
