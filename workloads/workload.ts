/** What clients do: a plan of operations that follows from the seed, and what judges the answers. */

import type { History, Value } from '../checkers/history.ts';
import type { Model } from '../checkers/linearizable/model.ts';
import type { Sometimes } from '../checkers/sometimes.ts';
import type { Micros } from '../checkers/units.ts';
import type { CheckResult } from '../checkers/verdict.ts';
import type { Operation, OperationName } from '../systems/operations.ts';
import type { OptionSpec } from '../systems/system.ts';

/** Keyed draws from the run's seed: the same arguments give the same number, in any order. */
export type Draw = (domain: string, who: number, counter: number) => number;

/** An operation of the plan. */
export interface PlannedOperation {
  /** Position in the plan, from 0. */
  readonly id: number;
  /** The client that performs it. */
  readonly client: number;
  /** Not before this time, from the start of the run. */
  readonly atUs: Micros;
  readonly f: OperationName;
  readonly key: string;
  /** The argument. For a `cas` only the new value: the old one is what was last seen. */
  readonly value: Value;
}

/** Settings that shape the operations; everything else follows from the seed. */
export interface WorkloadConfig {
  readonly clients: number;
  /** Operations per second over all clients. */
  readonly rate: number;
  readonly timeLimitUs: Micros;
  readonly options: Readonly<Record<string, number | string | boolean>>;
}

export interface Workload {
  readonly name: string;
  readonly describe: string;
  /** What a system must serve. */
  readonly operations: readonly OperationName[];
  /** What the objects are: a model of `checkers/linearizable` by name, or one of the user's own. */
  readonly model: string | Model;
  /** Judges the clients' history instead of linearizability by `model`: transactions, say. */
  judge?(history: History): CheckResult;
  readonly initial: Value;
  /** Situations that an exploration with it should come upon at least once. */
  readonly sometimes?: readonly Sometimes[];
  /** Settable with `--set workload.name=value`. */
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** The whole plan, in order of time. Pure. */
  plan(config: WorkloadConfig, draw: Draw): readonly PlannedOperation[];
  /**
   * Settles an operation when its time comes; `seen` is the last value that any client saw under
   * the key (null when none did).
   */
  settle(planned: PlannedOperation, seen: Value): Operation;
  /** Reads after the recovery window, given every key that was used, in order of first use. */
  finalReads(keys: readonly string[]): readonly Operation[];
}
