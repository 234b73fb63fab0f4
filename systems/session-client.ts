/**
 * The client of a replicated log: it opens a session for what changes something, and retries the
 * same (session, sequence) on other nodes until an answer settles the operation or time is up.
 */

import { assert } from '../checkers/assert.ts';
import { itemAt } from '../checkers/item-at.ts';
import type { NodeId } from '../checkers/units.ts';
import type { ClientEnv, ClientProtocol, ClientState } from './client.ts';
import { isRead } from './operations.ts';
import type { ClientRef, Reply, Request } from './protocol.ts';
import type { ClientPatience } from './system.ts';

/** Decisions of the client that a variant may replace. */
export interface ClientRules {
  /**
   * How an operation ends that was given up or refused: `fail` only if it certainly never
   * happened. `indefinite`: an attempt may have been executed, or may yet be.
   */
  clientOutcome(indefinite: boolean): 'fail' | 'info';
}

export const clientRules: ClientRules = {
  clientOutcome: (indefinite) => (indefinite ? 'info' : 'fail'),
};

const OPERATION_TIMEOUT_US = 1_000_000;
const ATTEMPT_TIMEOUT_US = 200_000;

/**
 * For `System.patience`: an answer that takes longer than an attempt counts for nothing, and what opens
 * a session or reads begins anew with each.
 */
export function sessionPatience(hops: number): ClientPatience {
  return { clientMs: ATTEMPT_TIMEOUT_US / 1000, hops };
}

/** Wait before asking again where nobody knew a leader: random in [10, 20) ms. */
const BACKOFF_US = 10_000;

/** Attempts after which a client that is redirected pauses before it follows. */
const HASTY_ATTEMPTS = 3;

interface SessionState extends ClientState {
  /** Whether an answer to the last request is waited for: not while it pauses, or has no operation. */
  isAsking: boolean;
}

export function sessionClient(rules: ClientRules): ClientProtocol {
  return {
    start: (env): SessionState => ({
      operation: null,
      requestId: 0,
      isAsking: false,
      session: 0,
      sequence: 0,
      target: itemAt(env.nodes, env.client % env.nodes.length),
      deadlineUs: 0,
      indefinite: false,
      attempts: 0,
      seen: 0,
    }),
    invoke(state: SessionState, env, operation) {
      state.operation = operation;
      if (!isRead(operation)) state.sequence++;
      state.deadlineUs = env.nowUs() + OPERATION_TIMEOUT_US;
      state.indefinite = false;
      state.attempts = 0;
      attempt(state, env);
    },
    reply: (state: SessionState, env, from, to, reply) =>
      onReply(rules, { state, env, from }, to, reply),
    timer(state: SessionState, env) {
      if (state.operation === null) return;
      if (state.isAsking) {
        // The request may have arrived and be executed at any later time.
        if (isChanging(state)) state.indefinite = true;
        state.target = nextNode(state, env);
      }
      if (env.nowUs() >= state.deadlineUs) giveUp(rules, state, env, 'timeout');
      else attempt(state, env);
    },
  };
}

/** What was heard, by whom, from whom. */
interface Hearing {
  readonly state: SessionState;
  readonly env: ClientEnv;
  readonly from: NodeId;
}

function onReply(rules: ClientRules, hearing: Hearing, to: ClientRef, reply: Reply): void {
  const { state, env, from } = hearing;
  if (state.operation === null || !state.isAsking || to.id !== state.requestId) return;
  switch (reply.status) {
    case 'ok':
      if (isChanging(state) || isRead(state.operation)) settle(hearing, reply);
      else {
        state.session = Number(reply.value);
        attempt(state, env);
      }
      break;
    case 'fail':
      onFail(rules, hearing, reply);
      break;
    case 'redirect':
      state.target = reply.leader ?? nextNode(state, env);
      if (reply.leader === null || state.attempts >= HASTY_ATTEMPTS) pause(state, env);
      else attempt(state, env);
      break;
    case 'unknown':
      if (isChanging(state)) state.indefinite = true;
      if (reply.error === 'session') {
        loseSession(rules, state, env, reply.error);
        break;
      }
      state.target = from === state.target ? nextNode(state, env) : state.target;
      pause(state, env);
      break;
  }
}

/** A refusal of the session is of this attempt only; any other is the state machine's answer. */
function onFail(
  rules: ClientRules,
  hearing: Hearing,
  { error, position }: Extract<Reply, { status: 'fail' }>,
): void {
  const { state, env, from } = hearing;
  if (error !== 'session') {
    end(state, env);
    if (position === undefined) env.complete({ type: 'fail', error, node: from });
    else env.complete({ type: 'fail', error, position, node: from });
    return;
  }
  loseSession(rules, state, env, error);
}

/** The session is over. In a new one, what may have been executed could be executed again. */
function loseSession(rules: ClientRules, state: SessionState, env: ClientEnv, error: string): void {
  state.session = 0;
  if (state.indefinite) giveUp(rules, state, env, error);
  else attempt(state, env);
}

function settle(hearing: Hearing, reply: Extract<Reply, { status: 'ok' }>): void {
  const { state, env, from } = hearing;
  const { value, position } = reply;
  if (position !== null) state.seen = Math.max(state.seen ?? 0, position);
  end(state, env);
  if (position === null) env.complete({ type: 'ok', value, node: from });
  else env.complete({ type: 'ok', value, position, node: from });
}

function giveUp(rules: ClientRules, state: SessionState, env: ClientEnv, error: string): void {
  const node = state.target;
  end(state, env);
  env.complete({ type: rules.clientOutcome(state.indefinite), error, node });
}

function end(state: SessionState, env: ClientEnv): void {
  state.operation = null;
  state.isAsking = false;
  env.cancelTimer();
}

/** Whether what is asked now, if executed, changes something: not a read, not opening a session. */
function isChanging(state: SessionState): boolean {
  return state.operation !== null && !isRead(state.operation) && state.session !== 0;
}

function nextNode(state: SessionState, env: ClientEnv): number {
  const at = env.nodes.indexOf(state.target);
  return itemAt(env.nodes, (at + 1) % env.nodes.length);
}

function pause(state: SessionState, env: ClientEnv): void {
  state.isAsking = false;
  env.setTimer(BACKOFF_US + (env.random() % BACKOFF_US));
}

function attempt(state: SessionState, env: ClientEnv): void {
  state.attempts++;
  state.requestId++;
  state.isAsking = true;
  const restUs = Math.max(1, state.deadlineUs - env.nowUs());
  env.setTimer(Math.min(ATTEMPT_TIMEOUT_US, restUs));
  // Whoever refuses one copy does not know what came of the other.
  if (env.requestsRepeat === true && isChanging(state)) state.indefinite = true;
  env.send(state.target, makeRequest(state, { client: env.client, id: state.requestId }));
}

function makeRequest(state: SessionState, from: ClientRef): Request {
  const { operation, session, sequence, seen = 0 } = state;
  assert(operation !== null, 'no operation is open');
  if (isRead(operation))
    return { kind: 'operation', from, operation, session: 0, sequence: 0, seen };
  if (session === 0) return { kind: 'open', from };
  return { kind: 'operation', from, operation, session, sequence, seen };
}
