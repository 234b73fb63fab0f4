/**
 * The decisions of Raft about who takes part (dissertation, chapter 4): which configuration is in
 * force, whose word counts under it, and when a leader changes it. As pure as the rest (`rules.ts`).
 */

import type { LogIndex, Micros, NodeId } from '../../checkers/units.ts';
import { configurationUpTo } from './configurations.ts';
import type { Electorate, Purpose } from './electorates.ts';
import { lastIndex, termAt } from './log.ts';
import { nextByJoint, nextBySingle, nextTowards } from './membership-moves.ts';
import type { Configuration, LoggedConfiguration } from './messages.ts';
import { progressOf } from './progress.ts';
import type { RaftState } from './state.ts';

type State = Readonly<RaftState>;

export interface RaftMembershipRules {
  /**
   * Whose word counts under a configuration, and how much of it: a majority of the voters, and in
   * joint consensus of the old ones as well. Learners never count.
   */
  electorates(
    state: State,
    configuration: Configuration,
    purpose: Purpose,
    quorum: (nodes: number) => number,
  ): readonly Electorate[];
  /** The configuration that is in force: the latest in the log, committed or not. */
  activeConfiguration(state: State): LoggedConfiguration;
  /** Whether a configuration is another one than that which is in force. */
  isOther(inForce: LoggedConfiguration, configuration: LoggedConfiguration): boolean;
  /** Whether a configuration stays when everything behind `upTo` is removed from the log. */
  keepsConfiguration(logged: LoggedConfiguration, upTo: number): boolean;
  /** Leader: which round counts as confirmed, once others vote: none, for they were not asked. */
  confirmedByOthers(state: State): number;
  /** The configuration that goes into a snapshot up to `index`. */
  snapshotConfiguration(state: State, index: LogIndex): LoggedConfiguration | null;
  /** Follower: the configurations of its log once a snapshot took the place of some of it. */
  installedConfigurations(
    state: State,
    ofSnapshot: LoggedConfiguration,
    upTo: number,
    keepsSuffix: boolean,
  ): readonly LoggedConfiguration[];

  /** Leader: whether it is time to change the membership, there being no operator. */
  reconfigurationDue(state: State): boolean;
  /**
   * Leader: whether it may append a configuration: that before is committed (section 4.1), and so
   * is an entry of its own term (Ongaro's message of 10 July 2015 to raft-dev).
   */
  canChangeConfiguration(state: State): boolean;
  /** Leader: the configuration to change to, there being no operator; null for none. */
  nextConfiguration(state: State, draw: number): Configuration | null;
  /** Leader: the next one on the way to these members, whom an operator asks for; null for none. */
  configurationTowards(state: State, members: readonly NodeId[]): Configuration | null;
  /**
   * Leader: the configuration whose consequences it sees to, once that is committed: the one in
   * force, so that what it has appended for an earlier one is not appended again (4.3).
   */
  configurationToSettle(state: State): LoggedConfiguration;
  /**
   * Leader: whether it ends a joint configuration that is committed, whoever began it (4.3).
   * `knownUpTo`: what it knew to be committed before that which made it look.
   */
  leavesJoint(state: State, knownUpTo: LogIndex): boolean;
  /** Leader: the configuration that ends a joint one: the new voters alone (section 4.3). */
  afterJoint(joint: Configuration): Configuration;
  /** Leader: whether a learner has what the round of catching up was for. */
  endsCatchUp(state: State, node: NodeId): boolean;
  /** Leader: whether a learner that has come to the end of a round keeps up. */
  hasCaughtUp(state: State, node: NodeId, nowUs: Micros): boolean;
}

export const raftMembershipRules: RaftMembershipRules = {
  electorates: (_state, { voters, oldVoters }, _purpose, quorum) =>
    (oldVoters === null ? [voters] : [voters, oldVoters]).map((nodes) => ({
      nodes,
      needed: quorum(nodes.length),
    })),

  activeConfiguration: (state) => state.configurations.at(-1) ?? state.active,

  // The entry at one index may have been replaced by one of another term.
  isOther: (inForce, { index, term }) => index !== inForce.index || term !== inForce.term,

  keepsConfiguration: ({ index }, upTo) => index <= upTo,

  confirmedByOthers: () => 0,

  snapshotConfiguration: configurationUpTo,

  installedConfigurations: (state, ofSnapshot, upTo, keepsSuffix) => [
    ofSnapshot,
    ...(keepsSuffix ? state.configurations.filter(({ index }) => index > upTo) : []),
  ],

  reconfigurationDue: (state) =>
    lastIndex(state) >= state.active.index + state.config.reconfigureEvery &&
    state.active.configuration.oldVoters === null,

  canChangeConfiguration: (state) =>
    state.active.index <= state.commit && termAt(state, state.commit) === state.term,

  nextConfiguration: (state, draw) =>
    state.config.membership === 'joint' ? nextByJoint(state, draw) : nextBySingle(state, draw),

  configurationTowards: nextTowards,

  configurationToSettle: (state) => state.active,

  leavesJoint: () => true,

  afterJoint: (joint) => ({ ...joint, oldVoters: null }),

  endsCatchUp(state, node) {
    const { match, catchUpTo } = progressOf(state, node);
    return match >= catchUpTo;
  },

  hasCaughtUp: (state, node, nowUs) =>
    nowUs - progressOf(state, node).catchUpSinceUs < state.config.electionTimeoutUs,
};
