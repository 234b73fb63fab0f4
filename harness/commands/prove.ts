/** `ordeal prove`: searches all that can happen to a small cluster, and says what it has covered. */

import type { Command } from 'commander';
import { protocolNamed, workloadNamed } from '../config/catalogue.ts';
import { limitFault } from '../config/config.ts';
import { resolveSystemOptions } from '../config/settings.ts';
import { usage } from '../core/errors.ts';
import { conclusionOf } from '../prove/conclusion.ts';
import { documentOf } from '../prove/document.ts';
import { keepViolation, type ProofConfig, type ProofRun, readProof } from '../prove/kept.ts';
import { type Model, smallSettings } from '../prove/model.ts';
import { writeProofReport } from '../prove/page.ts';
import { type Proof, prove } from '../prove/prove.ts';
import { blockOf, stateText } from '../prove/text.ts';
import { styleOf } from '../report/terminal.ts';
import { commandText, type Flag, setFlags } from '../run/command-text.ts';
import { interruption } from '../run/interruption.ts';
import { prepare } from '../run/prepare.ts';
import { progressOn } from '../run/progress.ts';
import { circumstances, ownFiles } from '../run/run-file.ts';
import { requireStore } from '../store/files.ts';
import type { RunSummary } from '../store/format.ts';
import { huntsOf } from '../variants/hunts.ts';
import { choice, option } from './command-line.ts';
import { printDocument } from './document.ts';
import {
  duration,
  list,
  noSystem,
  number,
  type RunFlags,
  requestOf,
  setting,
} from './run-options.ts';
import { budgetOf } from './shrink.ts';

interface Flags extends RunFlags {
  readonly operations: number;
  readonly faults: number;
  readonly timeouts: number;
  readonly from: 'start' | 'ready';
  readonly depth?: number;
  readonly budget: number;
  readonly memory: number;
  readonly store: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const NODES = 3;
const GIGABYTE = 1e9;
/** Of the budget, what the search has before walks at random take its place. */
const SEARCH_SHARE = 0.5;
/** When these end: the rest is for making short what they found. */
const WALKED_SHARE = 0.8;
const LIMITS = {
  nodes: { min: 1, max: 5, whole: true },
  operations: { min: 0, max: 8, whole: true },
  faults: { min: 0, max: 20, whole: true },
  timeouts: { min: 0, max: 100, whole: true },
  depth: { min: 1, max: 1_000_000, whole: true },
  memory: { min: 0.05, max: 64, whole: false },
} as const;

const EXAMPLES = `
Every order in which messages arrive (or do not), timers run out, clients ask
and nodes crash and start again is tried, within the bounds: all of it, or the
last word is UNKNOWN. What is found is found in as few steps as there are.
Where half of the budget is not enough, walks at random take the other half:
what they find is made as short as can be, and what they do not find may be
there.

Examples:
  ordeal prove raft
  ordeal prove basic-paxos --operations 2 --faults 1
  ordeal prove raft --mutant rf-vote-anyone
  ordeal prove multi-paxos --rules ./my-rules.ts --budget 10m --memory 8`;

export function registerProve(program: Command, done: (status: number) => void): void {
  program
    .command('prove')
    .description('search all that can happen to a small cluster, within bounds')
    .argument('[system]', 'see: ordeal list systems')
    .addOption(option('--nodes <n>', 'size of the cluster (default: 3)', number))
    .addOption(option('--operations <n>', 'what clients ask for, at most', number).default(1))
    .addOption(
      option(
        '--faults <n>',
        'crashes, messages that come twice, broken connections',
        number,
      ).default(1),
    )
    .addOption(option('--timeouts <n>', 'timers that run out, on all nodes', number).default(1))
    .addOption(
      choice('--from <where>', 'begin when nodes have started, or once clients are answered', [
        'start',
        'ready',
      ]).default('start'),
    )
    .addOption(option('--depth <n>', 'steps from the start, at most (default: any)', number))
    .addOption(option('--budget <t>', 'time that it may take, 60, 60s or 5m', duration).default(60))
    .addOption(option('--memory <gb>', 'gigabytes that states may take', number).default(2))
    .addOption(option('--mutant <ids>', 'plants known bugs, by comma', list))
    .addOption(option('--rules <files>', 'modules with own variants of the rules, by comma', list))
    .option('--workload <name>', 'what clients ask for')
    .addOption(
      option('--set <name=value>', 'an option of the system, see: ordeal list options', setting),
    )
    .option('--store <dir>', 'where a violation is stored', 'store')
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', EXAMPLES)
    .action(async (system: string | undefined, flags: Flags) => {
      if (system === undefined) throw noSystem('ordeal prove raft');
      done(await proveFor(system, flags));
    });
}

async function proveFor(named: string, flags: Flags): Promise<number> {
  for (const [name, limit] of Object.entries(LIMITS)) {
    const value = flags[name as keyof typeof LIMITS];
    const fault = value === undefined ? null : limitFault(value, limit);
    if (fault !== null) throw usage(`--${name}: ${fault}`);
  }
  const isSpent = budgetOf(flags.budget);
  const walking = {
    isTime: budgetOf(SEARCH_SHARE * flags.budget),
    isOver: budgetOf(WALKED_SHARE * flags.budget),
  };
  const { model, config } = await modelFor(named, flags);
  requireStore(flags.store);
  const progress = progressOn(process.stderr, flags.quiet === true);
  using interrupt = interruption('telling what was covered so far', progress.aside);
  const proof = await prove(model, {
    depth: flags.depth ?? null,
    memoryBytes: flags.memory * GIGABYTE,
    isOver: () => interrupt.signal.aborted || isSpent(),
    walking,
    onProgress: (far, elapsedS) => progress.state(stateText(far, elapsedS)),
  });
  progress.end();
  const conclusion = conclusionOf(proof, interrupt.signal.aborted);
  const paths = kept(proof, flags.store, { config, command: commandOf(named, flags) });
  if (flags.json === true) printDocument(documentOf(proof, conclusion, paths));
  else process.stdout.write(`${blockOf(proof, conclusion, paths, styleOf(process.stdout))}\n`);
  return conclusion.status;
}

/** A violation is stored with its report; nothing else is. */
function kept(
  { violation, model }: Proof,
  store: string,
  { config, command }: Pick<ProofRun, 'config' | 'command'>,
): RunSummary['paths'] {
  if (violation?.verdict == null) return { directory: null, report: null };
  const run: ProofRun = { ...circumstances(ownFiles(config)), kind: 'proof', config, command };
  const directory = keepViolation(store, run, model, violation);
  const report = writeProofReport(directory, readProof(directory, model, run));
  return { directory, report };
}

function commandOf(named: string, flags: Flags): string {
  const { mutant, rules, workload, set = {}, nodes = NODES } = flags;
  const bounds = (['operations', 'faults', 'timeouts', 'from'] as const).map(
    (name): Flag => [name, flags[name]],
  );
  return commandText(
    ['prove', named],
    [
      ['nodes', nodes],
      ...bounds,
      ['mutant', mutant],
      ['rules', rules],
      ['workload', workload],
      ...setFlags(set),
    ],
  );
}

/** What is given as a flag is so; then what variants suggest, then what makes the system small. */
async function modelFor(
  named: string,
  flags: Flags,
): Promise<{ readonly model: Model; readonly config: ProofConfig }> {
  const nodes = flags.nodes ?? NODES;
  const { request, config, variants, catalogue } = await prepare(
    requestOf(named, { ...flags, nodes }),
  );
  const system = protocolNamed(config.system, catalogue);
  const foreign = Object.keys(request.set ?? {}).find(
    (name) => !Object.hasOwn(system.options, name),
  );
  if (foreign !== undefined) {
    throw usage(`--set ${foreign}: is no option of ${system.name}, and prove has no others`);
  }
  const suggested = huntsOf(system, variants, catalogue).map(({ set }) => set ?? {});
  const small = smallSettings(system, Object.assign({}, ...suggested));
  const options = resolveSystemOptions(system, { ...small, ...request.set });
  const { operations, faults, timeouts } = flags;
  const workload = workloadNamed(config.workload, catalogue);
  const bounds = { nodes, operations, faults, timeouts };
  const { from } = flags;
  const { modules = [], mutants, rules } = config;
  const chosen = { system: system.name, modules, mutants, rules, workload: workload.name };
  return {
    model: { system, variants, workload, options, bounds, from, folds: true },
    config: { ...chosen, set: options, bounds, from },
  };
}
