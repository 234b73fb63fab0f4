/** `ordeal bisect`: the commit that brought a failure. */

import type { Command } from 'commander';
import {
  type Answer,
  answerOf,
  type Bisection,
  bisect,
  repositoryOf,
  requireOrder,
  type Step,
  type Suspect,
} from '../compare/bisect.ts';
import { type Commit, commitNamed, shortId } from '../core/checkout.ts';
import { deadline } from '../core/deadline.ts';
import { EXIT, usage } from '../core/errors.ts';
import { signatureText } from '../judge/signature.ts';
import { styleOf, wrap } from '../report/terminal.ts';
import { plain, plural, visible } from '../report/text.ts';
import { commandText } from '../run/command-text.ts';
import { interruption } from '../run/interruption.ts';
import { prepare } from '../run/prepare.ts';
import { progressOn } from '../run/progress.ts';
import { planOf } from '../run/simulate.ts';
import { shrink } from '../shrink/shrink.ts';
import { printDocument } from './document.ts';
import { failingRun } from './shrink.ts';

interface Flags {
  readonly good: string;
  readonly bad: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** A run that is not small yet is made so first: a small schedule means the same on more commits. */
const SHRINK_MS = 10_000;

const HELP = `
The schedule is replayed on the protocol of each commit, by this harness and its
checkers: of your repository for a run with modules or rules of yours, else of
Ordeal's own. The working tree, HEAD and index stay as they are. A commit that
cannot run it, or breaks something else, is skipped and said to be.

Exit status 0 if the commit was found, 2 if only skipped ones are left.

Examples:
  ordeal bisect repro.json --good v1.2 --bad main
  ordeal bisect store/latest-failure --good HEAD~40 --bad HEAD`;

export function registerBisect(program: Command, done: (status: number) => void): void {
  program
    .command('bisect')
    .description('the commit that brought a failure, by replaying its schedule')
    .argument('<run>', 'directory of a stored run, or a repro.json')
    .requiredOption('--good <revision>', 'where the property was not broken yet')
    .requiredOption('--bad <revision>', 'where it is broken')
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', HELP)
    .action(async (path: string, flags: Flags) => done(await bisectRun(path, flags)));
}

async function bisectRun(path: string, flags: Flags): Promise<number> {
  const failing = await failingRun(path);
  const repository = repositoryOf(failing.config);
  const good = commitNamed(repository, flags.good, '--good');
  const bad = commitNamed(repository, flags.bad, '--bad');
  requireOrder(repository, good, bad);
  const progress = progressOn(process.stderr, flags.quiet === true);
  using interrupt = interruption('telling what is known so far', progress.aside);
  const isOver = () => interrupt.signal.aborted;
  const suspect = await smallOf(failing, isOver);
  const ask = (commit: Commit) => answerOf(suspect, repository, commit);
  const what = signatureText(suspect.signature);
  requireAnswer(await ask(good), 'good', `--good ${flags.good}`, what);
  requireAnswer(await ask(bad), 'bad', `--bad ${flags.bad}`, what);
  const found = await bisect(repository, { good, bad }, ask, isOver, (step, left) => {
    progress.line(stepText(step));
    progress.state(`${plural(left, 'commit')} between`);
  });
  progress.end();
  const status = !found.isWhole
    ? EXIT.interrupted
    : found.suspects.length === 1
      ? EXIT.valid
      : EXIT.unknown;
  const replay = commandText(['replay', path], []);
  if (flags.json === true) {
    const { signature } = suspect;
    printDocument({ exitStatus: status, signature, ...found, repository, replay });
  } else {
    process.stdout.write(blockOf(found, what, replay));
  }
  return status;
}

/** The plan is spelt out, so that it is the same on every commit. */
async function smallOf({ config, signature }: Suspect, isOver: () => boolean): Promise<Suspect> {
  if (config.plan !== undefined) return { config, signature };
  const prepared = await prepare(config);
  const isLate = deadline(SHRINK_MS);
  const shrunk = await shrink(prepared, signature, { isOver: () => isOver() || isLate() });
  const whole = { ...config, plan: planOf(config, prepared.catalogue) };
  return { config: shrunk?.smallest ?? whole, signature };
}

function requireAnswer(answer: Answer, needed: 'good' | 'bad', named: string, what: string): void {
  if (answer.kind === needed) return;
  const told = {
    good: `does not break ${what} under this schedule`,
    bad: `breaks ${what} as well`,
    skipped: answer.kind === 'skipped' ? `cannot be asked: ${answer.because}` : '',
  };
  throw usage(`${named}: ${told[answer.kind]}`);
}

function stepText({ commit, answer }: Step): string {
  const why = answer.kind === 'skipped' ? ` (${visible(answer.because)})` : '';
  return plain(`${shortId(commit)} ${answer.kind}${why}: ${visible(commit.subject)}`);
}

function blockOf({ steps, suspects, isWhole }: Bisection, what: string, replay: string): string {
  const { columns } = styleOf(process.stdout);
  const skipped = steps.filter(({ answer }) => answer.kind === 'skipped');
  const told = suspects.map((one) => `${one.id}  ${visible(one.subject)}`);
  const head = !isWhole
    ? `interrupted: one of ${plural(suspects.length, 'commit')} brought ${what}`
    : suspects.length === 1
      ? `the first commit that breaks ${what}, after ${plural(steps.length, 'replay')}:`
      : `one of these commits brought ${what}; those between cannot be asked:`;
  const lines = [
    ...(isWhole ? skipped.flatMap((step) => wrap(stepText(step), columns)) : []),
    ...wrap(head, columns),
    ...(isWhole ? told.flatMap((line) => wrap(line, columns)) : []),
    '',
    `  ${replay}`,
  ];
  return plain(`${lines.join('\n')}\n`);
}
