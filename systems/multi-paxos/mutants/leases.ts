/** Wrong leases: for too long, or not kept to (PML, section 5.2). */

import type { Variant } from '../../system.ts';
import type { MultiRules } from '../rules.ts';

type MultiVariant = Variant<MultiRules>;

const LEASES = {
  nodes: 3,
  nemesis: ['partition', 'clock', 'pause'],
  nemesisIntervalS: 0.5,
  rate: 300,
  set: {
    reads: 'lease',
    leaseMs: 100,
    electionTimeoutMs: 60,
    heartbeatMs: 20,
    checkQuorum: false,
    'network.latencyMaxUs': 40_000,
    'network.latePpm': 100_000,
  },
} as const;

const leaseFromAck: MultiVariant = {
  id: 'mp-lease-from-ack-time',
  describe: 'the leader counts its lease from the answers, not from the question',
  kind: 'mutant',
  rules: () => ({ leaseUntil: ({ confirmedUs }, { leaseUs }) => confirmedUs + leaseUs }),
  source: "Ongaro's dissertation, section 6.4.1; PML, master leases",
  expect: ['J:LeaseCert'],
  hunt: LEASES,
};

const leaseNoDriftMargin: MultiVariant = {
  id: 'mp-lease-no-drift-margin',
  describe: 'the leader goes by its lease to the last moment, as if all clocks ran alike',
  kind: 'mutant',
  rules: () => ({ leaseUntil: ({ startUs }, { leaseUs }) => startUs + leaseUs }),
  source: 'PML, section 5.2: the lease of the master is shorter than that of the replicas',
  expect: ['J:LeaseCert'],
  hunt: LEASES,
};

const leaseIgnored: MultiVariant = {
  id: 'mp-lease-ignored',
  describe: 'an acceptor promises to others while a lease stands that it has granted',
  kind: 'mutant',
  rules: () => ({ leaseForbids: () => false }),
  source: 'PML, section 5.2',
  expect: ['LeaseRespected'],
  hunt: LEASES,
};

const leaseForgotten: MultiVariant = {
  id: 'mp-lease-forgotten-at-start',
  describe: 'an acceptor that was started again does not wait for a lease that it may have granted',
  kind: 'mutant',
  rules: () => ({ waitsOutLease: () => false }),
  source: 'PML, section 5.2',
  expect: ['LeaseRespected'],
  hunt: { ...LEASES, nemesis: ['kill', 'partition'] },
};

const grantTooShort: MultiVariant = {
  id: 'mp-lease-granted-short',
  describe: 'an acceptor keeps to a lease for half of the time',
  kind: 'mutant',
  rules: () => ({ grantUntil: (nowUs, { leaseUs }) => nowUs + leaseUs / 2 }),
  source: 'own',
  expect: ['LeaseRespected'],
  hunt: LEASES,
};

const followerRead: MultiVariant = {
  id: 'mp-follower-read',
  describe: 'any node answers reads from its own state',
  kind: 'mutant',
  rules: (base) => ({
    servesRequest: (state, request) =>
      base.servesRequest(state, request) ||
      (request.kind === 'operation' && request.operation.f === 'read'),
    readIndex: (state) => state.applied,
    readReady: () => true,
  }),
  source: 'PML, section 5.2: replicas are not up to date',
  expect: ['J:ReadCert', 'PrefixRead', 'linearizable'],
  hunt: { nodes: 3, nemesis: ['partition', 'pause'], nemesisIntervalS: 1 },
};

const readRoundTooEarly: MultiVariant = {
  id: 'mp-read-round-too-early',
  describe: 'a read is confirmed by a round that was under way when it came',
  kind: 'mutant',
  rules: () => ({ readRound: (state) => state.round }),
  source: "Ongaro's dissertation, section 6.4, step 3",
  expect: ['J:ReadCert'],
  hunt: {
    nodes: 3,
    nemesis: ['partition', 'pause'],
    nemesisIntervalS: 0.5,
    rate: 400,
    set: { electionTimeoutMs: 60, heartbeatMs: 20, checkQuorum: false },
  },
};

export const leaseMutants = [
  leaseFromAck,
  leaseNoDriftMargin,
  leaseIgnored,
  leaseForgotten,
  grantTooShort,
  followerRead,
  readRoundTooEarly,
] as const;
