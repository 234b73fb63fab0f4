/** What a run is made from: everything that a command line or a program decides. */

import type { Variant } from '../../systems/system.ts';
import type { Catalogue } from '../config/catalogue.ts';
import type { RunConfig, RunRequest } from '../config/config.ts';

/** A run to make: what was asked for, what it came to, and the variants it names. */
export interface PreparedRun {
  readonly request: RunRequest;
  readonly config: RunConfig;
  readonly variants: readonly Variant[];
  readonly catalogue: Catalogue;
  /** Names of what a program passed by value; empty for a command line. */
  readonly byValue: readonly string[];
}
