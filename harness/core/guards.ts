/** What a value that a user's code handed over is, as far as the compiler has to be shown. */

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Its fields; none where it is no object. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? (value as Readonly<Record<string, unknown>>) : {};
}

/** A whole number from `start` to below `end`. */
export function isWhole(value: unknown, start: number, end: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= start && value < end;
}

export function isOneOf<Choice extends string>(
  value: unknown,
  choices: readonly Choice[],
): value is Choice {
  return choices.some((choice) => choice === value);
}
