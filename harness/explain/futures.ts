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
import { judgeSimulated, simulateOnce, virtualRun, watchersOf } from '../run/simulate.ts';
import { VirtualDriver } from '../run/virtual.ts';

/** Of a moment: how many futures were drawn from it, and how many of them broke the property. */
export interface Moment {
  /** Null for the start: the whole run is drawn anew. */
  readonly timeNs: Nanos | null;
  readonly futures: Proportion;
}

/** Seeds of futures are far from those of runs, so that none draws the run itself once more. */
const FIRST_SEED = 1_000_000_000;

/** The moments of a run from which futures are drawn, in order of time; the first is its start. */
export class Futures {
  readonly #simulation: Simulation;
  readonly #signature: Signature;
  /** The run as it stood right after each moment; null for the start. */
  readonly #points: readonly { readonly timeNs: Nanos | null; readonly at: VirtualDriver | null }[];
  readonly #hits: number[];
  #drawn = 0;

  constructor(simulation: Simulation, signature: Signature, timesNs: readonly Nanos[]) {
    this.#simulation = simulation;
    this.#signature = signature;
    this.#points = [{ timeNs: null, at: null }, ...this.#branches(timesNs)];
    this.#hits = this.#points.map(() => 0);
  }

  /** One more future from every moment, by the same seed. */
  draw(): void {
    const seed = FIRST_SEED + this.#drawn++;
    for (const [at, point] of this.#points.entries()) {
      if (this.#isBroken(point.at, seed)) this.#hits[at] = (this.#hits[at] ?? 0) + 1;
    }
  }

  moments(): readonly Moment[] {
    return this.#points.map(({ timeNs }, at) => ({
      timeNs,
      futures: { hits: this.#hits[at] ?? 0, of: this.#drawn },
    }));
  }

  /** The run at each of these times, each after everything that happens then. */
  #branches(timesNs: readonly Nanos[]): { timeNs: Nanos; at: VirtualDriver }[] {
    const driver = this.#driver();
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

  #driver(): VirtualDriver {
    const { config, variants, catalogue } = this.#simulation;
    const watching = { follower: null, record: true, stopAtViolation: config.stopAtViolation };
    return new VirtualDriver(virtualRun(config, variants, watching, catalogue).run);
  }

  #watchers() {
    const { config, catalogue } = this.#simulation;
    const follower = new TraceFollower(systemNamed(config.system, catalogue));
    return { follower, watchers: watchersOf(config, follower, catalogue) };
  }

  #isBroken(at: VirtualDriver | null, seed: number): boolean {
    const { config, variants, catalogue } = this.#simulation;
    if (at === null) {
      const run = simulateOnce({ ...config, seed }, variants, catalogue, config.stopAtViolation);
      return isBroken(this.#signature, run.checks);
    }
    const { follower, watchers } = this.#watchers();
    const future = at.branch(watchers, { seed });
    assert(future.advance(Number.POSITIVE_INFINITY), 'a future comes to its end');
    const { checks } = judgeSimulated(config, future.result(), follower, catalogue);
    return isBroken(this.#signature, checks);
  }
}
