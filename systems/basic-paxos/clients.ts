/** What clients ask: `propose` and `read`, both answer the decided value. */

import { answer } from '../answer.ts';
import { isRead } from '../operations.ts';
import type { Request } from '../protocol.ts';
import { tell } from './answers.ts';
import type { Basic } from './context.ts';
import { beginBallot, startAttempt } from './proposer.ts';

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
