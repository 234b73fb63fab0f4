/** The simulator as a backend: virtual time, in slices, so that a run is written as it goes. */

import type { Ending } from '../core/ending.ts';
import type { Plan } from '../core/plan.ts';
import type { RunWriter } from '../store/writer.ts';
import type { ActiveRules } from '../variants/variants.ts';
import type { Backend, Execution } from './backend.ts';
import type { PreparedRun, RunContext } from './prepared.ts';
import { compareWithReplay } from './replay.ts';
import { virtualRun } from './simulate.ts';
import { VirtualDriver } from './virtual.ts';

/** How often a long simulation says how far it is. */
const PROGRESS_MS = 2_000;

/** Runs everything, on every machine, and the same seed gives the same bytes. */
export const simulatedBackend: Backend = {
  prepare: async () => undefined,
  execution: (run) => new SimulatedExecution(run),
  compare: compareWithReplay,
};

class SimulatedExecution implements Execution {
  readonly plan: Plan;
  readonly #prepared: PreparedRun;
  readonly #driver: VirtualDriver;
  readonly #active: ActiveRules;
  readonly #begunMs = performance.now();

  constructor(prepared: PreparedRun) {
    const { config, variants, catalogue } = prepared;
    const watching = { follower: null, record: true, stopAtViolation: false };
    const { run, active } = virtualRun(config, variants, watching, catalogue);
    this.plan = run.plan;
    this.#prepared = prepared;
    this.#driver = new VirtualDriver(run);
    this.#active = active;
  }

  async drive(writer: RunWriter, { signal, progress }: RunContext): Promise<Ending> {
    using driver = this.#driver;
    const totalS = this.#prepared.config.timeLimitS;
    let toldMs = performance.now();
    let ended = false;
    while (!ended && !signal.aborted) {
      ended = driver.advanceSlice();
      if (performance.now() - toldMs > PROGRESS_MS) {
        toldMs = performance.now();
        progress({ kind: 'simulated', doneS: driver.result().endUs / 1e6, totalS });
      }
      writer.history(driver.history);
      writer.trace(driver.takeLines());
      // Lets a signal through.
      await new Promise(setImmediate);
    }
    return driver.result().ending;
  }

  figures(): ReturnType<Execution['figures']> {
    const { idle, endUs } = this.#driver.result();
    return {
      idle,
      simulatedS: endUs / 1e6,
      realS: (performance.now() - this.#begunMs) / 1000,
      reached: this.#prepared.variants.length === 0 ? null : this.#active.reached,
    };
  }
}
