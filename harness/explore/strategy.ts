/** What a strategy of exploration is, and what its draws are made of. */

import type { Sometimes } from '../../checkers/sometimes.ts';
import { worthDrawing } from '../../systems/option-values.ts';
import type { Options } from '../../systems/protocol.ts';
import type { HuntSettings, OptionSpec, System } from '../../systems/system.ts';
import { type Catalogue, workloadNamed } from '../config/catalogue.ts';
import { type RunConfig, type RunRequest, resolveConfig } from '../config/config.ts';
import { namedDraw } from '../core/draw.ts';
import { HarnessError } from '../core/errors.ts';

/** What is explored: a system, and what can be named in a run of it. */
export interface Ground {
  readonly system: System;
  readonly catalogue: Catalogue;
  /** What its variants suggest; only a strategy that says so follows them. */
  readonly hunts: readonly HuntSettings[];
  /** Situations that somebody wants to see, beside those that system and workloads name. */
  readonly sometimes?: readonly Sometimes[];
}

/** The situations that runs of a workload should come upon. */
export function sometimesOf(ground: Ground, workload: string): readonly Sometimes[] {
  const { system, catalogue, sometimes = [] } = ground;
  const ofWorkload = workloadNamed(workload, catalogue).sometimes ?? [];
  return [...(system.sometimes ?? []), ...ofWorkload, ...sometimes];
}

/** A way of choosing the run of a seed. */
export interface Strategy {
  readonly name: string;
  /** One line. */
  readonly describe: string;
  /** Whether it has anything to choose on this ground; always, where absent. */
  applies?(ground: Ground): boolean;
  /**
   * The run of a seed, by names: the same arguments give the same run. What was `asked` for stays as
   * it is. `attempt` counts draws that did not go together (`requestOf`).
   */
  request(ground: Ground, seed: number, attempt: number, asked: RunRequest): RunRequest;
}

/** A run that was chosen, as a user would ask for it, and what that comes to. */
export interface Chosen {
  readonly request: RunRequest;
  readonly config: RunConfig;
}

/** Some draws go together with no others: tried again under the next number. */
export const ATTEMPTS = 100;

/** The run of a seed by a strategy, with everything said that variants would suggest otherwise. */
export function chosenRun(
  strategy: Strategy,
  ground: Ground,
  seed: number,
  asked: RunRequest,
): Chosen {
  for (let attempt = 1; ; attempt++) {
    try {
      return outspoken(ground, { ...strategy.request(ground, seed, attempt, asked), seed });
    } catch (error) {
      if (!(error instanceof HarnessError) || attempt === ATTEMPTS) throw error;
    }
  }
}

const SUGGESTED = ['nodes', 'workload', 'rate', 'timeLimitS', 'nemesisIntervalS'] as const;

/** Settings that a variant suggests are those of `ordeal run`, too, unless the request says others. */
export function outspoken({ catalogue, hunts }: Ground, request: RunRequest): Chosen {
  const resolved = (one: RunRequest, suggested: readonly HuntSettings[]) =>
    resolveConfig(one, suggested, () => Number(one.seed), catalogue);
  if (hunts.length === 0) return { request, config: resolved(request, []) };
  const alone = resolved(request, []);
  const said = SUGGESTED.filter((name) => hunts.some((hunt) => hunt[name] !== undefined));
  const names = hunts.flatMap(({ set }) => Object.keys(set ?? {}));
  const there = names.filter((name) => Object.hasOwn(alone.set, name));
  const full: RunRequest = {
    ...Object.fromEntries(said.map((name) => [name, alone[name]])),
    ...(hunts.some(({ nemesis }) => nemesis !== undefined)
      ? { nemesis: alone.nemesis.length === 0 ? ['none'] : alone.nemesis }
      : {}),
    ...request,
    set: {
      ...Object.fromEntries(there.map((name) => [name, alone.set[name] as Options[string]])),
      ...request.set,
    },
  };
  return { request: full, config: resolved(full, hunts) };
}

/** Draws by name, of one seed and attempt. */
export interface Lots {
  pick<Item>(what: string, items: readonly Item[]): Item;
}

export function lotsOf(strategy: string, seed: number, attempt: number): Lots {
  const draw = namedDraw(seed);
  return {
    pick: (what, items) => {
      const item = items[draw(`${strategy}-${what}`, attempt, 0) % items.length];
      if (item === undefined) throw new Error(`nothing to draw from for ${what}`);
      return item;
    },
  };
}

/** Settings other than their defaults: of each option with a chance of one in `oneIn`. */
export function drawnSettings(
  lots: Lots,
  specs: Readonly<Record<string, OptionSpec>>,
  oneIn: number,
): Options {
  const set: Record<string, Options[string]> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const values = worthDrawing(spec).filter((value) => value !== spec.default);
    if (values.length === 0) continue;
    const slots = Array.from({ length: oneIn }, (_, at) => at);
    if (lots.pick(`change-${name}`, slots) === 0) set[name] = lots.pick(name, values);
  }
  return set;
}
