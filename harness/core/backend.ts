/** What is asked of real machines: a live cluster, its clients, its faults. */

import type { TraceLine } from '../../checkers/trace.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { ClusterView, Fault, FaultKind, Receipt } from '../../nemesis/fault.ts';
import type { ClientProtocol } from '../../systems/client.ts';
import type { Operation, Outcome } from '../../systems/operations.ts';
import type { Options } from '../../systems/protocol.ts';
import type { System } from '../../systems/system.ts';
import type { Workload } from '../../workloads/workload.ts';
import type { HarnessError } from './errors.ts';
import type { OnStart } from './start-event.ts';

/** What is to be started. */
export interface ClusterSpec {
  readonly runId: string;
  readonly system: System;
  /** The client of a protocol under the variants in force: clients run here. Null of programs. */
  readonly client: ClientProtocol | null;
  readonly workload: Workload;
  /** The workload's own, by their names within it. */
  readonly workloadOptions: Options;
  readonly nodes: number;
  readonly options: Options;
  /** Variants by module: built-in ones by id, a user's by absolute path. */
  readonly mutants: readonly string[];
  readonly ruleFiles: readonly string[];
  /** The modules, by absolute path, in which nodes find a system that is in no registry. */
  readonly systemModules: readonly string[];
  readonly seed: number;
  /** Where nodes write their logs and traces as they go: nobody else's directory. */
  readonly logDirectory: string;
  /** How long to wait without progress while it starts, in seconds; absent: by the machine. */
  readonly startupTimeoutS?: number | null;
  /** Told how far the start is. */
  readonly onStart: OnStart;
  /** Aborted when the run is interrupted: starting must stop and clean up. */
  readonly signal: AbortSignal;
}

/** What the nodes of a run have reported. */
export interface RecordedTrace {
  /** In one order that is consistent with causality; times count from when the load began. */
  readonly lines: readonly TraceLine[];
  /** Why lines that somebody wrote are missing; null while everything is there. */
  readonly lost: string | null;
}

/** One process's client. Operations never reject: what it cannot classify is `info`. */
export interface LiveClient {
  invoke(operation: Operation): Promise<Outcome>;
  close(): void;
}

/**
 * A running cluster. Closing it removes everything that was made for it. It never throws: what
 * could not be removed is one line on standard error, since the run itself counts all the same.
 */
export interface LiveCluster extends AsyncDisposable {
  readonly nodes: readonly NodeId[];
  view(): Promise<ClusterView>;
  /**
   * `id`: by which the fault is ended. What is `skipped` was carried out on nobody, is not in force
   * and may be started again.
   */
  start(id: number, fault: Fault): Promise<Receipt>;
  /** `skipped` where no such fault is in force. */
  end(id: number): Promise<Receipt>;
  /** A client of its own endpoint number, first talking to node `endpoint` modulo cluster size. */
  client(endpoint: number): LiveClient;
  /** The load begins: zero of the history and the trace, a reading of `process.hrtime.bigint()`. */
  begin(): bigint;
  /**
   * Told once when a node, or what it needs, is lost though nobody of ours ended it: the run is
   * then worth nothing, and is nobody's violation.
   */
  onLoss(listener: (failure: HarnessError) => void): void;
  /** Looks for such a loss now; resolves to null where there is none. */
  lossSoFar(): Promise<HarnessError | null>;
  /** What the nodes have reported so far; a consistent cut of it. */
  trace(): RecordedTrace;
  /**
   * By how much longer work takes on this machine than on an idle one, from 1: the most that was
   * seen so far, and now.
   */
  slowness(): number;
  /** Versions, image digests, mechanisms chosen per fault: goes into run.json. */
  readonly facts: Readonly<Record<string, string>>;
}

/** What a backend with real machines offers; `run/live.ts` makes runs on it. */
export interface LiveBackend {
  readonly name: string;
  readonly faults: readonly FaultKind[];
  /**
   * To be called before a run is stored: whether a cluster can be had here at all.
   * Rejects with a `HarnessError` of one line that says what is missing.
   */
  prepare(): Promise<void>;
  /** Starts a cluster and waits until the system is ready (`isReady`). */
  launch(spec: ClusterSpec): Promise<LiveCluster>;
}
