/** What clients are told. */

import { assert } from '../../checkers/assert.ts';
import { answer } from '../answer.ts';
import { hashOf } from '../hash.ts';
import type { Basic } from './context.ts';
import type { Accepted } from './messages.ts';
import type { Waiting } from './state.ts';

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
  assert(proposal === null || value !== null, 'who proposes a value is told one');
  if (proposal === null) {
    const valueHash = value === null ? null : hashOf(value);
    env.trace({ kind: 'read', instance: key, ballot, since, valueHash });
  }
  answer(env, to, { status: 'ok', value, position: null });
}
