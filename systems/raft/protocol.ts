/** A Raft node: starting from its disk, and which message goes where. */

import type { RecoveredEntry } from '../../checkers/agreement/raft/events.ts';
import { assert } from '../../checkers/assert.ts';
import type { LogIndex, NodeId, Term } from '../../checkers/units.ts';
import { resetElectionWait } from '../election-wait.ts';
import { emptyKv, KvMachine, restoreKv } from '../kv.ts';
import type { NodeView, Protocol, Request } from '../protocol.ts';
import { stepContext } from '../step-context.ts';
import { putInForce } from './activation.ts';
import { onRequest } from './clients.ts';
import {
  configurationIn,
  configurationsOf,
  knownMembership,
  membershipOf,
} from './configurations.ts';
import type { Raft, RaftEnv } from './context.ts';
import {
  onElectionTimer,
  onPreVote,
  onRequestVote,
  onTimeoutNow,
  onVote,
  stepDownWithoutQuorum,
} from './election.ts';
import { onReadIndexReply } from './follower-reads.ts';
import { assertInvariants } from './invariants.ts';
import { traceLease } from './lease.ts';
import { EMPTY_SNAPSHOT, lastIndex } from './log.ts';
import type { Entry, LoggedConfiguration, RaftMessage, RaftRecord, Snapshot } from './messages.ts';
import { raftConfig } from './options.ts';
import { newProgress } from './progress.ts';
import { onReadIndex, startRound } from './reads.ts';
import { reconfigureAsAsked, reconfigureWhenDue, settleConfiguration } from './reconfiguration.ts';
import { onAppendEntries, onAppendReply, onDurable, onSnapshotReply } from './replication.ts';
import { adoptTerm } from './roles.ts';
import type { RaftRules } from './rules.ts';
import { settleOwn } from './settle.ts';
import { onInstallSnapshot } from './snapshot.ts';
import { NOBODY, type RaftConfig, type RaftState, ROUNDS_KEPT, TIMER } from './state.ts';
import { abortLateTransfer, continueTransfer, transferWhenDue } from './transfer.ts';

/** Builds the node code over a table of rules. */
export function raftProtocol(rules: RaftRules): Protocol<RaftState, RaftMessage, RaftRecord> {
  const { begin, enter } = stepContext((state: RaftState, env: RaftEnv): Raft => {
    return { rules, state, env, machine: new KvMachine(rules, state.config) };
  });
  return {
    start(env, options, records) {
      const found = rules.recordsAtStart(records, env.incarnation);
      const state = recover(rules, env, raftConfig(options), found);
      const raft = begin(state, env);
      putInForce(raft, rules.activeConfiguration(state));
      traceBoot(state, env);
      resetElectionWait(raft);
      assertInvariants(state, env.nowUs());
      return state;
    },
    message(state, env, from, message) {
      onMessage(enter(state, env), from, message);
      assertInvariants(state, env.nowUs());
    },
    timer(state, env, timer) {
      const raft = enter(state, env);
      if (timer === TIMER.election) onElectionTimer(raft);
      else onHeartbeatTimer(raft);
      assertInvariants(state, env.nowUs());
    },
    request(state, env, request: Request) {
      onRequest(enter(state, env), request);
      assertInvariants(state, env.nowUs());
    },
    durable(state, env, record) {
      onRecordDurable(enter(state, env), record);
      assertInvariants(state, env.nowUs());
    },
    operate(state, env, members) {
      const raft = enter(state, env);
      if (reconfigureAsAsked(raft, members)) settleOwn(raft);
      assertInvariants(state, env.nowUs());
    },
    membership: knownMembership,
    newDisk: ({ term, self, active }) => [
      { kind: 'joins', term, votedFor: self, removedAt: active.index },
    ],
    view,
    messageKind: (message) => message.kind,
  };
}

function onMessage(raft: Raft, from: NodeId, message: RaftMessage): void {
  const { state, env, rules } = raft;
  assert(state.members[from] === from, 'a message from somebody who is no member');
  if (message.kind === 'request-vote' && !message.pre) {
    if (rules.isSticky(state, message, env.nowUs())) return;
  }
  if (rules.onHigherTerm(state, message)) adoptTerm(raft, message);
  switch (message.kind) {
    case 'append-entries':
      onAppendEntries(raft, from, message);
      break;
    case 'append-reply':
      onAppendReply(raft, from, message);
      break;
    case 'request-vote':
      if (message.pre) onPreVote(raft, from, message);
      else onRequestVote(raft, from, message);
      break;
    case 'vote':
      onVote(raft, from, message);
      break;
    case 'install-snapshot':
      onInstallSnapshot(raft, from, message);
      break;
    case 'snapshot-reply':
      onSnapshotReply(raft, from, message);
      break;
    case 'timeout-now':
      onTimeoutNow(raft, message);
      break;
    case 'read-index':
      onReadIndex(raft, from, message);
      break;
    case 'read-index-reply':
      onReadIndexReply(raft, message);
      break;
  }
}

function onHeartbeatTimer(raft: Raft): void {
  const { state, env, rules } = raft;
  if (state.role !== 'leader' || stepDownWithoutQuorum(raft)) return;
  abortLateTransfer(raft);
  continueTransfer(raft);
  if (settleConfiguration(raft, state.commit)) settleOwn(raft);
  if (!isLeading(state)) return;
  traceLease(raft);
  transferWhenDue(raft);
  if (reconfigureWhenDue(raft)) settleOwn(raft);
  const restUs = rules.heartbeatRestUs(state, env.nowUs());
  if (restUs <= 0) startRound(raft);
  env.setTimer(TIMER.heartbeat, restUs <= 0 ? state.config.heartbeatUs : restUs);
}

function onRecordDurable(raft: Raft, record: RaftRecord): void {
  const index = raft.rules.durableUpTo(raft.state, record);
  if (index > 0) onDurable(raft, index);
}

function view(state: RaftState): NodeView {
  const { role, term, leader, commit, applied } = state;
  return { role, term, leader: leader === NOBODY ? null : leader, commit, applied };
}

/** A follower's questions in one life of its process are fewer than these. */
const REQUESTS_PER_LIFE = 2 ** 32;

/** Asked anew, because what was just done may have ended it. */
function isLeading(state: RaftState): boolean {
  return state.role === 'leader';
}

/** What the records of a disk, oldest first, come to. */
function replay(records: readonly RaftRecord[]): {
  term: Term;
  votedFor: NodeId;
  snapshot: Snapshot;
  log: Entry[];
  removedAt: LogIndex;
} {
  let removedAt = 0;
  let term = 0;
  let votedFor = NOBODY;
  let snapshot = EMPTY_SNAPSHOT;
  let log: Entry[] = [];
  for (const record of records) {
    switch (record.kind) {
      case 'term':
        term = record.term;
        votedFor = NOBODY;
        break;
      case 'joins':
        ({ removedAt } = record);
        term = record.term;
        votedFor = record.votedFor;
        break;
      case 'vote':
        term = record.term;
        votedFor = record.votedFor;
        break;
      case 'entries':
        log.length = Math.min(log.length, record.from - snapshot.index - 1);
        for (const entry of record.entries) log.push(entry);
        break;
      case 'snapshot':
        snapshot = record.snapshot;
        log = [];
        break;
    }
  }
  return { term, votedFor, snapshot, log, removedAt };
}

function recover(
  rules: RaftRules,
  env: RaftEnv,
  config: RaftConfig,
  records: readonly RaftRecord[],
): RaftState {
  const { term, votedFor, snapshot, log, removedAt } = replay(records);
  const { self, members, incarnation } = env;
  assert(members[self] === self, 'nodes are numbered from 0');
  const initial = removedAt > 0 ? members.filter((node) => node !== self) : members;
  const configurations = configurationsOf(initial, snapshot, log);
  return {
    config,
    removedAt,
    self,
    members,
    role: 'follower',
    term,
    votedFor,
    log,
    snapshot,
    configurations,
    // What follows from it is set before the first step.
    active: configurations.at(-1) as LoggedConfiguration,
    electorates: { election: [], commit: [], read: [] },
    peers: [],
    selfVotes: false,
    durableIndex: snapshot.index + log.length,
    commit: snapshot.index,
    applied: snapshot.index,
    leader: NOBODY,
    kv: snapshot.kv === null ? emptyKv() : restoreKv(snapshot.kv),
    // With leases on, whoever was started again may have promised its leader a lease: it waits.
    contactUs: rules.contactAtStart(config, incarnation, env.nowUs()),
    waitingSinceUs: 0,
    timeoutUs: 0,
    granted: members.map(() => false),
    progress: members.map(() => newProgress(0, 0)),
    incoming: null,
    transfer: null,
    leaseForfeited: false,
    firstOwn: 0,
    leaderSinceUs: 0,
    round: 0,
    confirmedRound: 0,
    roundStartUs: Array.from({ length: ROUNDS_KEPT }, () => 0),
    roundBegunUs: Array.from({ length: ROUNDS_KEPT }, () => 0),
    leaseUntilUs: Number.NEGATIVE_INFINITY,
    heartbeatSentUs: 0,
    clusterUs: 0,
    pending: [],
    reads: [],
    followerReads: [],
    nextRequest: incarnation * REQUESTS_PER_LIFE,
  };
}

function traceBoot(state: RaftState, env: RaftEnv): void {
  const { index, term, configuration } = state.snapshot;
  const { electionTimeoutUs, checkQuorum, reads, leaseDriftPpm: driftPpm } = state.config;
  env.trace({
    kind: 'boot',
    protocol: 'raft',
    nodes: state.members,
    variants: [],
    raft: { electionTimeoutMs: electionTimeoutUs / 1000, checkQuorum },
    ...(reads === 'lease' ? { lease: { us: electionTimeoutUs, driftPpm } } : {}),
    recovered: {
      term: state.term,
      votedFor: state.votedFor === NOBODY ? null : state.votedFor,
      // Whoever has anything of the log already is the new server come back.
      ...(state.removedAt > 0 && lastIndex(state) === 0 ? { joins: state.removedAt } : {}),
      snapshot:
        configuration === null
          ? { term, index }
          : { term, index, membership: membershipOf(configuration) },
      entries: state.log.map((entry, at) => recoveredEntry(index + 1 + at, entry)),
    },
  });
  if (state.active.index > 0) env.trace({ kind: 'membership', ...membershipOf(state.active) });
}

function recoveredEntry(index: LogIndex, entry: Entry): RecoveredEntry {
  const { term, command } = entry;
  const { valueHash } = command;
  const logged = configurationIn(index, entry);
  if (logged === null) return { term, index, valueHash };
  return { term, index, valueHash, membership: membershipOf(logged) };
}
