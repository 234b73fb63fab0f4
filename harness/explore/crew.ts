/**
 * Threads at work, each on one task after the other: successive seeds, until the budget is used up,
 * enough is known, or nobody waits any more. A share of what they make is made again in the thread
 * beside, whatever one of them may have kept from earlier work.
 */

import type { Lane } from './lane.ts';
import type { Task } from './trial.ts';

/** How far to go. */
export interface Limits {
  readonly firstSeed: number;
  /** Null for no limit; one of both is given. */
  readonly seeds: number | null;
  readonly budgetS: number | null;
  /** Threads at work at a time. */
  readonly workers: number;
}

/** Why it ended before its budget; `Differs` is what is told of work that came out otherwise when made again. */
export type Stop<Differs> =
  | { readonly kind: 'interrupted' }
  /** It could not be made: by the user's own code, the machine, or a bug of ours. */
  | { readonly kind: 'failed'; readonly task: Task; readonly error: Error }
  | Differs;

/** How far it is. */
export interface Progress {
  readonly elapsedS: number;
  /** Seeds that are left, and seconds; null where nothing limits them. */
  readonly seedsLeft: number | null;
  readonly leftS: number | null;
}

/** How it went. */
export interface CrewFigures<Differs> {
  readonly wallS: number;
  /** What was made again in another thread; all of that which was identical. */
  readonly repeated: number;
  readonly identical: number;
  readonly stop: Stop<Differs> | null;
}

/** What threads are asked, and what becomes of it. */
export interface Job<Question, Made, Differs> {
  /** By whose choice the next seed is run; `begun` tasks were given out before. */
  strategy(begun: number): string;
  question(task: Task): Question;
  /** Takes note of it; whether it is to be made again in any case. */
  made(result: Made): boolean;
  /** Whether nothing more is wanted. */
  isEnough(): boolean;
  isSame(one: Made, other: Made): boolean;
  /** What is told of a difference; `both` has the two threads make a task once more. */
  differs(
    task: Task,
    both: (task: Task) => Promise<readonly (Made | null)[]>,
  ): Differs | Promise<Differs>;
}

/** What makes one result after the other: a thread (`lane.ts`), or whoever stands in for one. */
export type CrewLane<Question, Made> = Pick<Lane<Question, Made>, 'ask' | 'end'>;

/** One in so many is made again in another thread. */
const REPEATED = 50;
/** So long after the budget what is under way is waited for. */
const GRACE_S = 5;

export class Crew<Question, Made, Differs> {
  readonly #limits: Limits;
  readonly #signal: AbortSignal;
  readonly #job: Job<Question, Made, Differs>;
  readonly #makeLane: () => CrewLane<Question, Made>;
  readonly #lanes: (CrewLane<Question, Made> | undefined)[] = [];
  readonly #begunMs = performance.now();
  /** Resolved when nobody is to wait for what is under way. */
  readonly #end = Promise.withResolvers<null>();
  #begun = 0;
  #made = 0;
  #repeated = 0;
  #identical = 0;
  #stop: Stop<Differs> | null = null;

  constructor(
    limits: Limits,
    signal: AbortSignal,
    job: Job<Question, Made, Differs>,
    makeLane: () => CrewLane<Question, Made>,
  ) {
    this.#limits = limits;
    this.#signal = signal;
    this.#job = job;
    this.#makeLane = makeLane;
  }

  async run(): Promise<CrewFigures<Differs>> {
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
      wallS: this.#s(),
      repeated: this.#repeated,
      identical: this.#identical,
      stop: this.#stop,
    };
  }

  get progress(): Progress {
    const { seeds, budgetS } = this.#limits;
    const elapsedS = this.#s();
    return {
      elapsedS,
      seedsLeft: seeds === null ? null : seeds - this.#made,
      leftS: budgetS === null ? null : Math.max(0, budgetS - elapsedS),
    };
  }

  /** What one thread at work does: one task after the other. */
  async #work(at: number): Promise<void> {
    const second = this.#limits.seeds === 1 ? 0 : 1;
    while (!this.#isOver()) {
      const task = this.#next();
      // The second of so many: what a thread keeps from its first run shows in no other first one.
      const isSample = (task.seed - this.#limits.firstSeed) % REPEATED === second;
      const made = await this.#try(at, task);
      if (made === null) return;
      this.#made++;
      const isWanted = this.#job.made(made);
      if (this.#job.isEnough()) this.#end.resolve(null);
      if (isSample || isWanted) await this.#repeat(at, task, made);
    }
  }

  #isOver(): boolean {
    const { seeds, budgetS } = this.#limits;
    if (this.#stop !== null || this.#job.isEnough()) return true;
    return (seeds !== null && this.#begun >= seeds) || (budgetS !== null && this.#s() >= budgetS);
  }

  #next(): Task {
    const begun = this.#begun++;
    return { seed: this.#limits.firstSeed + begun, strategy: this.#job.strategy(begun) };
  }

  /** Null where it did not come to its end. */
  async #try(at: number, task: Task): Promise<Made | null> {
    const lane = this.#lanes[at] ?? this.#makeLane();
    this.#lanes[at] = lane;
    const what = `seed ${task.seed} by ${task.strategy}`;
    try {
      return await Promise.race([lane.ask(this.#job.question(task), what), this.#end.promise]);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // What the others still have under way is nobody's concern any more.
      this.#stopFor({ kind: 'failed', error, task });
      return null;
    }
  }

  async #repeat(at: number, task: Task, made: Made): Promise<void> {
    const beside = (at + 1) % Math.max(2, this.#limits.workers);
    const again = await this.#try(beside, task);
    if (again === null) return;
    this.#repeated++;
    if (this.#job.isSame(made, again)) {
      this.#identical++;
      return;
    }
    const both = (once: Task) =>
      Promise.all([at, beside].map(async (lane) => this.#try(lane, once)));
    this.#stopFor(await this.#job.differs(task, both));
  }

  #stopFor(stop: Stop<Differs>): void {
    this.#stop ??= stop;
    this.#end.resolve(null);
  }

  /** Since the beginning. */
  #s(): number {
    return (performance.now() - this.#begunMs) / 1000;
  }
}
