/** `ordeal mutants --tiers`: which tier of evidence shows each planted bug, under its own settings. */

import { TIERS, type Tier } from '../../checkers/agreement/property.ts';
import type { Catalogue } from '../config/catalogue.ts';
import { EXIT } from '../core/errors.ts';
import { plural } from '../report/text.ts';
import { type Hunted, huntVariant } from '../run/hunt.ts';
import { interruption } from '../run/interruption.ts';
import { progressOn } from '../run/progress.ts';
import { printDocument } from './document.ts';
import { type Chosen, isScripted } from './mutants-chosen.ts';

export interface TierFlags {
  readonly seeds: number;
  readonly seed: number;
  readonly first?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** A variant that was hunted. */
interface Row {
  readonly system: string;
  readonly hunted: Hunted;
}

export async function mutantsByTier(
  chosen: readonly Chosen[],
  catalogue: Catalogue,
  flags: TierFlags,
): Promise<number> {
  const nowS = () => performance.now() / 1000;
  const progress = progressOn(process.stderr, flags.quiet === true);
  using interrupt = interruption('ending after this variant', progress.aside);
  const rows: Row[] = [];
  if (flags.json !== true) process.stdout.write(`${head()}\n`);
  for (const { system, variant } of chosen) {
    if (interrupt.signal.aborted) {
      progress.end();
      if (flags.json === true) printHunted(EXIT.interrupted, rows);
      return EXIT.interrupted;
    }
    const options = { firstSeed: flags.seed, seeds: flags.seeds, firstOnly: flags.first === true };
    const hunted = huntVariant(system, variant, options, nowS, catalogue);
    rows.push({ system: system.name, hunted });
    if (flags.json !== true) {
      progress.aside(() => process.stdout.write(`${rowOf(hunted)}\n`));
    }
    const { found, unexpected } = countsOf(rows);
    progress.step({ kind: 'variants', done: rows.length, total: chosen.length, found, unexpected });
    // Lets a signal through.
    await new Promise(setImmediate);
  }
  progress.end();
  const wrong = rows.filter(({ hunted }) => !asExpected(hunted));
  const status = wrong.length === 0 ? EXIT.valid : EXIT.infrastructure;
  if (flags.json === true) {
    printHunted(status, rows);
  } else {
    const names = wrong.map(({ hunted }) => hunted.variant.id).join(', ');
    const verdict = wrong.length === 0 ? 'all as expected' : `not as expected: ${names}`;
    process.stdout.write(`\n${plural(rows.length, 'variant')}, ${verdict}\n`);
  }
  return status;
}

function printHunted(exitStatus: number, rows: readonly Row[]): void {
  printDocument({ exitStatus, variants: rows.map(documentOf) });
}

function countsOf(rows: readonly Row[]): { found: number; unexpected: number } {
  return {
    found: rows.filter(({ hunted }) => Object.keys(hunted.kills).length > 0).length,
    unexpected: rows.filter(({ hunted }) => !asExpected(hunted)).length,
  };
}

/**
 * A mutant is found; a decoy is tried and not found. Nothing is expected here of what only a script
 * shows, nor of what a user calls neither.
 */
function asExpected({ variant, kills, changed }: Hunted): boolean {
  if (isScripted(variant) || variant.kind === 'variant') return true;
  const isFound = Object.keys(kills).length > 0;
  return variant.kind === 'decoy' ? !isFound && changed > 0 : isFound;
}

const ID_WIDTH = 39;
const CELL_WIDTH = 13;

function head(): string {
  const cells = TIERS.map((tier) => tier.padEnd(CELL_WIDTH)).join('');
  return `${'variant'.padEnd(ID_WIDTH)}${cells}`.trimEnd();
}

/** Seeds and seconds until each tier showed it, and below what showed it first. */
function rowOf(hunted: Hunted): string {
  const { variant, kills, runs } = hunted;
  const cell = (tier: Tier): string => {
    const kill = kills[tier];
    if (kill === undefined) return `- (${runs})`;
    return `${kill.seeds} (${kill.seconds.toFixed(2)} s)`;
  };
  const note = variant.kind === 'decoy' ? ' (decoy)' : isScripted(variant) ? ' (scripted)' : '';
  const id = `${variant.id}${note}`;
  const mark = asExpected(hunted) ? '✔' : '✖';
  const cells = TIERS.map((tier) => cell(tier).padEnd(CELL_WIDTH)).join('');
  const names = TIERS.flatMap((tier) => kills[tier]?.property ?? []);
  const line = `${mark} ${id.padEnd(ID_WIDTH - 2)}${cells}`.trimEnd();
  if (names.length > 0) return `${line}\n    ${names.join(' · ')}`;
  return hunted.changed > 0 ? line : `${line}\n    never decided otherwise: it was not tried`;
}

function documentOf({ system, hunted }: Row): object {
  const { variant, runs, seconds, kills, changed } = hunted;
  const { id, kind, describe, source, expect } = variant;
  const scripted = isScripted(variant);
  const tiers = Object.fromEntries(TIERS.map((tier) => [tier, kills[tier] ?? null]));
  const found = { expected: asExpected(hunted), scripted, tiers, runs, seconds, changed };
  return { system, id, kind, describe, source, expect, ...found };
}
