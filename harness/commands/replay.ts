/** `ordeal replay`: runs a stored simulation again. */

import type { Command } from 'commander';
import { isVirtual } from '../config/backends.ts';
import { builtIn, systemNamed } from '../config/catalogue.ts';
import { endingOf, whyCutShort } from '../core/ending.ts';
import { EXIT, usage } from '../core/errors.ts';
import { isFile } from '../core/files.ts';
import type { GitState } from '../core/git.ts';
import { signatureText } from '../judge/signature.ts';
import { withOwnModules } from '../own/modules.ts';
import { located, projectState } from '../own/paths.ts';
import { isKeptProof, keptModel, madeAgain, readProofRun } from '../prove/kept.ts';
import { codeLabel, type Labelled } from '../report/verdict-words.ts';
import { prepare } from '../run/prepare.ts';
import { compareWithReplay } from '../run/replay.ts';
import { ordealState, ownFiles } from '../run/run-file.ts';
import { playScenario } from '../scenario/judge.ts';
import {
  isStoredScenario,
  readScenarioRun,
  readScript,
  scenarioDifference,
} from '../scenario/store.ts';
import { replayed } from '../shrink/replay-repro.ts';
import { readRepro } from '../shrink/repro.ts';
import type { Divergence } from '../store/format.ts';
import { readRun } from '../store/reader.ts';
import { variantsOf } from './scenario.ts';

const HELP = `
A repro that no longer fails is valid (exit status 0), and says so.

Examples:
  ordeal replay store/latest --verify
  ordeal replay repro.json`;

export function registerReplay(program: Command, done: (status: number) => void): void {
  program
    .command('replay')
    .description('run a stored simulation again and compare')
    .argument('<run>', 'directory of a stored run, such as store/latest, or a repro.json')
    .option('--verify', 'compare byte for byte; exit status 3 where the two runs part')
    .addHelpText('after', HELP)
    .action(async (path: string, flags: { readonly verify?: boolean }) => {
      done(await replay(path, flags.verify === true));
    });
}

async function replay(path: string, verify: boolean): Promise<number> {
  if (isFile(path)) return replayRepro(path, verify);
  if (isStoredScenario(path)) return replayScenario(path, verify);
  if (isKeptProof(path)) return replayProof(path, verify);
  const { run, directory, results, truncated } = readRun(path);
  if (!isVirtual(run.config.backend)) {
    throw usage(
      `${path}: was made with backend ${run.config.backend}; only sim runs replay exactly`,
    );
  }
  if (run.byValue.length > 0) {
    throw usage(`${path}: was made by a program that passed ${run.byValue.join(', ')} by value`);
  }
  warnOfOtherCode(run);
  // The stored configuration is resolved: nothing of it may be filled in anew.
  const { variants, catalogue } = await prepare(located(run));
  const prepared = { config: run.config, variants, catalogue };
  const cutShort = truncated || results === null || whyCutShort(endingOf(results.figures)) !== null;
  const parting = await compareWithReplay(directory, cutShort, prepared);
  if (parting === null) {
    const verdict = results === null ? 'no verdict was stored' : `verdict ${results.verdict.kind}`;
    process.stdout.write(`identical: every byte of history and trace (${verdict})\n`);
    if (results?.verdict.kind === 'invalid') process.stdout.write(`${results.verdict.because}\n`);
    // The run's own status: what it could not say the first time, it cannot say now.
    return verify || results === null ? EXIT.valid : results.exitStatus;
  }
  process.stdout.write(describe(parting));
  return EXIT.infrastructure;
}

/** A repro that does not fail any more is valid: what was wrong is mended. */
async function replayRepro(path: string, verify: boolean): Promise<number> {
  const repro = readRepro(path);
  const { variants, catalogue } = await prepare(located(repro));
  warnOfOtherCode(repro);
  const { because, identical } = replayed(repro, variants, catalogue);
  const bytes = identical ? 'identical: every byte of history and trace' : 'other bytes than then';
  const { signature, story } = repro;
  if (because === null) {
    process.stdout.write(`no longer breaks ${signatureText(signature)} (${bytes})\n`);
  } else {
    process.stdout.write(`${because}\n${signatureText(signature)} (${bytes})\n`);
    if (identical) process.stdout.write(`\n${story.join('\n')}\n`);
  }
  if (verify) return identical ? EXIT.valid : EXIT.infrastructure;
  return because === null ? EXIT.valid : EXIT.invalid;
}

/** Plays a stored script again; every case and claim is compared. */
async function replayScenario(path: string, verify: boolean): Promise<number> {
  const run = readScenarioRun(path);
  warnOfOtherCode(run);
  const config = located(run);
  const { catalogue } = await withOwnModules(config, builtIn);
  const script = readScript(path, systemNamed(run.config.system, catalogue), run);
  const played = playScenario(script, await variantsOf(config), config.set);
  const parting = scenarioDifference(path, played);
  if (parting !== null) {
    process.stdout.write(describe(parting));
    return EXIT.infrastructure;
  }
  const { kind } = played.verdict;
  process.stdout.write(`identical: every byte of every history and trace (verdict ${kind})\n`);
  return verify ? EXIT.valid : EXIT[kind];
}

/** Makes the steps again that `prove` found; what is not possible any more breaks nothing. */
async function replayProof(path: string, verify: boolean): Promise<number> {
  const run = readProofRun(path);
  warnOfOtherCode(run);
  const config = located(run);
  const { catalogue } = await withOwnModules(config, builtIn);
  const model = keptModel(run, await variantsOf(config), catalogue);
  const { retelling, impossible, because, story, parting } = madeAgain(path, model);
  const bytes =
    parting === null ? 'identical: every byte of history and trace' : 'other bytes than then';
  if (retelling.verdict === null) {
    const why = impossible === null ? '' : `: step ${impossible} cannot happen any more`;
    process.stdout.write(`no longer a violation${why} (then: ${because})\n`);
  } else {
    process.stdout.write(`${retelling.verdict.because}\n(${bytes})\n\n${story.join('\n')}\n`);
  }
  if (verify) return parting === null ? EXIT.valid : EXIT.infrastructure;
  return retelling.verdict === null ? EXIT.valid : EXIT.invalid;
}

/** Other code is the usual reason why two runs part. */
function warnOfOtherCode(run: Labelled): void {
  const git = ordealState();
  // Older runs know nothing of the user's project.
  const project = run.project === undefined ? undefined : projectState(ownFiles(located(run)));
  if (isSame(git, run.git) && isSame(project, run.project)) return;
  const now = codeLabel({ ...run, git, ...(project === undefined ? {} : { project }) });
  process.stderr.write(`made by other code: ${codeLabel(run)} then, ${now} now\n`);
}

function isSame(one: GitState | null | undefined, other: typeof one): boolean {
  return one?.commit === other?.commit && one?.dirty === other?.dirty;
}

function describe({ file, event, stored, replayed }: Divergence): string {
  return (
    `the runs part at event ${event} of ${file}\n` +
    `  stored    ${stored ?? '(ends here)'}\n` +
    `  replayed  ${replayed ?? '(ends here)'}\n`
  );
}
