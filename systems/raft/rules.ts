/**
 * The decisions of Raft, as the papers have them: pure functions of the node's state and what
 * reached it. The protocol asks this table for everything that matters, so a variant of a rule is
 * a few lines outside the protocol.
 *
 * "Figure" and "section" without more are those of the extended Raft paper (Ongaro and Ousterhout,
 * 2014); "dissertation" is Ongaro's (2014).
 */

import type { LogIndex, Micros, NodeId, Term } from '../../checkers/units.ts';
import { type Command, type CommandResult, type KvRules, kvRules } from '../kv.ts';
import { type ClientRules, clientRules } from '../session-client.ts';
import { type Purpose, quorumReaches } from './electorates.ts';
import {
  entriesFrom,
  isNewcomer,
  lastIndex,
  lastTerm,
  lastUpToTerm,
  termAt,
  termToTell,
} from './log.ts';
import { type RaftMembershipRules, raftMembershipRules } from './membership-rules.ts';
import { type RaftMessageRules, raftMessageRules } from './message-rules.ts';
import type {
  AppendEntries,
  AppendReply,
  Entry,
  InstallSnapshot,
  RaftMessage,
  RaftRecord,
  RequestVote,
  Snapshot,
  SnapshotReply,
  Vote,
} from './messages.ts';
import { progressOf } from './progress.ts';
import { type Ballot, type RaftRoleRules, raftRoleRules } from './role-rules.ts';
import {
  type FollowerRead,
  type Incoming,
  NOBODY,
  type PendingRead,
  type RaftState,
} from './state.ts';

/** A rule must not change the state. */
type State = Readonly<RaftState>;

export interface RaftRules
  extends KvRules,
    ClientRules,
    RaftRoleRules,
    RaftMembershipRules,
    RaftMessageRules {
  /** How many of `nodes` make a quorum; any two quorums must meet. */
  quorum(nodes: number): number;
  /** Whether a message makes this node adopt its term. A PreVote must not. */
  onHigherTerm(state: State, message: RaftMessage): boolean;
  /** Term and vote after adopting `term`. */
  becomeFollowerState(state: State, term: Term): Ballot;
  /** The term that a vote request speaks of. */
  lastLogTerm(state: State): Term;
  /** Whether a vote request is ignored altogether: a leader was heard from too recently. */
  isSticky(state: State, message: RequestVote, nowUs: Micros): boolean;
  /** Whether this node may vote for the candidate, its log apart (Figure 2). */
  canVote(state: State, from: NodeId, message: RequestVote): boolean;
  /** Whether the candidate's log is at least as up to date as the own one (section 5.4.1). */
  isUpToDate(state: State, message: RequestVote): boolean;
  /** Whether this node would vote for the candidate, its log apart, if it came to an election. */
  preVote(state: State, message: RequestVote, nowUs: Micros): boolean;
  /** Whether a vote counts for the election under way. */
  countVote(state: State, from: NodeId, message: Vote): boolean;
  /** What of `values`, by node, a quorum for this purpose reaches. */
  reached(state: State, purpose: Purpose, values: readonly number[]): number;
  /** Whether a new leader starts its term with an entry of its own (section 8). */
  startsWithNoop(state: State): boolean;
  /** Whether a leader may go on leading, a quorum having answered since `heardUs`. */
  checkQuorum(state: State, nowUs: Micros, heardUs: Micros): boolean;

  /** Leader: behind which index a new entry is put: the last, for a leader only appends (Figure 3). */
  appendAfter(state: State): number;
  /** Leader: up to where it counts its own log for commitment: what is on its disk (10.2.1). */
  ownMatch(state: State): number;
  /** Up to which index the log is on the disk, now that a record is; 0 if it says nothing of that. */
  durableUpTo(state: State, record: RaftRecord): number;
  /** Leader: whether it takes commands of clients: not while it hands its leadership over. */
  acceptsCommands(state: State): boolean;
  /** Leader: whether the target of a transfer may be told to start its election. */
  transferReady(state: State, target: NodeId): boolean;

  /** Leader: whether a follower needs the snapshot, its next entry being compacted. */
  needsSnapshot(nextIndex: LogIndex, snapshot: Snapshot, state: State, node: NodeId): boolean;
  /** Leader: the entries to send to a follower, from its next on. */
  batchEntries(state: State, nextIndex: LogIndex): readonly Entry[];
  /** Follower: what to do about AppendEntries. */
  appendDecision(state: State, message: AppendEntries): AppendDecision;
  /** Follower: up to which index the own log is kept; all of it unless an entry conflicts. */
  keepUpTo(state: State, message: AppendEntries): number;
  /** Follower: the commit index after AppendEntries. */
  followerCommit(state: State, message: AppendEntries): number;
  /** Follower: up to which index its log agrees with the leader's. */
  appendReply(state: State, message: AppendEntries): number;
  /**
   * Follower: the round that an answer confirms. Rounds are numbered anew in each term: one of an
   * older term says nothing to whoever leads the term that the answer carries; 0 is none.
   */
  answeredRound(state: State, message: AppendEntries | InstallSnapshot): number;
  /** Leader: whether an answer belongs to this leadership. */
  countReply(state: State, from: NodeId, message: AppendReply | SnapshotReply): boolean;
  /** Leader: the latest round that an answer confirms: the one that it names. */
  roundConfirmed(state: State, from: NodeId, message: AppendReply | SnapshotReply): number;
  /** Leader: whether a refusal is news: an old one says nothing about what was sent since. */
  heedsRefusal(state: State, from: NodeId, message: AppendReply): boolean;
  /** Leader: the match index of a follower after it accepted. */
  onAppendResp(state: State, from: NodeId, message: AppendReply): number;
  /** Leader: where to go on with a follower that did not accept. */
  nextOnConflict(state: State, from: NodeId, message: AppendReply): number;
  /** Leader: the commit index; entries of earlier terms are not counted (section 5.4.2). */
  commitIndex(state: State, reached: number): LogIndex;
  /** Whether the next entry may be executed. */
  canApply(state: State): boolean;
  /** What a client is told about its command. */
  commandReply(command: Command, result: CommandResult): CommandResult;

  /** Leader: what a read that arrives now must see; -1 if it cannot be told yet. */
  readIndex(state: State): LogIndex;
  /** Leader: the round that has to be confirmed for a read that arrives now: the next. */
  readRound(state: State): number;
  /** Leader: whether a read may be answered. */
  readReady(state: State, read: Readonly<PendingRead>): boolean;
  /** Follower: whether a read may be answered from its own state (section 6.4). */
  followerReadReady(state: State, read: Readonly<FollowerRead>): boolean;
  /** Leader: whether a lease may be relied upon at all in this term. */
  mayUseLease(state: State): boolean;
  /** The clock on which leases are measured. */
  leaseClock(nowUs: Micros, wallUs: Micros): number;
  /** Until when a leader may answer reads, once a quorum confirmed a round started then. */
  leaseUntil(roundStartUs: Micros, electionTimeoutUs: Micros, driftPpm: number): number;

  /** Follower: whether a first piece begins a snapshot, in place of what is coming in. */
  beginsIncoming(incoming: Readonly<Incoming> | null, message: InstallSnapshot): boolean;
  /** Follower: whether a piece is of the snapshot that is coming in. */
  isOfIncoming(incoming: Readonly<Incoming>, message: InstallSnapshot): boolean;
  /** Follower: what to do about a snapshot (Figure 13). */
  installDecision(state: State, message: InstallSnapshot): InstallDecision;
  /** Term and vote after a snapshot was installed: those from before. */
  installedBallot(state: State, snapshot: Snapshot): Ballot;
}

/** `stale`: from a deposed leader. `conflict`: no entry to append after. */
type AppendDecision = 'stale' | 'conflict' | 'accept';

/** `keep-suffix`: the snapshot covers a prefix of the own log; `replace-log`: it differs. */
type InstallDecision = 'stale' | 'covered' | 'keep-suffix' | 'replace-log';

export const raftRules: RaftRules = {
  ...kvRules,
  ...clientRules,
  ...raftRoleRules,
  ...raftMembershipRules,
  ...raftMessageRules,

  quorum: (nodes) => Math.floor(nodes / 2) + 1,

  onHigherTerm(state, message) {
    if (message.term <= state.term) return false;
    if (message.kind === 'request-vote') return !message.pre;
    return message.kind !== 'vote' || !message.pre || !message.granted;
  },

  becomeFollowerState: (state, term) => ({
    term,
    votedFor: term > state.term ? NOBODY : state.votedFor,
  }),

  lastLogTerm: lastTerm,

  isSticky(state, message, nowUs) {
    if (message.transfer) return false;
    const { checkQuorum, reads, electionTimeoutUs } = state.config;
    if (!checkQuorum && reads !== 'lease') return false;
    return state.role === 'leader' || nowUs - state.contactUs < electionTimeoutUs;
  },

  canVote(state, from, message) {
    if (message.term !== state.term) return false;
    return state.votedFor === NOBODY || state.votedFor === from;
  },

  isUpToDate(state, message) {
    if (isNewcomer(state)) return false;
    const ownTerm = lastTerm(state);
    if (message.lastTerm !== ownTerm) return message.lastTerm > ownTerm;
    return message.lastIndex >= lastIndex(state);
  },

  preVote(state, message, nowUs) {
    if (message.term <= state.term || state.role === 'leader') return false;
    return nowUs - state.contactUs >= state.config.electionTimeoutUs;
  },

  countVote(state, _from, message) {
    if (!message.granted) return false;
    if (message.pre) return state.role === 'pre-candidate' && message.term === state.term + 1;
    return state.role === 'candidate' && message.term === state.term;
  },

  reached: (state, purpose, values) => quorumReaches(state.electorates[purpose], values),

  startsWithNoop: () => true,

  checkQuorum(state, nowUs, heardUs) {
    const { checkQuorum, electionTimeoutUs } = state.config;
    return !checkQuorum || nowUs - heardUs < electionTimeoutUs;
  },

  appendAfter: lastIndex,

  ownMatch: (state) => state.durableIndex,

  durableUpTo(state, record) {
    if (record.kind === 'snapshot') return record.snapshot.index;
    const last = record.kind === 'entries' ? record.entries.at(-1) : undefined;
    if (record.kind !== 'entries' || last === undefined) return 0;
    const index = record.from + record.entries.length - 1;
    // The log may have been truncated and written anew since; same index and term, same entry.
    return termAt(state, index) === last.term ? index : 0;
  },

  acceptsCommands: (state) => state.transfer === null,

  transferReady: (state, target) => progressOf(state, target).match === lastIndex(state),

  needsSnapshot: (nextIndex, snapshot) => nextIndex <= snapshot.index,

  batchEntries: (state, nextIndex) => entriesFrom(state, nextIndex, state.config.batch),

  appendDecision(state, message) {
    if (message.term < state.term) return 'stale';
    // A prefix that the snapshot covers is committed, so it agrees with any leader's.
    if (message.previousIndex < state.snapshot.index) return 'accept';
    const ownTerm = termToTell(state, message.previousIndex);
    return ownTerm === message.previousTerm ? 'accept' : 'conflict';
  },

  keepUpTo(state, message) {
    const last = lastIndex(state);
    for (let at = 0; at < message.entries.length; at++) {
      const index = message.previousIndex + 1 + at;
      if (index > last) break;
      if (index <= state.snapshot.index) continue;
      // Only a conflict may shorten the log: the message may be an old one (section 5.3).
      if (termAt(state, index) !== message.entries[at]?.term) return index - 1;
    }
    return last;
  },

  followerCommit(state, message) {
    const known = Math.min(message.commit, message.previousIndex + message.entries.length);
    return Math.max(state.commit, known);
  },

  appendReply: (_state, message) => message.previousIndex + message.entries.length,

  answeredRound: (state, message) => (message.term === state.term ? message.round : 0),

  countReply: (state, from, message) =>
    state.role === 'leader' &&
    message.term === state.term &&
    message.round >= progressOf(state, from).sinceRound,

  roundConfirmed: (_state, _from, message) => message.round,

  heedsRefusal(state, from, message) {
    const { match, next, sending } = progressOf(state, from);
    if (message.index <= match) return false;
    switch (sending.kind) {
      case 'probe':
        return message.index === next - 1;
      case 'replicate':
        return true;
      case 'snapshot':
        // What it has answered was sent before that.
        return false;
    }
  },

  onAppendResp: (state, from, message) => Math.max(progressOf(state, from).match, message.index),

  nextOnConflict(state, from, message) {
    const { match } = progressOf(state, from);
    const { conflictTerm } = message;
    let next = message.conflictIndex;
    // Section 5.3: if the leader has entries of the conflicting term, go on after the last of them.
    if (conflictTerm > 0) {
      const last = lastUpToTerm(state, message.index, conflictTerm);
      if (last >= next && termAt(state, last) === conflictTerm) next = last + 1;
    }
    return Math.max(match + 1, Math.min(next, message.index));
  },

  commitIndex(state, reached) {
    if (reached <= state.commit) return state.commit;
    return termAt(state, reached) === state.term ? reached : state.commit;
  },

  canApply: (state) => state.applied < state.commit,

  commandReply: (_command, result) => result,

  readIndex: (state) => (termAt(state, state.commit) === state.term ? state.commit : -1),

  readRound: (state) => state.round + 1,

  readReady(state, read) {
    return read.index >= 0 && state.applied >= read.index && read.round <= state.confirmedRound;
  },

  followerReadReady: (state, read) => read.index >= 0 && state.applied >= read.index,

  // A TimeoutNow may arrive late, and the election that it starts does not wait for leases.
  mayUseLease: (state) => state.transfer === null && !state.leaseForfeited,

  leaseClock: (nowUs) => nowUs,

  leaseUntil: (roundStartUs, electionTimeoutUs, driftPpm) =>
    roundStartUs + Math.floor((electionTimeoutUs * 1_000_000) / (1_000_000 + driftPpm)),

  // A leader's snapshots only get longer: a first piece of an earlier one, or of the same, is late.
  beginsIncoming: (incoming, { term, last }) =>
    incoming === null || incoming.term < term || incoming.index < last.index,

  isOfIncoming: (incoming, { term, last }) =>
    incoming.term === term && incoming.index === last.index,

  installDecision(state, message) {
    const { index, term } = message.last;
    if (message.term < state.term) return 'stale';
    if (index <= state.commit) return 'covered';
    return termAt(state, index) === term ? 'keep-suffix' : 'replace-log';
  },

  installedBallot: (state) => ({ term: state.term, votedFor: state.votedFor }),
};
