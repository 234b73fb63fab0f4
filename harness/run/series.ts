/** Runs on successive seeds, until one is invalid: what each came to, and which is to be shown. */

import type { Verdict } from '../../checkers/verdict.ts';
import { isVirtual } from '../config/backends.ts';
import { EXIT } from '../core/errors.ts';
import { outcomeOf } from '../judge/outcome.ts';
import type { Tally } from '../report/tally.ts';
import type { RunFigures, RunSummary } from '../store/format.ts';
import { addReach } from '../variants/tally.ts';
import type { PreparedRun, RunContext } from './prepared.ts';
import type { Progress } from './progress.ts';
import { runAndStore, suspectsIn } from './run.ts';
import { outcomes } from './seeds.ts';
import { simulateOnce } from './simulate.ts';

export interface Series {
  readonly tally: Tally;
  /** Null when it was interrupted before one was made that could be shown. */
  readonly summary: RunSummary | null;
  readonly interrupted: boolean;
}

/** One run of a series. */
interface Made {
  readonly run: PreparedRun;
  readonly verdict: Verdict;
  readonly reached: RunFigures['reached'];
  /** Null where it was made in memory. */
  readonly summary: RunSummary | null;
}

/** Makes one run, and says which it was where that fails. */
export type Saying = <Result>(
  run: PreparedRun,
  make: () => Result | Promise<Result>,
) => Promise<Result>;

/**
 * In the simulator runs are tried in memory, and the one to be shown is made again and stored: the
 * invalid one, else the first unknown one, else the last that its variants changed. On containers
 * every run is stored.
 */
export async function runSeries(
  prepared: PreparedRun,
  runs: number,
  saying: Saying,
  context: RunContext,
  progress: Progress,
): Promise<Series> {
  const { signal } = context;
  const store = (run: PreparedRun, how = context) => saying(run, () => runAndStore(run, how));
  const counts = { valid: 0, invalid: 0, unknown: 0 };
  const unknowns: { seed: number; because: string }[] = [];
  const reached: Record<string, { calls: number; changed: number }> = {};
  const firstSeed = prepared.config.seed;
  let shown: Made | null = null;
  let done = 0;
  const isEnough = () => counts.invalid > 0;
  const make = async (seed: number): Promise<Made> => {
    const run = { ...prepared, config: { ...prepared.config, seed } };
    if (isVirtual(run.config.backend)) return saying(run, () => simulated(run));
    return stored(run, await store(run));
  };
  for (const making of outcomes({ first: firstSeed, count: runs, isEnough, signal }, make)) {
    const made = await making;
    const { verdict, run } = made;
    const { seed } = run.config;
    done++;
    counts[verdict.kind]++;
    if (verdict.kind === 'unknown') unknowns.push({ seed, because: verdict.because });
    addReach(reached, made.reached ?? {});
    const gain = interest(made) - (shown === null ? -1 : interest(shown));
    // Of runs that are equally interesting, the first; but of valid ones the last.
    if (gain > 0 || (gain === 0 && verdict.kind === 'valid')) shown = made;
    progress.step({ kind: 'runs', done, total: runs, ...counts });
    // Lets a signal through.
    await new Promise(setImmediate);
  }
  progress.end();
  const { variants } = prepared;
  const tally: Tally = {
    firstSeed,
    ...counts,
    unknowns,
    reached: variants.length === 0 ? null : reached,
  };
  const interrupted = signal.aborted;
  const isFinding = shown?.verdict.kind === 'invalid';
  if (shown === null || (interrupted && !isFinding)) {
    return { tally, summary: shown?.summary ?? null, interrupted };
  }
  // What was found is shown even so: who interrupts wants no more of it, and not less.
  const unhurried = { ...context, signal: new AbortController().signal };
  const summary = shown.summary ?? (await store(shown.run, unhurried));
  refuseContradiction(shown, summary);
  return { tally: corrected(tally, shown, summary), summary, interrupted };
}

/** In memory; what is wrong shows early, so that it ends at the first broken invariant. */
function simulated(run: PreparedRun): Made {
  const { verdict, reached } = simulateOnce(run.config, run.variants, run.catalogue);
  return { run, verdict, reached: run.variants.length === 0 ? null : reached, summary: null };
}

function stored(run: PreparedRun, summary: RunSummary): Made {
  const { verdict, figures } = summary.results;
  return { run, verdict, reached: figures.reached, summary };
}

/** How much a reader wants to see a run, out of several. */
function interest({ verdict, reached, run }: Made): number {
  if (verdict.kind === 'invalid') return 3;
  if (verdict.kind === 'unknown') return 2;
  const around = { determinism: null, ending: { kind: 'finished' } } as const;
  const suspects = suspectsIn(run.config, run.byValue);
  return outcomeOf(verdict, { ...around, reached, suspects }).status === EXIT.valid ? 1 : 0;
}

/** A sum with one part of it in place of another: in memory a run ends at its first violation. */
function exchanged(
  sum: RunFigures['reached'],
  before: RunFigures['reached'],
  after: RunFigures['reached'],
): RunFigures['reached'] {
  if (sum === null || before === null || after === null) return sum;
  const result = { ...sum };
  const negated = Object.entries(before).map(([name, { calls, changed }]) => {
    return [name, { calls: -calls, changed: -changed }] as const;
  });
  addReach(result, Object.fromEntries(negated));
  addReach(result, after);
  return result;
}

/** A violation that was found may not vanish unless the run itself was another one. */
function refuseContradiction({ verdict, run }: Made, { results }: RunSummary): void {
  const { determinism } = results.figures;
  const same = determinism === null || determinism.identical === determinism.replays;
  if (verdict.kind !== 'invalid' || results.exitStatus === EXIT.invalid || !same) return;
  if (results.exitStatus === EXIT.interrupted) return;
  throw new Error(
    `seed ${run.config.seed} was invalid when judged in memory (${verdict.because}), and ` +
      `${results.verdict.kind} when judged from disk`,
  );
}

/** The stored run has the last word on its seed, so that the counts never contradict it. */
function corrected(given: Tally, { verdict, run, reached }: Made, { results }: RunSummary): Tally {
  const tally = { ...given, reached: exchanged(given.reached, reached, results.figures.reached) };
  const said = results.verdict;
  if (said.kind === verdict.kind) return tally;
  const { seed } = run.config;
  const others = tally.unknowns.filter((unknown) => unknown.seed !== seed);
  return {
    ...tally,
    [verdict.kind]: tally[verdict.kind] - 1,
    [said.kind]: tally[said.kind] + 1,
    unknowns: said.kind === 'unknown' ? [...others, { seed, because: said.because }] : others,
  };
}
