/**
 * What follows once a leader has taken in what reached it: what a quorum holds is committed, and
 * what that was about is done, until nothing more follows. Handlers call this, and it calls none.
 */

import type { LogIndex } from '../../checkers/units.ts';
import { advanceCommit, countOwn } from './commit.ts';
import type { Raft } from './context.ts';
import { settleConfiguration } from './reconfiguration.ts';

/** Leader: some node holds more of its log than before. */
export function settle(raft: Raft): void {
  let knownUpTo: LogIndex;
  do {
    knownUpTo = raft.state.commit;
    // The configuration that follows a committed one may be committed by the leader's word alone.
  } while (advanceCommit(raft) && settleConfiguration(raft, knownUpTo) && countOwn(raft));
}

/** Leader: it has appended, or its disk has written. */
export function settleOwn(raft: Raft): void {
  if (countOwn(raft)) settle(raft);
}
