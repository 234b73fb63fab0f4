/** Wrong leadership: phase 1 left out or cut short, and wrong recovery of slots (PMS, section 3). */

import { noopCommand } from '../../kv.ts';
import type { Variant } from '../../system.ts';
import type { MultiRules } from '../rules.ts';

type MultiVariant = Variant<MultiRules>;

/** Many leaders, with slots of theirs in flight. */
const CHURN = {
  nodes: 3,
  nemesis: ['partition', 'kill', 'pause'],
  nemesisIntervalS: 0.5,
  timeLimitS: 30,
  set: { electionTimeoutMs: 60, heartbeatMs: 20, checkQuorum: false },
} as const;

const skipPrepare: MultiVariant = {
  id: 'mp-skip-prepare-new-leader',
  describe: 'a new leader proposes at once in a fresh ballot, without phase 1',
  kind: 'mutant',
  rules: () => ({ promisesNeeded: () => 0 }),
  source: 'a reading of "with one leader, prepare can be skipped"; MyPaxos, isLastSumbitSucc',
  expect: ['J:QuorumCert', 'SafeAt', 'Agreement'],
};

const bumpBallot: MultiVariant = {
  id: 'mp-bump-ballot-without-prepare',
  describe: 'a leader that is refused raises its ballot and goes on with phase 2',
  kind: 'mutant',
  rules: (base) => ({
    onNack: (state, message) => {
      if (state.role !== 'leader') return base.onNack(state, message);
      const above = Math.max(message.promised, state.seen);
      return { role: 'leader', ballot: base.nextBallot(state.self, state.members.length, above) };
    },
  }),
  source: 'PMMC, leader.py before f09c277 (class)',
  expect: ['J:ReadCert', 'J:NoCert', 'VoteAuthorized', 'SafeAt', 'Agreement'],
  hunt: { nodes: 3, nemesis: ['partition', 'pause'], nemesisIntervalS: 1 },
};

const adoptFirst: MultiVariant = {
  id: 'mp-adopt-first',
  describe: 'recovery takes the first reported acceptance of a slot, whatever its ballot',
  kind: 'mutant',
  rules: () => ({
    recoverSlot: (reports, timeUs) => reports[0]?.command ?? noopCommand(timeUs),
  }),
  source: 'PMMC, pmax',
  expect: ['J:HighestValue', 'SafeAt', 'Agreement'],
  hunt: { ...CHURN, set: { ...CHURN.set, 'network.lossPpm': 100_000 } },
};

const noHoleFill: MultiVariant = {
  id: 'mp-no-hole-fill',
  describe: 'slots for which nothing was reported are left empty: everything after them waits',
  kind: 'mutant',
  rules: () => ({
    recoverSlot(reports) {
      const [first, ...others] = reports;
      if (first === undefined) return null;
      return others.reduce((best, each) => (each.ballot > best.ballot ? each : best), first)
        .command;
    },
  }),
  source: 'PML, no-ops for holes',
  expect: ['Liveness:client-completes', 'Liveness:commit-progress'],
};

const quorumHalf: MultiVariant = {
  id: 'mp-quorum-half',
  describe: 'half of the nodes count for a quorum',
  kind: 'mutant',
  rules: () => ({ quorum: (nodes) => Math.max(1, Math.floor(nodes / 2)) }),
  source: 'textbook; not in the catalogue for this protocol',
  expect: ['J:QuorumCert', 'LearnedNotChosen', 'Agreement'],
};

const reconfigImmediate: MultiVariant = {
  id: 'mp-reconfig-immediate',
  describe: 'a new configuration rules from the next slot on, whatever is in flight',
  kind: 'mutant',
  rules: () => ({ configurationFrom: (slot) => slot + 1 }),
  source: 'PMMC, WINDOW; PMS, section 3',
  expect: ['ConfigurationWindow', 'J:QuorumCert', 'Agreement'],
  hunt: { set: { reconfigureEvery: 50 }, rate: 300 },
};

export const leaderMutants = [
  skipPrepare,
  bumpBallot,
  adoptFirst,
  noHoleFill,
  quorumHalf,
  reconfigImmediate,
] as const;
