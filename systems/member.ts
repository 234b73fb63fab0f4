/**
 * A program of others that runs unmodified, one member of a cluster to a container: how one is
 * started, and the exchanges in which it is asked for something. Sans-IO: an exchange yields what is
 * to be asked, is handed what came of that, and returns what it has found out.
 */

import type { LogIndex, Millis, Term } from '../checkers/units.ts';
import type { Operation, Outcome } from './operations.ts';
import type { Options } from './protocol.ts';

/** Where a member stands among the others, when it is started. */
export interface Place {
  /** Names and addresses of all members, in order. */
  readonly members: readonly { readonly name: string; readonly address: string }[];
  /** Which of them it is. */
  readonly at: number;
  /** A directory that survives its restarts. */
  readonly directory: string;
  /** A name that no other cluster of this machine has. */
  readonly cluster: string;
  readonly options: Options;
}

/** Something asked of a member: JSON, posted to a path of its client port. */
export interface Ask {
  readonly path: string;
  readonly body: unknown;
  /**
   * The answer is a stream, a JSON text to a line, and it is listened to for so long: what was heard
   * by then, or until it broke, is the body of the answer, a list. `body` is a list as well then, of
   * what is said to it.
   */
  readonly listenMs?: Millis;
}

/** What came of it. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown }
  /** The member never got it: nobody took the connection. */
  | { readonly kind: 'unsent'; readonly because: string }
  /** The member may have got it, and may yet carry it out. */
  | { readonly kind: 'lost'; readonly because: string };

export type Exchange<Result> = Generator<Ask, Result, Answer>;

/** What a member says of itself. Members call each other by names of their own. */
export interface MemberView {
  readonly id: string;
  readonly term: Term;
  /** Whom it takes for the leader, by that name; null when it knows none. */
  readonly leader: string | null;
  readonly commit: LogIndex;
  readonly applied: LogIndex;
}

/** How a program is run and spoken to. */
export interface Member {
  /** Debian packages that hold it. */
  readonly packages: readonly string[];
  /** The program and its arguments. */
  command(place: Place): readonly string[];
  readonly clientPort: number;
  /** Where other members reach it, from soon after its start on, whoever else is up. */
  readonly peerPort: number;
  /** Which line of the end of its log, the newest last, says best why it ended. */
  lastWords(log: readonly string[]): string;
  /** Asks a member what it is; null where its answer says nothing of use. */
  view(): Exchange<MemberView | null>;
  /** Carries one operation out by asking this member alone, and retries nothing. */
  perform(operation: Operation, options: Options): Exchange<Outcome>;
}
