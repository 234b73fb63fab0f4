/**
 * The smallest replicated register worth running as processes: node 0 leads for ever, a write is
 * answered once a majority has it on disk, and a read is answered by the leader alone.
 */

import type { Value } from '../../../checkers/history.ts';
import type { ClientEnv, ClientProtocol, ClientState } from '../../../systems/client.ts';
import type { ClientRef, Env, Protocol, Reply } from '../../../systems/protocol.ts';
import type { ProtocolSystem as System } from '../../../systems/system.ts';

interface Entry {
  readonly index: number;
  readonly key: string;
  readonly value: Value;
}

type Message =
  | { readonly kind: 'append'; readonly entry: Entry }
  | { readonly kind: 'ack'; readonly index: number }
  | { readonly kind: 'heartbeat' };

interface State {
  readonly log: Entry[];
  readonly waiting: Map<number, { readonly to: ClientRef; readonly acks: Set<number> }>;
  heardLeader: boolean;
}

type TinyEnv = Env<Message, Entry>;

const HEARTBEAT = 0;

const protocol: Protocol<State, Message, Entry> = {
  start(env, _options, records) {
    env.trace({ kind: 'term', term: records.length });
    if (env.self === 0) env.setTimer(HEARTBEAT, 50_000);
    return { log: [...records], waiting: new Map(), heardLeader: env.self === 0 };
  },
  message(state, env, from, message) {
    switch (message.kind) {
      case 'heartbeat':
        state.heardLeader = true;
        break;
      case 'append':
        if (message.entry.index >= state.log.length) append(state, env, message.entry);
        env.send(from, { kind: 'ack', index: message.entry.index });
        break;
      case 'ack':
        acknowledge(state, env, from, message.index);
        break;
    }
  },
  timer(state, env) {
    for (const member of env.members) {
      if (member === 0) continue;
      env.send(member, { kind: 'heartbeat' });
      // What was sent while a link was down is lost.
      for (const index of state.waiting.keys()) {
        env.send(member, { kind: 'append', entry: state.log[index] as Entry });
      }
    }
    env.setTimer(HEARTBEAT, 50_000);
  },
  request(state, env, request) {
    if (env.self !== 0) {
      env.reply(request.from, { status: 'redirect', leader: 0 });
      return;
    }
    if (request.kind === 'open') {
      env.reply(request.from, { status: 'ok', value: 1, position: null });
      return;
    }
    const { f, key, value } = request.operation;
    if (key === 'panic') throw new Error('asked to');
    if (f === 'read') {
      const entry = state.log.findLast((candidate) => candidate.key === key);
      env.reply(request.from, { status: 'ok', value: entry?.value ?? null, position: null });
      return;
    }
    const entry = { index: state.log.length, key, value };
    state.waiting.set(entry.index, { to: request.from, acks: new Set() });
    append(state, env, entry);
    for (const member of env.members) {
      if (member !== 0) env.send(member, { kind: 'append', entry });
    }
  },
  durable(state, env, entry) {
    if (env.self === 0) acknowledge(state, env, 0, entry.index);
  },
  view: (state) => ({
    role: 'node',
    term: 1,
    leader: state.heardLeader ? 0 : null,
    commit: state.log.length,
    applied: state.log.length,
  }),
  messageKind: (message) => message.kind,
};

function append(state: State, env: TinyEnv, entry: Entry): void {
  state.log.push(entry);
  env.persist(entry);
  env.trace({ kind: 'append', index: entry.index, term: 1, valueHash: 0, previousTerm: 1 });
}

function acknowledge(state: State, env: TinyEnv, from: number, index: number): void {
  const waiting = state.waiting.get(index);
  if (waiting === undefined) return;
  waiting.acks.add(from);
  if (waiting.acks.size <= env.members.length / 2) return;
  state.waiting.delete(index);
  env.reply(waiting.to, { status: 'ok', value: null, position: index });
}

const ATTEMPT_US = 1_000_000;

const client: ClientProtocol = {
  start: (env) => ({
    operation: null,
    requestId: 0,
    session: 0,
    sequence: 0,
    target: env.nodes[env.client % env.nodes.length] ?? 0,
    deadlineUs: 0,
    indefinite: false,
    attempts: 0,
  }),
  invoke(state, env, operation) {
    state.operation = operation;
    ask(state, env);
  },
  reply(state, env, from, to, reply: Reply) {
    if (state.operation === null || to.id !== state.requestId) return;
    switch (reply.status) {
      case 'redirect':
        state.target = reply.leader ?? 0;
        ask(state, env);
        return;
      case 'ok':
        state.operation = null;
        env.complete({ type: 'ok', value: reply.value, node: from });
        return;
      case 'fail':
      case 'unknown':
        state.operation = null;
        env.complete({ type: reply.status === 'fail' ? 'fail' : 'info', error: reply.error });
    }
  },
  timer(state, env) {
    if (state.operation === null) return;
    state.operation = null;
    env.complete({ type: 'info', error: 'timeout' });
  },
};

function ask(state: ClientState, env: ClientEnv): void {
  if (state.operation === null) return;
  state.requestId++;
  const from = { client: env.client, id: state.requestId };
  const { operation } = state;
  env.send(state.target, { kind: 'operation', from, operation, session: 0, sequence: 0 });
  env.setTimer(ATTEMPT_US);
}

export const system: System = {
  name: 'tiny',
  describe: 'A register with a fixed leader',
  operations: ['read', 'write'],
  options: {},
  rules: {},
  protocol: () => protocol as unknown as ReturnType<System['protocol']>,
  client: () => client,
  electionTimeoutMs: 300,
  variants: [],
};
