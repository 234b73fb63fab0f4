/**
 * A change to Raft that costs time and nothing else: entries travel alone. `ordeal run raft --rules
 * test/examples/one-at-a-time.ts --runs 200` finds nothing to complain of.
 */

import type { RaftRules } from '../../systems/raft/rules.ts';
import type { Variant } from '../../systems/system.ts';

export const oneAtATime: Variant<RaftRules> = {
  id: 'one-at-a-time',
  describe: 'a leader sends one entry in each message',
  kind: 'variant',
  rules: (base) => ({
    batchEntries: (state, nextIndex) => base.batchEntries(state, nextIndex).slice(0, 1),
  }),
};
