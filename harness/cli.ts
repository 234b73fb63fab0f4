/** The command line: composes the commands and maps what goes wrong to exit statuses. */

import { Command, CommanderError } from 'commander';
import { registerCheck } from './commands/check.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerImage } from './commands/image.ts';
import { registerList } from './commands/list.ts';
import { registerMutants } from './commands/mutants.ts';
import { registerReplay } from './commands/replay.ts';
import { registerReport } from './commands/report.ts';
import { registerRun } from './commands/run.ts';
import { EXIT, HarnessError } from './errors.ts';

const STATUSES = `
Exit status:
  0 valid · 1 a violation was found · 2 unknown · 3 infrastructure
  64 usage · 70 a bug in Ordeal · 130 interrupted`;

/** Runs one command line and sets the process's exit status. */
export async function main(argv: readonly string[]): Promise<void> {
  // Whoever reads us may stop early, as `head` does: nothing is wrong with that.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  process.once('uncaughtException', (error) => {
    process.exit(statusOf(error));
  });
  try {
    process.exitCode = await carryOut(argv);
  } catch (error) {
    process.exitCode = statusOf(error);
  }
}

async function carryOut(argv: readonly string[]): Promise<number> {
  let status: number = EXIT.valid;
  const done = (result: number) => {
    status = result;
  };
  const program = new Command('ordeal')
    .description('Puts distributed protocols through faults and judges what they did.')
    .version('0.1.0')
    .exitOverride()
    .addHelpText('after', STATUSES)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'ordeal: ')) });
  registerRun(program, done);
  registerReplay(program, done);
  registerCheck(program, done);
  registerMutants(program, done);
  registerReport(program, done);
  registerList(program);
  registerDoctor(program, done);
  registerImage(program);
  await program.parseAsync([...argv], { from: 'user' });
  return status;
}

/** Says what went wrong in one line, a bug of ours with its stack, and returns the exit status. */
function statusOf(error: unknown): number {
  if (error instanceof CommanderError) {
    // commander has printed its own line; it exits 1 for mistakes, which is our word for a violation.
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
