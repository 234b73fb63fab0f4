/**
 * The decisions of Zab: pure functions of the server's state and what reached it. The protocol asks
 * this table for everything that matters, so a variant of a rule is a few lines outside it.
 *
 * DSN is Junqueira, Reed and Serafini, Zab: High-performance broadcast for primary-backup systems
 * (DSN 2011); "Zab 1.0" is what ZooKeeper makes of it, with Fast Leader Election before it.
 */

import type { Zxid } from '../../checkers/agreement/zab/events.ts';
import type { Epoch, LogIndex, Micros, NodeId, NodeSet } from '../../checkers/units.ts';
import { type Command, type CommandResult, type KvRules, type KvState, kvRules } from '../kv.ts';
import type { Reply } from '../protocol.ts';
import { type ClientRules, clientRules } from '../session-client.ts';
import {
  compareZxids,
  lastCommon,
  lastPosition,
  lastZxid,
  positionOf,
  txnsBehind,
} from './history.ts';
import { type ZabMessageRules, zabMessageRules } from './message-rules.ts';
import type {
  AckEpoch,
  NewLeader,
  Notification,
  Origin,
  SyncMessage,
  Txn,
  Vote,
  ZabRecord,
} from './messages.ts';
import { weightOf } from './quorums.ts';
import {
  isVoter,
  type Learner,
  NOBODY,
  type Proposal,
  type Staged,
  type ZabState,
  ZERO,
} from './state.ts';

/** A rule must not change the state. */
export type State = Readonly<ZabState>;

/** How a follower is brought to the leader's history; `from` is the last position it shares. */
export type SyncPlan =
  | { readonly kind: 'diff'; readonly from: LogIndex }
  | { readonly kind: 'truncate'; readonly to: Zxid; readonly from: LogIndex }
  | { readonly kind: 'snapshot' };

/** What a follower does on NEWLEADER. */
export type JoinStep = 'history' | 'epoch' | 'ack';

export interface ZabRules extends KvRules, ClientRules, ZabMessageRules {
  /** Whether these voters, as a mask, are a quorum; any two quorums must meet. */
  quorum(state: State, voters: NodeSet): boolean;

  /** Which records a start goes by: all of them. */
  recordsAtStart(records: readonly ZabRecord[], incarnation: number): readonly ZabRecord[];

  /** Phase 0: the vote that a server begins with: itself, by the end of its history. */
  initialVote(state: State): Vote;
  /** Phase 0: whether a vote is of an earlier round of elections, of this one or of a later one. */
  roundOf(state: State, message: Notification): 'earlier' | 'same' | 'later';
  /** Phase 0: whether a server may be joined as the leader it is said to be: if it says so itself. */
  saysItLeads(own: Notification): boolean;
  /** Follower: whether it leaves its leader, from whom it hears that it looks for one. */
  leavesLooking(state: State, from: NodeId): boolean;
  /** Phase 0: whether a vote beats another. */
  better(state: State, vote: Vote, other: Vote): boolean;
  /** Phase 0: whether these voters, who all hold the own vote, settle the election. */
  electionDone(state: State, voters: NodeSet): boolean;

  /** Leader: the epoch that it proposes, from what a quorum (and anybody heard of) had accepted. */
  newEpoch(state: State, accepted: readonly number[]): Epoch;
  /** Follower: what it does about the epoch that its leader proposes. */
  onLeaderInfo(state: State, epoch: Epoch): 'accept' | 'again' | 'refuse';
  /** Leader: whether it starts anew, as somebody has accepted this epoch, which is above its own. */
  startsOver(state: State, acceptedEpoch: Epoch): boolean;
  /** Leader: whether a server's history matters: only what those who count logged is committed. */
  hasSay(state: State, node: NodeId): boolean;
  /** Leader: whether a follower's history is more recent than its own. */
  recency(state: State, message: AckEpoch): boolean;

  /** Leader: how a follower gets its history, from where its own leaves off in each epoch. */
  syncPlan(state: State, ends: readonly Zxid[]): SyncPlan;
  /** Leader: what it sends of its history behind a position. */
  diffTxns(state: State, position: LogIndex): readonly Txn[];
  /** Leader: in which order the parts of a synchronisation are sent. */
  newLeaderOrder(history: readonly SyncMessage[], newLeader: NewLeader): readonly SyncMessage[];
  /** Follower: what it logs of a DIFF. */
  acceptDiff(state: State, txns: readonly Txn[]): readonly Txn[];
  /** Follower: up to which position it keeps its history when it is told to cut it at `to`. */
  keepUpTo(state: State, to: Zxid): number;
  /** Follower: what it does on NEWLEADER, in this order. */
  joinSteps(state: State): readonly JoinStep[];
  /** Server: with which state machine it goes on when a synchronisation was cut short. */
  machineAfterBreak(state: State, staged: Staged): KvState;
  /** Leader: whether its initial history is committed, and it may serve. */
  canActivate(state: State, synced: number): boolean;

  /** Leader: whether a server that acknowledged NEWLEADER has thereby acknowledged a proposal. */
  ackedBySync(
    state: State,
    from: NodeId,
    proposal: Readonly<Proposal>,
    learner: Readonly<Learner>,
  ): boolean;

  /** Server: whether it may answer clients. */
  canServe(state: State): boolean;
  /** Server: whether it may answer a client that has seen the state at this position. */
  hasSeen(state: State, position: LogIndex): boolean;
  /** Server: whether a `sync` has to be answered by the leader. */
  syncAsksLeader(state: State): boolean;
  /** Leader: behind which position a `sync` is answered: all that is under way. */
  syncBehind(state: State): number;
  /** Leader: whether it takes what a server sends it, a request or a `sync`. */
  servesLearner(state: State, from: NodeId, link: number): boolean;
  /** Server: who makes the transactions of its clients: its leader, or itself. */
  proposer(state: State): number;
  /** Server: whether a transaction was asked for by a client of this very life of it. */
  isOwn(state: State, origin: Origin, incarnation: number): boolean;
  /** Server: what clients are told that wait for a transaction when it leaves its leader. */
  replyOnLoss(state: State): Reply;
  /** Leader: the cluster's time, which goes into transactions. */
  entryTimeUs(state: State, nowUs: Micros, wallUs: Micros): Micros;
  /** Server: what it tells a client before the transaction is delivered: nothing. */
  answerOnPropose(state: State, command: Command): CommandResult | null;

  /** Leader: the zxid of its next transaction; null when the epoch has no more. */
  nextZxid(state: State): Zxid | null;
  /** Follower: whether it may log this transaction behind its history. */
  acceptPropose(state: State, zxid: Zxid): boolean;
  /** Follower: whether a message belongs to the leader that it follows now. */
  hearsLeader(state: State, from: NodeId, message: { kind: string; link: number }): boolean;
  /** Leader: whether an acknowledgement of a server, maybe its own, counts for a proposal. */
  countAck(state: State, from: NodeId, proposal: Readonly<Proposal>, zxid: Zxid): boolean;
  /** Leader: the position up to which everything is committed. */
  commitUpTo(state: State, isQuorum: (voters: NodeSet) => boolean): number;
  /** Server: whether the next transaction may be delivered. */
  canDeliver(state: State): boolean;
  /** Server: whether it is time for a snapshot of what is delivered. */
  snapshotDue(state: State): boolean;
  /** Follower: whether its leader has been silent for too long. */
  givesUp(state: State, nowUs: Micros): boolean;
  /** Leader: whether it must look for a leader again, having heard only these voters of late. */
  toLooking(state: State, heard: number, isQuorum: (voters: NodeSet) => boolean): boolean;
}

export const zabRules: ZabRules = {
  ...kvRules,
  ...clientRules,
  ...zabMessageRules,

  quorum: (state, voters) => state.quorums[voters] === true,

  recordsAtStart: (records) => records,

  initialVote: (state) =>
    isVoter(state, state.self)
      ? { leader: state.self, epoch: state.currentEpoch, zxid: lastZxid(state) }
      : { leader: NOBODY, epoch: NOBODY, zxid: ZERO },

  roundOf(state, { clock }) {
    if (clock === state.clock) return 'same';
    return clock < state.clock ? 'earlier' : 'later';
  },

  saysItLeads: (own) => own.role === 'leading',

  // Before it had begun, it may come to lead.
  leavesLooking: (state, from) =>
    from === state.leader && (state.phase === 'synchronisation' || state.phase === 'broadcast'),

  better(state, vote, other) {
    if (vote.leader === NOBODY || weightOf(state.config.quorum, vote.leader) === 0) return false;
    if (vote.epoch !== other.epoch) return vote.epoch > other.epoch;
    const order = compareZxids(vote.zxid, other.zxid);
    return order === 0 ? vote.leader > other.leader : order > 0;
  },

  electionDone: (state, voters) => state.quorums[voters] === true,

  newEpoch: (state, accepted) => Math.max(state.highestEpoch, ...accepted) + 1,

  onLeaderInfo(state, epoch) {
    if (epoch === state.acceptedEpoch) return 'again';
    return epoch > state.acceptedEpoch ? 'accept' : 'refuse';
  },

  startsOver: (state, acceptedEpoch) => acceptedEpoch > state.epoch,

  hasSay: (state, node) => isVoter(state, node) && weightOf(state.config.quorum, node) > 0,

  recency(state, message) {
    if (message.currentEpoch !== state.currentEpoch) {
      return message.currentEpoch > state.currentEpoch;
    }
    return compareZxids(message.last, lastZxid(state)) > 0;
  },

  syncPlan(state, ends) {
    const common = lastCommon(state, ends);
    if (common === null) return { kind: 'snapshot' };
    const { position: from, zxid: to } = common;
    const last = ends.at(-1);
    const isEnd = last === undefined || compareZxids(last, to) === 0;
    return isEnd ? { kind: 'diff', from } : { kind: 'truncate', to, from };
  },

  diffTxns: txnsBehind,
  newLeaderOrder: (history, newLeader) => [...history, newLeader],
  acceptDiff: (_state, txns) => txns,

  keepUpTo(state, to) {
    const position = positionOf(state, to);
    // A leader truncates to what both hold; of a history without that nothing is kept.
    return typeof position === 'number' ? position : -1;
  },

  // A new epoch on the disk claims that the history before it is there (ZOOKEEPER-4643, -4646).
  joinSteps: () => ['history', 'epoch', 'ack'],

  machineAfterBreak: (state) => state.kv,

  canActivate: (state, synced) => state.quorums[synced] === true,

  ackedBySync: (state, from, proposal, learner) =>
    isVoter(state, from) && proposal.position <= learner.syncedTo,

  canServe: (state) => state.phase === 'broadcast',
  hasSeen: (state, position) => state.applied >= position,
  syncAsksLeader: () => true,
  syncBehind: lastPosition,
  servesLearner: (state, from, link) =>
    state.role === 'leading' && state.phase === 'broadcast' && state.learners[from]?.link === link,
  proposer: (state) => (state.role === 'leading' ? state.self : state.leader),
  isOwn: (state, origin, incarnation) =>
    origin.node === state.self && origin.incarnation === incarnation,
  replyOnLoss: () => ({ status: 'unknown', error: 'no-leader' }),
  entryTimeUs: (state, nowUs) => state.clusterUs + Math.max(0, nowUs - state.leaderSinceUs),
  answerOnPropose: () => null,

  nextZxid: ({ epoch, counter, config }) =>
    counter < config.counterMax ? { epoch, counter: counter + 1 } : null,

  acceptPropose(state, zxid) {
    const last = lastZxid(state);
    if (zxid.epoch === last.epoch) return zxid.counter === last.counter + 1;
    return zxid.epoch === state.currentEpoch && zxid.epoch > last.epoch && zxid.counter === 1;
  },

  hearsLeader: (state, from, { link }) => from === state.leader && link === state.link,

  countAck: (state, from, proposal, zxid) =>
    isVoter(state, from) && compareZxids(proposal.zxid, zxid) === 0,

  commitUpTo(state, isQuorum) {
    let committed = state.committed;
    for (const { position, acked } of state.outstanding) {
      if (!isQuorum(acked)) break;
      committed = position;
    }
    return committed;
  },

  canDeliver: (state) => state.applied < state.committed,

  snapshotDue({ config, applied, snapshot }) {
    return config.snapshotEvery > 0 && applied - snapshot.position >= config.snapshotEvery;
  },

  givesUp: (state, nowUs) => nowUs - state.heardUs >= state.config.syncLimitUs,

  toLooking: (_state, heard, isQuorum) => !isQuorum(heard),
};
