/** Wrong acceptors: promises and their contents, acceptances, heartbeats below the promise, starts. */

import type { Variant } from '../../system.ts';
import type { MultiRules } from '../rules.ts';

type MultiVariant = Variant<MultiRules>;

/** Many leaders, each with slots in flight. */
const CHURN = {
  nodes: 3,
  nemesis: ['partition', 'pause', 'kill'],
  nemesisIntervalS: 0.5,
  rate: 300,
  set: {
    electionTimeoutMs: 60,
    heartbeatMs: 20,
    checkQuorum: false,
    'network.lossPpm': 50_000,
    'network.latePpm': 50_000,
  },
} as const;

const acceptKeepsPromise: MultiVariant = {
  id: 'mp-accept-keeps-promise',
  describe: 'accepting in a ballot above the promise does not raise the promise',
  kind: 'mutant',
  rules: () => ({ promisedAfterAccept: (promised) => promised }),
  source: 'PMS, section 2.2: accepting is promising as well',
  expect: ['PromiseMonotone', 'AcceptRespectsPromise', 'SafeAt'],
  hunt: { ...CHURN, nodes: 5 },
};

const promiseOmitsAccepted: MultiVariant = {
  id: 'mp-promise-omits-accepted',
  describe: 'a promise reports nothing of what was accepted',
  kind: 'mutant',
  rules: () => ({ reportAccepted: () => [] }),
  source: 'PMS, phase 1b',
  expect: ['PromiseTruthful', 'SafeAt'],
  hunt: CHURN,
};

const promiseOmitsChosen: MultiVariant = {
  id: 'mp-promise-omits-chosen',
  describe:
    'a promise reports no slot that is known to be chosen, neither as chosen nor as accepted',
  kind: 'mutant',
  rules: () => ({ reportChosen: () => [] }),
  source: 'PMS, section 3: what is chosen has to reach the new leader',
  expect: ['PromiseTruthful', 'SafeAt'],
  hunt: CHURN,
};

const acksOldHeartbeats: MultiVariant = {
  id: 'mp-acks-old-heartbeats',
  describe: 'a heartbeat below the promise is acknowledged like any other',
  kind: 'mutant',
  rules: () => ({ heartbeatAnswer: () => 'ack' }),
  source: 'etcd issue 741 (class): a deposed leader is confirmed by who has left it',
  expect: ['J:ReadCert', 'linearizable', 'RealTimeOrder'],
  hunt: CHURN,
};

const acceptOncePerSlot: MultiVariant = {
  id: 'mp-accept-once-per-slot',
  describe:
    'what was accepted in a slot stays, and later ballots are told that theirs was accepted',
  kind: 'mutant',
  rules: () => ({ hasAccepted: (state, { slot }) => state.accepted.has(slot) }),
  source: 'PMS, section 2.2: an acceptor may accept more than one proposal',
  expect: ['J:QuorumCert', 'LearnedNotChosen', 'SafeAt'],
  hunt: CHURN,
};

const forgetsAccepted: MultiVariant = {
  id: 'mp-start-forgets-accepted',
  describe:
    'a node that starts goes by its promises and snapshots, and not by what it had accepted',
  kind: 'mutant',
  rules: () => ({ recordsAtStart: (records) => records.filter(({ kind }) => kind !== 'accept') }),
  source: 'PML, section 5.1 (class)',
  expect: ['D:AcceptDurable', 'D:AppliedDurable', 'D:PromiseDurable'],
  hunt: { nodes: 3, nemesis: ['kill'], nemesisIntervalS: 1 },
};

export const acceptorMutants = [
  acceptKeepsPromise,
  promiseOmitsAccepted,
  promiseOmitsChosen,
  acksOldHeartbeats,
  acceptOncePerSlot,
  forgetsAccepted,
] as const;
