/** What a node does and what happens to it, as data: what a variant may drop, delay, repeat or change. */

import type { Micros, NodeId } from '../checkers/units.ts';
import type { Outcome } from './operations.ts';
import type { ClientRef, Reply, Request } from './protocol.ts';

/**
 * What a node asks its environment for. Traces are not among it: they are the evidence that a
 * variant is judged by.
 */
export type Effect = (
  | { readonly kind: 'send'; readonly to: NodeId; readonly message: unknown }
  | { readonly kind: 'reply'; readonly to: ClientRef; readonly reply: Reply }
  | { readonly kind: 'persist'; readonly record: unknown }
  | { readonly kind: 'checkpoint'; readonly records: readonly unknown[] }
  | { readonly kind: 'set-timer'; readonly timer: number; readonly delayUs: Micros }
  | { readonly kind: 'cancel-timer'; readonly timer: number }
) & {
  /** It happens so much later on the node's own clock, if the node is still up; absent for now. */
  readonly afterUs?: Micros;
};

/** What happens to a node: one step of it. */
export type NodeEvent =
  | { readonly kind: 'message'; readonly from: NodeId; readonly message: unknown }
  | { readonly kind: 'timer'; readonly timer: number }
  | { readonly kind: 'request'; readonly request: Request }
  | { readonly kind: 'durable'; readonly record: unknown }
  | { readonly kind: 'disconnected'; readonly peer: NodeId }
  /** An operator says who should take part. */
  | { readonly kind: 'operate'; readonly members: readonly NodeId[] };

/** Where an effect or an event belongs. Read it, and change nothing. */
export interface NodeContext {
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  /** How often this node has been started, from 1. */
  readonly incarnation: number;
  /** The node's monotonic clock, in microseconds. */
  readonly nowUs: Micros;
  /** The node's state; null while it starts. */
  readonly state: unknown;
  /** What the node is handling; its start where absent. */
  readonly event?: NodeEvent;
  /** 32 bits from the run's seed, drawn for this question alone. */
  readonly draw: number;
}

/** What a client asks its environment for. */
export type ClientEffect =
  | { readonly kind: 'request'; readonly to: NodeId; readonly request: Request }
  | { readonly kind: 'complete'; readonly outcome: Outcome };

/** Whose effect it is. */
export interface ClientContext {
  readonly client: number;
  readonly nodes: readonly NodeId[];
  readonly nowUs: Micros;
  readonly draw: number;
}
