/** Waiting for a leader: how long is random, so that few begin at a time. */

import type { Micros } from '../checkers/units.ts';

interface Waiting<Config> {
  readonly state: { readonly config: Config; waitingSinceUs: Micros; timeoutUs: Micros };
  readonly env: {
    nowUs(): Micros;
    random(): number;
    setTimer(timer: number, delayUs: Micros): void;
  };
  readonly rules: { electionWaitUs(config: Config, drawn: number): Micros };
}

/** The timer that ends such a wait, in every protocol that has one. */
export const ELECTION_TIMER = 0;

/** Starts waiting anew for a leader: the timeout is random in [T, 2T). */
export function resetElectionWait<Config>({ state, env, rules }: Waiting<Config>): void {
  state.waitingSinceUs = env.nowUs();
  state.timeoutUs = rules.electionWaitUs(state.config, env.random());
  env.setTimer(ELECTION_TIMER, state.timeoutUs);
}
