/**
 * What a protocol is: handlers over plain state, with every effect through the environment.
 *
 * Sans-IO: a protocol touches no clock, socket, disk, random source or promise of its own, so the
 * same file is stepped by the simulator and runs as a process in a container.
 */

import type { Value } from '../checkers/history.ts';
import type { AnyEvent, TraceEvent } from '../checkers/trace.ts';
import type { LogIndex, Micros, NodeId, Term } from '../checkers/units.ts';
import type { Copying } from './copying.ts';
import type { Operation } from './operations.ts';

/** A node has so many timers, numbered from 0. */
export const TIMERS = 16;

/** Where an answer goes: a client endpoint and the number that it gave its request. */
export interface ClientRef {
  readonly client: number;
  readonly id: number;
}

/** What a client asks of one node. */
export type Request =
  /** Opens a session; the answer's `value` is the session's number. */
  | { readonly kind: 'open'; readonly from: ClientRef }
  /**
   * An operation. With a session, the pair (session, sequence) makes retries exactly-once
   * (Ongaro's dissertation, section 6.3): sequences start at 1 and one is open at a time.
   */
  | {
      readonly kind: 'operation';
      readonly from: ClientRef;
      readonly operation: Operation;
      /** 0 for none (reads need none). */
      readonly session: number;
      readonly sequence: number;
      /** The highest position that an answer to this client carried; absent before the first. */
      readonly seen?: number;
    };

/**
 * A node's answer. `fail` and `redirect`: this attempt was never executed and never will be.
 * `unknown`: it may yet be executed.
 */
export type Reply =
  | { readonly status: 'ok'; readonly value: Value; readonly position: LogIndex | null }
  /** `position` where the state machine refused it there: it saw the state, and changed nothing. */
  | { readonly status: 'fail'; readonly error: string; readonly position?: LogIndex }
  | { readonly status: 'redirect'; readonly leader: NodeId | null }
  | { readonly status: 'unknown'; readonly error: string };

/**
 * What a node may do. Effects happen in the order in which they are asked for. `persist` is a
 * barrier: everything the node sends, replies or traces after it, in this step or a later one,
 * waits until the record is durable; a crash before that makes none of it visible. `Own`: events that
 * it reports besides ours, for a checker of its own (`System.traceChecker`).
 */
export interface Env<Message, Stored, Own extends AnyEvent = never> {
  /** This node, from 0. */
  readonly self: NodeId;
  /** Members that the cluster starts with, from 0. */
  readonly members: readonly NodeId[];
  /** How often this node has been started, from 1; durable. */
  readonly incarnation: number;
  /** The node's monotonic clock in microseconds. The nemesis may change its rate, within a bound. */
  nowUs(): Micros;
  /** The node's wall clock in microseconds. The nemesis may set it anywhere: order nothing by it. */
  wallUs(): Micros;
  /** A 32-bit draw from the run's seed, this node's own stream. */
  random(): number;
  send(to: NodeId, message: Message): void;
  /** (Re)arms one of the `TIMERS`; it fires once, after `delayUs` on the own clock. */
  setTimer(timer: number, delayUs: Micros): void;
  cancelTimer(timer: number): void;
  /** Appends a record to the write-ahead log and makes it durable: a barrier. */
  persist(record: Stored): void;
  /** Atomically replaces the whole write-ahead log by these records: a barrier. */
  checkpoint(records: readonly Stored[]): void;
  reply(to: ClientRef, reply: Reply): void;
  trace(event: TraceEvent | Own): void;
}

/** What a node shows of itself: chooses targets by role, and tells a reader what it believed. */
export interface NodeView {
  readonly role: string;
  /** Term, ballot or epoch. */
  readonly term: Term;
  /** Whom it takes for the leader, itself included; null when it knows none. */
  readonly leader: NodeId | null;
  readonly commit: LogIndex;
  readonly applied: LogIndex;
}

/** Options of a system, resolved: numbers, strings and booleans by name. */
export type Options = Readonly<Record<string, number | string | boolean>>;

/** Who takes part in a cluster, as one node knows it. */
export interface KnownMembership {
  /** The place in the log of what says so; of two, the later has the higher. */
  readonly index: LogIndex;
  /** Who votes from there on. */
  readonly voters: readonly NodeId[];
  /** Everybody that it names: who votes, who did until it, and who only listens. */
  readonly named: readonly NodeId[];
  /** Whether nothing from before it counts any more, as this node knows for certain. */
  readonly isSettled: boolean;
}

/**
 * A node as a state machine. The state belongs to the protocol and may be mutated, but is plain
 * data (arrays, Maps, records), so that a run can be cloned and inspected.
 */
export interface Protocol<State, Message, Stored, Own extends AnyEvent = never> {
  /** Starts from the durable records, oldest first; none on the very first start. */
  start(env: Env<Message, Stored, Own>, options: Options, records: readonly Stored[]): State;
  message(state: State, env: Env<Message, Stored, Own>, from: NodeId, message: Message): void;
  timer(state: State, env: Env<Message, Stored, Own>, timer: number): void;
  /**
   * Only over connections (`System.links`): the one with `peer` is lost, with whatever was under
   * way in it, and what is sent from now on opens a new one.
   */
  disconnected?(state: State, env: Env<Message, Stored, Own>, peer: NodeId): void;
  request(state: State, env: Env<Message, Stored, Own>, request: Request): void;
  /** A record has become durable (after its barrier opened, in the order of `persist`). */
  durable(state: State, env: Env<Message, Stored, Own>, record: Stored): void;
  view(state: State): NodeView;
  /**
   * Only where an operator can change who takes part (`System.inoperable`): the node is told who
   * should, again and again. Whoever leads takes the next step towards it, where one is allowed.
   */
  operate?(state: State, env: Env<Message, Stored, Own>, members: readonly NodeId[]): void;
  /** Only there: who takes part, as far as this node knows. */
  membership?(state: State): KnownMembership;
  /**
   * Only where a node can be replaced by a new one of the same name: what the disk of that holds at its
   * first start, by the word of a node that knows for certain that it was taken out.
   */
  newDisk?(state: State): readonly Stored[];
  /**
   * A copy of a state, for a run that is branched, where there is more to it than the plain data that
   * `copying.data` copies. It must share nothing with the original that either may change.
   */
  copy?(state: State, copying: Copying): State;
  /**
   * Only where a node is more than its state, such as a process: its life is over, and whatever it
   * held is to be let go of. It has no effects any more.
   */
  stopped?(state: State): void;
  /** The kind of a message, for link filters, diagrams and statistics. */
  messageKind(message: Message): string;
}

/** A copy of a node's state, whatever its protocol keeps in it. */
export function copyState(protocol: AnyProtocol, state: unknown, copying: Copying): unknown {
  return protocol.copy?.(state, copying) ?? copying.data(state, 'the state of a node');
}

/** Any protocol, where the types of its parts do not matter: hosts only carry them around. */
export type AnyProtocol = Protocol<unknown, unknown, unknown>;
