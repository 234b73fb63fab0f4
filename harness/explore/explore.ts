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
import { Lane } from './lane.ts';
import { partingOf } from './parting.ts';
import { Portfolio } from './portfolio.ts';
import type { Explored, Task, Trial } from './trial.ts';
import type { Question } from './trial-thread.ts';

/** What to explore, and how far. */
export interface Exploration {
  /** What every run has in common, as a user asks for it. */
  readonly asked: RunRequest;
  readonly strategies: readonly string[];
  readonly firstSeed: number;
  /** Null for no limit; one of both is given. */
  readonly seeds: number | null;
  readonly budgetS: number | null;
  /** Threads at work at a time. */
  readonly workers: number;
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

/** Why it ended before its budget. */
export type Stop =
  | { readonly kind: 'interrupted' }
  /** A run could not be made: by the user's own code, the machine, or a bug of ours. */
  | { readonly kind: 'failed'; readonly task: Task; readonly error: Error }
  /**
   * The same run came out otherwise in another thread, from this line on; null where the two, made
   * again, tell the same.
   */
  | { readonly kind: 'differs'; readonly task: Task; readonly parting: Divergence | null };

export interface ExplorationFigures {
  readonly found: readonly Found[];
  readonly unknowns: readonly Unknowns[];
  readonly strategies: Readonly<Record<string, StrategyFigures>>;
  readonly coverage: CoverageFigures;
  readonly wallS: number;
  readonly simulatedS: number;
  /** Runs that were made again in another thread; all that were identical. */
  readonly repeated: number;
  readonly identical: number;
  /** By `variant: rule`, over all runs. */
  readonly variants: NonNullable<RunFigures['reached']>;
  readonly stop: Stop | null;
}

/** How far it is. */
export interface Telling {
  /** After each run. */
  readonly step: (state: State) => void;
  readonly found: (found: Found) => void;
}

export interface State {
  readonly elapsedS: number;
  readonly runs: Readonly<Record<string, number>>;
  readonly kinds: number;
  /** Seeds that are left, and seconds; null where nothing limits them. */
  readonly seedsLeft: number | null;
  readonly leftS: number | null;
}

/** One run in so many is made again in another thread. */
const REPEATED = 50;
/** So long after the budget runs that are under way are waited for. */
const GRACE_S = 5;

/** What makes one run after the other: a thread (`lane.ts`), or whoever stands in for one. */
export type TrialLane = Pick<Lane<Question, Trial>, 'ask' | 'end'>;

export async function explore(
  exploration: Exploration,
  explored: Explored,
  signal: AbortSignal,
  telling: Telling,
  makeLane: () => TrialLane = () => new Lane('trial'),
): Promise<ExplorationFigures> {
  return new Explorer(exploration, explored, signal, telling, makeLane).run();
}

class Explorer {
  readonly #exploration: Exploration;
  readonly #signal: AbortSignal;
  readonly #telling: Telling;
  readonly #portfolio: Portfolio;
  readonly #coverage: Coverage;
  readonly #makeLane: () => TrialLane;
  readonly #lanes: (TrialLane | undefined)[] = [];
  readonly #strategies: Record<string, StrategyFigures> = {};
  readonly #unknowns = new Map<string, Unknowns>();
  readonly #kinds = new Set<string>();
  readonly #found: Found[] = [];
  readonly #variants: NonNullable<RunFigures['reached']> = {};
  readonly #begunMs = performance.now();
  /** Resolved when nobody is to wait for what is under way. */
  readonly #end = Promise.withResolvers<null>();
  #begun = 0;
  #runs = 0;
  #coreS = 0;
  #simulatedS = 0;
  #repeated = 0;
  #identical = 0;
  #stop: Stop | null = null;

  constructor(
    exploration: Exploration,
    explored: Explored,
    signal: AbortSignal,
    tell: Telling,
    makeLane: () => TrialLane,
  ) {
    this.#makeLane = makeLane;
    this.#exploration = exploration;
    this.#signal = signal;
    this.#telling = tell;
    this.#portfolio = new Portfolio(exploration.strategies);
    this.#coverage = new Coverage(explored.ground);
    for (const name of exploration.strategies) this.#strategies[name] = NOTHING;
  }

  async run(): Promise<ExplorationFigures> {
    const { workers, budgetS } = this.#exploration;
    const interrupted = () => this.#stopFor({ kind: 'interrupted' });
    this.#signal.addEventListener('abort', interrupted);
    const patience =
      budgetS === null
        ? undefined
        : setTimeout(() => this.#end.resolve(null), 1000 * (budgetS + GRACE_S));
    try {
      if (this.#signal.aborted) interrupted();
      await Promise.all(Array.from({ length: workers }, (_, at) => this.#work(at)));
    } finally {
      clearTimeout(patience);
      this.#signal.removeEventListener('abort', interrupted);
      await Promise.all(this.#lanes.map(async (lane) => lane?.end()));
    }
    return this.#figures();
  }

  /** What one thread at work does: one run after the other. */
  async #work(at: number): Promise<void> {
    const second = this.#exploration.seeds === 1 ? 0 : 1;
    while (!this.#isOver()) {
      const task = this.#next();
      // The second of so many: what a thread keeps from its first run shows in no other first one.
      const isSample = (task.seed - this.#exploration.firstSeed) % REPEATED === second;
      const trial = await this.#try(at, task);
      if (trial === null) return;
      const isFind = this.#account(trial);
      if (isSample || isFind) await this.#repeat(at, trial);
    }
  }

  #isOver(): boolean {
    const { seeds, budgetS, firstOnly } = this.#exploration;
    if (this.#stop !== null || (firstOnly && this.#found.length > 0)) return true;
    return (seeds !== null && this.#begun >= seeds) || (budgetS !== null && this.#s() >= budgetS);
  }

  #next(): Task {
    const seed = this.#exploration.firstSeed + this.#begun;
    this.#begun++;
    return { seed, strategy: this.#portfolio.next() };
  }

  /** Null where it did not come to its end. */
  async #try(at: number, task: Task): Promise<Trial | null> {
    const { asked } = this.#exploration;
    const lane = this.#lanes[at] ?? this.#makeLane();
    this.#lanes[at] = lane;
    const what = `seed ${task.seed} by ${task.strategy}`;
    try {
      return await Promise.race([lane.ask({ asked, task }, what), this.#end.promise]);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // What the others still have under way is nobody's concern any more.
      this.#stopFor({ kind: 'failed', error, task });
      return null;
    }
  }

  /** Once more in the thread beside it: whatever one of them has kept from earlier runs shows. */
  async #repeat(at: number, trial: Trial): Promise<void> {
    const { seed, strategy } = trial;
    const beside = (at + 1) % Math.max(2, this.#exploration.workers);
    const again = await this.#try(beside, { seed, strategy });
    if (again === null) return;
    this.#repeated++;
    if (again.digest === trial.digest) {
      this.#identical++;
      return;
    }
    const task = { seed, strategy };
    this.#stopFor({ kind: 'differs', task, parting: await this.#parting([at, beside], task) });
  }

  /**
   * The first line in which two threads differ, which make the run once more: null where they agree
   * by now, or one of them does not come to its end.
   */
  async #parting(lanes: readonly number[], task: Task): Promise<Divergence | null> {
    const made = lanes.map(async (at) => this.#try(at, { ...task, recorded: true }));
    const [one, other] = (await Promise.all(made)).map((trial) => trial?.lines ?? null);
    return one == null || other == null ? null : partingOf(one, other);
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
      if (this.#exploration.firstOnly) this.#end.resolve(null);
    }
    this.#telling.step(this.#state());
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

  #stopFor(stop: Stop): void {
    this.#stop ??= stop;
    this.#end.resolve(null);
  }

  #state(): State {
    const { seeds, budgetS } = this.#exploration;
    const elapsedS = this.#s();
    const runs = Object.entries(this.#strategies).map(([name, figures]) => [name, figures.runs]);
    return {
      elapsedS,
      runs: Object.fromEntries(runs),
      kinds: this.#kinds.size,
      seedsLeft: seeds === null ? null : seeds - this.#runs,
      leftS: budgetS === null ? null : Math.max(0, budgetS - elapsedS),
    };
  }

  #figures(): ExplorationFigures {
    return {
      found: this.#found,
      unknowns: [...this.#unknowns.values()].sort((a, b) => b.runs - a.runs),
      strategies: this.#strategies,
      coverage: this.#coverage.figures(),
      wallS: this.#s(),
      simulatedS: this.#simulatedS,
      repeated: this.#repeated,
      identical: this.#identical,
      variants: this.#variants,
      stop: this.#stop,
    };
  }

  /** Since the beginning. */
  #s(): number {
    return (performance.now() - this.#begunMs) / 1000;
  }
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
