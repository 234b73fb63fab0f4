/** A Basic Paxos node: starting from its disk, and which message goes where. */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import { hashOf } from '../hash.ts';
import type { NodeView, Protocol } from '../protocol.ts';
import { sendAll } from '../send-all.ts';
import { stepContext } from '../step-context.ts';
import { onAccept, onPrepare } from './acceptor.ts';
import { onRequest } from './clients.ts';
import type { Basic, BasicEnv } from './context.ts';
import { assertInvariants } from './invariants.ts';
import { onAccepted, onDecided } from './learner.ts';
import type { BasicMessage, BasicRecord } from './messages.ts';
import { basicConfig } from './options.ts';
import { onAttemptsTimer, onNack, onPromise } from './proposer.ts';
import type { BasicRules } from './rules.ts';
import { type BasicConfig, type BasicState, NO_BALLOT, TIMER } from './state.ts';

/** Builds the node code over a table of rules. */
export function basicPaxosProtocol(
  rules: BasicRules,
): Protocol<BasicState, BasicMessage, BasicRecord> {
  const { enter } = stepContext(
    (state: BasicState, env: BasicEnv): Basic => ({ rules, state, env }),
  );
  return {
    start(env, options, records) {
      const found = rules.recordsAtStart(records, env.incarnation);
      const state = recover(env, basicConfig(options), found);
      traceBoot(state, env);
      onHeartbeatTimer(enter(state, env));
      assertInvariants(state, env.nowUs());
      return state;
    },
    message(state, env, from, message) {
      onMessage(enter(state, env), from, message);
      assertInvariants(state, env.nowUs());
    },
    timer(state, env, timer) {
      const basic = enter(state, env);
      if (timer === TIMER.attempts) onAttemptsTimer(basic);
      else onHeartbeatTimer(basic);
      assertInvariants(state, env.nowUs());
    },
    request(state, env, request) {
      onRequest(enter(state, env), request);
      assertInvariants(state, env.nowUs());
    },
    durable(state, env, record) {
      onDurable(enter(state, env), record);
      assertInvariants(state, env.nowUs());
    },
    view,
    messageKind: (message) => message.kind,
  };
}

function onMessage(basic: Basic, from: NodeId, message: BasicMessage): void {
  const { state, env, rules } = basic;
  assert(state.members[from] === from, 'a message from somebody who is no member');
  if (!rules.hears(state, from, message)) return;
  state.heardUs[from] = env.nowUs();
  switch (message.kind) {
    case 'prepare':
      onPrepare(basic, from, message);
      break;
    case 'promise':
      onPromise(basic, from, message);
      break;
    case 'accept':
      onAccept(basic, from, message);
      break;
    case 'accepted':
      onAccepted(basic, from, message);
      break;
    case 'nack':
      onNack(basic, message);
      break;
    case 'decided':
      onDecided(basic, from, message);
      break;
    case 'alive':
      break;
  }
}

/** What the node has promised and accepted itself counts from now on. */
function onDurable(basic: Basic, record: BasicRecord): void {
  const { state, rules } = basic;
  const { self } = state;
  if (record.kind === 'promise') {
    const { key, ballot } = record;
    const attempt = state.attempts.get(key);
    if (attempt === undefined || attempt.ballot !== ballot) return;
    const accepted = rules.reported(state.accepted.get(key) ?? null, ballot);
    onPromise(basic, self, { kind: 'promise', key, ballot, accepted });
  } else if (record.kind === 'accept') {
    const { key, ballot } = record;
    onAccepted(basic, self, { kind: 'accepted', key, ballot, value: record.accepted.value });
  }
}

/** Omega, as well as it can be had: the lowest node that is heard leads. */
function onHeartbeatTimer(basic: Basic): void {
  const { state, env, rules } = basic;
  const nowUs = env.nowUs();
  assert(state.heardUs.length === state.members.length, 'every node is heard or not');
  state.heardUs[state.self] = nowUs;
  state.leader = rules.leader(state, nowUs);
  sendAll(basic, { kind: 'alive' });
  env.setTimer(TIMER.heartbeat, state.config.heartbeatUs);
}

function view(state: BasicState): NodeView {
  const { leader, self, ownBallot, decided } = state;
  return {
    role: leader === self ? 'leader' : 'proposer',
    term: Math.max(0, ownBallot),
    leader,
    commit: decided.size,
    applied: decided.size,
  };
}

function recover(env: BasicEnv, config: BasicConfig, records: readonly BasicRecord[]): BasicState {
  const { self, members } = env;
  assert(members[self] === self, 'nodes are numbered from 0');
  const state: BasicState = {
    config,
    self,
    members,
    ownBallot: NO_BALLOT,
    promised: new Map(),
    accepted: new Map(),
    seen: new Map(),
    attempts: new Map(),
    votes: new Map(),
    decided: new Map(),
    heardUs: members.map(() => Number.NEGATIVE_INFINITY),
    leader: self,
    records: records.length,
  };
  for (const record of records) {
    switch (record.kind) {
      case 'ballot':
        state.ownBallot = record.ballot;
        break;
      case 'promise':
        state.promised.set(record.key, record.ballot);
        break;
      case 'accept': {
        const promised = state.promised.get(record.key) ?? NO_BALLOT;
        state.promised.set(record.key, Math.max(promised, record.promised));
        state.accepted.set(record.key, record.accepted);
        break;
      }
    }
  }
  return state;
}

function traceBoot(state: BasicState, env: BasicEnv): void {
  env.trace({
    kind: 'boot',
    protocol: 'basic-paxos',
    nodes: state.members,
    variants: [],
    recovered: {
      ballot: state.ownBallot,
      promised: Array.from(state.promised, ([instance, ballot]) => ({ instance, ballot })),
      accepted: Array.from(state.accepted, ([instance, { ballot, value }]) => ({
        instance,
        ballot,
        valueHash: hashOf(value),
      })),
      snapshot: { term: 0, index: 0 },
    },
  });
}
