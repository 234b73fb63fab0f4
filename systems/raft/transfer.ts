/**
 * Leadership transfer (dissertation, section 3.10): the leader takes no more commands, brings the
 * target's log up to its own, and has it start an election without waiting for silence.
 */

import { assert } from '../../checkers/assert.ts';
import type { Raft } from './context.ts';
import { traceLease } from './lease.ts';

/** Leader: hands over when it has led for long enough; there is no operator here who asks for it. */
export function transferWhenDue(raft: Raft): void {
  const { state, env, rules } = raft;
  assert(state.role === 'leader', 'only a leader hands over');
  const target = rules.transferTarget(state, env.nowUs());
  if (target === null) return;
  state.transfer = { target, sinceUs: env.nowUs() };
  env.trace({ kind: 'transfer', op: 'start', term: state.term, target });
  traceLease(raft);
  continueTransfer(raft);
}

/** Leader: tells the target to go ahead once it has everything; it is told again if that is lost. */
export function continueTransfer(raft: Raft): void {
  const { state, env, rules } = raft;
  if (state.transfer === null) return;
  assert(state.role === 'leader', 'a transfer ends with the leadership');
  const { target } = state.transfer;
  if (!rules.transferReady(state, target)) return;
  state.leaseForfeited = true;
  env.send(target, { kind: 'timeout-now', term: state.term });
}

/** Leader: goes on leading if the target has not taken over within an election timeout. */
export function abortLateTransfer(raft: Raft): void {
  const { state, env, rules } = raft;
  if (state.transfer === null || !rules.abortsTransfer(state, env.nowUs())) return;
  const { target } = state.transfer;
  assert(state.role === 'leader', 'only a leader hands over');
  state.transfer = null;
  // Not again at once, but after as many entries more.
  state.firstOwn = state.commit;
  env.trace({ kind: 'transfer', op: 'abort', term: state.term, target });
}
