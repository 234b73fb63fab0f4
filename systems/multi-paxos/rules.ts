/**
 * The decisions of Multi-Paxos: pure functions of the node's state and what reached it. The
 * protocol asks this table for everything that matters, so a variant of a rule is a few lines
 * outside the protocol.
 *
 * PMS is Lamport's Paxos Made Simple (2001), PMMC Paxos Made Moderately Complex (van Renesse and
 * Altinbuken, 2015), PML Paxos Made Live (Chandra, Griesemer and Redstone, 2007).
 */

import { itemAt } from '../../checkers/item-at.ts';
import type { Ballot, LogIndex, Micros, NodeId } from '../../checkers/units.ts';
import {
  type Command,
  type CommandResult,
  type KvRules,
  type KvSnapshot,
  type KvState,
  kvRules,
  noopCommand,
  snapshotKv,
} from '../kv.ts';
import type { Operation } from '../operations.ts';
import type { Request } from '../protocol.ts';
import { type ClientRules, clientRules } from '../session-client.ts';
import type { ChosenSlot } from '../slot-learning.ts';
import { configurationOf, configurationsFrom, countIn } from './configurations.ts';
import { type MultiMessageRules, multiMessageRules } from './message-rules.ts';
import type {
  Accept,
  Accepted,
  Accepted2b,
  AcceptedSlot,
  Configuration,
  Heartbeat,
  HeartbeatAck,
  MultiMessage,
  MultiRecord,
  Nack,
  Promise1b,
  Snapshot,
} from './messages.ts';
import {
  type MultiConfig,
  type MultiState,
  NO_SLOT,
  NOBODY,
  type PendingRead,
  type Proposal,
  type Role,
} from './state.ts';

/** A rule must not change the state. */
export type State = Readonly<MultiState>;

/** When a round began and when a quorum had answered it, on the clock of leases. */
export interface RoundTimes {
  readonly startUs: Micros;
  readonly confirmedUs: Micros;
}

export interface MultiRules extends KvRules, ClientRules, MultiMessageRules {
  /** How many of `nodes` make a quorum; any two quorums must meet. */
  quorum(nodes: number): number;
  /** The next ballot of a node's own: m·n + i, above every ballot that it knows of (PML). */
  nextBallot(self: NodeId, nodes: number, above: number): Ballot;
  /** From which slot on a configuration rules that was chosen in this one. */
  configurationFrom(slot: LogIndex, alpha: number): number;
  /** Which records a start goes by: all of them. */
  recordsAtStart(records: readonly MultiRecord[], incarnation: number): readonly MultiRecord[];
  /** Whether a node that starts waits for a lease that it may have granted and no longer knows of. */
  waitsOutLease(config: MultiConfig, incarnation: number): boolean;
  /** Whether a node looks at a message at all: always. */
  hears(state: State, from: NodeId, message: MultiMessage): boolean;
  /** Who votes in a slot. */
  votersOf(state: State, slot: LogIndex): readonly number[];
  /** Whose quorums must agree to what is for all slots from `from` on: one entry for each. */
  votersFrom(state: State, from: LogIndex): readonly Configuration[];

  /** Acceptor: whether it may promise this ballot, which `from` asks for. */
  canPromise(state: State, from: NodeId, ballot: Ballot): boolean;
  /** Acceptor: whether a lease that it granted forbids to promise anything to `from`. */
  leaseForbids(state: State, from: NodeId, nowUs: Micros): boolean;
  /** Acceptor: until when it keeps to the leader whose heartbeat it has just answered. */
  grantUntil(nowUs: Micros, config: MultiConfig): number;
  /** Acceptor: what it reports as accepted when it promises for the slots from `from` on. */
  reportAccepted(state: State, from: LogIndex): readonly AcceptedSlot[];
  /** Acceptor: what it reports as chosen then. */
  reportChosen(state: State, from: LogIndex): readonly ChosenSlot[];
  /** Acceptor: whether it may accept in this ballot. */
  canAccept(state: State, ballot: Ballot): boolean;
  /** Acceptor: whether it has accepted this already, and need only say so again. */
  hasAccepted(state: State, message: Accept): boolean;
  /** Acceptor: its promise, after it has accepted in `ballot`. */
  promisedAfterAccept(promised: Ballot, ballot: Ballot): number;
  /** Acceptor: how it answers a heartbeat. */
  heartbeatAnswer(state: State, from: NodeId, message: Heartbeat): 'ack' | 'nack' | 'none';
  /** Whether it takes `from`, of whom it has heard in `ballot`, for the leader. */
  follows(state: State, from: NodeId, ballot: Ballot): boolean;

  /** Whether it becomes a candidate, asks again in the same ballot, or waits on for a leader. */
  onSilence(state: State): 'begin' | 'repeat' | 'wait';
  /** Candidate: the first slot that its Prepare is for. */
  prepareFrom(state: State): number;
  /** Candidate: whether it must have the snapshot of who promised before it leads. */
  needsSnapshotOf(state: State, message: Promise1b): boolean;
  /** Candidate or leader: whether it makes room for the owner of `ballot`. */
  givesWay(state: State, ballot: Ballot): boolean;

  /** Candidate: whether a promise counts for the ballot under way. */
  countPromise(state: State, from: NodeId, message: Promise1b): boolean;
  /** Candidate: how many promises end phase 1. */
  promisesNeeded(quorum: number): number;
  /**
   * New leader: what it proposes in a slot for which these acceptances were reported, in the order
   * in which they came; null leaves the slot alone.
   */
  recoverSlot(reports: readonly Accepted[], timeUs: Micros): Command | null;
  /** Leader: the slot that the next command of its own is put into. */
  nextSlot(state: State): LogIndex;
  /** Leader: whether the window has room for another slot (PMMC, WINDOW). */
  hasRoom(state: State): boolean;
  /** Leader: what it proposes in a slot whose phase 2 took too long: the same; null for nothing. */
  onAcceptTimeout(state: State, slot: LogIndex, proposal: Readonly<Proposal>): Command | null;
  /** Leader: whether it begins again with phase 1 when it comes upon a new configuration. */
  preparesAgain(state: State): boolean;
  /** Leader: whether an acceptance counts. */
  countAccept(state: State, from: NodeId, message: Accepted2b): boolean;
  /** Candidate or leader: what becomes of it when an acceptor has promised more. */
  onNack(state: State, message: Nack): { readonly role: Role; readonly ballot: Ballot };
  /** Leader: whether it may go on leading: a quorum has answered of late. */
  checkQuorum(state: State, nowUs: Micros, quorum: (nodes: number) => number): boolean;
  /** Leader: what it becomes of a command that lost its slot to another: it is taken up again. */
  takesUpLost(state: State): boolean;

  /** Leader: whether an answer to a heartbeat counts. */
  countAck(state: State, from: NodeId, message: HeartbeatAck): boolean;
  /** Whether it sees to a request itself; else the client is sent on. */
  servesRequest(state: State, request: Request): boolean;
  /** Where a client is sent that has to ask elsewhere; null where it cannot be told. */
  redirectTo(state: State): number | null;

  /** Learner: whether what it accepted is what was chosen in `ballot`, as a Commit says. */
  isCommitted(accepted: Accepted | undefined, ballot: Ballot): boolean;
  /** Learner: whether what it accepts now is chosen, a Commit of this ballot having overtaken it. */
  isNoticed(accepted: Accepted, ballot: Ballot): boolean;
  /** Learner: the same for a slot in the chosen prefix of the leader of `ballot`. */
  isInPrefix(accepted: Accepted | undefined, ballot: Ballot): boolean;
  /** Learner: what it tells others is chosen in a slot; undefined where it does not know. */
  toldChosen(state: State, slot: LogIndex): Command | undefined;
  /** Replica: the slot to execute next; `NO_SLOT` if none may be. */
  nextToApply(state: State): number;
  /** Replica: whether a chosen command is the one that a client waits for. */
  isOwnCommand(own: Command, chosen: Command): boolean;
  /** What a client is told about its command. */
  commandReply(command: Command, result: CommandResult): CommandResult;
  /** Replica: whether it is time for a snapshot. */
  snapshotDue(state: State): boolean;
  /** Replica: whether it goes on from another's snapshot. */
  installsSnapshot(state: State, snapshot: Snapshot): boolean;
  /** What a snapshot holds. */
  snapshotState(kv: KvState): KvSnapshot;
  /** Successive contents of the disk when a snapshot takes the place of what it covers. */
  compaction(
    snapshot: MultiRecord,
    rest: readonly MultiRecord[],
  ): readonly (readonly MultiRecord[])[];

  /**
   * Leader: how a read that must see `index` is answered: as a command, on its lease, or on a round
   * of confirmations. `clockUs` is the clock of leases.
   */
  readBy(
    state: State,
    operation: Operation,
    index: LogIndex,
    clockUs: Micros,
  ): 'log' | 'lease' | 'round';
  /** Leader: the round that has to be confirmed before a read that arrives now is answered. */
  readRound(state: State): number;
  /** Leader: what a read that arrives now must see; -1 if it cannot be told yet. */
  readIndex(state: State): LogIndex;
  /** Leader: whether a read may be answered. */
  readReady(state: State, read: Readonly<PendingRead>): boolean;
  /** The clock on which leases are measured. */
  leaseClock(nowUs: Micros, wallUs: Micros): number;
  /** Until when a leader may answer reads, once a quorum confirmed a round. */
  leaseUntil(times: RoundTimes, config: MultiConfig): number;
}

export const multiRules: MultiRules = {
  ...kvRules,
  ...clientRules,
  ...multiMessageRules,

  quorum: (nodes) => Math.floor(nodes / 2) + 1,

  nextBallot(self, nodes, above) {
    const round = Math.max(0, Math.floor((above - self) / nodes) + 1);
    return round * nodes + self;
  },

  configurationFrom: (slot, alpha) => slot + alpha,

  recordsAtStart: (records) => records,
  waitsOutLease: ({ reads }, incarnation) => reads === 'lease' && incarnation > 1,
  hears: () => true,
  votersOf: (state, slot) => configurationOf(state, slot).voters,
  votersFrom: configurationsFrom,

  // An equal ballot is its owner asking again: the promise, or the answer to it, was lost.
  canPromise: (state, from, ballot) =>
    ballot > state.promised ||
    (ballot === state.promised && ballot % state.members.length === from),

  leaseForbids: (state, from, nowUs) =>
    state.config.reads === 'lease' && nowUs < state.grantedUntilUs && from !== state.grantedTo,

  grantUntil: (nowUs, { leaseUs }) => nowUs + leaseUs,

  reportAccepted(state, from) {
    const reported: AcceptedSlot[] = [];
    for (const [slot, { ballot, command }] of state.accepted) {
      if (slot >= from && !state.chosen.has(slot)) reported.push({ slot, ballot, command });
    }
    return reported;
  },

  reportChosen(state, from) {
    const reported: ChosenSlot[] = [];
    for (const [slot, command] of state.chosen) if (slot >= from) reported.push({ slot, command });
    return reported;
  },

  canAccept: (state, ballot) => ballot >= state.promised,
  hasAccepted: (state, { slot, ballot }) => state.accepted.get(slot)?.ballot === ballot,
  promisedAfterAccept: (promised, ballot) => Math.max(promised, ballot),

  heartbeatAnswer: (state, _from, { ballot }) => (ballot < state.promised ? 'nack' : 'ack'),
  follows: (state, _from, ballot) => ballot >= state.promised,

  // Asking again in the same ballot, while nobody refused it, spares the others a disruption.
  onSilence: (state) =>
    state.role === 'candidate' && state.seen <= state.ballot ? 'repeat' : 'begin',

  prepareFrom: (state) => state.chosenUpTo + 1,
  needsSnapshotOf: (state, { snapshotUpTo }) => snapshotUpTo > state.chosenUpTo,
  givesWay: (state, ballot) => state.role !== 'follower' && ballot > state.ballot,

  countPromise(state, from, message) {
    if (state.role !== 'candidate' || message.ballot !== state.ballot) return false;
    return state.promises.every(({ node }) => node !== from);
  },

  promisesNeeded: (quorum) => quorum,

  recoverSlot(reports, timeUs) {
    let highest: Accepted | null = null;
    for (const report of reports) {
      if (highest === null || report.ballot > highest.ballot) highest = report;
    }
    return highest?.command ?? noopCommand(timeUs);
  },

  nextSlot: (state) => state.next,
  hasRoom: (state) => state.next - state.chosenUpTo <= state.config.window,
  onAcceptTimeout: (_state, _slot, { command }) => command,
  preparesAgain: () => true,

  countAccept: (state, _from, message) =>
    state.role === 'leader' && message.ballot === state.ballot,

  onNack: (state) => ({ role: 'follower', ballot: state.ballot }),

  checkQuorum(state, nowUs, quorum) {
    const { checkQuorum, electionTimeoutUs } = state.config;
    if (!checkQuorum || nowUs - state.leaderSinceUs < electionTimeoutUs) return true;
    const heard = state.members.map(
      (node) => node === state.self || nowUs - itemAt(state.ackUs, node) < electionTimeoutUs,
    );
    return configurationsFrom(state, state.chosenUpTo + 1).every(
      ({ voters }) => countIn(voters, heard) >= quorum(voters.length),
    );
  },

  takesUpLost: () => true,

  countAck: (state, _from, message) => state.role === 'leader' && message.ballot === state.ballot,

  servesRequest: (state) => state.role === 'leader',
  redirectTo: ({ leader, self }) => (leader === NOBODY || leader === self ? null : leader),

  isCommitted: (accepted, ballot) => accepted?.ballot === ballot,
  isNoticed: (accepted, ballot) => accepted.ballot === ballot,
  isInPrefix: (accepted, ballot) => accepted?.ballot === ballot,
  toldChosen: (state, slot) => state.chosen.get(slot),

  nextToApply: (state) => (state.applied < state.chosenUpTo ? state.applied + 1 : NO_SLOT),

  isOwnCommand: (own, chosen) =>
    own.valueHash === chosen.valueHash &&
    own.id === chosen.id &&
    own.session === chosen.session &&
    own.timeUs === chosen.timeUs,

  commandReply: (_command, result) => result,

  snapshotDue({ config, applied, snapshot }) {
    return config.snapshotEvery > 0 && applied - snapshot.slot >= config.snapshotEvery;
  },

  installsSnapshot: (state, { slot }) => slot > state.applied,
  snapshotState: snapshotKv,
  compaction: (snapshot, rest) => [[snapshot, ...rest]],

  readBy({ config, applied, leaseUntilUs }, _operation, index, clockUs) {
    if (config.reads !== 'lease') return config.reads === 'log' ? 'log' : 'round';
    return index >= 0 && applied >= index && clockUs < leaseUntilUs ? 'lease' : 'round';
  },

  readRound: (state) => state.round + 1,

  // The leader's own first slot marks the end of recovery: below it, slots of other leaders may
  // be chosen and not yet known to be (PROTOCOLS 2.2; that this slot itself is chosen is not enough).
  readIndex: (state) => (state.chosenUpTo >= state.firstOwn ? state.chosenUpTo : -1),

  readReady: (state, read) =>
    read.index >= 0 && state.applied >= read.index && read.round <= state.confirmedRound,

  leaseClock: (nowUs) => nowUs,

  // From the sending of the round: acceptors count from when they heard it, which was later.
  leaseUntil: ({ startUs }, { leaseUs, leaseDriftPpm }) =>
    startUs + Math.floor((leaseUs * 1_000_000) / (1_000_000 + leaseDriftPpm)),
};
