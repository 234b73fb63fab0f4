/** `ordeal doctor`: what this machine can do, and how to fix what it cannot. */

import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { styleText } from 'node:util';
import type { Command } from 'commander';
import { EXIT, fileProblem } from '../core/errors.ts';
import type { Leftover, ProbeLine } from '../docker/index.ts';
import { styleOf, wrap } from '../report/terminal.ts';
import { printDocument } from './document.ts';

/** Columns before the text of a line: mark and name. */
const INDENT = 27;

interface DoctorFlags {
  readonly clean?: boolean;
  readonly json?: boolean;
  readonly store: string;
}

export function registerDoctor(program: Command, done: (status: number) => void): void {
  program
    .command('doctor')
    .description('what this machine can do, and how to fix what it cannot')
    .option('--clean', 'remove containers, networks and files that crashed runs left behind')
    .option('--store <dir>', 'where runs are stored', 'store')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExit status 3 if the simulator cannot run here; what only containers need is\nreported.' +
        '\n\nExamples:\n  ordeal doctor\n  ordeal doctor --clean',
    )
    .action(async (flags: DoctorFlags) => {
      const { probeDocker, sweep } = await import('../docker/index.ts');
      if (flags.clean === true) report(await sweep());
      const own = ownLines(flags.store);
      const lines = [...own, ...(await probeDocker())];
      const status = own.every((line) => line.ok) ? EXIT.valid : EXIT.infrastructure;
      if (flags.json === true) printDocument({ exitStatus: status, checks: lines });
      else for (const line of lines) process.stdout.write(textOf(line));
      done(status);
    });
}

/** What the simulator needs. */
function ownLines(store: string): ProbeLine[] {
  const directory = firstExisting(resolve(store));
  const problem = writingProblem(directory);
  return [
    { name: 'node', ok: true, detail: process.version, fix: '' },
    {
      name: 'store',
      ok: problem === null,
      detail: `${resolve(store)} can${problem === null ? '' : 'not'} be written`,
      fix: `${directory}: ${problem}; make it writable, or name another place with --store`,
    },
  ];
}

/** Tried out: for root, permissions allow what the file system then refuses. */
function writingProblem(directory: string): string | null {
  try {
    rmdirSync(mkdtempSync(join(directory, '.ordeal-')));
    return null;
  } catch (error) {
    return fileProblem(error);
  }
}

function firstExisting(path: string): string {
  return existsSync(path) ? path : firstExisting(dirname(path));
}

function textOf({ name, ok, detail, fix }: ProbeLine): string {
  const mark = ok ? styleText('green', '✔') : styleText('red', '✖');
  const text = (words: string) => {
    const width = styleOf(process.stdout).columns - INDENT;
    return wrap(words, width).join(`\n${' '.repeat(INDENT)}`);
  };
  const line = `${mark} ${name.padEnd(INDENT - 3)} ${text(detail)}\n`;
  return ok ? line : `${line}${' '.repeat(INDENT)}${text(`fix: ${fix}`)}\n`;
}

function report(removed: readonly Leftover[]): void {
  for (const leftover of removed)
    process.stderr.write(`removed ${leftover.kind} ${leftover.name}\n`);
  if (removed.length === 0) process.stderr.write('nothing was left behind\n');
}
