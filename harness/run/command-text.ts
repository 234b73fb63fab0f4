/** A command of ours as a user types it into a shell. */

import type { Options } from '../../systems/protocol.ts';

type FlagValue = string | number | readonly (string | number)[] | true | null | undefined;
export type Flag = readonly [name: string, value: FlagValue];

/**
 * `words` after the program's name, and flags in this order; those that say nothing are left out. `own`:
 * what belongs to a program of the user's.
 */
export function commandText(
  words: readonly string[],
  flags: readonly Flag[],
  own: readonly string[] = [],
): string {
  const told = flags.flatMap(([name, value]) => {
    if (value === true) return [`--${name}`];
    const text = Array.isArray(value) ? value.join(',') : String(value ?? '');
    return text === '' ? [] : [`--${name}`, quoted(text)];
  });
  const behind = own.length === 0 ? [] : ['--', ...own.map(quoted)];
  return ['npx ordeal', ...words.map(quoted), ...told, ...behind].join(' ');
}

/** Settings, one flag each. */
export function setFlags(set: Options): Flag[] {
  return Object.entries(set).map(([name, value]): Flag => ['set', `${name}=${value}`]);
}

function quoted(text: string): string {
  return /^[\w.,:/=@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
