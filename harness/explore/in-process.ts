/**
 * An exploration for a test: in this process, so that systems and variants may be passed by value, and
 * ended by an error that tells what was found as a counterexample.
 */

import { join } from 'node:path';
import type { Verdict } from '../../checkers/verdict.ts';
import { deadline } from '../core/deadline.ts';
import { EXIT, infrastructure, usage } from '../core/errors.ts';
import { makeDirectories } from '../core/files.ts';
import type { RunStatus } from '../judge/outcome.ts';
import { type Signature, signatureText } from '../judge/signature.ts';
import { ownSometimes } from '../own/sometimes.ts';
import { plain, plural } from '../report/text.ts';
import { sentenceOf } from '../report/verdict-words.ts';
import type { ExploreLimits } from '../run/library-options.ts';
import type { PreparedRun } from '../run/prepared.ts';
import { suspectsIn } from '../run/run.ts';
import { sizeOf, sizeText } from '../shrink/case.ts';
import { type Repro, writeRepro } from '../shrink/repro.ts';
import { shrink } from '../shrink/shrink.ts';
import { reproOf } from '../shrink/shrunk-run.ts';
import { conclusionOf } from './conclusion.ts';
import type { CoverageFigures } from './coverage.ts';
import { type Exploration, explore, type Found, type StrategyFigures } from './explore.ts';
import { strategiesFor } from './strategies/index.ts';
import { Explored, type Trial } from './trial.ts';
import type { Question } from './trial-thread.ts';

/** What an exploration came to in which nothing was found. */
export interface ExploreResult {
  readonly verdict: Verdict;
  readonly runs: number;
  readonly strategies: Readonly<Record<string, StrategyFigures>>;
  readonly coverage: CoverageFigures;
}

/** What was found, made small. */
export interface Counterexample {
  readonly signature: Signature;
  /** The sentence of the violation. */
  readonly because: string;
  /** A step a line, numbered. */
  readonly story: readonly string[];
  /** All that makes it again. */
  readonly repro: Repro;
  /** Where that was kept; null where nobody asked for it. */
  readonly path: string | null;
}

/** An exploration that did not end well: a violation, or nothing that could be judged. */
export class ExplorationFailure extends Error {
  /** As `ordeal explore` would end: 1 for a violation, 2 for nothing shown, 3 for a run that was not the same twice. */
  readonly exitStatus: RunStatus;
  /** Null unless it is a violation. */
  readonly counterexample: Counterexample | null;

  constructor(message: string, exitStatus: RunStatus, counterexample: Counterexample | null) {
    super(plain(message));
    this.name = 'ExplorationFailure';
    this.exitStatus = exitStatus;
    this.counterexample = counterexample;
  }
}

const SEEDS = 100;
const SHRINK_S = 5;

/** Rejects with an `ExplorationFailure`, or a `HarnessError` where something cannot be asked for. */
export async function exploreInProcess(
  prepared: PreparedRun,
  firstSeed: number,
  limits: ExploreLimits,
): Promise<ExploreResult> {
  const { seeds, budgetS, shrinkS = SHRINK_S, keepIn } = limits;
  if (keepIn !== undefined && prepared.byValue.length > 0) {
    throw usage(
      `options.keepIn: no file makes again what is passed by value (${prepared.byValue.join(', ')})`,
    );
  }
  const sometimes = ownSometimes('options.sometimes', limits.sometimes ?? []);
  const explored = Explored.ofPrepared(prepared, sometimes);
  const exploration: Exploration = {
    asked: prepared.request,
    strategies: strategiesFor(explored.ground, limits.strategies, 'options.strategies'),
    firstSeed,
    seeds: seeds ?? (budgetS === undefined ? SEEDS : null),
    budgetS: budgetS ?? null,
    workers: 1,
    firstOnly: true,
  };
  const nothing = { step: () => undefined, found: () => undefined };
  const { signal } = new AbortController();
  const figures = await explore(exploration, explored, signal, nothing, () => new Here(explored));
  if (figures.stop?.kind === 'failed') throw figures.stop.error;
  const [found] = figures.found;
  if (found !== undefined) throw await failureOf(prepared, explored, found, shrinkS, keepIn);
  const suspects = suspectsIn(prepared.config, prepared.byValue);
  const { verdict, status } = conclusionOf(figures, [], suspects);
  if (status !== EXIT.valid) {
    throw new ExplorationFailure(sentenceOf(verdict), status, null);
  }
  const runs = Object.values(figures.strategies).reduce((sum, one) => sum + one.runs, 0);
  return { verdict, runs, strategies: figures.strategies, coverage: figures.coverage };
}

/** A lane in this thread. */
class Here {
  readonly #explored: Explored;

  constructor(explored: Explored) {
    this.#explored = explored;
  }

  async ask({ task }: Question): Promise<Trial> {
    // Lets others have a turn.
    await new Promise(setImmediate);
    return this.#explored.try(task);
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

async function failureOf(
  prepared: PreparedRun,
  explored: Explored,
  { trial, kinds, runs }: Found,
  shrinkS: number,
  keepIn: string | undefined,
): Promise<ExplorationFailure> {
  const [signature] = kinds;
  if (signature === undefined) throw new Error('what is found is of some kind');
  const simulation = explored.simulation(trial);
  const shrunk = await shrink(simulation, signature, { isOver: deadline(1000 * shrinkS) });
  if (shrunk === null) {
    throw infrastructure(
      `seed ${trial.seed} by ${trial.strategy} broke ${signatureText(signature)}, and does not when ` +
        'it is made again',
    );
  }
  const repro = reproOf({ ...prepared, config: shrunk.smallest }, signature);
  const path = keepIn === undefined ? null : kept(repro, keepIn);
  const { because, story } = repro;
  const counterexample: Counterexample = { signature, because, story, repro, path };
  const lines = [
    `${signatureText(signature)}: ${because}`,
    `found by ${trial.strategy}, seed ${trial.seed}, after ${plural(runs, 'run')}; made small: ` +
      sizeText(sizeOf(shrunk.smallest)),
    '',
    ...story,
    '',
    `again: ${path === null ? againText(prepared, explored, trial) : `npx ordeal replay ${path}`}`,
  ];
  return new ExplorationFailure(lines.join('\n'), EXIT.invalid, counterexample);
}

/** The run as it was found; no command makes again what was passed by value. */
function againText({ byValue }: PreparedRun, explored: Explored, trial: Trial): string {
  if (byValue.length === 0) return explored.commandOf(trial);
  return `explore with seed: ${trial.seed}, seeds: 1, strategies: ['${trial.strategy}']`;
}

/** Named after what it breaks, so that a folder of them reads as a list of old bugs. */
function kept(repro: Repro, directory: string): string {
  const { config, signature } = repro;
  const name = `${config.system}-${signature.property}`.replaceAll(/[^\w-]+/g, '-').toLowerCase();
  makeDirectories(directory);
  const path = join(directory, `${name}-${config.seed}.json`);
  writeRepro(path, repro);
  return path;
}
