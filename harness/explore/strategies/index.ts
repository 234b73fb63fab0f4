/** The strategies of exploration. One line registers one. */

import { nameFault } from '../../config/catalogue.ts';
import { usage } from '../../core/errors.ts';
import type { Ground, Strategy } from '../strategy.ts';
import { plain } from './plain.ts';
import { priority } from './priority.ts';
import { reactive } from './reactive.ts';
import { suggested } from './suggested.ts';
import { swarm } from './swarm.ts';

export const strategies = {
  plain,
  swarm,
  reactive,
  priority,
  suggested,
} as const satisfies Readonly<Record<string, Strategy>>;

/**
 * Those that were named, or all that have something to choose on this ground. Throws a usage error that
 * names the `flag` for what is none, and for what has nothing to choose.
 */
export function strategiesFor(
  ground: Ground,
  named: readonly string[] | undefined,
  flag: string,
): readonly string[] {
  const all: readonly Strategy[] = Object.values(strategies);
  const unknown = named?.map((name) => nameFault(strategies, name)).find((one) => one !== null);
  if (unknown !== undefined) throw usage(`${flag}: unknown ${unknown}`);
  const chosen = all.filter(({ name }) => named === undefined || named.includes(name));
  const applicable = chosen.filter((one) => one.applies?.(ground) !== false);
  const [idle] = chosen.filter((one) => !applicable.includes(one));
  if (named !== undefined && idle !== undefined) {
    throw usage(`${flag} ${idle.name}: no variant here suggests settings`);
  }
  return applicable.map(({ name }) => name);
}
