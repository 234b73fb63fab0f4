/** Wrong proposers: where phase 1 begins, where commands are put, and whose answers count. */

import { noopCommand } from '../../kv.ts';
import type { Variant } from '../../system.ts';
import type { MultiRules } from '../rules.ts';

type MultiVariant = Variant<MultiRules>;

const CHURN = {
  nodes: 3,
  nemesis: ['partition', 'pause', 'kill'],
  nemesisIntervalS: 0.5,
  rate: 300,
  set: {
    electionTimeoutMs: 60,
    heartbeatMs: 20,
    retransmitMs: 40,
    'network.lossPpm': 50_000,
    'network.latePpm': 50_000,
  },
} as const;

const prepareFromAccepted: MultiVariant = {
  id: 'mp-prepare-from-accepted',
  describe: 'phase 1 begins behind the last slot in which the candidate has accepted anything',
  kind: 'mutant',
  rules: (base) => ({
    prepareFrom: (state) => Math.max(base.prepareFrom(state), ...succeeding(state.accepted)),
  }),
  source: 'PMS, section 3: for all instances that it does not know to be chosen',
  expect: ['J:NoCert', 'SafeAt', 'Agreement'],
  hunt: CHURN,
};

function succeeding(accepted: ReadonlyMap<number, unknown>): number[] {
  return Array.from(accepted.keys(), (slot) => slot + 1);
}

const timeoutNoop: MultiVariant = {
  id: 'mp-timeout-proposes-noop',
  describe: 'a slot whose phase 2 takes too long is given a no-op, in the same ballot',
  kind: 'mutant',
  rules: () => ({ onAcceptTimeout: (state) => noopCommand(state.clusterUs) }),
  source: 'PMS, section 2.2: one value in a ballot',
  expect: ['OneValuePerBallot', 'J:HighestValue', 'Agreement'],
  hunt: CHURN,
};

const slotReused: MultiVariant = {
  id: 'mp-slot-reused',
  describe:
    'commands are put into the first slot not known to be chosen, whatever is under way there',
  kind: 'mutant',
  rules: () => ({ nextSlot: (state) => state.chosenUpTo + 1 }),
  source: 'PMS, section 3',
  expect: ['OneValuePerBallot', 'Agreement', 'PANIC'],
  hunt: CHURN,
};

const allMembersVote: MultiVariant = {
  id: 'mp-all-members-vote',
  describe: 'acceptances of nodes count that are no voters in the slot',
  kind: 'mutant',
  rules: () => ({ votersOf: (state) => state.members }),
  source: 'PMS, section 3: the acceptors of a slot are those of its configuration',
  expect: ['J:QuorumCert', 'LearnedNotChosen'],
  hunt: { nodes: 5, set: { reconfigureEvery: 20, 'network.lossPpm': 100_000 }, rate: 300 },
};

const leadsWithoutSnapshot: MultiVariant = {
  id: 'mp-leads-without-snapshot',
  describe: 'a candidate leads although acceptors have compacted slots that it does not know',
  kind: 'mutant',
  rules: () => ({ needsSnapshotOf: () => false }),
  source: 'PML, section 5.5 (class)',
  expect: ['SafeAt', 'Agreement', 'OneValuePerBallot'],
  hunt: { ...CHURN, set: { ...CHURN.set, snapshotEvery: 3 } },
};

const countsAnyAck: MultiVariant = {
  id: 'mp-counts-any-ack',
  describe: 'answers to heartbeats count for the ballot under way, whatever ballot they are of',
  kind: 'mutant',
  rules: () => ({ countAck: (state) => state.role === 'leader' }),
  source: 'Ordeal itself, in Raft, until November 2026',
  expect: ['J:ReadCert', 'linearizable', 'RealTimeOrder'],
  hunt: CHURN,
};

const installsOldSnapshot: MultiVariant = {
  id: 'mp-installs-old-snapshot',
  describe: 'a snapshot replaces the state also where the state is ahead of it',
  kind: 'mutant',
  rules: () => ({ installsSnapshot: () => true }),
  source: 'hashicorp/raft, logcabin (class)',
  expect: ['AppliedMonotone', 'CommitMonotone', 'PANIC', 'D:SnapshotDurable'],
  hunt: {
    ...CHURN,
    set: { ...CHURN.set, snapshotEvery: 3, batch: 1, 'network.duplicatePpm': 200_000 },
  },
};

export const proposerMutants = [
  prepareFromAccepted,
  timeoutNoop,
  slotReused,
  allMembersVote,
  leadsWithoutSnapshot,
  countsAnyAck,
  installsOldSnapshot,
] as const;
