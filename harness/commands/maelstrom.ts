/** `ordeal maelstrom test`: takes the command line of Maelstrom, and makes the run that it asks for. */

import type { Command } from 'commander';
import { findLevel, LEVELS } from '../../checkers/transactional/index.ts';
import type { Options } from '../../systems/protocol.ts';
import { programWorkloads } from '../../workloads/programs/index.ts';
import { TOPOLOGIES } from '../../workloads/programs/topology.ts';
import type { Workload } from '../../workloads/workload.ts';
import { suggestion, usage } from '../core/errors.ts';
import type { PerNode } from '../core/quantities.ts';
import { namedProgram } from '../own/program.ts';
import { choice, option, unfit } from './command-line.ts';
import { run } from './run.ts';
import { clients, list, number, requestOfProgram } from './run-options.ts';

interface Flags {
  readonly workload: string;
  readonly bin?: string;
  readonly nodeCount: number;
  readonly concurrency: number | PerNode;
  readonly rate: number;
  readonly timeLimit: number;
  readonly testCount?: number;
  readonly latency: number;
  readonly latencyDist: string;
  readonly nemesis?: readonly string[];
  readonly nemesisInterval: number;
  readonly availability?: number;
  readonly topology?: string;
  readonly consistencyModels?: string;
  readonly keyCount?: number;
  readonly maxTxnLength?: number;
  readonly maxWritesPerKey?: number;
  readonly logStderr?: boolean;
  readonly logNetSend?: boolean;
  readonly logNetRecv?: boolean;
  readonly seed?: number;
  readonly store: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Flags of Maelstrom's that are options of workloads here. */
const OF_WORKLOADS = {
  topology: { flag: '--topology', option: 'topology' },
  consistencyModels: { flag: '--consistency-models', option: 'consistency' },
  keyCount: { flag: '--key-count', option: 'keys' },
  maxTxnLength: { flag: '--max-txn-length', option: 'length' },
  maxWritesPerKey: { flag: '--max-writes-per-key', option: 'keyLimit' },
} as const;

/** What else Maelstrom's command can do, and what stands for it here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  serve: 'nothing is served: the report of a run is a file, store/latest/report.html',
  demo: 'there are no demonstrations: name a program, as in ordeal maelstrom test -w echo --bin FILE',
  doc: 'the workloads and their messages are told in harness/process/README.md',
};

const EXAMPLES = `
Examples:
  ordeal maelstrom test -w echo --bin ./echo.py --node-count 1 --time-limit 10
  ordeal maelstrom test -w broadcast --bin ./node --node-count 25 --rate 100 --latency 100 --topology tree4
  ordeal maelstrom test -w lin-kv --bin ./raft.rb --concurrency 2n --nemesis partition -- --its-own-flag`;

/** Options as Maelstrom has them, with its defaults; and where runs are stored and how they are told. */
export function registerMaelstrom(program: Command, done: (status: number) => void): void {
  program
    .command('maelstrom')
    .description("run a program by Maelstrom's own command line (see also: run)")
    .usage('test [options] [-- args...]')
    .argument('<what>', 'test: the only one there is')
    .argument('[args...]', 'of the program, after --')
    .addOption(
      choice('-w, --workload <name>', 'what clients do', Object.keys(programWorkloads)).default(
        'lin-kv',
      ),
    )
    .option('--bin <file>', 'the program that each node runs')
    .addOption(option('--node-count <n>', 'size of the cluster', number).default(5))
    .addOption(
      option('--concurrency <n>', 'clients at a time, or 2n: two a node', clients).default('1n'),
    )
    .addOption(option('--rate <n>', 'operations per second over all clients', number).default(5))
    .addOption(option('--time-limit <s>', 'seconds under load', number).default(60))
    .addOption(option('--test-count <n>', 'runs, until one is invalid (default: 1)', number))
    .addOption(
      option('--latency <ms>', 'of messages between nodes, the mean', milliseconds).default(0),
    )
    .addOption(
      choice('--latency-dist <name>', 'how it is spread', [
        'constant',
        'uniform',
        'exponential',
      ]).default('constant'),
    )
    .addOption(option('--nemesis <names>', 'faults, by comma (default: none)', list))
    .addOption(option('--nemesis-interval <s>', 'seconds between faults', number).default(10))
    .addOption(option('--availability <share>', 'answers owed: total, or 0.99', availability))
    .addOption(choice('--topology <name>', 'of broadcast (default: grid)', TOPOLOGIES))
    .addOption(
      option(
        '--consistency-models <name>',
        'of transactions (default: strict-serializable)',
        level,
      ),
    )
    .addOption(option('--key-count <n>', 'keys in use at a time', number))
    .addOption(option('--max-txn-length <n>', 'most operations of a transaction', number))
    .addOption(option('--max-writes-per-key <n>', 'then a fresh key takes its place', number))
    .option('--log-stderr', 'without effect: it is always kept in logs/ of the stored run')
    .option('--log-net-send', 'without effect: messages are counted, and not logged')
    .option('--log-net-recv', 'without effect, too')
    .addOption(option('--seed <n>', 'settles operations and faults (default: drawn)', number))
    .option('--store <dir>', 'where runs are stored', 'store')
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', EXAMPLES)
    .action(async (what: string, args: readonly string[], flags: Flags) => {
      if (what !== 'test') {
        throw usage(`maelstrom ${what}: ${ELSEWHERE[what] ?? suggestion(what, ['test'])}`);
      }
      done(await test(args, flags));
    });
}

async function test(args: readonly string[], flags: Flags): Promise<number> {
  const { bin } = flags;
  if (bin === undefined) throw usage('maelstrom test: --bin FILE is needed: the program of a node');
  const workload = programWorkloads[flags.workload];
  if (workload === undefined) throw usage(`--workload: unknown "${flags.workload}"`);
  const { set, without } = settingsOf(flags, workload);
  for (const flag of without) {
    process.stderr.write(`ordeal: ${flag} has no meaning for ${workload.name}: it is left aside\n`);
  }
  for (const note of notesOn(flags)) process.stderr.write(`ordeal: ${note}\n`);
  const request = requestOfProgram(namedProgram(bin, args), {
    workload: workload.name,
    nodes: flags.nodeCount,
    concurrency: flags.concurrency,
    rate: flags.rate,
    timeLimit: flags.timeLimit,
    nemesis: flags.nemesis ?? ['none'],
    nemesisInterval: flags.nemesisInterval,
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    set,
  });
  const { testCount, store, json, quiet } = flags;
  return run(request, {
    store,
    ...(testCount === undefined ? {} : { runs: testCount }),
    ...(json === undefined ? {} : { json }),
    ...(quiet === undefined ? {} : { quiet }),
  });
}

/** Settings of the program and of the workload, and flags that this workload has no use for. */
function settingsOf(
  flags: Flags,
  workload: Workload,
): { readonly set: Options; readonly without: readonly string[] } {
  const { latency, latencyDist, availability: share } = flags;
  const set: Record<string, string | number> = { latencyMs: latency, latencyDist };
  if (share !== undefined) set['answeredPpm'] = Math.round(share * 1e6);
  const without: string[] = [];
  for (const [field, { flag, option: name }] of Object.entries(OF_WORKLOADS)) {
    const value = flags[field as keyof typeof OF_WORKLOADS];
    if (value === undefined) continue;
    if (Object.hasOwn(workload.options, name)) set[`workload.${name}`] = value;
    else without.push(flag);
  }
  return { set, without };
}

function notesOn({ logStderr, logNetSend, logNetRecv }: Flags): readonly string[] {
  return [
    ...(logStderr === true
      ? ['--log-stderr: what nodes say there is in logs/ of the stored run, flag or not']
      : []),
    ...(logNetSend === true || logNetRecv === true
      ? ['--log-net-send, --log-net-recv: messages are counted, and not logged']
      : []),
  ];
}

/** `total`, or a share. */
function availability(text: string): number {
  const share = text === 'total' ? 1 : Number(text);
  if (text.trim() !== '' && share > 0 && share <= 1) return share;
  throw unfit('total, or a share above 0 and up to 1: 0.99');
}

function milliseconds(text: string): number {
  const value = number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 60_000) return value;
  throw unfit('a whole number 0 to 60000');
}

/** One level of isolation, by any of its names. */
function level(text: string): string {
  const found = findLevel(text.trim());
  if (found !== null) return found;
  if (text.includes(',')) throw unfit('one at a time: what holds at it holds at those below');
  throw unfit(suggestion(text, LEVELS));
}
