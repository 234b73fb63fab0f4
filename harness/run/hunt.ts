/**
 * Hunts one planted bug in the simulator: successive seeds under the variant's own settings, until
 * every tier of evidence has shown it or the seeds are used up.
 */

import { TIERS, type Tier } from '../../checkers/agreement/property.ts';
import type { System, Variant } from '../../systems/system.ts';
import { builtIn, type Catalogue } from '../config/catalogue.ts';
import { resolveConfig } from '../config/config.ts';
import { type Finding, findingsOf, isOfLiveness } from '../judge/tiers.ts';
import { outcomes } from './seeds.ts';
import { simulateOnce } from './simulate.ts';

export interface HuntOptions {
  readonly firstSeed: number;
  /** How many seeds at most. */
  readonly seeds: number;
  /** Stop as soon as one tier has shown it, rather than every one. */
  readonly firstOnly: boolean;
}

/** How a tier first showed the bug. */
export interface Kill extends Finding {
  /** How many seeds that took, and how much time of one core. */
  readonly seeds: number;
  readonly seconds: number;
  readonly seed: number;
}

export interface Hunted {
  readonly variant: Variant;
  /** Runs made. */
  readonly runs: number;
  readonly seconds: number;
  readonly kills: Readonly<Partial<Record<Tier, Kill>>>;
  /** How often a changed rule decided otherwise: 0 tells a weak schedule from a weak checker. */
  readonly changed: number;
}

/** `nowS` reads a clock: how long it took is for a reader, and decides nothing. */
export function huntVariant(
  system: System,
  variant: Variant,
  { firstSeed, seeds, firstOnly }: HuntOptions,
  nowS: () => number,
  catalogue: Catalogue = builtIn,
): Hunted {
  const begunS = nowS();
  const kills: Partial<Record<Tier, Kill>> = {};
  let changed = 0;
  let runs = 0;
  const complete = (): boolean =>
    firstOnly ? Object.keys(kills).length > 0 : TIERS.every((tier) => kills[tier] !== undefined);
  const make = (seed: number) => {
    const request = { system: system.name, seed };
    const config = resolveConfig(request, [variant.hunt ?? {}], () => seed, catalogue);
    // The other tiers must have their say as well, so the run goes to its end.
    return { seed, ...simulateOnce(config, [variant], catalogue, firstOnly) };
  };
  const range = { first: firstSeed, count: seeds, isEnough: complete };
  for (const { seed, reached, checks } of outcomes(range, make)) {
    runs++;
    changed += Object.values(reached).reduce((sum, reach) => sum + reach.changed, 0);
    for (const finding of findingsOf(checks)) {
      // What is harmless may still be slow: some decoys only elect more often.
      if (variant.kind === 'decoy' && isOfLiveness(finding)) continue;
      kills[finding.tier] ??= { ...finding, seeds: runs, seconds: nowS() - begunS, seed };
    }
  }
  return { variant, runs, seconds: nowS() - begunS, kills, changed };
}
