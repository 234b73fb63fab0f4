/** A Zab server: starting from its disk, and which message goes where. */

import { assert } from '../../checkers/assert.ts';
import type { Epoch, NodeId } from '../../checkers/units.ts';
import { emptyKv, KvMachine, restoreKv } from '../kv.ts';
import type { NodeView, Protocol } from '../protocol.ts';
import { stepContext } from '../step-context.ts';
import { onAck, onCommit, onLogged, onPropose } from './broadcast.ts';
import { onForward, onRequest } from './clients.ts';
import type { Zab, ZabEnv } from './context.ts';
import { onAckEpoch, onFollowerInfo, onLeaderInfo } from './discovery.ts';
import { onFinalizeTimer, onNotification, onResendTimer } from './election.ts';
import { assertInvariants } from './invariants.ts';
import { startElection } from './looking.ts';
import type { Place, Snapshot, Txn, ZabMessage, ZabRecord } from './messages.ts';
import { zabConfig } from './options.ts';
import { quorumTable, weightOf } from './quorums.ts';
import type { ZabRules } from './rules.ts';
import { onDisconnected, onLimitTimer, onPing, onPingTimer, onPong } from './silence.ts';
import { emptyStage, NOBODY, TIMER, type ZabConfig, type ZabState, ZERO } from './state.ts';
import { onAckNewLeader, onHistory, onNewLeader, onUpToDate } from './synchronisation.ts';
import { onSync, onSynced } from './syncs.ts';

/** Builds the node code over a table of rules. */
export function zabProtocol(rules: ZabRules): Protocol<ZabState, ZabMessage, ZabRecord> {
  const { begin, enter } = stepContext((state: ZabState, env: ZabEnv): Zab => {
    return { rules, state, env, machine: new KvMachine(rules, state.config) };
  });
  return {
    start(env, options, records) {
      const found = replay(rules.recordsAtStart(records, env.incarnation));
      const state = recover(env, zabConfig(options), found);
      const zab = begin(state, env);
      traceBoot(state, env);
      startElection(zab);
      assertInvariants(state, env.nowUs());
      return state;
    },
    message(state, env, from, message) {
      onMessage(enter(state, env), from, message);
      assertInvariants(state, env.nowUs());
    },
    timer(state, env, timer) {
      onTimer(enter(state, env), timer);
      assertInvariants(state, env.nowUs());
    },
    disconnected(state, env, peer) {
      onDisconnected(enter(state, env), peer);
      assertInvariants(state, env.nowUs());
    },
    request(state, env, request) {
      onRequest(enter(state, env), request);
      assertInvariants(state, env.nowUs());
    },
    durable(state, env, record) {
      if (record.kind === 'txn') onLogged(enter(state, env), record.txn);
      assertInvariants(state, env.nowUs());
    },
    view,
    messageKind: (message) => message.kind,
  };
}

function onMessage(zab: Zab, from: NodeId, message: ZabMessage): void {
  const { state } = zab;
  assert(state.members[from] === from, 'a message from somebody who is no member');
  switch (message.kind) {
    case 'notification':
      onNotification(zab, from, message);
      break;
    case 'follower-info':
      onFollowerInfo(zab, from, message);
      break;
    case 'leader-info':
      onLeaderInfo(zab, from, message);
      break;
    case 'ack-epoch':
      onAckEpoch(zab, from, message);
      break;
    case 'truncate':
    case 'diff':
    case 'snapshot':
      onHistory(zab, from, message);
      break;
    case 'new-leader':
      onNewLeader(zab, from, message);
      break;
    case 'ack-new-leader':
      onAckNewLeader(zab, from, message.link);
      break;
    case 'up-to-date':
      onUpToDate(zab, from, message);
      break;
    case 'propose':
      onPropose(zab, from, message);
      break;
    case 'ack':
      onAck(zab, from, message);
      break;
    case 'commit':
      onCommit(zab, from, message);
      break;
    case 'forward':
      onForward(zab, from, message);
      break;
    case 'sync':
      onSync(zab, from, message);
      break;
    case 'synced':
      onSynced(zab, from, message);
      break;
    case 'ping':
      onPing(zab, from, message);
      break;
    case 'pong':
      onPong(zab, from, message);
      break;
  }
}

function onTimer(zab: Zab, timer: number): void {
  if (timer === TIMER.resend) onResendTimer(zab);
  else if (timer === TIMER.finalize) onFinalizeTimer(zab);
  else if (timer === TIMER.limit) onLimitTimer(zab);
  else onPingTimer(zab);
}

const ROLES = {
  looking: 'looking',
  following: 'follower',
  observing: 'observer',
  leading: 'leader',
} as const;

function view(state: ZabState): NodeView {
  const { role, acceptedEpoch: term, leader, committed: commit, applied } = state;
  return { role: ROLES[role], term, leader: leader === NOBODY ? null : leader, commit, applied };
}

/** What the records of a disk, oldest first, come to. */
interface Found {
  acceptedEpoch: Epoch;
  currentEpoch: Epoch;
  snapshot: Snapshot;
  base: Place;
  log: Txn[];
}

function replay(records: readonly ZabRecord[]): Found {
  const nothing: Place = { position: 0, zxid: ZERO };
  const found: Found = {
    acceptedEpoch: 0,
    currentEpoch: 0,
    snapshot: { ...nothing, kv: null },
    base: nothing,
    log: [],
  };
  for (const record of records) {
    switch (record.kind) {
      case 'accepted-epoch':
        found.acceptedEpoch = record.epoch;
        break;
      case 'current-epoch':
        found.currentEpoch = record.epoch;
        break;
      case 'txn':
        found.log.push(record.txn);
        break;
      case 'sync':
        found.log.length = Math.max(0, record.keep - found.base.position);
        for (const txn of record.txns) found.log.push(txn);
        break;
      case 'snapshot':
        found.snapshot = record.snapshot;
        break;
      case 'history':
        found.base = record.base;
        found.log = [...record.txns];
        break;
    }
  }
  return found;
}

/**
 * Part of what is in the log may not be committed, so the state is that of the snapshot until a
 * leader says how far it goes.
 */
function recover(env: ZabEnv, config: ZabConfig, found: Found): ZabState {
  const { self, members } = env;
  const { acceptedEpoch, currentEpoch, snapshot, base, log } = found;
  assert(members[self] === self, 'servers are numbered from 0');
  assert(members.length < 32, 'a set of servers is a mask of 31 bits');
  const voters = members.slice(0, members.length - config.observers);
  return {
    config,
    self,
    members,
    voters,
    quorums: quorumTable(config.quorum, voters),
    role: 'looking',
    phase: 'election',
    acceptedEpoch,
    currentEpoch,
    base,
    log,
    snapshot,
    committed: snapshot.position,
    applied: snapshot.position,
    kv: snapshot.kv === null ? emptyKv() : restoreKv(snapshot.kv),
    clock: 0,
    vote: { leader: NOBODY, epoch: NOBODY, zxid: ZERO },
    votes: new Map(),
    outside: new Map(),
    resendUs: config.resendMinUs,
    isFinalizing: false,
    leader: NOBODY,
    link: 0,
    joinedUs: 0,
    heardUs: 0,
    staged: emptyStage(),
    pending: new Map(),
    pendingSyncs: new Map(),
    requests: 0,
    epoch: 0,
    highestEpoch: acceptedEpoch,
    counter: 0,
    learners: members.map(() => null),
    outstanding: [],
    waitingSyncs: [],
    clusterUs: 0,
    leaderSinceUs: 0,
  };
}

function traceBoot(state: ZabState, env: ZabEnv): void {
  const { acceptedEpoch, currentEpoch, snapshot, base, log, voters } = state;
  const { quorum } = state.config;
  const { position, zxid } = snapshot;
  env.trace({
    kind: 'boot',
    protocol: 'zab',
    nodes: voters,
    variants: [],
    recovered: {
      acceptedEpoch,
      currentEpoch,
      snapshot: { term: zxid.epoch, counter: zxid.counter, index: position },
      history: log.slice(Math.max(0, position - base.position)).map((txn) => ({
        ...txn.zxid,
        valueHash: txn.command.valueHash,
      })),
    },
    ...(quorum.kind === 'majority'
      ? {}
      : { weights: voters.map((node) => weightOf(quorum, node)) }),
    ...(quorum.kind === 'hierarchical'
      ? { groups: voters.map((node) => quorum.groups[node] ?? 0) }
      : {}),
  });
}
