/** Waiting for a coordinator: whoever hears none for long enough tries to become it. */

import { resetElectionWait } from '../election-wait.ts';
import type { Fast } from './context.ts';
import { sendPrepare, startRound } from './coordinator.ts';
import { stepDown } from './roles.ts';
import { NOBODY, TIMER } from './state.ts';
import { abandonBacklog } from './waiting.ts';

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
