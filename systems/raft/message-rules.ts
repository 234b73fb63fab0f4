/**
 * The decisions of Raft about what messages say, and what a leader takes followers to hold before
 * it has heard of them. As pure as the rest (`rules.ts`).
 */

import type { LogIndex, NodeId } from '../../checkers/units.ts';
import { firstOfTerm, lastIndex, termToTell } from './log.ts';
import type {
  AppendEntries,
  AppendReply,
  Entry,
  InstallSnapshot,
  SnapshotReply,
} from './messages.ts';
import { type Outgoing, progressOf } from './progress.ts';
import type { RaftState } from './state.ts';

type State = Readonly<RaftState>;

export interface RaftMessageRules {
  /** Leader: where a follower's log goes on, before it has said so; `joins`: it was no member. */
  firstNextIndex(state: State, node: NodeId, joins: boolean): LogIndex;
  /** New leader: up to where a follower's log agrees, before it has said so: nowhere (Figure 2). */
  firstMatchIndex(state: State, node: NodeId): LogIndex;
  /** Leader: what AppendEntries say, to whoever lacks what follows from `nextIndex` on. */
  appendEntries(state: State, nextIndex: LogIndex, entries: readonly Entry[]): AppendEntries;
  /** Leader: whether another AppendEntries may be under way to a follower. */
  hasRoomFor(state: State, node: NodeId): boolean;
  /** Leader: where to go on with a follower in step, now that it was sent this. */
  nextAfterSend(state: State, node: NodeId, message: AppendEntries): number;
  /** Follower: how it says that its log agrees with the leader's up to `index`. */
  agreement(state: State, index: LogIndex, round: number): AppendReply;
  /** Follower: how it refuses entries: with where its log parts from the leader's (section 5.3). */
  refusal(state: State, message: AppendEntries, round: number): AppendReply;
  /** What the leader of an older term is told: the newer one, and nothing about the log. */
  deposal(state: State, message: AppendEntries | InstallSnapshot, round: number): AppendReply;

  /** Leader: what InstallSnapshot says: the piece that the follower waits for (Figure 13). */
  installSnapshot(state: State, outgoing: Readonly<Outgoing>): InstallSnapshot;
  /** Leader: where in its snapshot a follower waits for more; null if the answer says nothing new. */
  pieceWanted(outgoing: Readonly<Outgoing>, message: SnapshotReply): number | null;
  /** Follower: whether a piece follows those that have come so far, in characters. */
  isNextPiece(received: number, message: InstallSnapshot): boolean;
  /** Follower: whether all of a snapshot has come, this piece being part of it. */
  isWholeSnapshot(received: number, message: InstallSnapshot): boolean;
}

export const raftMessageRules: RaftMessageRules = {
  // Whoever joins gets the configuration that says so, which is the last entry.
  firstNextIndex: (state, _node, joins) => (joins ? lastIndex(state) : lastIndex(state) + 1),

  firstMatchIndex: () => 0,

  appendEntries: (state, nextIndex, entries) => ({
    kind: 'append-entries',
    term: state.term,
    previousIndex: nextIndex - 1,
    previousTerm: termToTell(state, nextIndex - 1),
    entries,
    commit: state.commit,
    round: state.round,
  }),

  hasRoomFor(state, node) {
    const { inFlight } = state.config;
    return inFlight === 0 || progressOf(state, node).flights.length < inFlight;
  },

  nextAfterSend: (_state, _node, { previousIndex, entries }) => previousIndex + entries.length + 1,

  agreement: ({ term }, index, round) => ({
    kind: 'append-reply',
    term,
    ok: true,
    index,
    conflictTerm: 0,
    conflictIndex: 0,
    round,
  }),

  refusal(state, { previousIndex }, round) {
    const last = lastIndex(state);
    const isThere = previousIndex <= last;
    return {
      kind: 'append-reply',
      term: state.term,
      ok: false,
      index: previousIndex,
      conflictTerm: isThere ? termToTell(state, previousIndex) : 0,
      conflictIndex: isThere ? firstOfTerm(state, previousIndex) : last + 1,
      round,
    };
  },

  deposal: ({ term }, _message, round) => ({
    kind: 'append-reply',
    term,
    ok: false,
    index: 0,
    conflictTerm: 0,
    conflictIndex: 0,
    round,
  }),

  installSnapshot(state, { snapshot, text, offset }) {
    const { index, term, configuration } = snapshot;
    const end = Math.min(text.length, offset + state.config.snapshotChunkBytes);
    return {
      kind: 'install-snapshot',
      term: state.term,
      last: { index, term },
      configuration,
      offset,
      data: text.slice(offset, end),
      done: end === text.length,
      round: state.round,
    };
  },

  pieceWanted({ snapshot, text, offset }, message) {
    if (snapshot.index !== message.index || message.offset === offset) return null;
    return Math.min(message.offset, text.length);
  },

  isNextPiece: (received, { offset }) => received === offset,

  isWholeSnapshot: (received, { offset, data, done }) => done && received === offset + data.length,
};
