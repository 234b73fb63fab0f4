/** A semaphore: permits that are acquired one at a time and released by whoever holds one. */

import type { Value } from '../../history.ts';
import { type Model, type Operation, UnreadableValue } from '../model.ts';

export interface Permits {
  readonly held: number;
  readonly total: number;
}

/**
 * Starts from its number of permits, all free; one when not given. `acquire` needs a free permit,
 * `release` one that is held; an `acquire` that answers false found none free. Of a number of permits
 * other than one it knows nothing; any other argument says nothing to it.
 */
export const semaphore: Model<Permits> = {
  name: 'semaphore',
  noun: 'the semaphore',
  functions: ['acquire', 'release'],
  initial: (value) => ({ held: 0, total: permitsOf(value) }),
  step(state, operation) {
    if (operation.outcome === 'refused') return undefined;
    requireOne(operation.input);
    const { held, total } = state;
    if (isDenied(operation)) return held === total ? state : undefined;
    if (operation.f === 'acquire') return held < total ? { held: held + 1, total } : undefined;
    return held > 0 ? { held: held - 1, total } : undefined;
  },
  key: ({ held }) => held,
  readonly: isDenied,
  describeState: ({ held, total }) => `held ${held} times of ${total}`,
};

/** The number of permits that a semaphore starts with. */
export function permitsOf(value: Value): number {
  if (value === null) return 1;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw new UnreadableValue(
    `a semaphore starts from its number of permits, not from ${JSON.stringify(value)}`,
  );
}

/** Throws `UnreadableValue` where several permits at a time are meant, or none. */
export function requireOne(input: Value): void {
  if (typeof input !== 'number' || input === 1) return;
  throw new UnreadableValue(`permits are acquired and released one at a time, not ${input}`);
}

function isDenied({ f, output, outcome }: Operation): boolean {
  return f === 'acquire' && outcome === 'ok' && output === false;
}
