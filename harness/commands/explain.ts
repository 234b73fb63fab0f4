/** `ordeal explain`: which steps of a failing run made its violation likely, and what would have saved it. */

import type { Command } from 'commander';
import { EXIT } from '../core/errors.ts';
import { explain } from '../explain/explanation.ts';
import { explanationLines } from '../explain/text.ts';
import { signatureText } from '../judge/signature.ts';
import { styleOf } from '../report/terminal.ts';
import { plain } from '../report/text.ts';
import { interruption } from '../run/interruption.ts';
import { prepare } from '../run/prepare.ts';
import { progressOn } from '../run/progress.ts';
import { sizeOf, sizeText } from '../shrink/case.ts';
import { shrink } from '../shrink/shrink.ts';
import { option } from './command-line.ts';
import { printDocument } from './document.ts';
import { duration } from './run-options.ts';
import { budgetOf, failingRun, tellPassing } from './shrink.ts';

interface Flags {
  readonly budget: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const HELP = `
The run is made small first, where it is not yet. Then it is copied after each
of its steps, and its future drawn anew from there, as often as there is time
for.

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
  const isSpent = budgetOf(flags.budget);
  const isHalfSpent = budgetOf(flags.budget / 2);
  const { config, signature } = await failingRun(path);
  const prepared = await prepare(config);
  const progress = progressOn(process.stderr, flags.quiet === true);
  using interrupt = interruption('explaining by what is known so far', progress.aside);
  const { signal } = interrupt;
  progress.state('making the run small');
  const shrunk = await shrink(prepared, signature, {
    isOver: () => signal.aborted || isHalfSpent(),
  });
  if (shrunk === null) {
    progress.end();
    return tellPassing(path, signature, flags.json === true, 'explain');
  }
  const { smallest } = shrunk;
  progress.state('drawing futures');
  const small = { ...prepared, config: smallest };
  const explanation = await explain(small, signature, () => signal.aborted || isSpent());
  progress.end();
  if (flags.json === true) {
    const verdict = { kind: 'invalid', because: signatureText(signature) };
    printDocument({ verdict, exitStatus: EXIT.invalid, signature, explanation, config: smallest });
    return EXIT.invalid;
  }
  const { columns } = styleOf(process.stdout);
  const head = plain(`${signatureText(signature)}, on ${sizeText(sizeOf(smallest))}`);
  process.stdout.write(`${[head, '', ...explanationLines(explanation, columns)].join('\n')}\n`);
  return EXIT.invalid;
}
