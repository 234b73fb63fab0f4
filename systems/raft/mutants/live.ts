/** Mistakes that are safe, but keep the cluster from working. */

import type { Variant } from '../../system.ts';
import type { RaftRules } from '../rules.ts';
import { reachedBy, termAt } from '../state.ts';

type RaftVariant = Variant<RaftRules>;

const commitScanBreaks: RaftVariant = {
  id: 'rf-commit-scan-breaks',
  describe: 'the scan for the commit index stops at the first entry of an earlier term',
  kind: 'mutant',
  rules: () => ({
    commitIndex: (state, quorum) => {
      const reached = reachedBy(state.matchIndex, quorum);
      let commit = state.commit;
      while (commit < reached && termAt(state, commit + 1) === state.term) commit++;
      return commit;
    },
  }),
  source: 'RaftOS issue 30',
  expect: ['Liveness:client-completes', 'Liveness:commit-progress'],
};

const noNoop: RaftVariant = {
  id: 'rf-no-noop',
  describe: 'a new leader appends nothing: old entries stay uncommitted until somebody writes',
  kind: 'mutant',
  rules: () => ({ startsWithNoop: () => false }),
  source: 'Raft, section 8; RedisLabs/raft 1149155',
  expect: ['Liveness:client-completes', 'Liveness:commit-progress'],
  // So few operations that now and then only reads come after the last election.
  hunt: { nemesis: ['kill'], nemesisIntervalS: 2, timeLimitS: 20, rate: 1 },
};

export const liveMutants = [commitScanBreaks, noNoop] as const;
