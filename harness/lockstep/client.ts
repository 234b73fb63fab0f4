/** A client of programs in virtual time: one request at a time, until its operation is over. */

import { assert } from '../../checkers/assert.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { ClientEnv, ClientProtocol, ClientState } from '../../systems/client.ts';
import type { Operation } from '../../systems/operations.ts';
import type { ClientRef, Reply } from '../../systems/protocol.ts';
import { BadAnswer, type Body, type Conversation, type Rpc } from '../../workloads/workload.ts';
import { shorten, usage } from '../core/errors.ts';
import { failed, TIMEOUT_MS, unanswered } from '../process/client.ts';
import { programName } from '../process/network.ts';
import { bodyOf, requestOf } from './line.ts';

/** What was said in a conversation: enough for another to stand where it stands. */
type Said =
  | { readonly kind: 'request'; readonly operation: Operation }
  | { readonly kind: 'answer'; readonly operation: Operation; readonly body: Body };

interface State extends ClientState {
  readonly conversation: Conversation;
  readonly said: Said[];
  /** The body of the request that is waited for. */
  asked: Body;
}

export class ProgramClient implements ClientProtocol {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  start({ client, nodes }: ClientEnv): State {
    return {
      operation: null,
      requestId: 0,
      session: 0,
      sequence: 0,
      target: client % nodes.length,
      deadlineUs: 0,
      indefinite: false,
      attempts: 0,
      conversation: this.#rpc.open(),
      said: [],
      asked: {},
    };
  }

  invoke(given: ClientState, env: ClientEnv, operation: Operation): void {
    const state = own(given);
    state.operation = operation;
    this.#ask(state, env, operation, request(state, operation));
  }

  reply(given: ClientState, env: ClientEnv, node: NodeId, to: ClientRef, reply: Reply): void {
    const state = own(given);
    const { operation } = state;
    if (operation === null || to.id !== state.requestId) return;
    const body = bodyOf(reply);
    if (body['type'] === 'error') {
      state.operation = null;
      env.complete(failed(operation, node, body));
      return;
    }
    try {
      const { value, followUp } = answer(state, operation, body);
      if (followUp !== null) {
        this.#ask(state, env, operation, followUp);
        return;
      }
      state.operation = null;
      env.complete({ type: 'ok', value, node });
    } catch (error) {
      if (!(error instanceof BadAnswer)) throw error;
      const question = shorten(JSON.stringify(state.asked), 200);
      const said = shorten(JSON.stringify(body), 200);
      throw usage(
        `${programName(node)} answered ${question}\n  with ${said}\n` +
          `  where this is expected: ${error.message}`,
      );
    }
  }

  timer(given: ClientState, env: ClientEnv): void {
    const state = own(given);
    const { operation } = state;
    if (operation === null) return;
    state.operation = null;
    env.complete(unanswered(operation, nodeOf(state, operation)));
  }

  /** A conversation may remember: another one is told all that was said in it. */
  copy(given: ClientState): State {
    const state = own(given);
    const copy: State = { ...state, conversation: this.#rpc.open(), said: [] };
    for (const one of state.said) {
      if (one.kind === 'request') request(copy, one.operation);
      else answer(copy, one.operation, one.body);
    }
    return copy;
  }

  #ask(state: State, env: ClientEnv, operation: Operation, body: Body): void {
    state.requestId++;
    state.asked = body;
    const from = { client: env.client, id: state.requestId };
    env.send(nodeOf(state, operation), requestOf(from, body));
    env.setTimer(timeoutUs(state.conversation));
  }
}

function own(state: ClientState): State {
  assert('conversation' in state, 'a client gets its own state back');
  return state as State;
}

function request(state: State, operation: Operation): Body {
  note(state, { kind: 'request', operation });
  return state.conversation.request(operation);
}

/** What an answer comes to, and what is to be asked before the operation is over. */
function answer(state: State, operation: Operation, body: Body) {
  note(state, { kind: 'answer', operation, body });
  const { conversation } = state;
  const value = conversation.answer(operation, body);
  return { value, followUp: conversation.followUp?.(operation) ?? null };
}

function note({ said }: State, one: Said): void {
  said.push(one);
}

function timeoutUs({ timeoutMs }: Conversation): Micros {
  return 1000 * (timeoutMs ?? TIMEOUT_MS);
}

function nodeOf({ target }: ClientState, operation: Operation): NodeId {
  return operation.node ?? target;
}
