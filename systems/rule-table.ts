/**
 * What the rules of a protocol decide, and what each may answer: one line of a table per rule. It
 * is what `ordeal list rules` shows, and what the answers of a variant are held against.
 */

/** What a rule may answer. */
export interface Answer<Value> {
  /** For people, to be read after "must be". */
  readonly what: string;
  readonly accepts: (value: unknown) => value is Value;
}

/** One rule: who decides what, and where the papers say so. */
export interface RuleSpec<Value = unknown> {
  readonly says: string;
  readonly answers: Answer<Value>;
}

/** A line for every rule of a table, whose answer must have the type that the rule returns. */
export type RuleTable<Table> = {
  readonly [Name in keyof Table]-?: Table[Name] extends (...parameters: never[]) => infer Value
    ? RuleSpec<Value>
    : never;
};

/** A table of rules where the rules themselves do not matter. */
export type AnyRuleTable = Readonly<Record<string, RuleSpec>>;

/** An answer that none of those below describes. */
export function answer<Value>(what: string, accepts: (value: unknown) => boolean): Answer<Value> {
  return { what, accepts: (value): value is Value => accepts(value) };
}

export const yesOrNo = answer<boolean>('true or false', (value) => typeof value === 'boolean');

/** Also negative ones: `-1` often stands for "not known". */
export const wholeNumber = answer<number>('a whole number', Number.isInteger);

export const count = answer<number>(
  'a whole number from 0 on',
  (value) => Number.isInteger(value) && (value as number) >= 0,
);

/** May be infinite: never, or for ever. */
export const timeUs = answer<number>(
  'a time in microseconds',
  (value) => typeof value === 'number' && !Number.isNaN(value),
);

export const text = answer<string>('a text', (value) => typeof value === 'string');

export function oneOf<const Choices extends readonly (string | number | null)[]>(
  ...choices: Choices
): Answer<Choices[number]> {
  const names = choices.map((choice) => JSON.stringify(choice)).join(', ');
  return answer(`one of ${names}`, (value) => (choices as readonly unknown[]).includes(value));
}

export function orNull<Value>(of: Answer<Value>): Answer<Value | null> {
  return answer(`${of.what}, or null`, (value) => value === null || of.accepts(value));
}

export function orUndefined<Value>(of: Answer<Value>): Answer<Value | undefined> {
  return answer(`${of.what}, or undefined`, (value) => value === undefined || of.accepts(value));
}

export function listOf<Value>(of: Answer<Value>): Answer<readonly Value[]> {
  return answer(
    `a list, each ${of.what}`,
    (value) => Array.isArray(value) && value.every((item) => of.accepts(item)),
  );
}

/** An object with these fields, and maybe more that are not looked at. */
export function shaped<Value extends object>(
  what: string,
  fields: { readonly [Field in Extract<keyof Value, string>]?: Answer<Value[Field]> },
): Answer<Value> {
  const known = Object.entries<Answer<unknown> | undefined>(fields);
  const told = known.map(([name, of]) => `${name}: ${of?.what}`).join('; ');
  return answer(`${what} (an object; ${told})`, (value) => {
    if (typeof value !== 'object' || value === null) return false;
    const given = value as Readonly<Record<string, unknown>>;
    return known.every(([name, of]) => of === undefined || of.accepts(given[name]));
  });
}
