/**
 * The decisions of Zab about who is told what, what messages say, and who counts as heard. As pure
 * as the rest (`rules.ts`).
 */

import type { Zxid } from '../../checkers/agreement/zab/events.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import { zxidAt } from './history.ts';
import type { AckEpoch } from './messages.ts';
import type { Learner, ZabState } from './state.ts';

type State = Readonly<ZabState>;
type JoinedLearner = Readonly<Learner>;

export interface ZabMessageRules {
  /** Phase 0: whether a server that has a leader tells that to one that looks for it. */
  answersLooking(state: State, from: NodeId): boolean;
  /** Leader: whether a server joins anew: it knocks more than once. */
  joinsAnew(state: State, from: NodeId, link: number): boolean;
  /** Server: how much longer it may take to begin; 0 or less for no longer. */
  joinRestUs(state: State, nowUs: Micros): Micros;
  /** Follower: whether accepting this epoch counts for a leader: once for each epoch. */
  epochCounts(state: State, decision: 'accept' | 'again'): AckEpoch['counts'];

  /** Leader: whether it takes what a server says over the connection by which that has joined. */
  hearsLearner(state: State, from: NodeId, link: number): boolean;
  /** Leader: whether it pings a server: whoever has joined. */
  pings(state: State, node: NodeId, learner: JoinedLearner): boolean;
  /** Follower: whether it answers a ping of its leader: always. */
  answersPing(state: State, from: NodeId): boolean;
  /** Leader: whether a server counts as heard of late. */
  isHeard(state: State, learner: JoinedLearner, nowUs: Micros): boolean;

  /** Leader: whether a server is sent proposals: what is not part of its synchronisation. */
  isSentProposals(state: State, node: NodeId, learner: JoinedLearner): boolean;
  /** Leader: whether a server is sent commits: once it was told UPTODATE. */
  isSentCommits(state: State, node: NodeId, learner: JoinedLearner): boolean;
  /** Leader: up to where a server is told, with UPTODATE, that everything is committed. */
  toldCommitted(state: State, learner: JoinedLearner): Zxid;
  /** Follower: whether it heeds a commit: once it serves. */
  heedsCommit(state: State, zxid: Zxid): boolean;
}

export const zabMessageRules: ZabMessageRules = {
  answersLooking: () => true,
  joinsAnew: (state, from, link) => state.learners[from]?.link !== link,
  joinRestUs: ({ joinedUs, config }, nowUs) => joinedUs + config.initLimitUs - nowUs,
  epochCounts: (_state, decision) => decision === 'accept',

  hearsLearner: (state, from, link) =>
    state.role === 'leading' && state.learners[from]?.link === link,

  pings: () => true,
  answersPing: () => true,

  isHeard: ({ config }, { stage, heardUs }, nowUs) =>
    stage === 'serving' && nowUs - heardUs <= config.syncLimitUs,

  // Those that come later get what was proposed before with their synchronisation.
  isSentProposals: (_state, _node, { stage }) => stage !== 'joining' && stage !== 'acked',
  isSentCommits: (_state, _node, { stage }) => stage === 'serving',
  toldCommitted: (state) => zxidAt(state, state.committed),
  heedsCommit: (state) => state.phase === 'broadcast',
};
