/**
 * Leadership transfer (dissertation, section 3.10): the leader takes no more commands, brings the
 * target's log up to its own, and has it start an election without waiting for silence.
 */

import { traceLease } from './reads.ts';
import type { Raft, RaftState, Transfer } from './state.ts';

/** Leader: hands over when it has led for long enough; there is no operator here who asks for it. */
export function transferWhenDue(raft: Raft): void {
  const { state, env } = raft;
  const { transferEvery } = state.config;
  if (transferEvery === 0 || state.commit < state.firstOwn + transferEvery) return;
  if (state.transfer !== null || state.active.index > state.commit) return;
  const target = bestTarget(state, env.nowUs());
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
  const { target } = state.transfer;
  if (!rules.transferReady(state, target)) return;
  state.leaseForfeited = true;
  env.send(target, { kind: 'timeout-now', term: state.term });
}

/** Leader: goes on leading if the target has not taken over within an election timeout. */
export function abortLateTransfer(raft: Raft): void {
  const { state, env } = raft;
  if (state.transfer === null) return;
  const { target, sinceUs } = state.transfer;
  if (env.nowUs() - sinceUs < state.config.electionTimeoutUs) return;
  state.transfer = null;
  // Not again at once, but after as many entries more.
  state.firstOwn = state.commit;
  env.trace({ kind: 'transfer', op: 'abort', term: state.term, target });
}

/** The voter that lacks least of the log, among those that were heard of late. */
function bestTarget(state: RaftState, nowUs: number): Transfer['target'] | null {
  let best: number | null = null;
  for (const node of state.active.configuration.voters) {
    if (node === state.self) continue;
    if (nowUs - (state.ackUs[node] as number) >= state.config.electionTimeoutUs) continue;
    const match = state.matchIndex[node] as number;
    if (best === null || match > (state.matchIndex[best] as number)) best = node;
  }
  return best;
}
