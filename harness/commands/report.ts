/** `ordeal report`: writes the report of a stored run again, or one of two runs side by side. */

import { realpathSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Command } from 'commander';
import { builtIn, systemNamed } from '../config/catalogue.ts';
import { EXIT, usage } from '../core/errors.ts';
import { withOwnModules } from '../own/modules.ts';
import { located } from '../own/paths.ts';
import { isKeptProof, keptModel, readProof, readProofRun } from '../prove/kept.ts';
import { writeProofReport } from '../prove/page.ts';
import { besideHtml } from '../report/beside.ts';
import { writeReport } from '../run/run.ts';
import { writeScenarioReport } from '../scenario/page.ts';
import { isStoredScenario, readScenario, readScenarioRun } from '../scenario/store.ts';
import { writeWhole } from '../store/files.ts';
import { readRun, type StoredRun } from '../store/reader.ts';

export function registerReport(program: Command, done: (status: number) => void): void {
  program
    .command('report')
    .description('write the report of a stored run again, or put two runs side by side')
    .argument('<run>', 'directory of a stored run, such as store/latest')
    .argument('[other]', 'of a second one: what differs is told first')
    .addHelpText(
      'after',
      '\nExamples:\n  ordeal report store/latest\n  ordeal report store/latest-failure store/latest',
    )
    .action(async (path: string, other: string | undefined) => {
      if (other !== undefined) {
        process.stdout.write(`${writeBeside(readRun(path), readRun(other))}\n`);
        done(EXIT.valid);
        return;
      }
      if (isStoredScenario(path)) {
        done(await reportScenario(path));
        return;
      }
      if (isKeptProof(path)) {
        done(await reportProof(path));
        return;
      }
      const stored = readRun(path);
      if (stored.results === null) {
        throw usage(`${path}: has no verdict yet (run: ordeal check ${path})`);
      }
      const { catalogue } = await withOwnModules(located(stored.run), builtIn);
      const { paths } = writeReport(stored, stored.results, catalogue);
      process.stdout.write(`${paths.report?.path}\n`);
      done(EXIT.valid);
    });
}

/** The page stands beside the second run; returns where, as a user would type it. */
function writeBeside(a: StoredRun, b: StoredRun): string {
  const path = join(b.directory, `beside-${basename(a.directory)}.html`);
  writeWhole(path, besideHtml(a, b));
  return relative(process.cwd(), path);
}

async function reportProof(path: string): Promise<number> {
  const run = readProofRun(path);
  const { catalogue } = await withOwnModules(located(run), builtIn);
  const kept = readProof(path, keptModel(run, [], catalogue), run);
  process.stdout.write(`${writeProofReport(realpathSync(path), kept).path}\n`);
  return EXIT.valid;
}

async function reportScenario(path: string): Promise<number> {
  const run = readScenarioRun(path);
  const { catalogue } = await withOwnModules(located(run), builtIn);
  const played = readScenario(path, systemNamed(run.config.system, catalogue), run);
  const report = writeScenarioReport(realpathSync(path), run, played);
  process.stdout.write(`${report.path}\n`);
  return EXIT.valid;
}
