/**
 * A change to Raft that looks like a saving: a leader commits whatever a quorum holds, without
 * waiting for an entry of its own term. `ordeal run raft --rules test/examples/eager-commit.ts
 * --runs 50` shows what Figure 8 of the paper warns of.
 */

import type { RaftRules } from '../../systems/raft/rules.ts';
import type { Variant } from '../../systems/system.ts';

export const eagerCommit: Variant<RaftRules> = {
  id: 'eager-commit',
  describe: 'a leader commits what a quorum holds, whatever term it is of',
  kind: 'variant',
  rules: () => ({ commitIndex: (state, reached) => Math.max(state.commit, reached) }),
};
