/**
 * Explores a system in the simulator: successive seeds, each as a strategy chooses, on several
 * threads, until the budget is used up or enough was found. What is found is kept in memory as the
 * request that makes it again (`keep.ts`).
 */

import type { RunRequest } from '../config/config.ts';
import { type Signature, signatureText } from '../judge/signature.ts';
import type { Divergence, RunFigures } from '../store/format.ts';
import { addReach } from '../variants/tally.ts';
import { Coverage, type CoverageFigures } from './coverage.ts';
import { Crew, type CrewFigures, type CrewLane, type Limits, type Progress } from './crew.ts';
import { Lane } from './lane.ts';
import { partingOf } from './parting.ts';
import { Portfolio } from './portfolio.ts';
import type { Explored, Task, Trial } from './trial.ts';
import type { Question } from './trial-thread.ts';

/** What to explore, and how far. */
export interface Exploration extends Limits {
  /** What every run has in common, as a user asks for it. */
  readonly asked: RunRequest;
  readonly strategies: readonly string[];
  /** End at the first violation, whatever its kind. */
  readonly firstOnly: boolean;
}

/** The first run that showed some kinds of violation. */
export interface Found {
  readonly kinds: readonly Signature[];
  readonly trial: Trial;
  /** Runs made until then, with this one, and what they took of one core. */
  readonly runs: number;
  readonly coreS: number;
}

/** Runs that came to nothing for the same reason. */
export interface Unknowns {
  /** The checker that doubts, and why, by name: `stats: few-operations`. */
  readonly reason: string;
  /** Of the first of them. */
  readonly because: string;
  readonly seed: number;
  readonly strategy: string;
  readonly runs: number;
}

export interface StrategyFigures {
  readonly runs: number;
  readonly valid: number;
  readonly invalid: number;
  readonly unknown: number;
  /** Kinds of violation that it was the first to show. */
  readonly kinds: number;
  readonly events: number;
  readonly coreS: number;
}

/**
 * The same run came out otherwise in another thread, from this line on; null where the two, made again,
 * tell the same.
 */
export interface Differs {
  readonly kind: 'differs';
  readonly task: Task;
  readonly parting: Divergence | null;
}

export interface ExplorationFigures extends CrewFigures<Differs> {
  readonly found: readonly Found[];
  readonly unknowns: readonly Unknowns[];
  readonly strategies: Readonly<Record<string, StrategyFigures>>;
  readonly coverage: CoverageFigures;
  readonly simulatedS: number;
  /** By `variant: rule`, over all runs. */
  readonly variants: NonNullable<RunFigures['reached']>;
}

/** How far it is. */
export interface Telling {
  /** After each run. */
  readonly step: (state: State) => void;
  readonly found: (found: Found) => void;
}

export interface State extends Progress {
  readonly runs: Readonly<Record<string, number>>;
  readonly kinds: number;
}

export type TrialLane = CrewLane<Question, Trial>;

export async function explore(
  exploration: Exploration,
  explored: Explored,
  signal: AbortSignal,
  telling: Telling,
  makeLane: () => TrialLane = () => new Lane('trial'),
): Promise<ExplorationFigures> {
  return new Explorer(exploration, explored, telling).run(signal, makeLane);
}

/** Keeps the books of what a crew makes. */
class Explorer {
  readonly #exploration: Exploration;
  readonly #telling: Telling;
  readonly #portfolio: Portfolio;
  readonly #coverage: Coverage;
  readonly #strategies: Record<string, StrategyFigures> = {};
  readonly #unknowns = new Map<string, Unknowns>();
  readonly #kinds = new Set<string>();
  readonly #found: Found[] = [];
  readonly #variants: NonNullable<RunFigures['reached']> = {};
  #runs = 0;
  #coreS = 0;
  #simulatedS = 0;

  constructor(exploration: Exploration, explored: Explored, telling: Telling) {
    this.#exploration = exploration;
    this.#telling = telling;
    this.#portfolio = new Portfolio(exploration.strategies);
    this.#coverage = new Coverage(explored.ground);
    for (const name of exploration.strategies) this.#strategies[name] = NOTHING;
  }

  async run(signal: AbortSignal, makeLane: () => TrialLane): Promise<ExplorationFigures> {
    const { asked, firstOnly } = this.#exploration;
    const crew: Crew<Question, Trial, Differs> = new Crew(
      this.#exploration,
      signal,
      {
        strategy: () => this.#portfolio.next(),
        question: (task) => ({ asked, task }),
        made: (trial) => {
          const isFind = this.#account(trial);
          this.#telling.step(this.#state(crew.progress));
          return isFind;
        },
        isEnough: () => firstOnly && this.#found.length > 0,
        isSame: (one, other) => one.digest === other.digest,
        differs: async (task, both) => ({
          kind: 'differs',
          task,
          parting: partingIn(await both({ ...task, recorded: true })),
        }),
      },
      makeLane,
    );
    const ended = await crew.run();
    return { ...this.#figures(), ...ended };
  }

  /** Whether it shows a kind of violation that none did before. */
  #account(trial: Trial): boolean {
    const { strategy, events, seconds, kinds, verdict } = trial;
    this.#runs++;
    this.#coreS += seconds;
    this.#simulatedS += trial.simulatedS;
    this.#coverage.add(trial.reached);
    addReach(this.#variants, trial.variants);
    this.#portfolio.told(strategy, events, kinds.map(signatureText));
    const fresh = kinds.filter((kind) => !this.#kinds.has(signatureText(kind)));
    for (const kind of fresh) this.#kinds.add(signatureText(kind));
    const before = this.#strategies[strategy] ?? NOTHING;
    this.#strategies[strategy] = {
      ...before,
      runs: before.runs + 1,
      [verdict]: before[verdict] + 1,
      kinds: before.kinds + fresh.length,
      events: before.events + events,
      coreS: before.coreS + seconds,
    };
    if (verdict === 'unknown') this.#noteUnknown(trial);
    if (fresh.length > 0) {
      const found = { kinds: fresh, trial, runs: this.#runs, coreS: this.#coreS };
      this.#found.push(found);
      this.#telling.found(found);
    }
    return fresh.length > 0;
  }

  #noteUnknown({ because, reason, seed, strategy }: Trial): void {
    if (because === null || reason === null) throw new Error('what is unknown has a reason');
    const known = this.#unknowns.get(reason);
    this.#unknowns.set(reason, {
      ...(known ?? { reason, because, seed, strategy }),
      runs: (known?.runs ?? 0) + 1,
    });
  }

  #state(progress: Progress): State {
    const runs = Object.entries(this.#strategies).map(([name, figures]) => [name, figures.runs]);
    return { ...progress, runs: Object.fromEntries(runs), kinds: this.#kinds.size };
  }

  #figures(): Omit<ExplorationFigures, keyof CrewFigures<Differs>> {
    return {
      found: this.#found,
      unknowns: [...this.#unknowns.values()].sort((a, b) => b.runs - a.runs),
      strategies: this.#strategies,
      coverage: this.#coverage.figures(),
      simulatedS: this.#simulatedS,
      variants: this.#variants,
    };
  }
}

/** The first line in which two threads differ; null where they agree by now, or one did not come to its end. */
function partingIn(made: readonly (Trial | null)[]): Divergence | null {
  const [one, other] = made.map((trial) => trial?.lines ?? null);
  return one == null || other == null ? null : partingOf(one, other);
}

const NOTHING: StrategyFigures = {
  runs: 0,
  valid: 0,
  invalid: 0,
  unknown: 0,
  kinds: 0,
  events: 0,
  coreS: 0,
};
