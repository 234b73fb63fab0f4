/**
 * The decisions of Multi-Paxos about what messages say, when they are due, and what of them is
 * believed. As pure as the rest (`rules.ts`).
 */

import { itemAt } from '../../checkers/item-at.ts';
import type { Ballot, LogIndex, Micros, NodeId } from '../../checkers/units.ts';
import type { Configuration, Heartbeat, Learn, Nack } from './messages.ts';
import type { MultiConfig, MultiState, Proposal } from './state.ts';

type State = Readonly<MultiState>;

export interface MultiMessageRules {
  /** How long a node waits for a leader: random in [T, 2T). */
  electionWaitUs(config: MultiConfig, drawn: number): Micros;
  /** How much longer the node waits for a leader; 0 or less for no longer. */
  electionRestUs(state: State, nowUs: Micros): Micros;
  /** Acceptor: how it refuses what is of `ballot`: with what it has promised. */
  refusal(state: State, to: NodeId, ballot: Ballot): Nack;
  /** Candidate or leader: whether a refusal is of its ballot, and for a higher one. */
  heedsNack(state: State, message: Nack): boolean;
  /** Leader: what a heartbeat says: in which ballot, and what is chosen. */
  heartbeat(state: State): Heartbeat;
  /** Leader: whether it is time to send a proposal again. */
  isOverdue(state: State, proposal: Readonly<Proposal>, nowUs: Micros): boolean;

  /** Whether a node that asks from a slot on is sent the snapshot, as the slot is compacted. */
  tellsSnapshot(state: State, from: LogIndex): boolean;
  /** Learner: whether it believes what another node says is chosen: always, for it is. */
  believes(state: State, from: NodeId, message: Learn): boolean;
  /** Leader: whether a round is begun for reads: not while one is under way, which others share. */
  startsRound(state: State): boolean;
  /** The configurations that go into a snapshot up to a slot: those chosen by then. */
  snapshotConfigurations(state: State, slot: LogIndex): readonly Configuration[];
  /**
   * Leader: who votes next, there being no operator; null for no change now. In turn one voter is
   * out, or all are back in; one change at a time.
   */
  nextConfiguration(state: State): readonly number[] | null;
  /** Leader: the voters to change to, an operator asking for these; null for none, or not yet. */
  configurationTowards(state: State, members: readonly NodeId[]): readonly number[] | null;
  /** New leader: the first slot of its own: behind what was reported, or is chosen, up to `last`. */
  firstOwnSlot(state: State, last: number): LogIndex;
  /** Leader: the cluster's time, which goes into commands. */
  entryTimeUs(state: State, nowUs: Micros, wallUs: Micros): Micros;
}

export const multiMessageRules: MultiMessageRules = {
  electionWaitUs: ({ electionTimeoutUs }, drawn) => electionTimeoutUs + (drawn % electionTimeoutUs),
  electionRestUs: ({ waitingSinceUs, timeoutUs }, nowUs) => waitingSinceUs + timeoutUs - nowUs,

  refusal: ({ promised }, _to, ballot) => ({ kind: 'nack', ballot, promised }),

  heedsNack: (state, { ballot, promised }) =>
    state.role !== 'follower' && ballot === state.ballot && promised > state.ballot,

  heartbeat: ({ ballot, chosenUpTo, round }) => ({ kind: 'heartbeat', ballot, chosenUpTo, round }),

  isOverdue: ({ config }, { sentUs }, nowUs) => nowUs - sentUs >= config.retransmitUs,

  tellsSnapshot: (state, from) => from <= state.snapshot.slot,
  believes: () => true,
  startsRound: (state) => state.confirmedRound === state.round,

  // A configuration beyond the slot is chosen later, and will be learned again.
  snapshotConfigurations: (state, slot) =>
    state.configurations.filter(({ from }) => from <= slot + state.config.window),

  nextConfiguration(state) {
    const { members, chosenUpTo, firstOwn, config } = state;
    const { reconfigureEvery, window } = config;
    const last = state.configurations.at(-1);
    if (reconfigureEvery === 0 || last === undefined || members.length < 3) return null;
    if (chosenUpTo < last.from + reconfigureEvery || chosenUpTo < firstOwn) return null;
    if (isChanging(state)) return null;
    const all = last.voters.length === members.length;
    const spare = all ? spareNode(state, Math.floor(last.from / window)) : -1;
    return members.filter((node) => node !== spare);
  },

  configurationTowards(state, members) {
    const { chosenUpTo, firstOwn } = state;
    const last = state.configurations.at(-1);
    // The one before has to be out of the way first.
    if (last === undefined || chosenUpTo < last.from || chosenUpTo < firstOwn) return null;
    if (isChanging(state) || last.voters.join() === members.join()) return null;
    return members;
  },

  firstOwnSlot: (_state, last) => last + 1,

  entryTimeUs: (state, nowUs) => state.clusterUs + Math.max(0, nowUs - state.leaderSinceUs),
};

/** Some other node than the leader. */
function spareNode(state: State, draw: number): number {
  const others = state.members.filter((node) => node !== state.self);
  return itemAt(others, draw % others.length);
}

/** Leader: whether a change of the voters is under way. */
function isChanging({ proposals, backlog }: State): boolean {
  for (const { command } of proposals.values()) if (command.kind === 'config') return true;
  return backlog.some(({ command }) => command.kind === 'config');
}
