/**
 * `npm run bench:explore -- [--system raft]... [--mutant ID]... [--budget 20] [--repetitions 3]`:
 * the kill matrix of exploring. Each planted bug is hunted by each strategy with nothing but its
 * name, on successive seeds and one core, until it shows or so many core-seconds are used up; then
 * the protocol as it should be, for as long as all hunts of one of its bugs at most, where whatever
 * is found is a false alarm or a bug, and told with its command. Bugs of which `expect` says that
 * random runs hardly ever show them are left out.
 *
 * Of each strategy: how many bugs it found, the median over bugs of core-seconds to the first
 * violation, what is not found counting as the budget; and of their ratio the 95 % interval over
 * resampled bugs (bootstrap). Core-seconds are a thread's own: a busy machine lengthens them a
 * little, and alike.
 */

import { parseArgs } from 'node:util';
import { itemAt } from '../../checkers/item-at.ts';
import { namedDraw } from '../../harness/core/draw.ts';
import { Explored } from '../../harness/explore/trial.ts';
import { signatureText } from '../../harness/judge/signature.ts';
import { systems } from '../../systems/index.ts';

const { values } = parseArgs({
  options: {
    system: { type: 'string', multiple: true, default: Object.keys(systems) },
    mutant: { type: 'string', multiple: true },
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

interface Hunt {
  readonly coreS: number;
  readonly runs: number;
  /** What was broken; null where nothing was found within the budget. */
  readonly kinds: string | null;
}

function hunt(explored: Explored, strategy: string, firstSeed: number): Hunt {
  let coreS = 0;
  for (let seed = firstSeed; ; seed++) {
    const trial = explored.try({ strategy, seed });
    coreS += trial.seconds;
    const runs = seed - firstSeed + 1;
    if (trial.kinds.length > 0)
      return { coreS, runs, kinds: trial.kinds.map(signatureText).join(', ') };
    if (coreS >= budgetS) return { coreS: budgetS, runs, kinds: null };
  }
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) / 2;
  return (itemAt(sorted, Math.floor(at)) + itemAt(sorted, Math.ceil(at))) / 2;
}

/** By strategy, the median core-seconds of each bug, in the same order. */
const medians = new Map<string, number[]>(values.strategy.map((name) => [name, []]));
const found = new Map<string, number>(values.strategy.map((name) => [name, 0]));

for (const system of Object.values(systems)) {
  if (!values.system.includes(system.name)) continue;
  for (const { id, kind, expect } of system.variants) {
    if (kind !== 'mutant' || expect?.length === 0) continue;
    if (values.mutant !== undefined && !values.mutant.includes(id)) continue;
    const explored = await Explored.of({ system: system.name, mutants: [id] });
    const cells = values.strategy.map((strategy) => {
      const hunts = Array.from({ length: repetitions }, (_, at) =>
        hunt(explored, strategy, 1 + at * SEEDS_APART),
      );
      const coreS = median(hunts.map((one) => one.coreS));
      const times = hunts.filter((one) => one.kinds !== null).length;
      medians.get(strategy)?.push(coreS);
      if (times > 0) found.set(strategy, (found.get(strategy) ?? 0) + 1);
      const what = hunts.find((one) => one.kinds !== null)?.kinds ?? 'not found';
      return `${strategy} ${times}/${repetitions} ${coreS.toFixed(2)} s (${what})`;
    });
    console.log(`${system.name}/${id}: ${cells.join(' · ')}`);
  }
  if (values.mutant !== undefined) continue;
  const explored = await Explored.of({ system: system.name });
  for (const strategy of values.strategy) {
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
    const hours = (simulatedS / 3600).toFixed(1);
    console.log(
      `${system.name} as it should be, ${strategy}: ${runs} runs, ${hours} simulated hours, ` +
        `${alarms} violations, ${unknown} unknown`,
    );
  }
}

const bugs = medians.get(itemAt(values.strategy, 0))?.length ?? 0;
for (const strategy of values.strategy) {
  const ofAll = medians.get(strategy) ?? [];
  if (ofAll.length === 0) continue;
  console.log(
    `${strategy}: ${found.get(strategy)} of ${bugs} found, median ${median(ofAll).toFixed(3)} core-s`,
  );
}
const [one, other] = values.strategy.map((name) => medians.get(name) ?? []);
if (one !== undefined && other !== undefined && bugs > 1) {
  const draw = namedDraw(1);
  const ratios = Array.from({ length: RESAMPLES }, (_, sample) => {
    const chosen = Array.from({ length: bugs }, (_item, at) => draw('bug', sample, at) % bugs);
    const of = (all: readonly number[]) => median(chosen.map((at) => itemAt(all, at)));
    return of(one) / of(other);
  }).sort((a, b) => a - b);
  const at = (share: number) => itemAt(ratios, Math.floor(share * (RESAMPLES - 1))).toFixed(2);
  console.log(
    `${values.strategy[0]} / ${values.strategy[1]}: ${(median(one) / median(other)).toFixed(2)} ` +
      `in median core-seconds (95 % interval ${at(0.025)} to ${at(0.975)}, ${bugs} bugs)`,
  );
}
