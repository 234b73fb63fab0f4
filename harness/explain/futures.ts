/**
 * How likely a violation was at each step of a run: the run is copied there, and its future drawn anew
 * as often as there is time for. What was planned stays planned; delays, losses, time-outs of nodes
 * and whatever else a seed decides are others from then on.
 */

import { assert } from '../../checkers/assert.ts';
import type { Nanos } from '../../checkers/units.ts';
import { systemNamed } from '../config/catalogue.ts';
import type { Proportion } from '../core/proportion.ts';
import { isBroken, type Signature } from '../judge/signature.ts';
import { TraceFollower } from '../judge/trace-follower.ts';
import type { Simulation } from '../run/prepared.ts';
import { judgeSimulated, virtualRun, watchersOf } from '../run/simulate.ts';
import { VirtualDriver } from '../run/virtual.ts';
import type { Suspicions } from '../store/explanation.ts';
import { type DecidedRun, Decisions, suspicions } from './decisions.ts';

/** Of a moment: how many futures were drawn from it, and how many of them broke the property. */
export interface Moment {
  /** Null for the start: the whole run is drawn anew. */
  readonly timeNs: Nanos | null;
  readonly futures: Proportion;
}

/** So many futures of each kind there must be for the two to be compared. */
const COMPARED_MIN = 5;

/** Seeds of futures are far from those of runs, so that none draws the run itself once more. */
const FIRST_SEED = 1_000_000_000;

/** The moments of a run from which futures are drawn, in order of time; the first is its start. */
export class Futures {
  readonly #simulation: Simulation;
  /** Rules that are watched do not make code of ours somebody else's. */
  readonly #isBounded: boolean;
  readonly #signature: Signature;
  /** The run as it stood right after each moment; null for the start. */
  readonly #points: readonly { readonly timeNs: Nanos | null; readonly at: VirtualDriver | null }[];
  readonly #hits: number[];
  readonly #decisions = new Decisions();
  /** From each moment. */
  readonly #decided: DecidedRun[][];
  #drawn = 0;

  constructor(simulation: Simulation, signature: Signature, timesNs: readonly Nanos[]) {
    const { config, variants, catalogue } = simulation;
    const watching = { follower: null, record: false, stopAtViolation: false };
    this.#isBounded = virtualRun(config, variants, watching, catalogue).run.bounded;
    this.#simulation = this.#watched(simulation);
    this.#signature = signature;
    this.#points = [{ timeNs: null, at: null }, ...this.#branches(timesNs)];
    this.#hits = this.#points.map(() => 0);
    this.#decided = this.#points.map(() => []);
  }

  /** One more future from every moment, by the same seed. */
  draw(): void {
    const seed = FIRST_SEED + this.#drawn++;
    for (const [at, point] of this.#points.entries()) {
      this.#decisions.taken();
      const isHit = this.#isBroken(point.at, seed);
      if (isHit) this.#hits[at] = (this.#hits[at] ?? 0) + 1;
      this.#decided[at]?.push({ decided: this.#decisions.taken(), isBroken: isHit });
    }
  }

  /**
   * From the first moment on at which the outcome was open, so that as little as can be had been
   * decided. Null where there is none.
   */
  suspicions(): Suspicions | null {
    const moments = this.moments();
    const at = moments.findIndex(({ futures: { hits, of } }) => {
      return Math.min(hits, of - hits) >= COMPARED_MIN;
    });
    const [moment, runs] = [moments[at], this.#decided[at]];
    if (moment === undefined || runs === undefined) return null;
    const { config, catalogue } = this.#simulation;
    const { ruleTable } = systemNamed(config.system, catalogue);
    return { ...moment, decisions: suspicions(runs, ruleTable) };
  }

  /** The same run of a system whose rules are watched, which changes nothing. */
  #watched({ config, variants, catalogue }: Simulation): Simulation {
    const system = this.#decisions.watched(systemNamed(config.system, catalogue), variants);
    const systems = { ...catalogue.systems, [config.system]: system };
    return { config, variants, catalogue: { ...catalogue, systems } };
  }

  moments(): readonly Moment[] {
    return this.#points.map(({ timeNs }, at) => ({
      timeNs,
      futures: { hits: this.#hits[at] ?? 0, of: this.#drawn },
    }));
  }

  /** The run at each of these times, each after everything that happens then. */
  #branches(timesNs: readonly Nanos[]): { timeNs: Nanos; at: VirtualDriver }[] {
    using driver = this.#driver(this.#simulation.config.seed, null);
    const points: { timeNs: Nanos; at: VirtualDriver }[] = [];
    let ended = false;
    for (const timeNs of [...new Set(timesNs)].sort((a, b) => a - b)) {
      // Events at this time have been carried out once the next one is later.
      while (!ended && (driver.nextUs ?? Number.NEGATIVE_INFINITY) * 1000 <= timeNs)
        ended = driver.advance(1);
      if (ended) break;
      points.push({ timeNs, at: driver.branch(this.#watchers().watchers) });
    }
    return points;
  }

  #driver(seed: number, follower: TraceFollower | null): VirtualDriver {
    const { config, variants, catalogue } = this.#simulation;
    const watching = {
      follower,
      record: follower === null,
      stopAtViolation: config.stopAtViolation,
    };
    const { run } = virtualRun({ ...config, seed }, variants, watching, catalogue);
    return new VirtualDriver({ ...run, bounded: this.#isBounded });
  }

  #watchers() {
    const { config, catalogue } = this.#simulation;
    const follower = new TraceFollower(systemNamed(config.system, catalogue));
    return { follower, watchers: watchersOf(config, follower, catalogue) };
  }

  #isBroken(at: VirtualDriver | null, seed: number): boolean {
    const { config, catalogue } = this.#simulation;
    const { follower, watchers } = this.#watchers();
    using future = at === null ? this.#driver(seed, follower) : at.branch(watchers, { seed });
    assert(future.advance(Number.POSITIVE_INFINITY), 'a future comes to its end');
    const run = at === null ? { ...config, seed } : config;
    const { checks } = judgeSimulated(run, future.result(), follower, catalogue);
    return isBroken(this.#signature, checks);
  }
}
