/** Watches the clients' history of a run as it grows, for the first violation. */

import type { History } from '../../checkers/history.ts';
import { RegisterFollower } from '../../checkers/linearizable/index.ts';
import type { Workload } from '../../workloads/workload.ts';

/** The models that can be followed. */
const FOLLOWED: readonly unknown[] = ['register', 'cas-register'];

/**
 * Registers with unique values are followed (see `RegisterFollower` for what that leaves out); of
 * other workloads nothing is seen here. What was seen is judged once more when the run has ended.
 */
export class HistoryWatch {
  readonly #follower: RegisterFollower | null;
  #seen = 0;
  #violated = false;

  constructor({ model, judge, initial }: Pick<Workload, 'model' | 'judge' | 'initial'>) {
    const isFollowed = judge === undefined && FOLLOWED.includes(model);
    this.#follower = isFollowed ? new RegisterFollower(initial) : null;
  }

  /** Whether the history as it now is, which has grown since the last call, is wrong. */
  isViolated(history: History): boolean {
    const follower = this.#follower;
    if (follower === null) return false;
    while (this.#seen < history.length && !this.#violated) {
      this.#violated = follower.next(history, this.#seen++) !== undefined;
    }
    return this.#violated;
  }
}
