/**
 * How far a replicated log has come, in the same words for every protocol: what liveness is judged
 * by (`observer.ts`). Each protocol says beside its checker which of its events mean what.
 *
 * Positions count what is in the log from 1 on, whatever a protocol calls them; a term is whatever
 * numbers its leaders: ballots, rounds, epochs.
 */

import type { TraceEvent } from '../../trace.ts';
import type { LogIndex, Nanos, NodeId, Term } from '../../units.ts';
import type { PropertyName } from '../properties.ts';

export type Progress =
  /** The node is up: its snapshot reaches to `upTo`, its log to `last`; `term` 0 if it says of none. */
  | {
      readonly kind: 'started';
      readonly upTo: number;
      readonly last: number;
      readonly term: Term;
    }
  /** The node is gone. */
  | { readonly kind: 'stopped' }
  /** The node leads `term` from now on; its log ends at `last`, or it will make it. */
  | { readonly kind: 'led'; readonly term: Term; readonly last: number }
  /**
   * The node leads no more. `planned`: because it meant to make way. `excused`: it asked for the
   * election that follows, which is no disruption.
   */
  | { readonly kind: 'ended'; readonly planned: boolean; readonly excused: boolean }
  /** The node goes by `term` from now on, and leads none below it. */
  | { readonly kind: 'saw'; readonly term: Term }
  /** The node's log ends here now. */
  | { readonly kind: 'logged'; readonly last: number }
  /** The node knows all up to here to be committed. */
  | { readonly kind: 'committed'; readonly upTo: number }
  /** It has executed all up to here; */
  | { readonly kind: 'applied'; readonly upTo: number }
  /** or has the state of another who did. */
  | { readonly kind: 'installed'; readonly upTo: number }
  /** Of a snapshot up to here so much has arrived, and not all. */
  | { readonly kind: 'received'; readonly upTo: number; readonly amount: number };

/** Reads the trace of one run of a protocol, line by line. */
export interface ProgressReader {
  /**
   * Whether each node has terms of its own (ballots), in which it decides position by position.
   * Else terms are common, and a log is sent in order.
   */
  readonly ballots: boolean;
  readonly plans: Plans;
  /** What a line says; null for one that says nothing of progress. */
  read(event: TraceEvent, node: NodeId): Progress | null;
}

/** How far a node has committed. */
interface Committed {
  readonly commit: LogIndex;
}

/** How long a change of who takes part may take, and each position that comes before it. */
export interface Allowed {
  readonly changeNs: Nanos;
  readonly positionNs: Nanos;
}

/** When faults were over, or what must come first was on its way last, and when the run ended. */
export interface Quiet {
  readonly sinceNs: Nanos;
  readonly endNs: Nanos;
}

/** A change that did not end in time, and the leader that made it. */
export interface Overdue {
  readonly property: PropertyName;
  readonly node: NodeId;
  readonly because: string;
  readonly lines: readonly number[];
}

/** What a protocol does to itself on purpose: change leaders, and who takes part. */
export interface Plans {
  /** Elections since the quiet end that a leader caused on purpose. */
  readonly elections: number;
  /** Takes the next line, once what it says of progress has been heard. */
  feed(event: TraceEvent, node: NodeId, timeNs: Nanos, line: number): void;
  /** The last fault has been undone. */
  quiet(): void;
  isHandingOver(node: NodeId): boolean;
  /** Since when a node has been sent the log without a break; null while it is not. */
  takesPartSince(node: NodeId): number | null;
  /** The first change that took too long after the faults. */
  overdue(
    members: readonly (Committed | undefined)[],
    allowed: Allowed,
    quiet: Quiet,
  ): Overdue | null;
}

/** Of a protocol that does no such thing: everybody takes part from the beginning. */
export const NO_PLANS: Plans = {
  elections: 0,
  feed: () => {},
  quiet: () => {},
  isHandingOver: () => false,
  takesPartSince: () => Number.NEGATIVE_INFINITY,
  overdue: () => null,
};

/** What the events say that all replicated logs have; null for all others. */
export function commonProgress(event: TraceEvent): Progress | null {
  switch (event.kind) {
    case 'boot': {
      const upTo = event.recovered.snapshot.index;
      return { kind: 'started', upTo, last: upTo, term: 0 };
    }
    case 'crash':
    case 'panic':
      return { kind: 'stopped' };
    case 'apply':
      return { kind: 'applied', upTo: event.position };
    default:
      return null;
  }
}
