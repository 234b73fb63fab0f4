/** Noticing that it is time to leave a leader or a leadership: silence, and lost connections. */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { Zab } from './context.ts';
import { knock } from './discovery.ts';
import { look } from './looking.ts';
import type { Ping } from './messages.ts';
import { TIMER, votersIn } from './state.ts';

/** The connection to a peer is lost, and with it whatever was said to it, or by it. */
export function onDisconnected(zab: Zab, peer: NodeId): void {
  const { state } = zab;
  state.learners[peer] = null;
  if (peer === state.leader) look(zab);
}

/** A follower that hears nothing of its leader, and whoever takes too long to begin, looks again. */
export function onLimitTimer(zab: Zab): void {
  const { state, env, rules } = zab;
  const { syncLimitUs } = state.config;
  if (state.phase === 'election') return;
  if (state.phase !== 'broadcast') {
    const restUs = rules.joinRestUs(state, env.nowUs());
    if (restUs > 0) env.setTimer(TIMER.limit, restUs);
    else look(zab);
    return;
  }
  if (state.role === 'leading') return;
  // The timer is not armed anew whenever the leader is heard: it finds how long it was silent.
  const nowUs = env.nowUs();
  if (rules.givesUp(state, nowUs)) look(zab);
  else env.setTimer(TIMER.limit, Math.max(1, state.heardUs + syncLimitUs - nowUs));
}

export function onPingTimer(zab: Zab): void {
  const { state } = zab;
  if (state.role === 'leading') pingLearners(zab);
  else if (state.role !== 'looking' && state.phase === 'discovery') knock(zab);
}

/** Follower. */
export function onPing(zab: Zab, from: NodeId, message: Ping): void {
  const { state, env, rules } = zab;
  if (!rules.hearsLeader(state, from, message)) return;
  state.heardUs = env.nowUs();
  if (rules.answersPing(state, from)) env.send(from, { kind: 'pong', link: message.link });
}

/** Leader. */
export function onPong(zab: Zab, from: NodeId, { link }: Ping): void {
  const { state, env, rules } = zab;
  const learner = state.learners[from];
  if (learner && rules.hearsLearner(state, from, link)) learner.heardUs = env.nowUs();
}

/** Leader: pings everybody, and makes room if it has heard no quorum of late. */
function pingLearners(zab: Zab): void {
  const { state, env, rules } = zab;
  assert(state.role === 'leading', 'only a leader pings');
  const { pingUs } = state.config;
  const nowUs = env.nowUs();
  if (state.phase === 'broadcast') {
    const heard = votersIn(state, (learner) => rules.isHeard(state, learner, nowUs));
    if (rules.toLooking(state, heard, (voters) => rules.quorum(state, voters))) {
      look(zab);
      return;
    }
  }
  for (const [node, learner] of state.learners.entries()) {
    if (learner === null || !rules.pings(state, node, learner)) continue;
    env.send(node, { kind: 'ping', link: learner.link });
  }
  env.setTimer(TIMER.ping, pingUs);
}
