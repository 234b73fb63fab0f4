/**
 * What a client is: a machine that turns one operation into requests to nodes and ends it in an
 * outcome. Sans-IO like the nodes, so the same client runs in the simulator and over TCP.
 */

import type { Micros, NodeId } from '../checkers/units.ts';
import type { Copying } from './copying.ts';
import type { Operation, Outcome } from './operations.ts';
import type { ClientRef, Reply, Request } from './protocol.ts';

/** What a client may do. It belongs to one process: one operation at a time. */
export interface ClientEnv {
  /** This client's endpoint, unique in the run. */
  readonly client: number;
  readonly nodes: readonly NodeId[];
  /**
   * Whether a request may arrive more than once, the later time after its answer: then nothing but what
   * the state machine says proves that an operation did not happen. Absent: it does not.
   */
  readonly requestsRepeat?: boolean;
  nowUs(): Micros;
  /** A 32-bit draw from the run's seed, this client's own stream. */
  random(): number;
  send(to: NodeId, request: Request): void;
  /** One timer; arming it again replaces it. */
  setTimer(delayUs: Micros): void;
  cancelTimer(): void;
  /** Ends the open operation. */
  complete(outcome: Outcome): void;
}

export interface ClientProtocol {
  /** A new client, for a new process number. */
  start(env: ClientEnv): ClientState;
  invoke(state: ClientState, env: ClientEnv, operation: Operation): void;
  reply(state: ClientState, env: ClientEnv, from: NodeId, to: ClientRef, reply: Reply): void;
  timer(state: ClientState, env: ClientEnv): void;
  /** As `Protocol.copy` does. */
  copy?(state: ClientState, copying: Copying): ClientState;
}

/** A copy of a client's state, whatever its protocol keeps in it. */
export function copyClientState(
  protocol: ClientProtocol,
  state: ClientState,
  copying: Copying,
): ClientState {
  return protocol.copy?.(state, copying) ?? copying.data(state, 'the state of a client');
}

/** Plain data, the client's own. */
export interface ClientState {
  operation: Operation | null;
  /** Number of the request that is waited for; replies to others are old. */
  requestId: number;
  session: number;
  sequence: number;
  /** Whom to ask next. */
  target: NodeId;
  /** When the operation is given up, on the client's clock. */
  deadlineUs: Micros;
  /** Whether an attempt of the open operation may have been executed, or may yet be. */
  indefinite: boolean;
  attempts: number;
  /** The highest position in an answer so far. */
  seen?: number;
}
