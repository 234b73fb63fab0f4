/** What the checkers of a run are given. */

import type { History } from '../../checkers/history.ts';
import type { ClientPromise, System } from '../../systems/system.ts';
import type { Workload } from '../../workloads/workload.ts';
import type { Catalogue } from '../config/catalogue.ts';
import type { RunConfig } from '../config/config.ts';
import type { Ending } from '../core/ending.ts';
import type { TraceFollower } from './trace-follower.ts';

/** What there is to judge: the same from memory and from disk. */
export interface Evidence {
  readonly config: RunConfig;
  readonly system: System;
  readonly workload: Workload;
  /** By name: those of ours, and of the run's own modules. */
  readonly nemeses: Catalogue['nemeses'];
  /** What the system promises its clients under the settings of the run. */
  readonly promise: ClientPromise;
  readonly history: History;
  /** What has followed the whole trace. */
  readonly follower: TraceFollower;
  /** Why the trace may be incomplete; null where it is whole. */
  readonly gap: string | null;
  /** Nodes that never did anything; null where nobody counted. */
  readonly idle: readonly number[] | null;
  readonly ending: Ending;
  /** By how much longer work took on the machine than on an idle one; 1 where absent. */
  readonly slowness?: number;
}
