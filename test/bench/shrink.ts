/**
 * `npm run bench:shrink [-- system...] [--budget 5] [--seeds 20]`: how small failing runs become. Of each
 * planted bug the first seed that shows it under the bug's own settings is made small, within so many
 * seconds. Prints a row for each, and the median and the worst of what is left, and ends with status
 * 1 where a small run does not break what it must.
 */

import { parseArgs } from 'node:util';
import { builtIn } from '../../harness/config/catalogue.ts';
import { resolveConfig } from '../../harness/config/config.ts';
import { isBroken, signatureOf, signatureText } from '../../harness/judge/signature.ts';
import { simulateOnce } from '../../harness/run/simulate.ts';
import { sizeText } from '../../harness/shrink/case.ts';
import { type Shrunk, shrink } from '../../harness/shrink/shrink.ts';
import { systems } from '../../systems/index.ts';
import type { System, Variant } from '../../systems/system.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    budget: { type: 'string', default: '5' },
    seeds: { type: 'string', default: '20' },
  },
});
const budgetMs = Number(values.budget) * 1000;
const chosen = Object.values(systems).filter(
  ({ name }) => positionals.length === 0 || positionals.includes(name),
);

interface Row {
  readonly shrunk: Shrunk;
  readonly ms: number;
}

const rows: Row[] = [];
let wrong = 0;
for (const system of chosen) {
  for (const variant of system.variants.filter(({ kind }) => kind === 'mutant')) {
    const row = await shrinkOne(system, variant);
    if (row !== null) rows.push(row);
  }
}
const sorted = (of: (row: Row) => number) => rows.map(of).sort((a, b) => a - b);
for (const [what, of] of [
  ['faults', ({ shrunk }: Row) => shrunk.after.faults],
  ['operations', ({ shrunk }: Row) => shrunk.after.operations],
  ['nodes', ({ shrunk }: Row) => shrunk.after.nodes],
  ['ms', ({ ms }: Row) => Math.round(ms)],
] as const) {
  const all = sorted(of);
  const at = (share: number) => all[Math.floor(share * (all.length - 1))];
  console.log(`${what}: median ${at(0.5)}, nine of ten at most ${at(0.9)}, worst ${at(1)}`);
}
const whole = rows.filter(({ shrunk }) => shrunk.isWhole).length;
console.log(`${rows.length} runs made small, ${whole} of them until nothing was left to try`);
process.exitCode = wrong === 0 ? 0 : 1;

/** Null where no seed shows the bug. */
async function shrinkOne(system: System, variant: Variant): Promise<Row | null> {
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const hunts = [variant.hunt ?? {}];
    const config = resolveConfig({ system: system.name, seed }, hunts, () => seed);
    const signature = signatureOf(simulateOnce(config, [variant]).checks);
    if (signature === null) continue;
    const begunMs = performance.now();
    const isOver = () => performance.now() - begunMs > budgetMs;
    const failing = { config, variants: [variant], catalogue: builtIn };
    const shrunk = await shrink(failing, signature, { isOver });
    const ms = performance.now() - begunMs;
    const stops = shrunk?.smallest.stopAtViolation;
    const again = shrunk && simulateOnce(shrunk.smallest, [variant], builtIn, stops);
    if (shrunk === null || again === null || !isBroken(signature, again.checks)) {
      wrong++;
      console.log(`${variant.id}: does not break ${signatureText(signature)} any more`);
      return null;
    }
    const end = shrunk.isWhole ? '' : ' (ended by the budget)';
    const left = `${sizeText(shrunk.before)} -> ${sizeText(shrunk.after)}`.replaceAll(
      '\u00a0',
      ' ',
    );
    console.log(`${variant.id}: ${left}, ${shrunk.runs} runs, ${Math.round(ms)} ms${end}`);
    return { shrunk, ms };
  }
  console.log(`${variant.id}: shown by none of ${values.seeds} seeds`);
  return null;
}
