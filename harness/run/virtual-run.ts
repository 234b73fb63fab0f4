/** What a run in virtual time is made from, and what it comes to. */

import type { LivenessObserver } from '../../checkers/agreement/liveness/observer.ts';
import type { History } from '../../checkers/history.ts';
import type { Micros, Nanos, NodeId } from '../../checkers/units.ts';
import type { Nemesis } from '../../nemesis/fault.ts';
import type { Leadership } from '../../systems/leadership.ts';
import type { Workload } from '../../workloads/workload.ts';
import type { Ending } from '../core/ending.ts';
import type { EngineConfig } from '../core/engine.ts';
import type { Plan } from '../core/plan.ts';
import type { HistoryWatch } from '../judge/history-watch.ts';
import type { TraceFollower } from '../judge/trace-follower.ts';
import type { CrashModel } from '../sim/disk.ts';
import type { WorldSpec } from '../sim/world-spec.ts';

/** Who follows a run while it goes on. A branch of a run needs its own. */
export interface Watchers {
  /** Follows leaders even where nobody follows the trace; null where nothing is known of them. */
  readonly liveness: LivenessObserver | null;
  /** Follows the trace while the run goes on; none for a run whose trace is only recorded. */
  readonly follower: TraceFollower | null;
  /** Stop also as soon as this finds the history wrong; null to stop for the trace only. */
  readonly watch: HistoryWatch | null;
}

/** Where a branch goes another way than the run that it is a copy of; another seed is other draws. */
export type Turn = Partial<Pick<WorldSpec, 'seed' | 'choose'>>;

export interface VirtualRun extends Watchers {
  readonly world: WorldSpec;
  readonly plan: Plan;
  readonly workload: Workload;
  /** When the load may begin, and who leads. */
  readonly leadership: Leadership;
  /** By the names of the plan's lanes. */
  readonly nemeses: Readonly<Record<string, Nemesis>>;
  readonly engine: EngineConfig;
  /** Whether what the run is to show of recovery has been shown, one way or the other. */
  readonly isSettled: (liveness: LivenessObserver, quietAtNs: Nanos, nowNs: Nanos) => boolean;
  /** How long, in virtual time, a cluster may take to form. */
  readonly formationUs: Micros;
  readonly crashModel: CrashModel;
  /** Whether its nodes are processes, which are stepped from outside. */
  readonly isLockstep: boolean;
  /** Whether code is asked of which nobody knows that it returns. */
  readonly bounded: boolean;
  /** Whether to keep the trace's lines. */
  readonly record: boolean;
  /** Stop as soon as an invariant is broken. */
  readonly stopAtViolation: boolean;
}

/** A fault that began, and whom it was to act on. */
export interface Struck {
  /** Its number in the plan. */
  readonly fault: number;
  readonly nodes: readonly NodeId[];
  /** The step that it waited for; null where it waited for none, or in vain. */
  readonly awaited: { readonly node: NodeId; readonly kind: string } | null;
}

export interface VirtualResult {
  readonly history: History;
  /** When every fault had been undone; null when the run stopped before that. */
  readonly quietAtUs: Micros | null;
  /** Virtual time from the start of the load to the end. */
  readonly endUs: Micros;
  /** Events that the simulator carried out. */
  readonly steps: number;
  /** Messages sent between nodes, and syncs of their disks. */
  readonly messages: number;
  readonly syncs: number;
  /** `interrupted` where it has not ended yet. */
  readonly ending: Ending;
  readonly panics: readonly unknown[];
  /** Nodes that exchanged no message, stored nothing and answered nobody. */
  readonly idle: readonly number[];
  /** In the order in which they began. */
  readonly struck: readonly Struck[];
}
