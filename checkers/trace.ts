/**
 * The trace: what nodes report about themselves, the input of log-agreement checking.
 *
 * A node reports an event before the effects that follow from it leave the node, and after the
 * records that it claims are durable. So an event is a claim that a restart must not break.
 */

import type { LogIndex, Micros, Nanos, NodeId, Term } from './units.ts';

/** Positions, terms and nodes are plain integers; nodes are numbered from 0 (shown as n1, n2 ...). */
export interface LogPosition {
  readonly term: Term;
  readonly index: LogIndex;
}

/** A part of a variant of a protocol, or of a user's own system, and what it threw. */
export interface Blame {
  /** `variant x`, `system y`. */
  readonly owner: string;
  /** A rule, a field of the variant, a handler of the system. */
  readonly part: string;
  /** Name of the file without its folders, and the line from 1; null where they are not known. */
  readonly file: string | null;
  readonly line: number | null;
  readonly thrown: string;
}

/** What a protocol adds to every start of a node; each in its own file of events. */
// biome-ignore lint/suspicious/noEmptyInterface: protocols add to it.
export interface BootFacts {}

/** What a protocol adds to every command that was executed. */
// biome-ignore lint/suspicious/noEmptyInterface: protocols add to it.
export interface ApplyFacts {}

/** What nodes find on their disks when they start, by protocol. */
// biome-ignore lint/suspicious/noEmptyInterface: protocols add to it.
export interface RecoveredStates {}

export type Recovered = RecoveredStates[keyof RecoveredStates];

/** Events that every replicated log reports. */
export type CommonEvent =
  /** The node is up; `protocol` names which invariants apply, `nodes` the voters it starts with. */
  | (BootFacts & {
      readonly kind: 'boot';
      readonly protocol: string;
      readonly nodes: readonly NodeId[];
      readonly recovered: Recovered;
      /** Active variants, empty for the protocol as it should be. */
      readonly variants: readonly string[];
      /** How long who answers a round keeps to its leader; absent where there are no leases. */
      readonly lease?: { readonly us: Micros; readonly driftPpm: number };
    })
  /** Written by the harness, not by the node: the node is gone without warning. */
  | { readonly kind: 'crash' }
  /** The node's own assertion failed and it stopped. */
  | {
      readonly kind: 'panic';
      readonly reason: string;
      /** Whose code threw, where it was not a protocol of ours. */
      readonly blame?: Blame;
    }
  /** The command at `position` was executed; `stateHash` is the rolling digest after it. */
  | (ApplyFacts & {
      readonly kind: 'apply';
      readonly position: LogIndex;
      /** `session:sequence` of a client command, or `noop`, `config`, `open`, `refused`. */
      readonly id: string;
      readonly valueHash: number;
      readonly stateHash: number;
      /** Whether the command changed nothing because the session table knew its answer. */
      readonly duplicate?: boolean;
    })
  /** A client was answered. */
  | {
      readonly kind: 'reply';
      readonly client: number;
      readonly id: number;
      readonly status: 'ok' | 'fail' | 'unknown' | 'redirect';
      readonly position: LogIndex | null;
      /** What was asked for, by the name that `apply` gives it; absent for reads, and if unknown. */
      readonly command?: string;
    }
  /** A read is answered at `readPosition`, on the word of `acks` (round numbers by node). */
  | {
      readonly kind: 'read-cert';
      /** `local`: the server's own state, promised to be no older than what its session has seen. */
      /** `follower`: on the word of the leader of `term`, who had confirmed `readPosition` itself. */
      readonly mode: 'index' | 'lease' | 'log' | 'local' | 'sync' | 'follower';
      readonly term: Term;
      readonly readPosition: number;
      readonly applied: LogIndex;
      /** The round of confirmations; it was started after the read arrived. */
      readonly round: number;
      readonly acks: readonly { readonly node: NodeId; readonly round: number }[];
      /** The last round that had begun when the read came; absent where that does not matter. */
      readonly since?: number;
      /** By lease: how long ago the round began that it rests on, on the leader's own clock. */
      readonly ageUs?: Micros;
      /** The position at which its session has seen the state, where it has and `readPosition` is another. */
      readonly seen?: LogIndex;
    }
  /** The leader of `term` begins this round of confirmations: nobody can have answered it yet. */
  | { readonly kind: 'round'; readonly term: Term; readonly round: number }
  /**
   * `acks` answered `round`, which began `ageUs` ago: the leader answers reads by itself for
   * `lastsUs` from now on. Both are on its own clock, as are the leases of those who granted it
   * (Paxos): the grounds of the lease are judged. `lease-held` is judged by real time as well.
   */
  | {
      readonly kind: 'lease';
      readonly term: Term;
      readonly round: number;
      readonly acks: readonly { readonly node: NodeId; readonly round: number }[];
      readonly ageUs: Micros;
      readonly lastsUs: Micros;
    }
  /**
   * The leader of `term` may answer reads by a lease, on the word of `certificate`, for so long by
   * its own clock; 0 where it may not any more. On that clock the round that it rests on is `ageUs` old.
   */
  | {
      readonly kind: 'lease-held';
      readonly term: Term;
      readonly remainingUs: Micros;
      readonly ageUs?: Micros;
      readonly certificate: readonly number[];
      /**
       * How long before `time` it said so, at most: the line may have waited for the disk. The host
       * fills it in, because no node knows real time; null where none did.
       */
      readonly heldNs: Nanos | null;
    };

/**
 * All kinds of events of the protocols of ours, by who reports them: each protocol adds its own
 * beside its checker (`agreement/raft/events.ts`, say), and nothing here names it.
 */
export interface TraceEvents {
  readonly common: CommonEvent;
}

export type TraceEvent = TraceEvents[keyof TraceEvents];

/** An event of whatever kind: those of users' own protocols are known to their checkers only. */
export interface AnyEvent {
  readonly kind: string;
}

/** One line of `trace.jsonl`. `(node, incarnation, sequence)` is unique and free of gaps. */
export interface TraceLine {
  /** Nanoseconds since the run began (simulator: virtual; containers: the node's own reading). */
  readonly time: number;
  readonly node: NodeId;
  /** How often the node has been started, from 1. */
  readonly incarnation: number;
  /** Position within the incarnation, from 0. */
  readonly sequence: number;
  /** Lamport clock, carried on every message: orders lines of different nodes causally. */
  readonly lamport: number;
  readonly event: TraceEvent;
}

/** What a host writes of an event that has waited for the disk for so long. */
export function heldFor(event: TraceEvent, heldNs: Nanos): TraceEvent {
  return event.kind === 'lease-held' ? { ...event, heldNs } : event;
}

/** Order of merging: consistent with causality, total, the same on every machine. */
export function compareLines(a: TraceLine, b: TraceLine): number {
  return (
    a.lamport - b.lamport ||
    a.node - b.node ||
    a.incarnation - b.incarnation ||
    a.sequence - b.sequence
  );
}

/** A broken property, with the two conflicting lines. */
export interface Violation {
  /** Name of the invariant, as in the literature: `ElectionSafety`, `LogMatching` ... */
  readonly property: string;
  /** What happened, for people: no indices, terms or names of invariants. */
  readonly told?: string;
  /** What exactly contradicts it, in the protocol's terms. */
  readonly because: string;
  /** Positions in the stream of lines, from 0; the earlier one first. */
  readonly lines: readonly number[];
}

/**
 * Follows a trace line by line. Memory is bounded by the log, not by the length of the trace. `Own`:
 * events that a user's own protocol reports besides.
 */
export interface TraceChecker<Own extends AnyEvent = never> {
  /** Takes the next line; `event` and scalars instead of a `TraceLine` so that nothing is built. */
  feed(event: TraceEvent | Own, node: NodeId, incarnation: number, timeNs: Nanos): void;
  /**
   * A guard: whether an event is one of `Own`, whole and with the right fields. What is not, and is
   * none of ours either, is refused before it is fed; without a guard, whatever comes is fed.
   */
  isOwn?(event: AnyEvent): boolean;
  /** The first violation of each property so far, in order. */
  readonly violations: readonly Violation[];
  /** Figures for the report: leaders, terms, commits, snapshots, reads ... */
  readonly stats: Readonly<Record<string, number>>;
}

/** The name of a node in messages and files: 0 is n1. */
export function nodeName(node: NodeId): string {
  return `n${node + 1}`;
}
