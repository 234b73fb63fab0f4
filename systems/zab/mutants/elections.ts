/** Wrong elections and quorums: phase 0, and what a quorum is in every phase. */

import type { NodeSet } from '../../../checkers/units.ts';
import type { Variant } from '../../system.ts';
import { compareZxids } from '../history.ts';
import { has } from '../quorums.ts';
import type { State, ZabRules } from '../rules.ts';

type ZabVariant = Variant<ZabRules>;

/** The same test wherever a quorum is asked for. */
function everyQuorum(isQuorum: (state: State, voters: NodeSet) => boolean): Partial<ZabRules> {
  return { quorum: isQuorum, electionDone: isQuorum, canActivate: isQuorum };
}

/** How many voters there are in a set, whatever their weight. */
function headsIn(state: State, voters: NodeSet): number {
  return state.voters.filter((node) => has(voters, node)).length;
}

const quorumHalf: ZabVariant = {
  id: 'zb-quorum-half',
  describe: 'half of the servers, rounded down, are a quorum, in every phase',
  kind: 'mutant',
  rules: () =>
    everyQuorum(
      (state, voters) => headsIn(state, voters) >= Math.max(1, Math.floor(state.voters.length / 2)),
    ),
  source: 'general',
  expect: ['J:QuorumCert', 'CommitQuorum', 'EpochUnique'],
  hunt: { nodes: 3, nemesis: ['partition'], nemesisIntervalS: 1 },
};

const electBySid: ZabVariant = {
  id: 'zb-elect-by-sid',
  describe: 'the highest number wins, and the leader does not ask whose history is more recent',
  kind: 'mutant',
  rules: () => ({
    better: (_state, vote, other) => vote.leader > other.leader,
    recency: () => false,
  }),
  source: 'a text that says "the greater the number, the greater its weight"',
  expect: ['LeaderHistoryComplete', 'TotalOrder', 'ApplyAgreement', 'TruncDelivered'],
  hunt: { nemesis: ['kill', 'partition'], nemesisIntervalS: 1 },
};

const voteOrderNotTotal: ZabVariant = {
  id: 'zb-vote-order-not-total',
  describe: 'votes of the same zxid are ordered by number although their epochs differ: in circles',
  kind: 'mutant',
  rules: () => ({
    better(_state, vote, other) {
      if (vote.epoch > other.epoch) return true;
      const order = compareZxids(vote.zxid, other.zxid);
      if (vote.epoch === other.epoch && order > 0) return true;
      return order === 0 && vote.leader > other.leader;
    },
  }),
  source: 'ZOOKEEPER-1419, the very expression',
  expect: ['VoteOrderTotal', 'Liveness:leader'],
  hunt: { nemesis: ['kill', 'partition'], nemesisIntervalS: 0.3, rate: 1 },
};

const weightsIgnored: ZabVariant = {
  id: 'zb-weights-ignored',
  describe: 'a majority of heads is taken for a quorum, although servers have weights',
  kind: 'mutant',
  rules: () =>
    everyQuorum((state, voters) => headsIn(state, voters) > Math.floor(state.voters.length / 2)),
  source: 'ZooKeeper, QuorumHierarchical',
  expect: ['J:QuorumCert', 'CommitQuorum', 'QuorumIntersection'],
  hunt: {
    nodes: 5,
    nemesis: ['partition', 'kill'],
    nemesisIntervalS: 1,
    set: { quorum: 'weighted', weights: '3,1,1,1,1' },
  },
};

const leaderNotCounted: ZabVariant = {
  id: 'zb-leader-not-counted',
  describe:
    'more than half of the followers must have a proposal; that the leader has it is nothing',
  kind: 'mutant',
  rules: (base) => ({
    commitUpTo: (state) =>
      base.commitUpTo(state, (voters) => {
        const followers = voters & ~(1 << state.self);
        return headsIn(state, followers) > (state.voters.length - 1) / 2;
      }),
  }),
  source: 'texts that count the acknowledgements of followers only',
  expect: ['Liveness:client-completes', 'Liveness:commit-progress', 'availability'],
  // Where nobody follows, nothing is ever committed.
  hunt: { nodes: 1, nemesis: ['kill'], nemesisIntervalS: 1 },
};

export const electionMutants = [
  quorumHalf,
  electBySid,
  voteOrderNotTotal,
  weightsIgnored,
  leaderNotCounted,
] as const;
