/** What a run is made from, and what surrounds it: all that a command line or a program decides. */

import type { Variant } from '../../systems/system.ts';
import type { Catalogue } from '../config/catalogue.ts';
import type { RunConfig, RunRequest } from '../config/config.ts';
import type { OnStart } from '../core/start-event.ts';
import type { RunEvent } from './run-event.ts';

/** A run to make: what was asked for, what it came to, and the variants it names. */
export interface PreparedRun {
  readonly request: RunRequest;
  readonly config: RunConfig;
  readonly variants: readonly Variant[];
  readonly catalogue: Catalogue;
  /** Names of what a program passed by value; empty for a command line. */
  readonly byValue: readonly string[];
}

/** What a run in virtual time follows from. */
export type Simulation = Pick<PreparedRun, 'config' | 'variants' | 'catalogue'>;

/** What surrounds a run. */
export interface RunContext {
  readonly store: string;
  /** Aborted by Ctrl-C: what is recorded so far is judged and kept. */
  readonly signal: AbortSignal;
  /** Told now and then how far the run is. */
  readonly progress: (event: RunEvent) => void;
  /** Told how far containers, and the image that they need, are on their way. */
  readonly onStart: OnStart;
}
