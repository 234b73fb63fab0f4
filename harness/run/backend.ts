/** What a backend is to the story of a run (`run.ts`): it may say no, and it carries the run out. */

import type { Ending } from '../core/ending.ts';
import type { Plan } from '../core/plan.ts';
import type { Divergence, RunFigures } from '../store/format.ts';
import type { RunWriter } from '../store/writer.ts';
import type { PreparedRun, RunContext, Simulation } from './prepared.ts';

export interface Backend {
  /** Rejects with one line that says what it cannot run, or what is missing on this machine. */
  prepare(run: PreparedRun): Promise<void>;
  /** A run that is ready to go. The user's code that fails in here has run nothing. */
  execution(run: PreparedRun): Execution;
  /**
   * Makes a stored run again and compares it byte for byte; null where nothing differs, and when it
   * is interrupted. Of a `prefix` only what was recorded is compared. Absent where no two runs are
   * alike.
   */
  compare?(
    directory: string,
    prefix: boolean,
    run: Simulation,
    signal: AbortSignal,
  ): Promise<Divergence | null>;
}

/** One run on a backend: driven once. */
export interface Execution {
  readonly plan: Plan;
  /**
   * Brings a cluster up, carries the plan out on it, records what happens as it happens, and leaves
   * nothing behind, however it ends. Rejects with the signal's reason where it was interrupted
   * before the load began, and with a `HarnessError` where our machinery gave way.
   */
  drive(writer: RunWriter, context: RunContext): Promise<Ending>;
  /**
   * What the recording does not tell, to be asked after `drive`, however that ended.
   * `logDirectory` is the writer's.
   */
  figures(logDirectory: string): Pick<RunFigures, 'idle' | 'simulatedS' | 'realS' | 'reached'>;
}
