/** Heartbeats: they keep the others waiting, repeat Any, tell what is chosen, and show who is there. */

import { itemAt } from '../../checkers/item-at.ts';
import type { NodeId } from '../../checkers/units.ts';
import { askToLearn } from '../slot-learning.ts';
import { takeAny } from './acceptor.ts';
import type { Fast } from './context.ts';
import { prepareAgain, startHeartbeats, startRound } from './coordinator.ts';
import type { Any2a, Heartbeat, HeartbeatAck } from './messages.ts';
import { isFast, NO_ROUND } from './numbers.ts';
import { placeBacklog } from './proposer.ts';
import { follow, stepDown } from './roles.ts';
import { attendSlots } from './slots.ts';

export function onHeartbeatTimer(fast: Fast): void {
  const { state, env, rules } = fast;
  switch (state.role) {
    case 'follower':
      return;
    case 'candidate':
      prepareAgain(fast);
      return;
    case 'leader':
      break;
  }
  if (!rules.checkQuorum(state, env.nowUs())) {
    stepDown(fast, 'check-quorum');
    return;
  }
  if (isFast(state.round, state.members.length) && hasToFallBack(fast)) {
    state.fastFromUs = env.nowUs() + state.config.classicUs;
    startRound(fast, false);
    return;
  }
  attendSlots(fast);
  startHeartbeats(fast);
}

/** 2a "Any". Whoever missed the phase 1 of the round takes part from here on. */
export function onAny(fast: Fast, from: NodeId, message: Any2a): void {
  const { state, env, rules } = fast;
  const { round } = message;
  if (!rules.follows(state, from, round)) {
    env.send(from, rules.refusal(state, round, NO_ROUND));
    return;
  }
  follow(fast, from, round);
  takeAny(fast, message);
  placeBacklog(fast);
}

export function onHeartbeat(fast: Fast, from: NodeId, message: Heartbeat): void {
  const { state, env, rules } = fast;
  const { round, chosenUpTo, anyFrom, beat } = message;
  const reply = rules.heartbeatAnswer(state, from, message);
  const follows = rules.follows(state, from, round);
  if (reply === 'nack') env.send(from, rules.refusal(state, round, NO_ROUND));
  if (follows) {
    follow(fast, from, round);
    if (anyFrom > 0) takeAny(fast, { round, from: anyFrom });
  }
  if (reply === 'ack') env.send(from, { kind: 'heartbeat-ack', round, beat });
  if (!follows) return;
  if (state.chosenUpTo < chosenUpTo) askToLearn(fast, from);
  placeBacklog(fast);
}

export function onHeartbeatAck(fast: Fast, from: NodeId, message: HeartbeatAck): void {
  const { state, env, rules } = fast;
  if (!rules.countAck(state, from, message)) return;
  // It may have been on its way, or come twice, long after the node was gone.
  if (message.beat < itemAt(state.ackBeat, from)) return;
  const nowUs = env.nowUs();
  state.ackBeat[from] = message.beat;
  state.ackUs[from] = nowUs;
  const needed = rules.promisesNeeded(state.quorums, true);
  if (rules.triesFast(state, nowUs, needed)) startRound(fast, true);
}

/** Whether the fast round does not work: too few answer, or too many slots had to be recovered. */
function hasToFallBack({ state, env, rules }: Fast): boolean {
  return rules.fallsBack(state) && rules.leavesFast(state, env.nowUs());
}
