/** What commands take that make many runs of drawn settings: how far to go, and what is not drawn. */

import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { limitFault } from '../config/config.ts';
import { usage } from '../core/errors.ts';
import type { Limits } from '../explore/crew.ts';
import { option } from './command-line.ts';
import { clients, duration, list, number, setting } from './run-options.ts';

export interface SearchFlags {
  readonly budget?: number;
  readonly seeds?: number;
  readonly seed?: number;
  readonly workers?: number;
}

const BUDGET_MAX_S = 7 * 86_400;
const SEEDS_MAX = 100_000_000;
const SEED_MAX = Number.MAX_SAFE_INTEGER - SEEDS_MAX;
const WORKERS_MAX = 256;

/** What is given as a flag, and never drawn. */
export function addDrawnOptions(command: Command): Command {
  return command
    .option('--workload <name>', 'what clients do')
    .addOption(option('--nodes <n>', 'size of the cluster', number))
    .addOption(option('--concurrency <n>', 'clients at a time, or 2n: two a node', clients))
    .addOption(option('--rate <n>', 'operations per second over all clients', number))
    .addOption(option('--time-limit <t>', 'time under faults', duration))
    .addOption(option('--nemesis <names>', 'faults, by comma; all or none', list))
    .addOption(option('--nemesis-interval <t>', 'between faults of a kind', duration))
    .addOption(
      option(
        '--set <name=value>',
        'an option of system, workload or simulator, see: ordeal list options',
        setting,
      ),
    );
}

/** How far to go, checked: without any limit, for so long; the first seed is this, unless one is named. */
export function searchLimits(
  { budget, seeds, seed, workers = availableParallelism() }: SearchFlags,
  usual: { readonly budgetS: number; readonly firstSeed: number },
): Limits {
  if (budget !== undefined && !(budget > 0 && budget <= BUDGET_MAX_S)) {
    throw usage(`--budget: ${budget} s is not allowed (a time above 0 s, ${BUDGET_MAX_S} at most)`);
  }
  const firstSeed = seed ?? usual.firstSeed;
  const whole = {
    seeds: [seeds, 1, SEEDS_MAX],
    workers: [workers, 1, WORKERS_MAX],
    seed: [firstSeed, 0, SEED_MAX],
  } as const;
  for (const [name, [value, min, max]] of Object.entries(whole)) {
    const fault = value === undefined ? null : limitFault(value, { min, max, whole: true });
    if (fault !== null) throw usage(`--${name}: ${fault}`);
  }
  const budgetS = budget ?? (seeds === undefined ? usual.budgetS : null);
  return { budgetS, seeds: seeds ?? null, firstSeed, workers };
}
