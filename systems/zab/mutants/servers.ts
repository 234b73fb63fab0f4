/** Wrong starts, votes, cuts, acknowledgements, and answers to clients of a server. */

import type { Variant } from '../../system.ts';
import { compareZxids, lastPosition } from '../history.ts';
import { nodesOf } from '../quorums.ts';
import type { ZabRules } from '../rules.ts';

type ZabVariant = Variant<ZabRules>;

const CRASHES = { nodes: 3, nemesis: ['kill', 'partition'], nemesisIntervalS: 0.5 } as const;

const startForgetsEpoch: ZabVariant = {
  id: 'zb-start-forgets-accepted-epoch',
  describe: 'a start does not read which epoch it has accepted, but that which it has joined',
  kind: 'mutant',
  rules: () => ({
    recordsAtStart: (records) =>
      records.map((record, at) => {
        if (record.kind !== 'accepted-epoch') return record;
        const joined = records.slice(0, at).findLast(({ kind }) => kind === 'current-epoch');
        return { ...record, epoch: joined?.kind === 'current-epoch' ? joined.epoch : 0 };
      }),
  }),
  source: 'ZOOKEEPER-335 (class); DSN, section 4: f.p is persistent',
  expect: ['D:EpochDurable', 'CurrentEpochAccepted', 'EpochUnique', 'EpochMonotone'],
  hunt: CRASHES,
};

const keepsWhatIsCut: ZabVariant = {
  id: 'zb-truncates-too-little',
  describe: 'a follower that is told to cut its history keeps one transaction more',
  kind: 'mutant',
  rules: (base) => ({
    keepUpTo: (state, to) => Math.min(lastPosition(state), base.keepUpTo(state, to) + 1),
  }),
  source: 'ZOOKEEPER-2184 (class: TRUNC that leaves a part)',
  expect: ['D:LogDurable', 'SyncComplete', 'ProposalGap', 'TotalOrder', 'ApplyBeyondCommit'],
  hunt: { ...CRASHES, rate: 400 },
};

const observersCount: ZabVariant = {
  id: 'zb-observer-acks-count',
  describe: 'a leader counts acknowledgements of observers',
  kind: 'mutant',
  rules: () => ({
    countAck: (_state, _from, proposal, zxid) => compareZxids(proposal.zxid, zxid) === 0,
    quorum: (state, servers) => 2 * nodesOf(servers).length > state.voters.length,
  }),
  source: 'ZOOKEEPER-3220 (class); observers have no vote',
  expect: ['CommitQuorum', 'J:QuorumCert', 'QuorumIntersection'],
  hunt: { nodes: 5, nemesis: ['kill', 'partition'], nemesisIntervalS: 0.5, set: { observers: 2 } },
};

const lostMeansFailed: ZabVariant = {
  id: 'zb-lost-leader-means-failed',
  describe: 'a server that leaves its leader tells waiting clients that their writes failed',
  kind: 'mutant',
  rules: () => ({ replyOnLoss: () => ({ status: 'fail', error: 'no-leader' }) }),
  source: 'ZooKeeper: a connection that was lost tells nothing',
  expect: ['linearizable', 'ordered-sequential'],
  hunt: { nodes: 3, nemesis: ['partition', 'pause'], nemesisIntervalS: 0.5, rate: 300 },
};

export const serverMutants = [
  startForgetsEpoch,
  keepsWhatIsCut,
  observersCount,
  lostMeansFailed,
] as const;
