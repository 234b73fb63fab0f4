/**
 * The decisions of Raft about what a node is and does for others: what it starts with, when it
 * campaigns, leads, makes room and hands over, and what becomes of clients. As pure as the rest
 * (`rules.ts`).
 */

import type { LogIndex, Micros, NodeId, Term } from '../../checkers/units.ts';
import { isRead } from '../operations.ts';
import type { Reply, Request } from '../protocol.ts';
import { isVoter, mayCampaign } from './configurations.ts';
import { isQuorum } from './electorates.ts';
import type {
  AppendEntries,
  Configuration,
  InstallSnapshot,
  RaftMessage,
  RaftRecord,
  ReadIndexRequest,
  TimeoutNow,
} from './messages.ts';
import { type Progress, progressOf } from './progress.ts';
import { NOBODY, type RaftConfig, type RaftState } from './state.ts';

type State = Readonly<RaftState>;

/** Term and vote of a node. */
export interface Ballot {
  readonly term: Term;
  readonly votedFor: NodeId;
}

/**
 * `command`: it goes into the log; `read`: answered by the leader without that; `follower-read`:
 * by a follower that asks the leader; `redirect`: by somebody else.
 */
type RequestPath = 'command' | 'read' | 'follower-read' | 'redirect';

export interface RaftRoleRules {
  /** Which records a start goes by: all of them. */
  recordsAtStart(records: readonly RaftRecord[], incarnation: number): readonly RaftRecord[];
  /** When a start takes a leader to have been heard last: now, where it may have promised a lease. */
  contactAtStart(config: RaftConfig, incarnation: number, nowUs: Micros): number;

  /** How long a node waits for a leader: random in [T, 2T) (section 5.2). */
  electionWaitUs(config: RaftConfig, drawn: number): Micros;
  /** How much longer the node waits for a leader; 0 or less for no longer. */
  electionRestUs(state: State, nowUs: Micros): Micros;
  /** Candidate: whether another member is asked for its vote: whoever has one. */
  asksForVote(configuration: Configuration, node: NodeId): boolean;
  /** Whether this node may have to lead: it has a vote, or had one until something uncommitted. */
  mayCampaign(state: State): boolean;
  /** Whether an election begins with a PreVote. */
  asksBeforeElection(state: State): boolean;
  /** Term and vote of a node that becomes a candidate. */
  candidacy(state: State): Ballot;
  /** Whether the votes so far are enough. */
  isElected(state: State): boolean;
  /** Whether TimeoutNow makes this node start an election. */
  obeysTimeoutNow(state: State, message: TimeoutNow): boolean;
  /** Whether a node that has adopted the term of a message gives up what it was before. */
  stepsDown(state: State, message: RaftMessage): boolean;
  /** Whether a node follows who sends it entries or a snapshot in its own term: always. */
  followsSender(state: State, from: NodeId, message: AppendEntries | InstallSnapshot): boolean;
  /** Follower: whether all that it has goes with a snapshot of which the rest did not come: no. */
  startsOver(state: State): boolean;
  /** Leader: whether it makes room once a configuration is committed (section 4.2.2). */
  leavesWhenCommitted(state: State): boolean;
  /** Leader: whom it hands its leadership over to now, there being no operator; null for nobody. */
  transferTarget(state: State, nowUs: Micros): number | null;
  /** Leader: whether it goes on leading, the target of its transfer not having taken over. */
  abortsTransfer(state: State, nowUs: Micros): boolean;
  /** Leader: how long until its next heartbeat; 0 or less for now. Rounds of reads are heartbeats. */
  heartbeatRestUs(state: State, nowUs: Micros): Micros;

  /** What becomes of a client's request at this node. */
  requestPath(state: State, request: Request): RequestPath;
  /** Where a client is sent that this node cannot serve; null if it does not know. */
  redirectTarget(state: State): number | null;
  /** What clients are told that wait for a command when the leadership ends. */
  replyOnLoss(state: State): Reply;
  /** Leader: whether a follower's question for a read index is taken. */
  takesReadIndex(state: State, from: NodeId, message: ReadIndexRequest): boolean;
  /** Leader: whether a read that must see `index` is answered on a lease that lasts so long yet. */
  readByLease(state: State, index: LogIndex, leftUs: Micros): boolean;
  /** Leader: the follower that a read is sent on to: one for every other read; null for nobody. */
  followerForRead(state: State, drawn: number, nowUs: Micros): number | null;
  /** Leader: whether a round is begun for reads: not while one is under way, which others share. */
  startsRound(state: State): boolean;
  /** Leader: the cluster's time, which goes into entries (dissertation, section 6.3). */
  entryTimeUs(state: State, nowUs: Micros, wallUs: Micros): Micros;
  /** Whether it is time for a snapshot of what is executed. */
  snapshotDue(state: State): boolean;
}

export const raftRoleRules: RaftRoleRules = {
  recordsAtStart: (records) => records,

  contactAtStart: ({ reads }, incarnation, nowUs) =>
    reads === 'lease' && incarnation > 1 ? nowUs : Number.NEGATIVE_INFINITY,

  electionWaitUs: ({ electionTimeoutUs }, drawn) => electionTimeoutUs + (drawn % electionTimeoutUs),

  electionRestUs: ({ waitingSinceUs, timeoutUs }, nowUs) => waitingSinceUs + timeoutUs - nowUs,

  asksForVote: isVoter,

  mayCampaign,

  asksBeforeElection: (state) => state.config.preVote,

  candidacy: (state) => ({ term: state.term + 1, votedFor: state.self }),

  isElected: (state) => isQuorum(state.electorates.election, state.granted),

  obeysTimeoutNow: (state, message) => message.term === state.term && state.role !== 'leader',

  stepsDown: () => true,

  followsSender: () => true,

  startsOver: () => false,

  leavesWhenCommitted: (state) => !state.selfVotes,

  transferTarget(state, nowUs) {
    const { transferEvery } = state.config;
    if (transferEvery === 0 || state.commit < state.firstOwn + transferEvery) return null;
    if (state.transfer !== null || state.active.index > state.commit) return null;
    // The next leader would begin its snapshot anew, and so might every other after it.
    if (isSendingSnapshot(state, nowUs)) return null;
    return leastBehind(state, nowUs);
  },

  abortsTransfer: ({ transfer, config }, nowUs) =>
    transfer !== null && nowUs - transfer.sinceUs >= config.electionTimeoutUs,

  heartbeatRestUs: ({ heartbeatSentUs, config }, nowUs) =>
    heartbeatSentUs + config.heartbeatUs - nowUs,

  requestPath(state, request) {
    const { reads } = state.config;
    const isQuick = request.kind === 'operation' && reads !== 'log' && isRead(request.operation);
    if (state.role === 'leader') return isQuick ? 'read' : 'command';
    return isQuick && reads === 'follower' ? 'follower-read' : 'redirect';
  },

  redirectTarget: ({ leader, self }) => (leader === NOBODY || leader === self ? null : leader),

  replyOnLoss: () => ({ status: 'unknown', error: 'leadership-lost' }),

  takesReadIndex: (state, _from, message) => state.role === 'leader' && message.term === state.term,

  readByLease: (state, index, leftUs) => index >= 0 && state.applied >= index && leftUs > 0,

  followerForRead(state, drawn, nowUs) {
    const { peers } = state;
    const node = peers[drawn % (2 * Math.max(1, peers.length))];
    return node !== undefined && isHeard(state, progressOf(state, node), nowUs) ? node : null;
  },

  startsRound: (state) => state.confirmedRound === state.round,

  entryTimeUs: (state, nowUs) => state.clusterUs + Math.max(0, nowUs - state.leaderSinceUs),

  snapshotDue({ config, applied, snapshot }) {
    return config.snapshotEvery > 0 && applied - snapshot.index >= config.snapshotEvery;
  },
};

/** The voter that lacks least of the log, among those that were heard of late. */
function leastBehind(state: State, nowUs: Micros): number | null {
  let best: number | null = null;
  for (const node of state.active.configuration.voters) {
    const progress = progressOf(state, node);
    if (node === state.self || !isHeard(state, progress, nowUs)) continue;
    if (best === null || progress.match > progressOf(state, best).match) best = node;
  }
  return best;
}

/** Whether a follower that was heard of late is being sent a snapshot. */
function isSendingSnapshot(state: State, nowUs: Micros): boolean {
  return state.progress.some(
    (progress) => progress.sending.kind === 'snapshot' && isHeard(state, progress, nowUs),
  );
}

/** Whether a node has answered within an election timeout. */
function isHeard(state: State, { ackUs }: Readonly<Progress>, nowUs: Micros): boolean {
  return nowUs - ackUs < state.config.electionTimeoutUs;
}
