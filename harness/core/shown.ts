/** Any value in a few words, for sentences that say what was got. */

import { inspect } from 'node:util';

const SHOWN_MAX = 60;

export function shown(value: unknown): string {
  const text = inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}
