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
