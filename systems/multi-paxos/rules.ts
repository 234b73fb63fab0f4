/**
 * The decisions of Multi-Paxos: pure functions of the node's state and what reached it. The
 * protocol asks this table for everything that matters, so a variant of a rule is a few lines
 * outside the protocol.
 *
 * PMS is Lamport's Paxos Made Simple (2001), PMMC Paxos Made Moderately Complex (van Renesse and
 * Altinbuken, 2015), PML Paxos Made Live (Chandra, Griesemer and Redstone, 2007).
 */

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
import { type ClientRules, clientRules } from '../session-client.ts';
import { configurationsFrom, countIn } from './configurations.ts';
import type { Accepted, Accepted2b, MultiRecord, Nack, Promise1b } from './messages.ts';
import {
  type MultiConfig,
  type MultiState,
  NO_SLOT,
  type PendingRead,
  type Role,
} from './state.ts';

/** A rule must not change the state. */
export type State = Readonly<MultiState>;

/** When a round began and when a quorum had answered it, on the clock of leases. */
export interface RoundTimes {
  readonly startUs: number;
  readonly confirmedUs: number;
}

export interface MultiRules extends KvRules, ClientRules {
  /** How many of `nodes` make a quorum; any two quorums must meet. */
  quorum(nodes: number): number;
  /** The next ballot of a node's own: m·n + i, above every ballot that it knows of (PML). */
  nextBallot(self: number, nodes: number, above: number): number;
  /** From which slot on a configuration rules that was chosen in this one. */
  configurationFrom(slot: number, alpha: number): number;
  /** Which records a start goes by: all of them. */
  recordsAtStart(records: readonly MultiRecord[], incarnation: number): readonly MultiRecord[];

  /** Acceptor: whether it may promise this ballot, which `from` asks for. */
  canPromise(state: State, from: number, ballot: number): boolean;
  /** Acceptor: whether a lease that it granted forbids to promise anything to `from`. */
  leaseForbids(state: State, from: number, nowUs: number): boolean;
  /** Acceptor: whether it may accept in this ballot. */
  canAccept(state: State, ballot: number): boolean;

  /** Candidate: whether a promise counts for the ballot under way. */
  countPromise(state: State, from: number, message: Promise1b): boolean;
  /** Candidate: how many promises end phase 1. */
  promisesNeeded(quorum: number): number;
  /**
   * New leader: what it proposes in a slot for which these acceptances were reported, in the order
   * in which they came; null leaves the slot alone.
   */
  recoverSlot(reports: readonly Accepted[], timeUs: number): Command | null;
  /** Leader: whether an acceptance counts. */
  countAccept(state: State, from: number, message: Accepted2b): boolean;
  /** Candidate or leader: what becomes of it when an acceptor has promised more. */
  onNack(state: State, message: Nack): { readonly role: Role; readonly ballot: number };
  /** Leader: whether it may go on leading: a quorum has answered of late. */
  checkQuorum(state: State, nowUs: number, quorum: (nodes: number) => number): boolean;
  /** Leader: what it becomes of a command that lost its slot to another: it is taken up again. */
  takesUpLost(state: State): boolean;

  /** Learner: whether what it accepted is what was chosen in `ballot`, as a Commit says. */
  isCommitted(accepted: Accepted | undefined, ballot: number): boolean;
  /** Learner: the same for a slot in the chosen prefix of the leader of `ballot`. */
  isInPrefix(accepted: Accepted | undefined, ballot: number): boolean;
  /** Learner: what it tells others is chosen in a slot; undefined where it does not know. */
  toldChosen(state: State, slot: number): Command | undefined;
  /** Replica: the slot to execute next; `NO_SLOT` if none may be. */
  nextToApply(state: State): number;
  /** Replica: whether a chosen command is the one that a client waits for. */
  isOwnCommand(own: Command, chosen: Command): boolean;
  /** What a client is told about its command. */
  commandReply(command: Command, result: CommandResult): CommandResult;
  /** What a snapshot holds. */
  snapshotState(kv: KvState): KvSnapshot;
  /** Successive contents of the disk when a snapshot takes the place of what it covers. */
  compaction(
    snapshot: MultiRecord,
    rest: readonly MultiRecord[],
  ): readonly (readonly MultiRecord[])[];

  /** Leader: what a read that arrives now must see; -1 if it cannot be told yet. */
  readIndex(state: State): number;
  /** Leader: whether a read may be answered. */
  readReady(state: State, read: Readonly<PendingRead>): boolean;
  /** The clock on which leases are measured. */
  leaseClock(nowUs: number, wallUs: number): number;
  /** Until when a leader may answer reads, once a quorum confirmed a round. */
  leaseUntil(times: RoundTimes, config: MultiConfig): number;
}

export const multiRules: MultiRules = {
  ...kvRules,
  ...clientRules,

  quorum: (nodes) => Math.floor(nodes / 2) + 1,

  nextBallot(self, nodes, above) {
    const round = Math.max(0, Math.floor((above - self) / nodes) + 1);
    return round * nodes + self;
  },

  configurationFrom: (slot, alpha) => slot + alpha,

  recordsAtStart: (records) => records,

  // An equal ballot is its owner asking again: the promise, or the answer to it, was lost.
  canPromise: (state, from, ballot) =>
    ballot > state.promised ||
    (ballot === state.promised && ballot % state.members.length === from),

  leaseForbids: (state, from, nowUs) =>
    state.config.reads === 'lease' && nowUs < state.grantedUntilUs && from !== state.grantedTo,

  canAccept: (state, ballot) => ballot >= state.promised,

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

  countAccept: (state, _from, message) =>
    state.role === 'leader' && message.ballot === state.ballot,

  onNack: (state) => ({ role: 'follower', ballot: state.ballot }),

  checkQuorum(state, nowUs, quorum) {
    const { checkQuorum, electionTimeoutUs } = state.config;
    if (!checkQuorum || nowUs - state.leaderSinceUs < electionTimeoutUs) return true;
    const heard = state.members.map(
      (node) => node === state.self || nowUs - (state.ackUs[node] as number) < electionTimeoutUs,
    );
    return configurationsFrom(state, state.chosenUpTo + 1).every(
      ({ voters }) => countIn(voters, heard) >= quorum(voters.length),
    );
  },

  takesUpLost: () => true,

  isCommitted: (accepted, ballot) => accepted?.ballot === ballot,
  isInPrefix: (accepted, ballot) => accepted?.ballot === ballot,
  toldChosen: (state, slot) => state.chosen.get(slot),

  nextToApply: (state) => (state.applied < state.chosenUpTo ? state.applied + 1 : NO_SLOT),

  isOwnCommand: (own, chosen) =>
    own.valueHash === chosen.valueHash &&
    own.id === chosen.id &&
    own.session === chosen.session &&
    own.timeUs === chosen.timeUs,

  commandReply: (_command, result) => result,
  snapshotState: snapshotKv,
  compaction: (snapshot, rest) => [[snapshot, ...rest]],

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
