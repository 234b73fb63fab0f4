/** `ordeal compare`: the same work on two versions or variants of a system, and what differs. */

import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { compare } from '../compare/compare.ts';
import { type Comparison, conclusionOf } from '../compare/conclusion.ts';
import { documentOf } from '../compare/document.ts';
import { type Finding, findingOf } from '../compare/findings.ts';
import { comparisonHtml } from '../compare/page.ts';
import { Pair, type PairAsked } from '../compare/pair.ts';
import { populationsOf } from '../compare/populations.ts';
import { replaySchedules, schedulePaths } from '../compare/schedules.ts';
import { checkOutSide, type SideSpec, sideSpec } from '../compare/side.ts';
import { blockOf, stateText } from '../compare/text.ts';
import { HarnessError, usage } from '../core/errors.ts';
import { strategiesFor } from '../explore/strategies/index.ts';
import { styleOf } from '../report/terminal.ts';
import { plural } from '../report/text.ts';
import { commandText } from '../run/command-text.ts';
import { interruption } from '../run/interruption.ts';
import { progressOn } from '../run/progress.ts';
import { settingFlags } from '../run/run-file.ts';
import {
  jsonText,
  makeRunDirectory,
  requireStore,
  writeDerived,
  writeWhole,
} from '../store/files.ts';
import { option } from './command-line.ts';
import { printDocument } from './document.ts';
import { duration, list, number, type RunFlags, requestOf } from './run-options.ts';
import { addDrawnOptions, type SearchFlags, searchLimits } from './search-options.ts';

interface Flags extends RunFlags, SearchFlags {
  readonly strategy?: readonly string[];
  readonly repros?: string;
  readonly shrink: boolean;
  readonly store: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** With what follows, a first answer comes within 20 s. */
const BUDGET_S = 12;
/** New kinds of violation that are made small; the others are told with their commands. */
const SMALL_MAX = 3;
/** What is kept beside the page. */
const COMPARISON_FILE = 'comparison.json';

const HELP = `
A side is a system or the path of a module, then a revision after @, then
settings after a colon: those of --set by name, mutant=ID and rules=FILE.
B begins with @ or : where it is A's system; without B, it is the system as it
lies here, with --mutant and --rules, which are B's.

  raft                           as it lies here
  raft@main                      as it is at a git revision
  raft:reads=lease,batch=1       under other options
  raft:mutant=rf-commit-no-min   with a planted bug
  raft:rules=./mine.ts           with your own rules
  ./my-system.ts@HEAD~3          your own system, as it was committed

Both sides get the same seeds, clusters, load and faults, drawn as by ordeal
explore. What B breaks and A does not is made small, explained and kept. Of a
revision the protocol is taken; this harness drives and judges it. Schedules
that were kept (repro.json in the store, or --repros) are replayed on both.

Exit status 1 if B breaks what A keeps, 0 if not; 2 if too little was shown.

Examples:
  ordeal compare raft@main raft
  ordeal compare raft --rules ./mine.ts --budget 60s
  ordeal compare raft :reads=lease --seeds 200 --strategy plain`;

export function registerCompare(program: Command, done: (status: number) => void): void {
  const command = program
    .command('compare')
    .description('the same work on two versions or variants of a system: what differs')
    .argument('<A>', 'a side, such as raft@main')
    .argument('[B]', 'the other side, such as raft or :reads=lease')
    .addOption(
      option('--budget <t>', `time for runs (default: ${BUDGET_S}s, without --seeds)`, duration),
    )
    .addOption(option('--seeds <n>', 'how many pairs of runs at most', number))
    .addOption(option('--seed <n>', 'the first of their seeds', number).default(1))
    .addOption(option('--workers <n>', 'threads at work (default: one a core)', number))
    .addOption(option('--strategy <names>', 'how runs are drawn, by comma (default: all)', list))
    .option('--repros <dir>', 'kept schedules to replay (default: those in the store)')
    .option('--no-shrink', 'leave runs that show a violation as large as they are')
    .addOption(option('--mutant <ids>', 'plants known bugs in B, by comma', list))
    .addOption(option('--rules <files>', 'modules with own variants of the rules, in B', list));
  addDrawnOptions(command)
    .option('--store <dir>', 'where the comparison is stored', 'store')
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', HELP)
    .action(async (a: string, b: string | undefined, flags: Flags) => {
      done(await compareSides(a, b, flags));
    });
}

async function compareSides(a: string, b: string | undefined, flags: Flags): Promise<number> {
  const limits = searchLimits(flags, { budgetS: BUDGET_S, firstSeed: 1 });
  const { one, other } = sidesOf(a, b, flags);
  const request = requestOf(one.system, flags);
  const { system: _, seed: __, mutants, rules, ...common } = request;
  const ofB = {
    ...(mutants === undefined ? {} : { mutants }),
    ...(rules === undefined ? {} : { rules }),
  };
  const progress = progressOn(process.stderr, flags.quiet === true);
  using interrupt = interruption('telling what is known so far', progress.aside);
  using checkouts = new DisposableStack();
  const checkedOut = (spec: SideSpec, name: string) => {
    const { [Symbol.dispose]: dispose, ...side } = checkOutSide(spec, name);
    if (dispose !== undefined) checkouts.defer(dispose);
    return side;
  };
  const asked: PairAsked = { common, ofB, a: checkedOut(one, 'A'), b: checkedOut(other, 'B') };
  const pair = await Pair.of(asked);
  const strategies = strategiesFor(pair.ground, flags.strategy, '--strategy');
  const paths = schedulePaths(flags.repros, flags.store);
  requireStore(flags.store);
  const pairs = await compare(asked, { ...limits, strategies }, interrupt.signal, {
    step: (state) => progress.state(stateText(state)),
    found: (kind, { seed }) => progress.line(`B breaks ${kind} (seed ${seed})`),
  });
  const { stop } = pairs;
  // With a mistake in the user's code nothing counts that was run with it; nor with one of ours.
  if (stop?.kind === 'failed' && !isOfMachine(stop.error)) throw stop.error;
  const isAborted = () => interrupt.signal.aborted;
  const populations = populationsOf(pairs.trials);
  const startedAt = new Date().toISOString();
  const made = makeRunDirectory(flags.store, startedAt, `compare-${pair.a.base.system}`);
  const directory = relative(process.cwd(), made) || '.';
  const findings: Finding[] = [];
  for (const [at, seen] of populations.introduced.entries()) {
    const of = populations.introduced.length;
    progress.state(`making ${at + 1} of ${plural(of, 'new violation')} small`);
    // Kinds that one run shows are most often one mistake.
    const isOther = findings.every(({ seed }) => seed !== seen.seed);
    const smalls = findings.filter(({ small }) => small !== null).length;
    const into = flags.shrink && isOther && smalls < SMALL_MAX ? directory : null;
    findings.push(await findingOf(seen, pair, at + 1, into, isAborted));
  }
  const schedules = await replaySchedules(paths, pair, isAborted, (done) =>
    progress.state(`replayed ${done} of ${plural(paths.length, 'kept schedule')}`),
  );
  progress.end();
  const comparison: Comparison = {
    pair,
    limits: { ...limits, strategies },
    pairs,
    populations,
    findings,
    schedules,
    directory,
  };
  const conclusion = conclusionOf(comparison);
  const document = documentOf(comparison, conclusion);
  const command = commandText(
    ['compare', one.text, other.text],
    [
      // Of as many seeds both sides make the same runs, however long that takes.
      ['seeds', populations.pairs === 0 ? flags.seeds : populations.pairs],
      ['seed', limits.firstSeed],
      ['strategy', flags.strategy],
      ['repros', flags.repros],
      ['no-shrink', flags.shrink ? null : true],
      ...settingFlags(request),
    ],
  );
  writeWhole(join(directory, COMPARISON_FILE), jsonText({ startedAt, ...document }));
  writeDerived(directory, 'report', comparisonHtml(comparison, conclusion, command));
  if (flags.json === true) printDocument(document);
  else {
    const { columns } = styleOf(process.stdout);
    process.stdout.write(`${blockOf(comparison, conclusion, columns)}\n`);
  }
  return conclusion.status;
}

function isOfMachine(error: Error): boolean {
  return error instanceof HarnessError && error.failure === 'infrastructure';
}

/** Both sides as they are written; of B, what is A's may be left out. */
function sidesOf(
  a: string,
  b: string | undefined,
  { mutant, rules }: Flags,
): { readonly one: SideSpec; readonly other: SideSpec } {
  const one = sideSpec(a, 'A');
  const isChanged = mutant !== undefined || rules !== undefined;
  if (b === undefined && one.text === one.system && !isChanged) {
    throw usage(`a second side is needed (as in: ordeal compare ${a}@main ${a})`);
  }
  const written = b === undefined ? one.system : /^[@:]/.test(b) ? `${one.system}${b}` : b;
  return { one, other: sideSpec(written, 'B') };
}
