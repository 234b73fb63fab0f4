/** Two sides of a comparison, and the pairs of runs that they make: the same work on both. */

import type { System } from '../../systems/system.ts';
import type { RunRequest } from '../config/config.ts';
import { HarnessError, usage } from '../core/errors.ts';
import { strategies } from '../explore/strategies/index.ts';
import { ATTEMPTS, type Chosen, type Ground } from '../explore/strategy.ts';
import type { Task } from '../explore/trial.ts';
import { type CommonRequest, LoadedSide, type Outcome } from './loaded-side.ts';
import type { SideAsked } from './side.ts';

/** What is compared. Plain data: threads load it by themselves. */
export interface PairAsked {
  /** What was asked for of both. */
  readonly common: CommonRequest;
  /** What was asked for of B alone, beside what stands in its name. */
  readonly ofB: Pick<CommonRequest, 'mutants' | 'rules'>;
  readonly a: SideAsked;
  readonly b: SideAsked;
}

/** What a pair of runs came to. */
export interface PairTrial extends Task {
  readonly a: Outcome;
  readonly b: Outcome;
}

/** A pair of runs, each as a user would ask for it by names, and what that comes to. */
export interface PairChosen {
  readonly a: Chosen;
  readonly b: Chosen;
}

export class Pair {
  readonly a: LoadedSide;
  readonly b: LoadedSide;
  /** What strategies draw from: what both sides have. */
  readonly ground: Ground;
  readonly #asked: RunRequest;

  private constructor(a: LoadedSide, b: LoadedSide) {
    this.a = a;
    this.b = b;
    const names = Object.keys({ ...a.asked.set, ...b.asked.set });
    for (const side of [a, b]) side.pinned = only(side.base.set, names);
    const { system, catalogue } = a.ground;
    const options = only(system.options, Object.keys(b.ground.system.options));
    // Not a copy: the methods of a class are no fields of their own.
    const both: System = Object.assign(Object.create(system) as System, { options });
    this.ground = { system: both, catalogue, hunts: [...a.ground.hunts, ...b.ground.hunts] };
    const { mutants: _, rules: __, ...asked } = a.named;
    const pinned = only(a.pinned, Object.keys(b.base.set));
    this.#asked = { ...asked, set: { ...asked.set, ...pinned } };
  }

  /** Throws a usage error for what cannot be compared. */
  static async of({ common, ofB, a, b }: PairAsked): Promise<Pair> {
    const one = await LoadedSide.of('A', a, common);
    const other = await LoadedSide.of('B', b, { ...common, ...ofB });
    const [first, second] = [one.named.system, other.named.system];
    if (first === second) return new Pair(one, other);
    throw usage(`A is ${first} and B is ${second}: two sides of one system are needed`);
  }

  side(name: 'a' | 'b'): LoadedSide {
    return this[name];
  }

  /** The same seed, cluster, load and faults for both, whatever their variants suggest. */
  chosen({ strategy, seed }: Task): PairChosen {
    const chooser = strategies[strategy as keyof typeof strategies];
    for (let attempt = 1; ; attempt++) {
      try {
        return this.#agreed({
          ...chooser.request(this.ground, seed, attempt, this.#asked),
          seed,
        });
      } catch (error) {
        if (!(error instanceof HarnessError) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** What follows from settings in which the two differ is made the same as well. */
  #agreed(drawn: RunRequest): PairChosen {
    const chosen = { a: this.a.chosen(drawn), b: this.b.chosen(drawn) };
    const [a, b] = [chosen.a.config, chosen.b.config];
    const nemesis = a.nemesis.filter((name) => b.nemesis.includes(name));
    const isSame =
      nemesis.length === Math.max(a.nemesis.length, b.nemesis.length) &&
      a.recoveryMinS === b.recoveryMinS &&
      a.recoveryMaxS === b.recoveryMaxS;
    if (isSame) return chosen;
    const shared: RunRequest = {
      ...drawn,
      nemesis: nemesis.length === 0 ? ['none'] : nemesis,
      recoveryMinS: Math.max(a.recoveryMinS, b.recoveryMinS),
      recoveryMaxS: Math.max(a.recoveryMaxS, b.recoveryMaxS),
    };
    return { a: this.a.chosen(shared), b: this.b.chosen(shared) };
  }

  try(task: Task): PairTrial {
    const { a, b } = this.chosen(task);
    return { ...task, a: this.a.try(a.config), b: this.b.try(b.config) };
  }
}

function only<Value>(
  all: Readonly<Record<string, Value>>,
  names: readonly string[],
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}
