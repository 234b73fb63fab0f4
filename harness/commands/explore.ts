/** `ordeal explore`: hunts violations in the simulator, on all cores, and says how thorough that was. */

import type { Command } from 'commander';
import { type RunRequest, SIMULATOR } from '../config/config.ts';
import { HarnessError } from '../core/errors.ts';
import { conclusionOf } from '../explore/conclusion.ts';
import { documentOf } from '../explore/document.ts';
import { type Exploration, explore } from '../explore/explore.ts';
import { inTime, type Kept, keep } from '../explore/keep.ts';
import { strategies, strategiesFor } from '../explore/strategies/index.ts';
import type { Strategy } from '../explore/strategy.ts';
import { blockOf, foundText, stateText } from '../explore/text.ts';
import { Explored } from '../explore/trial.ts';
import { styleOf } from '../report/terminal.ts';
import { plural } from '../report/text.ts';
import { interruption } from '../run/interruption.ts';
import type { RunContext } from '../run/prepared.ts';
import { progressOn } from '../run/progress.ts';
import { suspectsIn } from '../run/run.ts';
import { requireStore } from '../store/files.ts';
import { option } from './command-line.ts';
import { printDocument } from './document.ts';
import {
  duration,
  list,
  noSystem,
  number,
  programIn,
  type RunFlags,
  requestOf,
  requestOfProgram,
} from './run-options.ts';
import { addDrawnOptions, type SearchFlags, searchLimits } from './search-options.ts';

interface Flags extends RunFlags, SearchFlags {
  readonly strategy?: readonly string[];
  readonly first?: boolean;
  readonly shrink: boolean;
  readonly store: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly bin?: string;
}

const BUDGET_S = 60;

const EXAMPLES = `
Strategies:
${Object.values<Strategy>(strategies)
  .map(({ name, describe }) => `  ${name.padEnd(11)}${describe}`)
  .join('\n')}

What is given as a flag is never drawn. Each kind of violation is made again,
stored and reported as by ordeal run, and made small as by ordeal shrink.

Examples:
  ordeal explore raft
  ordeal explore raft --rules ./my-rules.ts --budget 5m
  ordeal explore zab --nodes 3 --set observers=1 --strategy swarm
  ordeal explore ./my-system.ts --seeds 1000 --workers 1 --seed 1
  ordeal explore raft --mutant rf-commit-old-term --first
  ordeal explore ./my-node --workload lin-kv -- --its-own-flag`;

export function registerExplore(program: Command, done: (status: number) => void): void {
  const command = program
    .command('explore')
    .description('hunt violations in the simulator: settings, sizes and faults drawn, on all cores')
    .argument('[system]', 'a name (see: ordeal list systems), a module, or a program')
    .argument('[args...]', 'of a program, after --')
    .addOption(
      option('--budget <t>', 'how long: 60, 60s or 5m (default: 60s, without --seeds)', duration),
    )
    .addOption(option('--seeds <n>', 'how many runs at most', number))
    .addOption(
      option('--seed <n>', 'the first of their seeds (default: drawn, and printed)', number),
    )
    .addOption(option('--workers <n>', 'threads at work (default: one a core)', number))
    .addOption(option('--strategy <names>', 'how runs are drawn, by comma (default: all)', list))
    .option('--first', 'end at the first violation')
    .option('--no-shrink', 'leave runs that show a violation as large as they are')
    .addOption(option('--mutant <ids>', 'plants known bugs, by comma', list))
    .addOption(option('--rules <files>', 'modules with own variants of the rules, by comma', list));
  addDrawnOptions(command)
    .option('--bin <file>', 'a program that speaks JSON lines; its arguments after --')
    .option('--store <dir>', 'where runs that show a violation are stored', 'store')
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', EXAMPLES)
    .action(async (system: string | undefined, args: readonly string[], flags: Flags) => {
      done(await exploreFor(askedFor(system, args, flags), flags));
    });
}

/** What is explored; a program in lock-step. */
function askedFor(
  system: string | undefined,
  args: readonly string[],
  flags: Flags,
): Omit<RunRequest, 'seed'> & Pick<RunRequest, 'system'> {
  const named = programIn(system, args, flags, 'explore');
  if (named === null && system === undefined) throw noSystem('ordeal explore raft');
  const { seed: _, ...asked } =
    named === null ? requestOf(system, flags) : requestOfProgram(named, flags);
  return named === null ? asked : { ...asked, backend: SIMULATOR };
}

async function exploreFor(asked: RunRequest, flags: Flags): Promise<number> {
  const drawn = Math.floor(Math.random() * 2 ** 32);
  const limits = searchLimits(flags, { budgetS: BUDGET_S, firstSeed: drawn });
  const explored = await Explored.of(asked);
  const exploration: Exploration = {
    ...limits,
    asked,
    strategies: strategiesFor(explored.ground, flags.strategy, '--strategy'),
    firstOnly: flags.first === true,
  };
  requireStore(flags.store);
  const progress = progressOn(process.stderr, flags.quiet === true);
  using interrupt = interruption('storing what was found', progress.aside);
  const figures = await explore(exploration, explored, interrupt.signal, {
    step: (state) => progress.state(stateText(state)),
    found: (found) => progress.line(foundText(found)),
  });
  // What was found is stored even so: who interrupts wants no more of it, and not less.
  const context: RunContext = {
    store: flags.store,
    signal: new AbortController().signal,
    progress: progress.run,
    onStart: () => undefined,
  };
  const { stop } = figures;
  if (stop?.kind === 'failed') {
    const command = explored.commandOf(stop.task);
    progress.aside(() => process.stderr.write(`ordeal: to run it again: ${command}\n`));
    // With a mistake in the user's code nothing counts that was run with it.
    const isUsers = stop.error instanceof HarnessError && stop.error.failure === 'usage';
    if (isUsers || figures.found.length === 0) throw stop.error;
    progress.aside(() => process.stderr.write(`ordeal: ${stop.error.message}\n`));
  }
  const kept: Kept[] = [];
  for (const found of figures.found) {
    progress.state(`storing ${kept.length + 1} of ${plural(figures.found.length, 'violation')}`);
    const effort = flags.shrink ? inTime(() => interrupt.signal.aborted) : null;
    kept.push(await keep(found, context, effort));
  }
  progress.end();
  const conclusion = conclusionOf(figures, kept, suspectsIn(explored.config, []));
  if (flags.json === true) {
    printDocument(documentOf({ exploration, figures, kept, conclusion }));
  } else {
    process.stdout.write(
      `${blockOf({ exploration, figures, kept, conclusion }, styleOf(process.stdout).columns)}\n`,
    );
  }
  return conclusion.status;
}
