/** Makes one campaign of its shards: what they did is put together, and nothing is run. */

import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { usage } from '../core/errors.ts';
import { storing } from '../core/files.ts';
import type { Work } from './campaign.ts';
import { runsOf, VIOLATIONS } from './kept.ts';
import { workOf } from './previous.ts';
import type { CampaignState, Plan } from './state.ts';
import { WHOLE } from './unit.ts';

/** What the shards were begun with, all alike; throws a usage error where they are not all parts of one campaign. */
export function planOf(shards: readonly CampaignState[]): Plan {
  const [first] = shards;
  if (first === undefined) throw usage('merge: the directories of the shards are needed');
  const { plan, directory } = first;
  const { of } = plan.shard;
  const holders = new Map<number, string>();
  for (const shard of shards) {
    const other = differenceOf(plan, shard.plan);
    if (other !== null) {
      throw usage(`${shard.directory}: is no part of the campaign of ${directory} (${other})`);
    }
    const { index } = shard.plan.shard;
    const twin = holders.get(index);
    if (twin !== undefined) {
      throw usage(`${shard.directory}: is shard ${index} of ${of}, and so is ${twin}`);
    }
    holders.set(index, shard.directory);
    if (workOf(shard.directory) === null) {
      throw usage(
        `${shard.directory}: shard ${index} of ${of} has not come to its end (go on with: ` +
          `ordeal campaign ${plan.file} --resume ${shard.directory})`,
      );
    }
  }
  const missing = Array.from({ length: of }, (_, at) => at + 1).filter((at) => !holders.has(at));
  if (missing.length > 0) {
    throw usage(`merge: shard ${missing.join(', ')} of ${of} is missing`);
  }
  return { ...plan, shard: WHOLE };
}

/** What two shards were not begun with alike; null for nothing. */
function differenceOf(one: Plan, other: Plan): string | null {
  if (one.shard.of !== other.shard.of)
    return `it has ${other.shard.of} shards, not ${one.shard.of}`;
  const named = {
    name: 'another name',
    source: 'another file',
    code: 'other code',
    firstSeed: 'another first seed',
    seeds: 'another number of seeds',
    budgetS: 'another budget',
  } as const;
  const differing = Object.entries(named).find(
    ([field]) => one[field as keyof typeof named] !== other[field as keyof typeof named],
  );
  return differing?.[1] ?? null;
}

/** Puts into a campaign what its shards did and kept; what their threads did, all together. */
export function gather(shards: readonly CampaignState[], into: CampaignState): Work {
  let whole: Work = { wallS: 0, repeated: 0, identical: 0, stop: null };
  for (const shard of shards) {
    for (const [id, result] of shard.results()) into.write(id, result);
    for (const folder of [runsOf(shard.plan.shard), VIOLATIONS]) {
      const from = join(shard.directory, folder);
      const to = join(into.directory, folder);
      if (!existsSync(from)) continue;
      storing(to, () => cpSync(from, to, { recursive: true, verbatimSymlinks: true }));
    }
    const work = workOf(shard.directory);
    if (work === null) throw new Error('a shard that has not come to its end is refused');
    whole = {
      // They ran beside one another.
      wallS: Math.max(whole.wallS, work.wallS),
      repeated: whole.repeated + work.repeated,
      identical: whole.identical + work.identical,
      stop: whole.stop ?? work.stop,
    };
  }
  return whole;
}
