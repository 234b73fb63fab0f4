/** Mistakes of Raft libraries that people run, from public reports of the years 2019 to 2026. */

import type { Effect } from '../../effect.ts';
import type { Variant } from '../../system.ts';
import type { RaftMessage, RaftRecord } from '../messages.ts';
import type { RaftRules } from '../rules.ts';
import type { RaftState } from '../state.ts';

type RaftVariant = Variant<RaftRules>;

/** Leaders are cut off and come back while others lead. */
const SPLITS = { nodes: 3, nemesis: ['partition', 'pause'], nemesisIntervalS: 0.5 } as const;

const JOINT = { membership: 'joint', reconfigureEvery: 5 } as const;

/** Snapshots in many pieces, to followers that are cut off from them half way. */
const HALF_SNAPSHOTS = { snapshotEvery: 3, snapshotChunkBytes: 50 } as const;

const CRASHES = { nodes: 3, nemesis: ['kill'], nemesisIntervalS: 0.5 } as const;

/**
 * The transport answers heartbeats in a thread of its own, which sets term and role. The leader's
 * main loop, with clients' commands in its hands, finds out when it looks at its timers: what is not
 * a heartbeat waits for it until then, and comes again.
 */
const heartbeatBeside: RaftVariant = {
  id: 'rf-heartbeat-beside-main-loop',
  describe: 'a heartbeat of a higher term gives a leader that term at once, and its new role later',
  kind: 'mutant',
  rules: (base) => ({
    stepsDown: (state, message) => state.role !== 'leader' || !isHeartbeat(message),
    followsSender: (state) => state.role !== 'leader',
    checkQuorum: (state, nowUs, heardUs) =>
      base.checkQuorum(state, nowUs, heardUs) && !isDeposed(state),
  }),
  events: (event, { state }) => {
    if (event.kind !== 'message' || !isDeposed(state as RaftState)) return [event];
    const message = event.message as RaftMessage;
    return message.kind !== 'append-entries' || isHeartbeat(message) ? [event] : [];
  },
  source: 'hashicorp/raft issue 695 (found by Antithesis, July 2026)',
  expect: ['LeaderAppendOnly', 'LogMatching', 'J:NoCert', 'ElectionSafety', 'J:ReadCert', 'PANIC'],
  hunt: { ...SPLITS, rate: 500, set: { checkQuorum: false, heartbeatMs: 150 } },
};

const refusalIsContact: RaftVariant = {
  id: 'rf-refusal-is-contact',
  describe: 'a leader takes refusals of a higher term for contact, which keeps its lease alive',
  kind: 'mutant',
  rules: (base) => ({
    onHigherTerm: (state, message) =>
      !isLateFor(state, message) && base.onHigherTerm(state, message),
    countReply: (state, from, message) =>
      isLateFor(state, message) || base.countReply(state, from, message),
    roundConfirmed: (state, from, message) =>
      isLateFor(state, message) ? state.round : base.roundConfirmed(state, from, message),
  }),
  source: 'hashicorp/raft issue 666',
  expect: ['J:ReadCert', 'LeaseExclusive', 'linearizable', 'RealTimeOrder', 'Liveness:leader'],
  hunt: { ...SPLITS, set: { reads: 'lease', checkQuorum: false } },
};

/** Only where entries are read from the log is it noticed that they are compacted. */
const heartbeatBehindCompaction: RaftVariant = {
  id: 'rf-append-before-compacted',
  describe:
    'where the window is full, AppendEntries are sent from a compacted index, with previous term 0',
  kind: 'mutant',
  rules: (base) => ({
    needsSnapshot: (nextIndex, snapshot, state, node) =>
      base.hasRoomFor(state, node) && base.needsSnapshot(nextIndex, snapshot, state, node),
    appendEntries: (state, nextIndex, entries) => {
      const message = base.appendEntries(state, nextIndex, entries);
      return { ...message, previousTerm: Math.max(0, message.previousTerm) };
    },
    // The term of an entry that is not there is 0 to the follower as well.
    appendDecision: (state, message) => {
      const previousTerm = message.previousTerm === 0 ? -1 : message.previousTerm;
      return base.appendDecision(
        state,
        message.previousIndex === 0 ? message : { ...message, previousTerm },
      );
    },
  }),
  source: 'etcd-io/raft pull request 31',
  expect: ['MatchTruthful', 'CommitBeyondLog', 'LogMatching', 'PANIC'],
  hunt: {
    nodes: 3,
    nemesis: ['partition', 'pause'],
    nemesisIntervalS: 1,
    set: { inFlight: 1, batch: 1, snapshotEvery: 3 },
  },
};

const leavesJointAgain: RaftVariant = {
  id: 'rf-joint-left-again',
  describe: 'a leader ends a joint configuration again and again, until the first end is committed',
  kind: 'mutant',
  rules: (base) => ({
    configurationToSettle: (state) => pendingEnd(state) ?? base.configurationToSettle(state),
    canChangeConfiguration: (state) =>
      pendingEnd(state) !== null || base.canChangeConfiguration(state),
    reconfigurationDue: (state) => pendingEnd(state) === null && base.reconfigurationDue(state),
  }),
  source: 'etcd pull request 11046; etcd issue 12582',
  expect: ['ConfigOneAtATime'],
  hunt: { set: JOINT },
};

/** The end is proposed in a later step than that in which others hear that the begin is committed. */
const jointStuck: RaftVariant = {
  id: 'rf-joint-stuck-after-election',
  describe: 'a leader ends its joint configuration a beat late, and none committed before it led',
  kind: 'mutant',
  rules: () => ({
    leavesJoint: ({ active, term, commit }, knownUpTo) =>
      active.term === term ? knownUpTo === commit : active.index > knownUpTo,
  }),
  source: 'etcd issue 12136',
  expect: ['Liveness:config'],
  hunt: {
    nemesis: ['kill', 'partition'],
    nemesisIntervalS: 0.5,
    rate: 200,
    set: { membership: 'joint', reconfigureEvery: 1, heartbeatMs: 150 },
  },
};

const startsOver: RaftVariant = {
  id: 'rf-gives-up-and-starts-over',
  describe: 'a follower that gives up a snapshot half way deletes what it has, and votes',
  kind: 'mutant',
  rules: () => ({ startsOver: () => true }),
  source: 'nats-io/nats-server pull request 5939 (found by Antithesis, September 2024)',
  expect: ['AppliedMonotone', 'TruncateCommitted', 'VoteRule', 'linearizable'],
  hunt: { nodes: 3, nemesis: ['partition', 'kill'], nemesisIntervalS: 0.5, set: HALF_SNAPSHOTS },
};

/** How much later the disk of a candidate hears of its vote for itself than the others do. */
const VOTE_LATE_US = 5000;

const asksBeforeVote: RaftVariant = {
  id: 'rf-asks-before-own-vote',
  describe: 'a candidate asks for votes before its own is on the disk',
  kind: 'mutant',
  effects: (effect, { self }) =>
    isOwnVote(effect, self) ? [{ ...effect, afterUs: VOTE_LATE_US }] : [effect],
  source: 'sofastack/sofa-jraft, NodeImpl.electSelf (Specula, 2026)',
  expect: ['D:VoteDurable', 'D:TermDurable', 'VoteOnce', 'ElectionSafety'],
  hunt: {
    nodes: 3,
    nemesis: ['kill', 'partition'],
    nemesisIntervalS: 0.5,
    set: { preVote: false },
  },
};

const startsWithoutMetadata: RaftVariant = {
  id: 'rf-start-without-metadata',
  describe: 'a start that finds a log, and its file with term and vote lost, takes them for none',
  kind: 'mutant',
  rules: () => ({
    // The file is lost with every other crash.
    recordsAtStart: (records, incarnation) =>
      incarnation % 2 === 0
        ? records.filter(({ kind }) => kind !== 'term' && kind !== 'vote')
        : records,
  }),
  source: 'sofastack/sofa-jraft, LocalRaftMetaStorage.load (Specula, 2026)',
  expect: ['D:TermDurable', 'D:VoteDurable', 'VoteOnce', 'ElectionSafety'],
  hunt: CRASHES,
};

const saveErrorSwallowed: RaftVariant = {
  id: 'rf-snapshot-save-error-swallowed',
  describe: 'one in four snapshots fails to be saved, and the node goes on as if it were',
  kind: 'mutant',
  effects: (effect, { draw }) => (effect.kind === 'checkpoint' && draw % 4 === 0 ? [] : [effect]),
  source: 'lni/dragonboat pull request 409',
  expect: ['D:SnapshotDurable', 'D:LogDurable', 'D:AppliedDurable', 'D:VoteDurable'],
  hunt: { ...CRASHES, set: { snapshotEvery: 20 } },
};

/** Whoever has lost its disk refuses what the leader takes it to have, and is sent nothing else. */
const answersOfEarlierMember: RaftVariant = {
  id: 'rf-rejoin-heeds-earlier-answers',
  describe:
    'answers from before a node was removed and taken back in count as those of the new member',
  kind: 'mutant',
  rules: () => ({
    countReply: (state, _from, message) => state.role === 'leader' && message.term === state.term,
  }),
  source: 'tikv/raft-rs issue 571; openacid, "Raft Node Rejoin Bug" (November 2025)',
  expect: ['MatchTruthful', 'Liveness:followers-converge', 'Liveness:config'],
  hunt: {
    nodes: 3,
    nemesis: ['replacement', 'hold-and-release', 'next-messages'],
    nemesisIntervalS: 0.5,
    rate: 200,
    set: { 'network.latePpm': 100_000, 'network.lateMaxUs': 1_000_000 },
  },
};

export const lifeMutants = [
  answersOfEarlierMember,
  heartbeatBeside,
  refusalIsContact,
  heartbeatBehindCompaction,
  leavesJointAgain,
  jointStuck,
  startsOver,
  asksBeforeVote,
  startsWithoutMetadata,
  saveErrorSwallowed,
] as const;

function isHeartbeat(message: RaftMessage): boolean {
  return message.kind === 'append-entries' && message.entries.length === 0;
}

/** Whether it leads in a term in which it has not even voted for itself: others elected there. */
function isDeposed({ role, votedFor, self }: Readonly<RaftState>): boolean {
  return role === 'leader' && votedFor !== self;
}

/** An answer to a leader that others have left behind. */
function isLateFor(state: Readonly<RaftState>, message: RaftMessage): boolean {
  return state.role === 'leader' && message.kind === 'append-reply' && message.term > state.term;
}

/** The joint configuration that is committed, and of which the end is not; null if there is none. */
function pendingEnd(state: Readonly<RaftState>): RaftState['active'] | null {
  const { configurations, commit, active } = state;
  const committed = configurations.findLast(({ index }) => index <= commit);
  if (committed === undefined || committed.configuration.oldVoters === null) return null;
  return active.index > commit ? committed : null;
}

function isOwnVote(effect: Effect, self: number): boolean {
  if (effect.kind !== 'persist') return false;
  const record = effect.record as RaftRecord;
  return record.kind === 'vote' && record.votedFor === self;
}
