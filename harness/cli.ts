/** The command line: composes the commands and maps what goes wrong to exit statuses. */

import { type Command, CommanderError } from 'commander';
import { CommandLine } from './commands/command-line.ts';
import { printDocument } from './commands/document.ts';
import { EXIT, HarnessError, infrastructure, usage } from './core/errors.ts';
import { mistakeOfOwn } from './own/import.ts';

const STATUSES = `
Exit status:
  0 valid · 1 a violation was found · 2 unknown · 3 infrastructure
  64 usage · 70 a bug in Ordeal · 130 interrupted`;

type Register = (program: Command, done: (status: number) => void) => void;

/** Each loaded only when it is asked for: reading the code of all takes longer than most answers. */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  run: async () => (await import('./commands/run.ts')).registerRun,
  maelstrom: async () => (await import('./commands/maelstrom.ts')).registerMaelstrom,
  explore: async () => (await import('./commands/explore.ts')).registerExplore,
  compare: async () => (await import('./commands/compare.ts')).registerCompare,
  campaign: async () => (await import('./commands/campaign.ts')).registerCampaign,
  merge: async () => (await import('./commands/merge.ts')).registerMerge,
  init: async () => (await import('./commands/init.ts')).registerInit,
  schema: async () => (await import('./commands/schema.ts')).registerSchema,
  bisect: async () => (await import('./commands/bisect.ts')).registerBisect,
  prove: async () => (await import('./commands/prove.ts')).registerProve,
  replay: async () => (await import('./commands/replay.ts')).registerReplay,
  explain: async () => (await import('./commands/explain.ts')).registerExplain,
  shrink: async () => (await import('./commands/shrink.ts')).registerShrink,
  check: async () => (await import('./commands/check.ts')).registerCheck,
  'check-trace': async () => (await import('./commands/check-trace.ts')).registerCheckTrace,
  mutants: async () => (await import('./commands/mutants.ts')).registerMutants,
  report: async () => (await import('./commands/report.ts')).registerReport,
  list: async () => (await import('./commands/list.ts')).registerList,
  doctor: async () => (await import('./commands/doctor.ts')).registerDoctor,
  image: async () => (await import('./commands/image.ts')).registerImage,
};

/** The command that is named first; all of them for help, and for what is none of them. */
async function commandsFor([name = '']: readonly string[]): Promise<readonly Register[]> {
  const asked = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  const loaded = asked === undefined ? Object.values(COMMANDS) : [asked];
  return Promise.all(loaded.map((load) => load()));
}

/**
 * Whoever reads us may stop early, as `head` does, or close the terminal: nothing is wrong with that,
 * and what is under way still has to be undone and kept.
 */
const READER_GONE: readonly string[] = ['EPIPE', 'EIO'];

/** Runs one command line and sets the process's exit status. */
export async function main(argv: readonly string[]): Promise<void> {
  let isLost = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isLost || READER_GONE.includes(error.code ?? '')) return;
    isLost = true;
    statusOf(infrastructure(`standard output cannot be written (${error.message})`, error));
  });
  // What is told on the way may get lost; nothing could be said of it either.
  process.stderr.on('error', () => undefined);
  let isOver = false;
  let isIdle = false;
  process.once('beforeExit', () => {
    isIdle = true;
  });
  process.once('exit', (status) => {
    // An answer that nobody can read is none; what is under way is undone and kept first.
    if (isLost) process.exitCode = EXIT.infrastructure;
    else if (!isOver && status !== EXIT.interrupted) fail(endedFromInside(isIdle), argv);
  });
  process.once('uncaughtException', (error) => {
    isOver = true;
    process.exit(statusOf(error));
  });
  try {
    process.exitCode = await carryOut(argv);
  } catch (thrown) {
    fail(mistakeOfOwn(thrown) ?? thrown, argv);
  }
  isOver = true;
}

/** Says what went wrong, and sets the status. */
function fail(error: unknown, argv: readonly string[]): void {
  process.exitCode = statusOf(error);
  if (argv.includes('--json')) printFailure(error, process.exitCode);
}

/** The process ends before the command is over: only code of a user's does that, and never a verdict. */
function endedFromInside(isIdle: boolean): HarnessError {
  return usage(
    isIdle
      ? 'nothing was judged: code of yours waits for what never comes (an `await` in its module?)'
      : 'nothing was judged: code of yours called process.exit, which ends Ordeal itself; a node ' +
          'ends where its code throws',
  );
}

async function carryOut(argv: readonly string[]): Promise<number> {
  let status: number = EXIT.valid;
  const done = (result: number) => {
    status = result;
  };
  const program = new CommandLine('ordeal', argv)
    .description('Puts distributed protocols through faults and judges what they did.')
    .version('0.1.0')
    .exitOverride()
    .addHelpText('after', STATUSES);
  for (const register of await commandsFor(argv)) register(program, done);
  await program.parseAsync([...argv], { from: 'user' });
  return status;
}

/** The one document of `--json`, also where nothing came of the command. */
function printFailure(error: unknown, exitStatus: number): void {
  // Help was asked for, and given.
  if (exitStatus === EXIT.valid) return;
  const text = error instanceof Error ? error.message : String(error);
  const failure = FAILURES[exitStatus] ?? 'bug';
  printDocument({ verdict: null, exitStatus, failure, error: text });
}

const FAILURES: Readonly<Record<number, string>> = {
  [EXIT.usage]: 'usage',
  [EXIT.infrastructure]: 'infrastructure',
};

/** Says what went wrong in one line, a bug of ours with its stack, and returns the exit status. */
function statusOf(error: unknown): number {
  if (error instanceof CommanderError) {
    // Help, asked for or not: commander has printed it; what was not asked for is a mistake.
    return error.exitCode === 0 ? EXIT.valid : EXIT.usage;
  }
  if (error instanceof HarnessError) {
    process.stderr.write(`ordeal: ${error.message}\n`);
    return error.failure === 'usage' ? EXIT.usage : EXIT.infrastructure;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `ordeal: a bug in Ordeal itself; please report it with this stack\n${stack}\n`,
  );
  return EXIT.bug;
}
