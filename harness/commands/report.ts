/** `ordeal report`: writes the report of a stored run again. */

import type { Command } from 'commander';
import { EXIT, usage } from '../errors.ts';
import { writeReport } from '../run.ts';
import { readRun } from '../store/reader.ts';

export function registerReport(program: Command, done: (status: number) => void): void {
  program
    .command('report')
    .description('write the report of a stored run again')
    .argument('<run>', 'directory of a stored run, such as store/latest')
    .addHelpText('after', '\nExample:\n  ordeal report store/latest')
    .action((path: string) => {
      const stored = readRun(path);
      if (stored.results === null) {
        throw usage(`${path}: has no verdict yet (run: ordeal check ${path})`);
      }
      const { paths } = writeReport(stored, stored.results);
      process.stdout.write(`${paths.report?.path}\n`);
      done(EXIT.valid);
    });
}
