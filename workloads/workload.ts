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
  judge?(history: History, options: WorkloadConfig['options']): CheckResult;
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
  finalReads(keys: readonly string[], nodes: number): readonly Operation[];
  /** How it is said to programs that speak JSON lines; absent where they cannot be asked it. */
  readonly rpc?: Rpc;
  /**
   * How long nobody asks for anything before the final reads, under these options: what is promised
   * once all has arrived needs a while for that. No time where absent.
   */
  restS?(options: WorkloadConfig['options']): number;
}

/** The body of a message: JSON as it came, but for whole numbers past 2^53, which are texts. */
export type Body = Readonly<Record<string, unknown>>;

/** What a workload says to programs, and what their answers mean. */
export interface Rpc {
  /** A conversation of a new process with one node. */
  open(): Conversation;
  /** What every node is told once it has started, and again after a restart; null for nothing. */
  setup?(nodes: readonly string[], options: WorkloadConfig['options']): Body | null;
}

/** Requests and answers of one client, one at a time. */
export interface Conversation {
  /** The body of the request, without its id. */
  request(operation: Operation): Body;
  /** What it came to. Throws a `BadAnswer` where this is no answer to such a request. */
  answer(operation: Operation, body: Body): Value;
  /**
   * What is to be asked before the operation is over, once an answer was taken in; null, or no such
   * function, where it is over. The last answer is that of the operation.
   */
  followUp?(operation: Operation): Body | null;
  /** How long an answer may take, in milliseconds; 5,000, as Maelstrom has it, where absent. */
  readonly timeoutMs?: number;
}

/** A program's answer that is none: what was expected in its place, in words. */
export class BadAnswer extends Error {}
