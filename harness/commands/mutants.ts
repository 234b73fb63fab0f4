/** `ordeal mutants`: hunts every planted bug, and shows that what is harmless raises no alarm. */

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { nameFault } from '../config/catalogue.ts';
import { limitFault } from '../config/config.ts';
import { usage } from '../core/errors.ts';
import type { Hunt } from '../explore/matrix/cell.ts';
import { type Comparison, compare, conclude } from '../explore/matrix/comparison.ts';
import { huntAll, type Prey } from '../explore/matrix/hunts.ts';
import {
  asExpected,
  isFound,
  MATRIX_FILE,
  type Matrix,
  type MatrixFile,
  nameOf,
  type Row,
  readMatrix,
} from '../explore/matrix/matrix.ts';
import { comparisonLines, lastLine, rowText, summaryLines } from '../explore/matrix/text.ts';
import { strategies } from '../explore/strategies/index.ts';
import { styleOf } from '../report/terminal.ts';
import { interruption } from '../run/interruption.ts';
import { progressOn } from '../run/progress.ts';
import { circumstances } from '../run/run-file.ts';
import { jsonText, makeRunDirectory, requireStore, writeWhole } from '../store/files.ts';
import { SCHEMA } from '../store/format.ts';
import { option } from './command-line.ts';
import { printDocument } from './document.ts';
import { mutantsByTier } from './mutants-by-tier.ts';
import { type Choice, type Chosen, chooseVariants, isScripted } from './mutants-chosen.ts';
import { duration, list, number } from './run-options.ts';

interface Flags {
  readonly mutant?: readonly string[];
  readonly rules?: readonly string[];
  readonly budget?: number;
  readonly strategy?: readonly string[];
  readonly baseline?: string;
  readonly workers?: number;
  readonly store?: string;
  readonly shrink: boolean;
  readonly tiers?: boolean;
  readonly seeds?: number;
  readonly seed: number;
  readonly first?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** The strategies of a matrix: what a user's command draws who knows nothing of the bug. */
const BLIND = ['plain', 'swarm', 'reactive'] as const satisfies (keyof typeof strategies)[];
/** The column in which all of them share the work, as in `ordeal explore`. */
const PORTFOLIO = 'portfolio';

const BUDGET_S = 60;
const BUDGET_MAX_S = 86_400;
const SEEDS_BY_TIER = 20;
const SEEDS_MAX = 100_000_000;
const WORKERS_MAX = 256;
/** Most finds are small by then on a machine at rest. */
const SHRINK_S = 5;

export function registerMutants(program: Command, done: (status: number) => void): void {
  program
    .command('mutants')
    .description('hunt every planted bug in the simulator: which strategy finds it, and how soon')
    .argument('[system...]', 'whose (default: every system)')
    .option('--mutant <id...>', 'only these')
    .option('--rules <file...>', 'the variants of these files; needs a system')
    .addOption(
      option('--budget <t>', 'of one core, for each hunt: 60, 60s or 5m (default: 60s)', duration),
    )
    .addOption(option('--strategy <names>', 'only these columns, by comma', list))
    .option('--baseline <file>', 'an earlier matrix: what it found must be found again')
    .addOption(option('--workers <n>', 'hunts at a time (default: one a core)', number))
    .option('--store <dir>', 'where the matrix is stored (default: store)')
    .option('--no-shrink', 'leave what is found as large as it is')
    .option('--tiers', 'by tier of evidence instead, each under settings of its own')
    .addOption(
      option('--seeds <n>', `runs of each hunt, at most (with --tiers: ${SEEDS_BY_TIER})`, number),
    )
    .addOption(option('--seed <n>', 'the first of their seeds', number).default(1))
    .option('--first', 'with --tiers: stop at the first evidence, whatever its tier')
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', HELP)
    .action(async (names: readonly string[], flags: Flags) => done(await mutants(names, flags)));
}

const HELP = `
The kill matrix: each bug is hunted by each strategy (ordeal explore --help)
and by all of them together (portfolio), with nothing but the system's name, on
one core until it is found or the budget is used up; the systems as they should
be beside them for the whole budget, and decoys, which are harmless, by the
portfolio. What is marked as scripted has a scenario or a test of its own. Of a
variant in a file that is called neither, nothing is expected.

--tiers tells what shows a bug instead: client (the clients' history alone), log
(what nodes executed and recovered), decision (the evidence of their decisions).

Exit status 3 if a bug was missed, or a decoy raised an alarm or was never
tried; with --baseline a bug that was missed then as well is no news. 1 if a
system as it should be broke a promise.

Examples:
  ordeal mutants raft
  ordeal mutants raft zab --budget 5s --baseline kill-matrix.json
  ordeal mutants raft --rules ./my-rules.ts --strategy swarm
  ordeal mutants --mutant rf-commit-old-term --tiers --seeds 500`;

async function mutants(names: readonly string[], flags: Flags): Promise<number> {
  const { seeds, seed, workers } = flags;
  const whole = {
    seeds: [seeds, 1, SEEDS_MAX],
    seed: [seed, 0, Number.MAX_SAFE_INTEGER - SEEDS_MAX],
    workers: [workers, 1, WORKERS_MAX],
  } as const;
  for (const [name, [value, min, max]] of Object.entries(whole)) {
    const fault = value === undefined ? null : limitFault(value, { min, max, whole: true });
    if (fault !== null) throw usage(`--${name}: ${fault}`);
  }
  refuseMixture(flags);
  const columns = columnsFor(flags.strategy);
  const budgetS = flags.budget ?? BUDGET_S;
  if (!(budgetS > 0 && budgetS <= BUDGET_MAX_S)) {
    throw usage(
      `--budget: ${budgetS} s is not allowed (a time above 0 s, ${BUDGET_MAX_S} at most)`,
    );
  }
  const choice = await chooseVariants(names, flags.mutant, flags.rules ?? []);
  if (flags.tiers === true) {
    const byTier = { ...flags, seeds: seeds ?? SEEDS_BY_TIER };
    return mutantsByTier(choice.chosen, choice.catalogue, byTier);
  }
  const limits = { columns, budgetS, seeds: seeds ?? null, firstSeed: seed };
  return killMatrix(choice, limits, flags);
}

/** What is said about the one way of hunting says nothing about the other. */
function refuseMixture(flags: Flags): void {
  const ofMatrix = ['budget', 'strategy', 'baseline', 'workers', 'store'] as const;
  if (flags.tiers !== true) {
    if (flags.first === true) throw usage('--first: a hunt ends at the first anyway (see --tiers)');
    return;
  }
  const given = ofMatrix.find((name) => flags[name] !== undefined);
  if (given !== undefined) throw usage(`--${given}: goes without --tiers`);
}

/** By name, the strategies that share each column. */
function columnsFor(named: readonly string[] | undefined): Matrix['columns'] {
  const alone = Object.keys(strategies).map((name) => [name, [name]] as const);
  const all = Object.fromEntries([...alone, [PORTFOLIO, BLIND]]);
  const chosen = named ?? [...BLIND, PORTFOLIO];
  const unknown = chosen.map((name) => nameFault(all, name)).find((fault) => fault !== null);
  if (unknown !== undefined) throw usage(`--strategy: unknown ${unknown}`);
  return Object.fromEntries(chosen.map((name) => [name, all[name] ?? []]));
}

async function killMatrix(
  choice: Choice,
  limits: Omit<Matrix, 'rows' | 'isWhole'>,
  flags: Flags,
): Promise<number> {
  const baseline = baselineOf(choice, flags.baseline);
  const prey = preyOf(choice, limits, flags.shrink ? SHRINK_S : 0, flags);
  const store = flags.store ?? 'store';
  requireStore(store);
  const begun = circumstances([]);
  const { columns } = styleOf(process.stdout);
  const say = (text: string) => {
    if (flags.json !== true) process.stdout.write(`${text}\n`);
  };
  const progress = progressOn(process.stderr, flags.quiet === true);
  using interrupt = interruption('storing what was hunted', progress.aside);
  const counts = { found: 0, unexpected: 0 };
  const rows = await huntAll(prey, flags.workers ?? availableParallelism(), interrupt.signal, {
    row: (row) => {
      if (isFound(row)) counts.found++;
      if (!asExpected(row)) counts.unexpected++;
      progress.aside(() => say(rowText(row, columns)));
    },
    step: (done, total) => progress.step({ kind: 'hunts', done, total, ...counts }),
  });
  progress.end();
  const matrix: Matrix = { ...limits, isWhole: rows.length === prey.length, rows };
  const planted = new Set(
    choice.systems.flatMap(({ system }) => system.variants.map(({ id }) => `${system.name}/${id}`)),
  );
  const comparison = baseline === null ? null : compare(baseline, matrix, planted);
  const path = storeMatrix(store, matrix, begun);
  const { status, wrong } = conclude(matrix, comparison);
  if (flags.json === true) {
    printDocument({ exitStatus: status, matrix, wrong: wrong.map(nameOf), comparison, path });
    return status;
  }
  say('');
  for (const line of summaryLines(matrix, columns)) say(line);
  for (const line of comparedLines(comparison, flags.baseline, columns)) say(line);
  say(lastLine(matrix, wrong));
  say(`\n  matrix      ${path}`);
  return status;
}

function comparedLines(
  comparison: Comparison | null,
  baseline: string | undefined,
  columns: number,
): readonly string[] {
  if (comparison === null || baseline === undefined) return [];
  return comparisonLines(comparison, baseline, columns);
}

/** An earlier matrix, which must have something to say about what is hunted. */
function baselineOf({ chosen, systems }: Choice, path: string | undefined): MatrixFile | null {
  if (path === undefined) return null;
  const matrix = readMatrix(path);
  const hunted = new Set(chosen.map(({ system, variant }) => `${system.name}/${variant.id}`));
  if (matrix.rows.some((row) => row.id !== null && hunted.has(nameOf(row)))) return matrix;
  const whose = systems.map(({ system }) => system.name).join(', ');
  throw usage(`--baseline ${path}: has none of the bugs that are hunted here (of ${whose})`);
}

/** Every hunt there is to be: of each variant, and of each system as it should be. */
function preyOf(
  { chosen, systems }: Choice,
  { columns, ...limits }: Omit<Matrix, 'rows' | 'isWhole'>,
  shrinkS: number,
  { mutant, rules }: Flags,
): readonly Prey[] {
  const huntsFor = (hunt: Pick<Hunt, 'asked' | 'only' | 'kind'>) => {
    const all = Object.entries(columns);
    const together = all.filter(([column]) => column === PORTFOLIO);
    const used = hunt.kind === 'decoy' && together.length > 0 ? together : all;
    return Object.fromEntries(
      used.map(([column, shared]) => {
        return [column, { ...hunt, ...limits, shrinkS, strategies: shared }] as const;
      }),
    );
  };
  const ofVariant = ({ system, variant, request }: Chosen): Prey => {
    const { id, kind } = variant;
    const hunts = huntsFor({ asked: request, only: id, kind });
    return { system: system.name, id, kind, scripted: isScripted(variant), hunts };
  };
  // Who hunts a few does not ask about the protocol as a whole.
  const isAll = mutant === undefined && rules === undefined;
  const correct = (isAll ? systems : []).map(({ asked, system }): Prey => {
    const hunts = huntsFor({ asked: { system: asked }, only: null, kind: 'correct' });
    return { system: system.name, id: null, kind: 'correct', scripted: false, hunts };
  });
  return [...chosen.map(ofVariant), ...correct];
}

/** As the user would type it. */
function storeMatrix(
  store: string,
  matrix: Matrix,
  { startedAt, versions, git }: ReturnType<typeof circumstances>,
): string {
  const systems = [...new Set(matrix.rows.map(({ system }: Row) => system))];
  const what = systems.length === 1 ? `${systems[0]}-mutants` : 'mutants';
  const path = join(makeRunDirectory(store, startedAt, what), MATRIX_FILE);
  const file: MatrixFile = {
    schema: SCHEMA,
    kind: 'kill-matrix',
    startedAt,
    versions,
    git,
    ...matrix,
  };
  writeWhole(path, jsonText(file));
  return path;
}
