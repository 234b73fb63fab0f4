/** Wrong reads, sessions and answers (dissertation, chapter 6). */

import type { Variant } from '../../system.ts';
import type { RaftRules } from '../rules.ts';

type RaftVariant = Variant<RaftRules>;

const SPLITS = { nodes: 3, nemesis: ['partition', 'pause'], nemesisIntervalS: 1 } as const;

const localRead: RaftVariant = {
  id: 'rf-local-read',
  describe: 'a leader answers reads from its own state without asking anybody',
  kind: 'mutant',
  rules: () => ({ readReady: () => true }),
  source: 'etcd issue 741; Consul, default reads',
  expect: ['J:ReadCert', 'linearizable', 'RealTimeOrder'],
  hunt: SPLITS,
};

const readJoinsRound: RaftVariant = {
  id: 'rf-read-joins-round',
  describe: 'a read is confirmed by the round that is under way, or was over, when it arrives',
  kind: 'mutant',
  rules: () => ({ readRound: (state) => state.round }),
  source: 'dissertation, section 6.4, step 3: a new round of heartbeats',
  expect: ['J:ReadCert', 'linearizable', 'RealTimeOrder'],
  hunt: SPLITS,
};

const readIndexBeforeTermCommit: RaftVariant = {
  id: 'rf-readindex-before-term-commit',
  describe: 'a leader takes its commit index as read index before it has committed in its term',
  kind: 'mutant',
  rules: () => ({ readIndex: (state) => state.commit }),
  source: 'etcd issues 7331 and 12680, fixed in 3189a66',
  expect: ['J:ReadCert', 'linearizable', 'RealTimeOrder'],
  hunt: { nodes: 3, nemesis: ['kill', 'partition'], nemesisIntervalS: 1 },
};

const readRoundTooEarly: RaftVariant = {
  id: 'rf-read-round-too-early',
  describe: 'a read is confirmed by a round that was started before it arrived',
  kind: 'mutant',
  rules: () => ({
    readReady: (state, read) =>
      read.index >= 0 && state.applied >= read.index && read.round - 1 <= state.confirmedRound,
  }),
  source: 'dissertation, section 6.4, step 3',
  expect: ['J:ReadCert', 'linearizable', 'RealTimeOrder'],
  hunt: SPLITS,
};

const answersRoundOfOldTerm: RaftVariant = {
  id: 'rf-round-of-old-term',
  describe:
    'who refuses a message of an old term repeats its round, which a leader of the new term takes for its own',
  kind: 'mutant',
  rules: () => ({ answeredRound: (_state, message) => message.round }),
  source: 'Ordeal itself, until November 2026; dissertation, section 6.4, step 2',
  expect: ['J:ReadCert', 'linearizable', 'RealTimeOrder'],
  hunt: {
    nodes: 3,
    nemesis: ['partition', 'kill'],
    nemesisIntervalS: 0.5,
    rate: 400,
    set: {
      preVote: false,
      checkQuorum: false,
      electionTimeoutMs: 60,
      heartbeatMs: 20,
      'network.latePpm': 100_000,
      'network.lateMaxUs': 1_000_000,
    },
  },
};

const followerReadBeforeApply: RaftVariant = {
  id: 'rf-follower-read-before-apply',
  describe:
    'a follower answers a read as soon as it knows the read index, without executing up to it',
  kind: 'mutant',
  rules: () => ({ followerReadReady: (_state, read) => read.index >= 0 }),
  source: 'dissertation, section 6.4; etcd issue 741 (class)',
  expect: ['J:ReadCert', 'linearizable', 'RealTimeOrder'],
  hunt: { set: { reads: 'follower' } },
};

const transferKeepsLease: RaftVariant = {
  id: 'rf-transfer-keeps-lease',
  describe: 'a leader goes on answering by its lease while and after it hands its leadership over',
  kind: 'mutant',
  rules: () => ({ mayUseLease: () => true }),
  source: 'dissertation, section 6.4.1: a transfer ends the lease',
  expect: ['LeaseExclusive', 'linearizable', 'RealTimeOrder'],
  hunt: {
    nodes: 3,
    nemesis: ['partition', 'pause'],
    nemesisIntervalS: 0.5,
    rate: 400,
    set: { reads: 'lease', transferEvery: 10, 'network.latePpm': 50_000 },
  },
};

const leaseNoDriftMargin: RaftVariant = {
  id: 'rf-lease-no-drift-margin',
  describe: 'leases last a whole election timeout and are measured on the wall clock',
  kind: 'mutant',
  rules: () => ({
    leaseClock: (_nowUs, wallUs) => wallUs,
    leaseUntil: (roundStartUs, electionTimeoutUs) => roundStartUs + electionTimeoutUs,
  }),
  source: 'dissertation, section 6.4.1; raft-rs issue 141',
  expect: ['J:LeaseCert', 'LeaseExclusive', 'linearizable', 'RealTimeOrder'],
  hunt: {
    nodes: 3,
    nemesis: ['clock', 'partition', 'pause'],
    nemesisIntervalS: 1,
    set: { reads: 'lease', checkQuorum: false },
  },
};

const LEASES = {
  nodes: 3,
  nemesis: ['partition', 'pause'],
  nemesisIntervalS: 0.5,
  rate: 400,
  set: { reads: 'lease', checkQuorum: false },
} as const;

const leaseReadAfterEnd: RaftVariant = {
  id: 'rf-lease-read-after-end',
  describe: 'a leader that has had a lease goes on answering by it once it is over',
  kind: 'mutant',
  rules: () => ({
    readByLease: ({ applied, leaseUntilUs }, index) =>
      index >= 0 && applied >= index && leaseUntilUs > Number.NEGATIVE_INFINITY,
  }),
  source: 'dissertation, section 6.4.1; hashicorp/raft 666 (class)',
  expect: ['J:ReadCert', 'linearizable', 'RealTimeOrder'],
  hunt: LEASES,
};

const leaseTooLong: RaftVariant = {
  id: 'rf-lease-too-long',
  describe: 'a lease lasts for 100 ms longer than followers keep to their leader',
  kind: 'mutant',
  rules: (base) => ({
    leaseUntil: (roundStartUs, electionTimeoutUs, driftPpm) =>
      base.leaseUntil(roundStartUs, electionTimeoutUs, driftPpm) + 100_000,
  }),
  source: 'dissertation, section 6.4.1: at most an election timeout',
  expect: ['J:LeaseCert', 'LeaseExclusive'],
  hunt: LEASES,
};

const noDedupe: RaftVariant = {
  id: 'rf-no-dedupe',
  describe: 'a retried command is executed again',
  kind: 'mutant',
  rules: () => ({ dedupe: () => 'execute' }),
  source: 'dissertation, section 6.3',
  expect: ['SessionDedupe', 'linearizable'],
};

const sessionExpiryLocalClock: RaftVariant = {
  id: 'rf-session-expiry-local-clock',
  describe: 'sessions expire by the clock of each node instead of the time in the log',
  kind: 'mutant',
  rules: () => ({
    sessionExpired: (session, _entryUs, timeoutUs, localUs) => localUs - session.usedUs > timeoutUs,
  }),
  source: 'dissertation, section 6.3; LogCabin 445f383',
  expect: ['PrefixHash'],
  hunt: { nemesis: ['clock', 'kill'], set: { sessionTimeoutMs: 2_000 } },
};

const replyBeforeApply: RaftVariant = {
  id: 'sys-reply-before-apply',
  describe: 'clients are answered with what the command will surely come to, before it is executed',
  kind: 'mutant',
  rules: () => ({
    commandReply: (command, result) =>
      command.operation?.f === 'cas' && result.status === 'fail'
        ? { status: 'ok', value: null, position: null }
        : result,
  }),
  source: 'general',
  expect: ['linearizable'],
};

const timeoutReportedAsFail: RaftVariant = {
  id: 'sys-timeout-reported-as-fail',
  describe: 'the client takes a timeout for a definite failure',
  kind: 'mutant',
  rules: () => ({ clientOutcome: () => 'fail' }),
  source: 'Jepsen practice; redisraft f58381d',
  expect: ['linearizable'],
  hunt: { nodes: 3, nemesis: ['kill', 'partition', 'pause'], nemesisIntervalS: 2 },
};

export const serviceMutants = [
  localRead,
  readJoinsRound,
  readIndexBeforeTermCommit,
  readRoundTooEarly,
  answersRoundOfOldTerm,
  followerReadBeforeApply,
  transferKeepsLease,
  leaseNoDriftMargin,
  leaseReadAfterEnd,
  leaseTooLong,
  noDedupe,
  sessionExpiryLocalClock,
  replyBeforeApply,
  timeoutReportedAsFail,
] as const;
