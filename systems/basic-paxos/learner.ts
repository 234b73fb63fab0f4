/** Learners: a value is chosen when a quorum has accepted it in one ballot (PMS, 2.3). */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import { hashOf } from '../hash.ts';
import { sendAll } from '../send-all.ts';
import { tell } from './answers.ts';
import type { Basic } from './context.ts';
import type { Accepted, Accepted2b, Decided } from './messages.ts';
import { schedule } from './proposer.ts';

const NOBODY_COUNTED: readonly number[] = [];

export function onAccepted(basic: Basic, from: NodeId, message: Accepted2b): void {
  const { state, rules } = basic;
  const { key, ballot, value } = message;
  if (state.decided.has(key)) return;
  const votes = state.votes.get(key) ?? [];
  const vote = { node: from, ballot, value };
  if (!rules.countVote(votes, vote)) return;
  votes.push(vote);
  state.votes.set(key, votes);
  const decision = rules.decision(votes, rules.quorum(state.members.length));
  if (decision === null) return;
  decide(basic, key, decision, decision.nodes);
  if (!state.config.distinguishedLearner) return;
  sendAll(basic, { kind: 'decided', key, ballot: decision.ballot, value: decision.value });
}

export function onDecided(basic: Basic, from: NodeId, message: Decided): void {
  const { state, rules } = basic;
  const { key, ballot, value } = message;
  if (state.decided.has(key) || !rules.believes(state, from, message)) return;
  decide(basic, key, { ballot, value }, NOBODY_COUNTED);
}

/** From now on every client is told this value. */
function decide(
  basic: Basic,
  key: string,
  { ballot, value }: Accepted,
  certificate: readonly number[],
): void {
  const { state, env } = basic;
  assert(!state.decided.has(key), 'a key is decided twice');
  state.decided.set(key, { ballot, value });
  state.votes.delete(key);
  env.trace({ kind: 'learn', ballot, instance: key, valueHash: hashOf(value), certificate });
  const attempt = state.attempts.get(key);
  if (attempt === undefined) return;
  state.attempts.delete(key);
  // A read waits for no ballot of its own once the value is decided: that never changes again.
  for (const client of attempt.waiting) tell(basic, key, { ...client, ballot }, { ballot, value });
  schedule(basic);
}
