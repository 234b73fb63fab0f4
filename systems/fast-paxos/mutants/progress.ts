/** What keeps values from being chosen, and clients from being answered. */

import type { Variant } from '../../system.ts';
import type { FastRules } from '../rules.ts';

type FastVariant = Variant<FastRules>;

const noClassicFallback: FastVariant = {
  id: 'fp-no-classic-fallback',
  describe: 'a collision is never taken to a classic round',
  kind: 'mutant',
  rules: () => ({ fallsBack: () => false }),
  source: 'Lamport 2006, section 3.2',
  expect: ['Liveness:client-completes', 'Liveness:commit-progress'],
  hunt: { nodes: 5, nemesis: ['none'], rate: 300, timeLimitS: 10 },
};

const lostProposalNotRetried: FastVariant = {
  id: 'fp-lost-proposal-not-retried',
  describe: 'a command that lost its slot is neither proposed again nor answered',
  kind: 'mutant',
  rules: () => ({ takesUpLost: () => false }),
  source: 'Lamport 2006, section 3.2: it is a new proposal in another instance',
  // The session client asks another node after 200 ms, so no client ever notices.
  expect: [],
};

export const progressMutants = [noClassicFallback, lostProposalNotRetried] as const;
