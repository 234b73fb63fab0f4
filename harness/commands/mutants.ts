/** `ordeal mutants`: hunts every planted bug, and shows that what is harmless raises no alarm. */

import type { Command } from 'commander';
import { TIERS, type Tier } from '../../checkers/agreement/property.ts';
import { systems } from '../../systems/index.ts';
import type { System, Variant } from '../../systems/system.ts';
import { builtIn, type Catalogue, systemNamed } from '../config/catalogue.ts';
import { EXIT, usage } from '../core/errors.ts';
import { withOwnModules } from '../own/modules.ts';
import { loadVariants } from '../own/variants.ts';
import { plural } from '../report/text.ts';
import { type Hunted, huntVariant } from '../run/hunt.ts';
import { interruption } from '../run/interruption.ts';
import { progressOn } from '../run/progress.ts';
import { huntsOf } from '../variants/hunts.ts';
import { applyVariants, builtInVariant } from '../variants/variants.ts';
import { option } from './command-line.ts';
import { printDocument } from './document.ts';
import { number } from './run-options.ts';

interface Flags {
  readonly mutant?: readonly string[];
  readonly rules?: readonly string[];
  readonly seeds: number;
  readonly seed: number;
  readonly first?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const SEEDS_MAX = 100_000;

export function registerMutants(program: Command, done: (status: number) => void): void {
  program
    .command('mutants')
    .description('hunt every planted bug in the simulator, by tier of evidence')
    .argument('[system]', 'whose (default: every system)')
    .option('--mutant <id...>', 'only these')
    .option('--rules <file...>', 'the variants of these files; needs a system')
    .addOption(option('--seeds <n>', 'seeds for each, at most', number).default(20))
    .addOption(option('--seed <n>', 'the first of them', number).default(1))
    .option('--first', 'stop at the first evidence, whatever its tier')
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', HELP)
    .action(async (name: string | undefined, flags: Flags) => done(await mutants(name, flags)));
}

const HELP = `
Tiers: client (the clients' history alone), log (what nodes executed and
recovered), decision (the evidence of their decisions). A decoy is harmless: it
may cost time, and must raise no other alarm. What is marked as scripted has a
scenario or a test of its own. Of a variant in a file that is called neither,
nothing is expected. What never decided otherwise than the rules that it
replaces was not tried at all.

Exit status 3 if a mutant was missed, or a decoy raised an alarm or was never
tried.

Examples:
  ordeal mutants raft
  ordeal mutants raft --rules ./my-rules.ts --seeds 200
  ordeal mutants --mutant rf-commit-old-term --seeds 500`;

async function mutants(given: string | undefined, flags: Flags): Promise<number> {
  if (!Number.isInteger(flags.seeds) || flags.seeds < 1 || flags.seeds > SEEDS_MAX) {
    throw usage(`--seeds: ${flags.seeds} is not allowed (a whole number 1 to ${SEEDS_MAX})`);
  }
  if (!Number.isSafeInteger(flags.seed) || flags.seed < 0) {
    throw usage(`--seed: ${flags.seed} is not allowed (a whole number from 0 on)`);
  }
  const named = await withOwnModules({ system: given ?? '' }, builtIn);
  const { catalogue } = named;
  const name = given === undefined ? undefined : named.request.system;
  const own = await ownVariants(name, flags.rules ?? [], catalogue);
  const isAsked = own.length === 0 || flags.mutant !== undefined;
  const chosen = [...(isAsked ? choose(name, flags.mutant, catalogue) : []), ...own];
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

/** A variant that was hunted. */
interface Row {
  readonly system: string;
  readonly hunted: Hunted;
}

interface Chosen {
  readonly system: System;
  readonly variant: Variant;
}

/** The variants of a user's files, refused before any of them is hunted. */
async function ownVariants(
  name: string | undefined,
  files: readonly string[],
  catalogue: Catalogue,
): Promise<Chosen[]> {
  if (files.length === 0) return [];
  if (name === undefined) throw usage('--rules: say of which system the rules are');
  const system = systemNamed(name, catalogue);
  const variants = (await Promise.all(files.map((file) => loadVariants(file)))).flat();
  for (const variant of variants) applyVariants(system, [variant]);
  huntsOf(system, variants, catalogue);
  return variants.map((variant) => ({ system, variant }));
}

/** Mutants and decoys of a system or of all, or those that are named. */
function choose(
  name: string | undefined,
  ids: readonly string[] | undefined,
  catalogue: Catalogue,
): Chosen[] {
  const among = name === undefined ? Object.values(systems) : [systemNamed(name, catalogue)];
  if (ids === undefined) {
    return among.flatMap((system) => system.variants.map((variant) => ({ system, variant })));
  }
  return ids.map((id) => {
    const system = among.find(({ variants }) => variants.some((variant) => variant.id === id));
    const owner = system ?? among[0];
    if (owner === undefined) throw new Error('there is no system');
    return { system: owner, variant: builtInVariant(owner, id) };
  });
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

/** Whether a scripted schedule shows it, and random ones hardly ever do. */
function isScripted({ kind, expect }: Variant): boolean {
  return kind === 'mutant' && expect?.length === 0;
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
