/** Hunting a planted bug in the simulator, as a test does it: few seeds, its own settings. */

import { resolveConfig } from '../../harness/config/config.ts';
import { type SimulatedRun, simulateOnce } from '../../harness/run/simulate.ts';
import type { System, Variant } from '../../systems/system.ts';

/** Runs a variant, or the system as it should be, under a variant's hunt settings. */
export function huntOnce(
  system: System,
  variant: Variant,
  seed: number,
  planted: boolean,
): SimulatedRun {
  const config = resolveConfig({ system: system.name, seed }, [variant.hunt ?? {}], () => seed);
  return simulateOnce(config, planted ? [variant] : []);
}

/** What is broken in a run: properties by name, or the checker where it names none. */
export function brokenIn(run: SimulatedRun): string[] {
  return run.checks.flatMap(({ checker, verdict }) =>
    verdict.kind === 'invalid' ? [verdict.property ?? checker] : [],
  );
}

/** The first seed from 1 on in which something is broken, and what; null after `seeds` of them. */
export function hunt(
  system: System,
  variant: Variant,
  seeds: number,
): { readonly seed: number; readonly broken: readonly string[] } | null {
  for (let seed = 1; seed <= seeds; seed++) {
    const broken = brokenIn(huntOnce(system, variant, seed, true));
    if (broken.length > 0) return { seed, broken };
  }
  return null;
}

/** So many seeds does `ordeal mutants` try at most. */
const DECOY_SEEDS_MAX = 10;

/**
 * What a decoy breaks in the seeds from 1 on, and how often it decided otherwise in them: in some
 * more where it did not yet.
 */
export function tryDecoy(
  system: System,
  decoy: Variant,
  seeds: number,
): { readonly broken: readonly string[]; readonly changed: number } {
  const broken: string[] = [];
  let changed = 0;
  for (let seed = 1; seed <= seeds || (changed === 0 && seed <= DECOY_SEEDS_MAX); seed++) {
    const run = huntOnce(system, decoy, seed, true);
    broken.push(...brokenIn(run));
    for (const reach of Object.values(run.reached)) changed += reach.changed;
  }
  return { broken, changed };
}
