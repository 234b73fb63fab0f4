/**
 * `npm run bench:explore -- [--system raft]... [--mutant ID]... [--sample 30] [--strategy plain]...
 * [--budget 20] [--repetitions 3] [--correct 60]`: strategies side by side. Each planted bug is hunted by
 * each strategy, or by a portfolio of some (`--strategy plain+swarm`), with nothing but its name, on
 * successive seeds and one core, until it shows or so many core-seconds are used up; then the
 * protocol as it should be, for so long by each, where whatever is found is a false alarm or a bug, and
 * told with its command. `--sample` takes so many of the bugs, drawn; those of which `expect` says that
 * random runs hardly ever show them are left out.
 *
 * Of each strategy: in how many hunts it found its bug, and the median and the geometric mean over bugs
 * of core-seconds to the first violation, what is not found counting as the budget. Of its ratio to
 * the first one, in both, the 95 % interval over resampled bugs (bootstrap). Below 1 it is faster. The
 * median is what somebody waits for; most bugs take one run, whatever the strategy, and the mean of
 * logarithms is what tells strategies apart on the others. Core-seconds are a thread's own: a busy
 * machine lengthens them a little, and alike; all strategies hunt a bug by turns.
 */

import { parseArgs } from 'node:util';
import { itemAt } from '../../checkers/item-at.ts';
import { namedDraw } from '../../harness/core/draw.ts';
import { type Cell, huntCell } from '../../harness/explore/matrix/cell.ts';
import { Explored } from '../../harness/explore/trial.ts';
import { signatureText } from '../../harness/judge/signature.ts';
import { systems } from '../../systems/index.ts';

const { values } = parseArgs({
  options: {
    system: { type: 'string', multiple: true, default: Object.keys(systems) },
    mutant: { type: 'string', multiple: true },
    sample: { type: 'string' },
    strategy: { type: 'string', multiple: true, default: ['plain', 'swarm'] },
    budget: { type: 'string', default: '20' },
    repetitions: { type: 'string', default: '3' },
    correct: { type: 'string', default: '60' },
  },
});

const budgetS = Number(values.budget);
const repetitions = Number(values.repetitions);
/** Seeds of one repetition begin so far from those of another. */
const SEEDS_APART = 1_000_000;
const RESAMPLES = 2000;

async function hunt(
  system: string,
  mutant: string,
  strategy: string,
  repetition: number,
): Promise<Cell> {
  return huntCell({
    asked: { system, mutants: [mutant] },
    only: null,
    kind: 'mutant',
    strategies: strategy.split('+'),
    firstSeed: 1 + repetition * SEEDS_APART,
    seeds: null,
    budgetS,
    shrinkS: 0,
  });
}

/** What it took, at least as long as a clock can tell. */
function costS({ kill, coreS }: Cell): number {
  return kill === null ? budgetS : Math.max(0.001, Math.min(budgetS, coreS));
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) / 2;
  return (itemAt(sorted, Math.floor(at)) + itemAt(sorted, Math.ceil(at))) / 2;
}

function geometricMean(numbers: readonly number[]): number {
  return Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);
}

const draw = namedDraw(1);

/** Those that are hunted, as `system/id`. */
function chosenBugs(): readonly string[] {
  const all = Object.values(systems)
    .filter(({ name }) => values.system.includes(name))
    .flatMap(({ name, variants }) =>
      variants
        .filter(({ kind, expect }) => kind === 'mutant' && expect?.length !== 0)
        .filter(({ id }) => values.mutant === undefined || values.mutant.includes(id))
        .map(({ id }) => `${name}/${id}`),
    );
  if (values.sample === undefined) return all;
  const drawn = all.toSorted(
    (a, b) => draw(`sample ${a}`, 0, 0) - draw(`sample ${b}`, 0, 0) || (a < b ? -1 : 1),
  );
  const some = new Set(drawn.slice(0, Number(values.sample)));
  return all.filter((bug) => some.has(bug));
}

const bugs = chosenBugs();
/** By strategy, of each bug: the geometric mean of its repetitions; and hunts that found theirs. */
const costs = new Map<string, number[]>(values.strategy.map((name) => [name, []]));
const found = new Map<string, number>(values.strategy.map((name) => [name, 0]));

for (const bug of bugs) {
  const [system = '', id = ''] = bug.split('/');
  const hunts = new Map<string, Cell[]>(values.strategy.map((name) => [name, []]));
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const strategy of values.strategy) {
      hunts.get(strategy)?.push(await hunt(system, id, strategy, repetition));
    }
  }
  const cells = [...hunts].map(([strategy, all]) => {
    const coreS = geometricMean(all.map(costS));
    costs.get(strategy)?.push(coreS);
    const kills = all.flatMap(({ kill }) => (kill === null ? [] : [kill]));
    found.set(strategy, (found.get(strategy) ?? 0) + kills.length);
    const what = kills[0]?.kinds.map(signatureText).join(', ') ?? 'not found';
    return `${strategy} ${kills.length}/${repetitions} ${coreS.toFixed(2)} s (${what})`;
  });
  console.log(`${bug}: ${cells.join(' · ')}`);
}

if (values.mutant === undefined) {
  for (const system of values.system) {
    for (const strategy of values.strategy.flatMap((name) => name.split('+'))) {
      await correct(system, strategy);
    }
  }
}

async function correct(system: string, strategy: string): Promise<void> {
  const explored = await Explored.of({ system });
  let [coreS, simulatedS, runs, unknown, alarms] = [0, 0, 0, 0, 0];
  while (coreS < Number(values.correct)) {
    const trial = explored.try({ strategy, seed: 1 + runs });
    runs++;
    coreS += trial.seconds;
    simulatedS += trial.simulatedS;
    if (trial.verdict === 'unknown') unknown++;
    if (trial.verdict !== 'invalid') continue;
    alarms++;
    console.log(`ALARM ${trial.because}\n  ${explored.commandOf(trial)}`);
  }
  if (runs === 0) return;
  const hours = (simulatedS / 3600).toFixed(1);
  console.log(
    `${system} as it should be, ${strategy}: ${runs} runs, ${hours} simulated hours, ` +
      `${alarms} violations, ${unknown} unknown`,
  );
}

/** `0.84 (0.31 to 1.63)`: of two strategies over the same bugs, and over resampled ones. */
function ratioText(
  one: readonly number[],
  other: readonly number[],
  of: (costs: readonly number[]) => number,
): string {
  const ratios = Array.from({ length: RESAMPLES }, (_, sample) => {
    const drawn = one.map((_cost, at) => draw('bug', sample, at) % one.length);
    const resampled = (all: readonly number[]) => of(drawn.map((at) => itemAt(all, at)));
    return resampled(one) / resampled(other);
  }).sort((a, b) => a - b);
  const at = (share: number) => itemAt(ratios, Math.floor(share * (RESAMPLES - 1))).toFixed(2);
  return `${(of(one) / of(other)).toFixed(2)} (${at(0.025)} to ${at(0.975)})`;
}

const first = costs.get(itemAt(values.strategy, 0)) ?? [];
for (const [strategy, ofAll] of costs) {
  if (ofAll.length === 0) continue;
  const figures = [
    `${found.get(strategy)} of ${bugs.length * repetitions} hunts`,
    `median ${median(ofAll).toFixed(3)} core-s`,
    `geometric mean ${geometricMean(ofAll).toFixed(3)}`,
  ];
  if (ofAll !== first && bugs.length > 1) {
    figures.push(`to ${values.strategy[0]}: median ${ratioText(ofAll, first, median)}`);
    figures.push(`mean ${ratioText(ofAll, first, geometricMean)}`);
  }
  console.log(`${strategy}: ${figures.join(', ')}`);
}
