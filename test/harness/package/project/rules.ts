/** An own change to a rule, in TypeScript. */

import type { RaftRules, Variant } from 'ordeal';

export const oneAtATime: Variant<RaftRules> = {
  id: 'one-at-a-time',
  describe: 'a leader sends one entry in each message',
  kind: 'variant',
  rules: (base) => ({ batchEntries: (state, next) => base.batchEntries(state, next).slice(0, 1) }),
};
