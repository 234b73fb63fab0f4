/** Waiting for a coordinator: whoever hears none for long enough tries to become it. */

import { sendPrepare, startRound, stepDown } from './coordinator.ts';
import { abandonBacklog } from './proposer.ts';
import { type Fast, NOBODY, TIMER } from './state.ts';

/** Starts waiting anew for a coordinator: the timeout is random in [T, 2T). */
export function resetElectionWait(fast: Fast): void {
  const { state, env, rules } = fast;
  state.waitingSinceUs = env.nowUs();
  state.timeoutUs = rules.electionWaitUs(state.config, env.random());
  env.setTimer(TIMER.election, state.timeoutUs);
}

/**
 * The timer is not armed anew whenever the coordinator is heard, because timers are events: it
 * fires, finds how long the silence really was, and is armed for the rest. The first round of a
 * new coordinator is a classic one, which fewer acceptors can begin.
 */
export function onElectionTimer(fast: Fast): void {
  const { state, env, rules } = fast;
  if (state.role === 'leader') return;
  const restUs = rules.electionRestUs(state, env.nowUs());
  if (restUs > 0) {
    env.setTimer(TIMER.election, restUs);
    return;
  }
  resetElectionWait(fast);
  switch (rules.onSilence(state)) {
    case 'begin':
      break;
    case 'repeat':
      sendPrepare(fast);
      return;
    case 'wait':
      return;
  }
  if (state.role === 'candidate') stepDown(fast, 'no-promises');
  state.leader = NOBODY;
  state.fastFromUs = env.nowUs();
  abandonBacklog(fast);
  startRound(fast, false);
}

/** The coordinator of `round` has been heard. */
export function follow(fast: Fast, leader: number, round: number): void {
  const { state, env, rules } = fast;
  if (rules.givesWay(state, round)) stepDown(fast, 'higher-round');
  if (round > state.seen) state.seen = round;
  state.leader = leader;
  // The successor of a fast round goes with it.
  state.following = round - (round % 2);
  state.waitingSinceUs = env.nowUs();
}
