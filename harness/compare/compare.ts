/**
 * Makes pairs of runs on several threads until the budget is used up. What each pair comes to follows
 * from its seed alone, and pairs are told in the order of their seeds: as many seeds give the same
 * populations, whatever the number of threads.
 */

import { Lane } from '../explore/lane.ts';
import type { Task } from '../explore/trial.ts';
import { signatureText } from '../judge/signature.ts';
import type { PairAsked, PairTrial } from './pair.ts';
import type { PairQuestion } from './pair-thread.ts';

/** How far a comparison goes. */
export interface CompareLimits {
  /** They take turns, seed by seed. */
  readonly strategies: readonly string[];
  readonly firstSeed: number;
  /** Null for no limit; one of both is given. */
  readonly seeds: number | null;
  readonly budgetS: number | null;
  readonly workers: number;
}

/** Why it ended before its budget. */
export type CompareStop =
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'failed'; readonly task: Task; readonly error: Error }
  /** A pair came out otherwise in another thread. */
  | { readonly kind: 'differs'; readonly task: Task };

export interface Pairs {
  /** By seed. */
  readonly trials: readonly PairTrial[];
  /** Pairs that were made again in another thread; all that were identical. */
  readonly repeated: number;
  readonly identical: number;
  readonly wallS: number;
  readonly stop: CompareStop | null;
}

/** How far it is. */
export interface CompareState {
  readonly pairs: number;
  readonly elapsedS: number;
  /** Runs that broke something. */
  readonly invalid: { readonly a: number; readonly b: number };
  readonly seedsLeft: number | null;
  readonly leftS: number | null;
}

/** One pair in so many is made again in another thread. */
const REPEATED = 50;
/** So long after the budget pairs that are under way are waited for. */
const GRACE_S = 5;

export type PairLane = Pick<Lane<PairQuestion, PairTrial>, 'ask' | 'end'>;

export interface CompareTelling {
  /** After each pair. */
  readonly step: (state: CompareState) => void;
  /** B broke what neither it nor A had broken before. */
  readonly found: (kind: string, trial: PairTrial) => void;
}

export async function compare(
  asked: PairAsked,
  limits: CompareLimits,
  signal: AbortSignal,
  telling: CompareTelling,
  makeLane: () => PairLane = () => new Lane('pair'),
): Promise<Pairs> {
  return new Comparer(asked, limits, signal, telling, makeLane).run();
}

class Comparer {
  readonly #asked: PairAsked;
  readonly #limits: CompareLimits;
  readonly #signal: AbortSignal;
  readonly #telling: CompareTelling;
  readonly #makeLane: () => PairLane;
  readonly #lanes: (PairLane | undefined)[] = [];
  readonly #trials: PairTrial[] = [];
  readonly #kinds = new Set<string>();
  readonly #invalid = { a: 0, b: 0 };
  readonly #begunMs = performance.now();
  /** Resolved when nobody is to wait for what is under way. */
  readonly #end = Promise.withResolvers<null>();
  #begun = 0;
  #repeated = 0;
  #identical = 0;
  #stop: CompareStop | null = null;

  constructor(
    asked: PairAsked,
    limits: CompareLimits,
    signal: AbortSignal,
    telling: CompareTelling,
    makeLane: () => PairLane,
  ) {
    this.#asked = asked;
    this.#limits = limits;
    this.#signal = signal;
    this.#telling = telling;
    this.#makeLane = makeLane;
  }

  async run(): Promise<Pairs> {
    const { workers, budgetS } = this.#limits;
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
    return {
      trials: this.#trials.toSorted((one, other) => one.seed - other.seed),
      repeated: this.#repeated,
      identical: this.#identical,
      wallS: this.#s(),
      stop: this.#stop,
    };
  }

  /** What one thread at work does: one pair after the other. */
  async #work(at: number): Promise<void> {
    const second = this.#limits.seeds === 1 ? 0 : 1;
    while (!this.#isOver()) {
      const task = this.#next();
      const trial = await this.#try(at, task);
      if (trial === null) return;
      this.#account(trial);
      // The second of so many: what a thread keeps from its first run shows in no other first one.
      if ((task.seed - this.#limits.firstSeed) % REPEATED === second) await this.#repeat(at, trial);
    }
  }

  #isOver(): boolean {
    const { seeds, budgetS } = this.#limits;
    if (this.#stop !== null) return true;
    return (seeds !== null && this.#begun >= seeds) || (budgetS !== null && this.#s() >= budgetS);
  }

  #next(): Task {
    const { firstSeed, strategies } = this.#limits;
    const at = this.#begun++;
    return { seed: firstSeed + at, strategy: strategies[at % strategies.length] as string };
  }

  /** Null where it did not come to its end. */
  async #try(at: number, task: Task): Promise<PairTrial | null> {
    const lane = this.#lanes[at] ?? this.#makeLane();
    this.#lanes[at] = lane;
    const question = { asked: this.#asked, task };
    try {
      const what = `seed ${task.seed} by ${task.strategy}`;
      return await Promise.race([lane.ask(question, what), this.#end.promise]);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#stopFor({ kind: 'failed', error, task });
      return null;
    }
  }

  /** Once more in the thread beside it. */
  async #repeat(at: number, { seed, strategy, a, b }: PairTrial): Promise<void> {
    const task = { seed, strategy };
    const again = await this.#try((at + 1) % Math.max(2, this.#limits.workers), task);
    if (again === null) return;
    this.#repeated++;
    if (again.a.digest === a.digest && again.b.digest === b.digest) this.#identical++;
    else this.#stopFor({ kind: 'differs', task });
  }

  #account(trial: PairTrial): void {
    this.#trials.push(trial);
    for (const side of ['a', 'b'] as const) {
      if (trial[side].verdict === 'invalid') this.#invalid[side]++;
      for (const kind of trial[side].kinds.map(signatureText)) {
        if (side === 'b' && !this.#kinds.has(kind)) this.#telling.found(kind, trial);
        this.#kinds.add(kind);
      }
    }
    const { seeds, budgetS } = this.#limits;
    const elapsedS = this.#s();
    this.#telling.step({
      pairs: this.#trials.length,
      elapsedS,
      invalid: { ...this.#invalid },
      seedsLeft: seeds === null ? null : seeds - this.#trials.length,
      leftS: budgetS === null ? null : Math.max(0, budgetS - elapsedS),
    });
  }

  #stopFor(stop: CompareStop): void {
    this.#stop ??= stop;
    this.#end.resolve(null);
  }

  #s(): number {
    return (performance.now() - this.#begunMs) / 1000;
  }
}
