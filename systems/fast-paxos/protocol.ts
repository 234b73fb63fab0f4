/** A Fast Paxos node: starting from its disk, and which message goes where. */

import { assert } from '../../checkers/assert.ts';
import type { Ballot, NodeId } from '../../checkers/units.ts';
import { resetElectionWait } from '../election-wait.ts';
import { emptyKv, KvMachine, restoreKv } from '../kv.ts';
import type { NodeView, Protocol } from '../protocol.ts';
import { stepContext } from '../step-context.ts';
import { onAccept, onPrepare, onProposal } from './acceptor.ts';
import { onLearn, onLearnRequest } from './catch-up.ts';
import type { Fast, FastEnv } from './context.ts';
import { onNack, onOwnPromise, onPromise } from './coordinator.ts';
import { onElectionTimer } from './election.ts';
import { onAny, onHeartbeat, onHeartbeatAck, onHeartbeatTimer } from './heartbeats.ts';
import { assertInvariants } from './invariants.ts';
import { onVoted } from './learning.ts';
import type { Accepted, Any2a, FastMessage, FastRecord, Snapshot } from './messages.ts';
import { NO_ROUND } from './numbers.ts';
import { fastConfig } from './options.ts';
import { onForward, onRequest, onRetryTimer } from './proposer.ts';
import { type Quorums, quorumSizes } from './quorums.ts';
import type { FastRules } from './rules.ts';
import { type FastConfig, type FastState, NOBODY, TIMER } from './state.ts';

/** Builds the node code over a table of rules. */
export function fastPaxosProtocol(rules: FastRules): Protocol<FastState, FastMessage, FastRecord> {
  const { begin, enter } = stepContext((state: FastState, env: FastEnv): Fast => {
    return { rules, state, env, machine: new KvMachine(rules, state.config) };
  });
  return {
    start(env, options, records) {
      const config = fastConfig(options);
      const sizes = quorumSizes(env.members.length, config);
      const quorums = { ...sizes, fast: rules.fastQuorum(sizes) };
      const state = recover(
        env,
        config,
        quorums,
        replay(rules.recordsAtStart(records, env.incarnation)),
      );
      const fast = begin(state, env);
      traceBoot(state, env);
      resetElectionWait(fast);
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
    request(state, env, request) {
      onRequest(enter(state, env), request);
      assertInvariants(state, env.nowUs());
    },
    durable(state, env, record) {
      onRecordDurable(enter(state, env), record);
      assertInvariants(state, env.nowUs());
    },
    view,
    messageKind: (message) => message.kind,
  };
}

function onMessage(fast: Fast, from: NodeId, message: FastMessage): void {
  const { state, rules } = fast;
  assert(state.members[from] === from, 'a message from somebody who is no member');
  if (!rules.hears(state, from, message)) return;
  switch (message.kind) {
    case 'prepare':
      onPrepare(fast, from, message);
      break;
    case 'promise':
      onPromise(fast, from, message);
      break;
    case 'any':
      onAny(fast, from, message);
      break;
    case 'accept':
      onAccept(fast, from, message);
      break;
    case 'proposal':
      onProposal(fast, from, message);
      break;
    case 'voted':
      onVoted(fast, from, message);
      break;
    case 'forward':
      onForward(fast, message);
      break;
    case 'nack':
      onNack(fast, message);
      break;
    case 'heartbeat':
      onHeartbeat(fast, from, message);
      break;
    case 'heartbeat-ack':
      onHeartbeatAck(fast, from, message);
      break;
    case 'learn-request':
      onLearnRequest(fast, from, message);
      break;
    case 'learn':
      onLearn(fast, from, message);
      break;
  }
}

function onTimer(fast: Fast, timer: number): void {
  if (timer === TIMER.election) onElectionTimer(fast);
  else if (timer === TIMER.heartbeat) onHeartbeatTimer(fast);
  else onRetryTimer(fast);
}

/** The node is an acceptor like the others: what it promises and votes itself counts now. */
function onRecordDurable(fast: Fast, record: FastRecord): void {
  if (record.kind === 'promise') onOwnPromise(fast, record.round);
  if (record.kind !== 'vote') return;
  const { round, slot, command } = record;
  onVoted(fast, fast.state.self, { kind: 'voted', round, slot, command });
}

function view(state: FastState): NodeView {
  const { role, promised, leader, chosenUpTo, applied } = state;
  const term = Math.max(0, promised);
  return { role, term, leader: leader === NOBODY ? null : leader, commit: chosenUpTo, applied };
}

/** What the records of a disk, oldest first, come to. */
interface Found {
  ownRound: number;
  promised: Ballot;
  any: Omit<Any2a, 'kind'>;
  snapshot: Snapshot;
  readonly accepted: Map<number, Accepted>;
}

function replay(records: readonly FastRecord[]): Found {
  const found: Found = {
    ownRound: NO_ROUND,
    promised: NO_ROUND,
    any: { round: NO_ROUND, from: 1 },
    snapshot: { slot: 0, kv: null },
    accepted: new Map(),
  };
  for (const record of records) {
    switch (record.kind) {
      case 'round':
        found.ownRound = Math.max(found.ownRound, record.round);
        break;
      case 'promise':
        found.promised = Math.max(found.promised, record.round);
        break;
      case 'any':
        found.promised = Math.max(found.promised, record.round);
        found.any = { round: record.round, from: record.from };
        break;
      case 'vote':
        found.accepted.set(record.slot, { round: record.round, command: record.command });
        break;
      case 'snapshot':
        found.snapshot = record.snapshot;
        break;
    }
  }
  return found;
}

function recover(env: FastEnv, config: FastConfig, quorums: Quorums, found: Found): FastState {
  const { self, members } = env;
  const { ownRound, promised, any, snapshot, accepted } = found;
  assert(members[self] === self, 'nodes are numbered from 0');
  const kv = snapshot.kv === null ? emptyKv() : restoreKv(snapshot.kv);
  return {
    config,
    self,
    members,
    quorums,
    role: 'follower',
    promised,
    ownRound,
    any,
    accepted,
    snapshot,
    chosen: new Map(),
    chosenUpTo: snapshot.slot,
    applied: snapshot.slot,
    kv,
    seen: Math.max(promised, ownRound),
    leader: NOBODY,
    following: NO_ROUND,
    waitingSinceUs: 0,
    timeoutUs: 0,
    tallies: new Map(),
    taken: Math.max(snapshot.slot, any.from - 1, ...accepted.keys()),
    waiting: new Map(),
    offers: new Map(),
    backlog: [],
    retrying: false,
    round: NO_ROUND,
    roundSinceUs: 0,
    preparedFrom: 1,
    fastFromUs: 0,
    promises: [],
    led: NO_ROUND,
    proposals: new Map(),
    contention: 0,
    beat: 0,
    ackBeat: members.map(() => 0),
    ackUs: members.map(() => Number.NEGATIVE_INFINITY),
    clusterUs: kv.clockUs,
    clusterSinceUs: env.nowUs(),
  };
}

function traceBoot(state: FastState, env: FastEnv): void {
  const { ownRound, promised, any, snapshot, quorums } = state;
  env.trace({
    kind: 'boot',
    protocol: 'fast-paxos',
    nodes: state.members,
    variants: [],
    quorums: { classic: quorums.classic, fast: quorums.fast },
    ...(any.round === NO_ROUND ? {} : { any: { ballot: any.round, from: any.from } }),
    recovered: {
      ballot: ownRound,
      promised: promised === NO_ROUND ? [] : [{ instance: null, ballot: promised }],
      accepted: Array.from(state.accepted, ([slot, { round, command }]) => ({
        instance: slot,
        ballot: round,
        valueHash: command.valueHash,
      })),
      snapshot: { term: 0, index: snapshot.slot },
    },
  });
}
