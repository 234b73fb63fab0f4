/** `ordeal explain`: which steps of a failing run made its violation likely, and what would have saved it. */

import type { Command } from 'commander';
import { EXIT, usage } from '../core/errors.ts';
import { explain } from '../explain/explanation.ts';
import { explanationLines } from '../explain/text.ts';
import { signatureText } from '../judge/signature.ts';
import { styleOf } from '../report/terminal.ts';
import { interruption } from '../run/interruption.ts';
import { prepare } from '../run/prepare.ts';
import { progressOn } from '../run/progress.ts';
import { sizeOf, sizeText } from '../shrink/case.ts';
import { shrink } from '../shrink/shrink.ts';
import { option } from './command-line.ts';
import { printDocument } from './document.ts';
import { duration } from './run-options.ts';
import { failingRun } from './shrink.ts';

interface Flags {
  readonly budget: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const HELP = `
The run is made small first, where it is not yet. Then it is copied after each of
its steps, and its future drawn anew from there, as often as there is time for.

Examples:
  ordeal explain store/latest
  ordeal explain repro.json --budget 60s`;

export function registerExplain(program: Command, done: (status: number) => void): void {
  program
    .command('explain')
    .description('say which steps made a violation likely, and what would have prevented it')
    .argument('<run>', 'directory of a stored run, such as store/latest, or a repro.json')
    .addOption(option('--budget <t>', 'time that it may take, 20, 20s or 5m', duration).default(20))
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', HELP)
    .action(async (path: string, flags: Flags) => done(await explainOne(path, flags)));
}

async function explainOne(path: string, flags: Flags): Promise<number> {
  if (flags.budget <= 0) throw usage('--budget: 0 is not allowed (a time above 0, as in 30s)');
  const { config, signature } = await failingRun(path);
  const prepared = await prepare(config);
  const progress = progressOn(process.stderr, flags.quiet === true);
  using interrupt = interruption('explaining by what is known so far', progress.aside);
  const untilMs = (part: number) => performance.now() + flags.budget * 1000 * part;
  const overAt = (endMs: number) => () => interrupt.signal.aborted || performance.now() > endMs;
  progress.state('making the run small');
  const shrunk = await shrink(prepared, signature, { isOver: overAt(untilMs(0.5)) });
  if (shrunk === null) {
    const note = `${path}: no longer breaks ${signatureText(signature)} with this code`;
    if (flags.json === true) printDocument({ verdict: { kind: 'valid', note }, exitStatus: 0 });
    else process.stdout.write(`${note}: nothing to explain\n`);
    return EXIT.valid;
  }
  const { smallest } = shrunk;
  progress.state('drawing futures');
  const isOver = overAt(untilMs(0.5));
  const explanation = await explain({ ...prepared, config: smallest }, signature, isOver);
  progress.end();
  if (flags.json === true) {
    const verdict = { kind: 'invalid', because: signatureText(signature) };
    printDocument({ verdict, exitStatus: EXIT.invalid, signature, explanation, config: smallest });
    return EXIT.invalid;
  }
  const { columns } = styleOf(process.stdout);
  const head = `${signatureText(signature)}, on ${sizeText(sizeOf(smallest))}`;
  const lines = [head.replaceAll('\u00a0', ' '), '', ...explanationLines(explanation, columns)];
  process.stdout.write(`${lines.join('\n')}\n`);
  return EXIT.invalid;
}
