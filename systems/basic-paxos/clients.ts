/** What clients ask and what they are told: `propose` and `read`, both answer the decided value. */

import { answer } from '../answer.ts';
import { isRead } from '../operations.ts';
import type { Request } from '../protocol.ts';
import { hashOf } from './acceptor.ts';
import type { Accepted } from './messages.ts';
import { beginBallot, startAttempt } from './proposer.ts';
import type { Basic, Waiting } from './state.ts';

export function onRequest(basic: Basic, request: Request): void {
  const { state, rules } = basic;
  const { from } = request;
  if (request.kind === 'open') {
    answer(basic.env, from, { status: 'fail', error: 'no-sessions' });
    return;
  }
  const { operation } = request;
  const { key, value } = operation;
  if (operation.f !== 'propose' && !isRead(operation)) {
    answer(basic.env, from, { status: 'fail', error: 'not-served' });
    return;
  }
  const decided = rules.knownDecision(state, key);
  if (decided !== null) {
    const client = { to: from, proposal: isRead(operation) ? null : value, ballot: decided.ballot };
    tell(basic, key, client, decided);
    return;
  }
  if (!rules.serves(state)) {
    answer(basic.env, from, { status: 'redirect', leader: state.leader });
    return;
  }
  const running = state.attempts.get(key);
  const attempt = running ?? startAttempt(basic, key);
  // Whatever ballot this attempt begins next is above all that it has begun.
  const ballot = attempt.ballot + 1;
  attempt.waiting.push({ to: from, proposal: isRead(operation) ? null : value, ballot });
  if (running === undefined) beginBallot(basic, attempt);
}

/**
 * Tells a client the value of a key, or a read that there is none (null), as it was found in this
 * ballot. Of a read the trace says so, and which ballot was the first to begin after it came.
 */
export function tell(
  basic: Basic,
  key: string,
  { to, proposal, ballot: since }: Waiting,
  { ballot, value }: Accepted,
): void {
  const { env } = basic;
  if (proposal === null) {
    const valueHash = value === null ? null : hashOf(value);
    env.trace({ kind: 'read', instance: key, ballot, since, valueHash });
  }
  answer(env, to, { status: 'ok', value, position: null });
}
