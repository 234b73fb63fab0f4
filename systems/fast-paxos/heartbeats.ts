/** Heartbeats: they keep the others waiting, repeat Any, tell what is chosen, and show who is there. */

import { takeAny } from './acceptor.ts';
import { prepareAgain, startRound, stepDown } from './coordinator.ts';
import { follow } from './election.ts';
import { askToLearn } from './learning.ts';
import type { Heartbeat, HeartbeatAck } from './messages.ts';
import { isFast } from './numbers.ts';
import { placeBacklog } from './proposer.ts';
import { countHeard } from './rules.ts';
import { attendSlots } from './slots.ts';
import { type Fast, sendAll, TIMER } from './state.ts';

export function startHeartbeats(fast: Fast): void {
  sendHeartbeat(fast);
  fast.env.setTimer(TIMER.heartbeat, fast.state.config.heartbeatUs);
}

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

export function onHeartbeat(fast: Fast, from: number, message: Heartbeat): void {
  const { state, env } = fast;
  const { round, chosenUpTo, anyFrom } = message;
  if (round < state.promised) {
    env.send(from, { kind: 'nack', round, promised: state.promised });
    return;
  }
  follow(fast, from, round);
  if (anyFrom > 0) takeAny(fast, { round, from: anyFrom });
  env.send(from, { kind: 'heartbeat-ack', round });
  if (state.chosenUpTo < chosenUpTo) askToLearn(fast, from);
  placeBacklog(fast);
}

export function onHeartbeatAck(fast: Fast, from: number, message: HeartbeatAck): void {
  const { state, env } = fast;
  if (state.role !== 'leader' || message.round !== state.round) return;
  state.ackUs[from] = env.nowUs();
  if (!isFast(state.round, state.members.length) && canBeFast(fast)) startRound(fast, true);
}

/** Whether a fast round may be tried: as many have answered just now as it needs. */
function canBeFast({ state, env, rules }: Fast): boolean {
  const { rounds, heartbeatUs } = state.config;
  const nowUs = env.nowUs();
  if (rounds === 'classic' || nowUs < state.fastFromUs) return false;
  return countHeard(state, nowUs, 2 * heartbeatUs) >= rules.promisesNeeded(state.quorums, true);
}

/** Whether the fast round does not work: too few answer, or too many slots had to be recovered. */
function hasToFallBack({ state, env, rules }: Fast): boolean {
  if (!rules.fallsBack(state)) return false;
  if (state.contention >= state.config.contentionMax) return true;
  return countHeard(state, env.nowUs(), state.config.electionTimeoutUs / 2) < state.quorums.fast;
}

function sendHeartbeat(fast: Fast): void {
  const { round, chosenUpTo, any } = fast.state;
  const anyFrom = any.round === round ? any.from : 0;
  sendAll(fast, { kind: 'heartbeat', round, chosenUpTo, anyFrom });
}
