/**
 * Single-decree Paxos as Stateright's example `paxos.rs` specifies it, to have the same space of states:
 * three servers that decide one value, and two clients that write once and read once, which are nodes
 * here as they are actors there. Nothing is lost, nothing comes twice, nobody crashes. Its published count
 * (in the example's own test, `check 2`): 16,668 unique states. Written from the specification; none of
 * Stateright's code is here.
 *
 * What Stateright keeps as the history of its linearizability tester, clients report here: that a write
 * is done (a `round`, so that what the others had reported by then is part of it, as the last operations
 * that others have completed are part of its history), and what was read.
 */

import type { Model } from '../../../harness/prove/model.ts';
import type { Env, Protocol } from '../../../systems/protocol.ts';
import { clientRules, sessionClient } from '../../../systems/session-client.ts';
import type { ProtocolSystem as System } from '../../../systems/system.ts';
import { register } from '../../../workloads/register.ts';

const SERVERS = 3;
const QUORUM = 2;

/** Round and server. */
type Ballot = readonly [number, number];
interface Proposal {
  readonly request: number;
  readonly client: number;
  readonly value: number;
}
type Accepted = { readonly ballot: Ballot; readonly proposal: Proposal } | null;

type Message =
  | { readonly kind: 'put'; readonly request: number; readonly value: number }
  | { readonly kind: 'get' | 'put-ok'; readonly request: number }
  | { readonly kind: 'get-ok'; readonly request: number; readonly value: number }
  | { readonly kind: 'prepare' | 'accepted'; readonly ballot: Ballot }
  | { readonly kind: 'prepared'; readonly ballot: Ballot; readonly accepted: Accepted }
  | { readonly kind: 'accept' | 'decided'; readonly ballot: Ballot; readonly proposal: Proposal };

interface Server {
  readonly role: 'server';
  ballot: Ballot;
  proposal: Proposal | null;
  /** By server; absent for those that have not answered. */
  prepares: (Accepted | undefined)[];
  accepts: boolean[];
  accepted: Accepted;
  isDecided: boolean;
}

interface Client {
  readonly role: 'client';
  awaiting: number | null;
  operations: number;
}

type State = Server | Client;
type Host = Env<Message, never>;

const paxos: Protocol<State, Message, never> = {
  start(env) {
    if (env.self < SERVERS) {
      return {
        role: 'server',
        ballot: [0, 0],
        proposal: null,
        prepares: [],
        accepts: [],
        accepted: null,
        isDecided: false,
      };
    }
    env.send(env.self % SERVERS, { kind: 'put', request: env.self, value: env.self });
    return { role: 'client', awaiting: env.self, operations: 1 };
  },
  message(state, env, from, message) {
    if (state.role === 'client') hear(state, env, message);
    else serve(state, env, from, message);
  },
  timer() {},
  request() {},
  durable() {},
  view: () => ({ role: 'peer', term: 0, leader: null, commit: 0, applied: 0 }),
  messageKind: ({ kind }) => kind,
};

function hear(state: Client, env: Host, message: Message): void {
  if (!('request' in message) || message.request !== state.awaiting) return;
  if (message.kind === 'put-ok') {
    env.trace({ kind: 'round', term: 0, round: 1 });
    const request = (state.operations + 1) * env.self;
    env.send((env.self + state.operations) % SERVERS, { kind: 'get', request });
    state.awaiting = request;
    state.operations++;
  } else if (message.kind === 'get-ok') {
    const { value } = message;
    env.trace({ kind: 'apply', position: 1, id: 'get', valueHash: value, stateHash: value });
    state.awaiting = null;
    state.operations++;
  }
}

function serve(state: Server, env: Host, from: number, message: Message): void {
  if (state.isDecided) {
    if (message.kind !== 'get' || state.accepted === null) return;
    const { value } = state.accepted.proposal;
    env.send(from, { kind: 'get-ok', request: message.request, value });
    return;
  }
  switch (message.kind) {
    case 'put':
      if (state.proposal !== null) return;
      state.proposal = { request: message.request, client: from, value: message.value };
      state.ballot = [state.ballot[0] + 1, env.self];
      state.prepares = at([], env.self, state.accepted);
      state.accepts = [];
      toOthers(env, { kind: 'prepare', ballot: state.ballot });
      break;
    case 'prepare':
      if (compared(state.ballot, message.ballot) >= 0) return;
      state.ballot = message.ballot;
      env.send(from, { kind: 'prepared', ballot: state.ballot, accepted: state.accepted });
      break;
    case 'prepared':
      if (compared(state.ballot, message.ballot) === 0) onPrepared(state, env, from, message);
      break;
    case 'accept':
      if (compared(state.ballot, message.ballot) > 0) return;
      state.ballot = message.ballot;
      state.accepted = { ballot: message.ballot, proposal: message.proposal };
      env.send(from, { kind: 'accepted', ballot: message.ballot });
      break;
    case 'accepted':
      if (compared(state.ballot, message.ballot) === 0) onAccepted(state, env, from);
      break;
    case 'decided':
      state.ballot = message.ballot;
      state.accepted = { ballot: message.ballot, proposal: message.proposal };
      state.isDecided = true;
      break;
    case 'get':
    case 'put-ok':
    case 'get-ok':
      break;
  }
}

function onPrepared(
  state: Server,
  env: Host,
  from: number,
  { ballot, accepted }: Message & { readonly kind: 'prepared' },
): void {
  state.prepares = at(state.prepares, from, accepted);
  const answers = state.prepares.filter((one) => one !== undefined);
  if (answers.length !== QUORUM || state.proposal === null) return;
  const latest = answers.reduce((one, other) => {
    if (one === null || other === null) return one ?? other;
    return compared(one.ballot, other.ballot) >= 0 ? one : other;
  });
  const { proposal } = latest ?? { proposal: state.proposal };
  state.proposal = proposal;
  state.accepted = { ballot, proposal };
  state.accepts = at(state.accepts, env.self, true);
  toOthers(env, { kind: 'accept', ballot, proposal });
}

function onAccepted(state: Server, env: Host, from: number): void {
  state.accepts = at(state.accepts, from, true);
  if (state.accepts.filter(Boolean).length !== QUORUM || state.proposal === null) return;
  const { proposal, ballot } = state;
  state.isDecided = true;
  toOthers(env, { kind: 'decided', ballot, proposal });
  env.send(proposal.client, { kind: 'put-ok', request: proposal.request });
}

function toOthers(env: Host, message: Message): void {
  for (let node = 0; node < SERVERS; node++) if (node !== env.self) env.send(node, message);
}

function compared([round, server]: Ballot, [otherRound, otherServer]: Ballot): number {
  return round - otherRound || server - otherServer;
}

/** With something of this server: a place for each, so that the order of arrival leaves no trace. */
function at<Item>(items: readonly (Item | undefined)[], server: number, item: Item): Item[] {
  const all = Array.from({ length: SERVERS }, (_, one) => items[one]);
  all[server] = item;
  return all as Item[];
}

const system: System = {
  name: 'stateright-paxos',
  describe: 'for comparison',
  operations: ['read', 'write'],
  options: {},
  rules: {},
  protocol: () => paxos as unknown as ReturnType<System['protocol']>,
  client: () => sessionClient(clientRules),
  electionTimeoutMs: 100,
  variants: [],
};

/** `unique_state_count` of Stateright's own test of that example, breadth first and depth first. */
export const STATERIGHT_PAXOS_STATES = 16_668;

export function staterightPaxos(): Model {
  return {
    system,
    variants: [],
    workload: register,
    options: {},
    bounds: { nodes: SERVERS + 2, operations: 0, faults: 0, timeouts: 0 },
    from: 'start',
    folds: false,
  };
}
