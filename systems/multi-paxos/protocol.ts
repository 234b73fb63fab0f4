/** A Multi-Paxos node: starting from its disk, and which message goes where. */

import { assert } from '../../checkers/assert.ts';
import type { Ballot, Micros, NodeId } from '../../checkers/units.ts';
import { resetElectionWait } from '../election-wait.ts';
import { emptyKv, KvMachine, restoreKv } from '../kv.ts';
import type { NodeView, Protocol } from '../protocol.ts';
import { stepContext } from '../step-context.ts';
import { onAccept, onAccepted } from './acceptance.ts';
import { onCommit, onLearn, onLearnRequest } from './catch-up.ts';
import { onRequest } from './clients.ts';
import { knownMembership } from './configurations.ts';
import type { Multi, MultiEnv } from './context.ts';
import { onElectionTimer, onNack, onOwnPromise, onPrepare, onPromise } from './election.ts';
import { onHeartbeat, onHeartbeatAck, onHeartbeatTimer } from './heartbeats.ts';
import { assertInvariants } from './invariants.ts';
import type { Accepted, MultiMessage, MultiRecord, Snapshot } from './messages.ts';
import { multiConfig } from './options.ts';
import { onOperator } from './reconfiguration.ts';
import type { MultiRules } from './rules.ts';
import { allMembers } from './snapshots.ts';
import {
  type MultiConfig,
  type MultiState,
  NO_BALLOT,
  NOBODY,
  ROUNDS_KEPT,
  TIMER,
} from './state.ts';

/** Builds the node code over a table of rules. */
export function multiPaxosProtocol(
  rules: MultiRules,
): Protocol<MultiState, MultiMessage, MultiRecord> {
  const { begin, enter } = stepContext((state: MultiState, env: MultiEnv): Multi => {
    return { rules, state, env, machine: new KvMachine(rules, state.config) };
  });
  return {
    start(env, options, records) {
      const found = replay(rules.recordsAtStart(records, env.incarnation));
      const config = multiConfig(options);
      const waits = rules.waitsOutLease(config, env.incarnation);
      const state = recover(env, config, found, waits ? env.nowUs() + config.leaseUs : -Infinity);
      const multi = begin(state, env);
      traceBoot(state, env);
      resetElectionWait(multi);
      assertInvariants(state, env.nowUs());
      return state;
    },
    message(state, env, from, message) {
      onMessage(enter(state, env), from, message);
      assertInvariants(state, env.nowUs());
    },
    timer(state, env, timer) {
      const multi = enter(state, env);
      if (timer === TIMER.election) onElectionTimer(multi);
      else onHeartbeatTimer(multi);
      assertInvariants(state, env.nowUs());
    },
    request(state, env, request) {
      onRequest(enter(state, env), request);
      assertInvariants(state, env.nowUs());
    },
    durable(state, env, record) {
      onRecordDurable(enter(state, env), record);
      assertInvariants(state, env.nowUs());
    },
    operate(state, env, members) {
      onOperator(enter(state, env), members);
      assertInvariants(state, env.nowUs());
    },
    membership: knownMembership,
    view,
    messageKind: (message) => message.kind,
  };
}

function onMessage(multi: Multi, from: NodeId, message: MultiMessage): void {
  const { state, rules } = multi;
  assert(state.members[from] === from, 'a message from somebody who is no member');
  if (!rules.hears(state, from, message)) return;
  switch (message.kind) {
    case 'prepare':
      onPrepare(multi, from, message);
      break;
    case 'promise':
      onPromise(multi, from, message);
      break;
    case 'accept':
      onAccept(multi, from, message);
      break;
    case 'accepted':
      onAccepted(multi, from, message);
      break;
    case 'commit':
      onCommit(multi, message);
      break;
    case 'nack':
      onNack(multi, message);
      break;
    case 'heartbeat':
      onHeartbeat(multi, from, message);
      break;
    case 'heartbeat-ack':
      onHeartbeatAck(multi, from, message);
      break;
    case 'learn-request':
      onLearnRequest(multi, from, message);
      break;
    case 'learn':
      onLearn(multi, from, message);
      break;
  }
}

/** The node is an acceptor like the others: what it promises and accepts itself counts now. */
function onRecordDurable(multi: Multi, record: MultiRecord): void {
  const { self } = multi.state;
  if (record.kind === 'promise') onOwnPromise(multi, record.ballot);
  if (record.kind !== 'accept') return;
  const { ballot, slot } = record;
  onAccepted(multi, self, { kind: 'accepted', ballot, slot });
}

function view(state: MultiState): NodeView {
  const { role, promised, leader, chosenUpTo, applied } = state;
  const term = Math.max(0, promised);
  return { role, term, leader: leader === NOBODY ? null : leader, commit: chosenUpTo, applied };
}

/** What the records of a disk, oldest first, come to. */
interface Found {
  ownBallot: Ballot;
  promised: Ballot;
  snapshot: Snapshot;
  readonly accepted: Map<number, Accepted>;
}

function replay(records: readonly MultiRecord[]): Found {
  const found: Found = {
    ownBallot: NO_BALLOT,
    promised: NO_BALLOT,
    snapshot: { slot: 0, kv: null, configurations: null },
    accepted: new Map(),
  };
  for (const record of records) {
    switch (record.kind) {
      case 'ballot':
        found.ownBallot = Math.max(found.ownBallot, record.ballot);
        break;
      case 'promise':
        found.promised = Math.max(found.promised, record.ballot);
        break;
      case 'accept':
        found.promised = Math.max(found.promised, record.ballot);
        found.accepted.set(record.slot, { ballot: record.ballot, command: record.command });
        break;
      case 'snapshot':
        found.snapshot = record.snapshot;
        break;
    }
  }
  return found;
}

/**
 * Whoever is started again may have granted a lease that it no longer knows of: it promises nothing
 * to anybody until `quietUntilUs`.
 */
function recover(
  env: MultiEnv,
  config: MultiConfig,
  found: Found,
  quietUntilUs: Micros,
): MultiState {
  const { self, members, incarnation } = env;
  const { ownBallot, promised, snapshot, accepted } = found;
  assert(members[self] === self, 'nodes are numbered from 0');
  const zeros = (): number[] => members.map(() => 0);
  return {
    config,
    self,
    members,
    role: 'follower',
    promised,
    ownBallot,
    accepted,
    snapshot,
    chosen: new Map(),
    chosenUpTo: snapshot.slot,
    applied: snapshot.slot,
    configurations: [...(snapshot.configurations ?? allMembers(members))],
    kv: snapshot.kv === null ? emptyKv() : restoreKv(snapshot.kv),
    seen: Math.max(promised, ownBallot),
    leader: NOBODY,
    notices: new Map(),
    waitingSinceUs: 0,
    timeoutUs: 0,
    grantedTo: NOBODY,
    grantedUntilUs: quietUntilUs,
    grantedAtUs: 0,
    startedUs: env.nowUs(),
    incarnation,
    ballot: NO_BALLOT,
    preparedFrom: 1,
    promises: [],
    reports: new Map(),
    next: 1,
    firstOwn: 0,
    proposals: new Map(),
    backlog: [],
    waiting: new Map(),
    ackRound: zeros(),
    ackUs: zeros(),
    leaderSinceUs: 0,
    round: 0,
    confirmedRound: 0,
    roundStartUs: Array.from({ length: ROUNDS_KEPT }, () => 0),
    roundBegunUs: Array.from({ length: ROUNDS_KEPT }, () => 0),
    leaseUntilUs: Number.NEGATIVE_INFINITY,
    clusterUs: 0,
    reads: [],
  };
}

function traceBoot(state: MultiState, env: MultiEnv): void {
  const { ownBallot, promised, snapshot, config } = state;
  const { leaseUs: us, leaseDriftPpm: driftPpm } = config;
  env.trace({
    kind: 'boot',
    protocol: 'multi-paxos',
    nodes: state.members,
    variants: [],
    ...(config.reads === 'lease' ? { lease: { us, driftPpm } } : {}),
    recovered: {
      ballot: ownBallot,
      promised: promised === NO_BALLOT ? [] : [{ instance: null, ballot: promised }],
      accepted: Array.from(state.accepted, ([slot, { ballot, command }]) => ({
        instance: slot,
        ballot,
        valueHash: command.valueHash,
      })),
      snapshot: { term: 0, index: snapshot.slot },
      // A copy: the state's own list goes on changing after the line was handed out.
      configurations: [...state.configurations],
    },
  });
}
