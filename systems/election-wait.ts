/** Waiting for a leader: how long is random, so that few begin at a time. */

interface Waiting<Config> {
  readonly state: { readonly config: Config; waitingSinceUs: number; timeoutUs: number };
  readonly env: {
    nowUs(): number;
    random(): number;
    setTimer(timer: number, delayUs: number): void;
  };
  readonly rules: { electionWaitUs(config: Config, drawn: number): number };
}

/** The timer that ends such a wait, in every protocol that has one. */
export const ELECTION_TIMER = 0;

/** Starts waiting anew for a leader: the timeout is random in [T, 2T). */
export function resetElectionWait<Config>({ state, env, rules }: Waiting<Config>): void {
  state.waitingSinceUs = env.nowUs();
  state.timeoutUs = rules.electionWaitUs(state.config, env.random());
  env.setTimer(ELECTION_TIMER, state.timeoutUs);
}
