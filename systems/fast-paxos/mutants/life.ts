/** Mistakes of implementations in which every node proposes, from public reports. */

import type { Variant } from '../../system.ts';
import { coordinatorOf } from '../numbers.ts';
import type { FastRules } from '../rules.ts';
import { NO_SLOT } from '../state.ts';

type FastVariant = Variant<FastRules>;

/** Proposals and votes get lost, so that nodes learn of slots for which they have not voted. */
const LOSSES = { nodes: 5, set: { 'network.lossPpm': 50_000, snapshotEvery: 0 } } as const;

/** Where commands collide, the coordinator votes for one, and others for another. */
const CONTENTION = { nodes: 5, nemesis: ['partition', 'kill'], rate: 400 } as const;

const needsOwnProposal: FastVariant = {
  id: 'fp-chosen-without-proposal',
  describe: 'a replica executes what is chosen only where it has voted for a proposal itself',
  kind: 'mutant',
  rules: (base) => ({
    nextToApply: (state) => {
      const slot = base.nextToApply(state);
      return state.accepted.has(slot) ? slot : NO_SLOT;
    },
  }),
  source: 'imdea-software/swiftpaxos issue 3 (N2Paxos: a commit without a local proposal)',
  expect: ['Liveness:followers-converge', 'Liveness:client-completes', 'Liveness:progress'],
  hunt: LOSSES,
};

const countsCoordinator: FastVariant = {
  id: 'fp-counts-coordinator',
  describe: 'a learner counts the coordinator among those who voted, whatever that has voted for',
  kind: 'mutant',
  rules: () => ({
    votersFor: ({ members }, voted, { round }) => {
      const coordinator = coordinatorOf(round, members.length);
      return voted.includes(coordinator) ? voted : [...voted, coordinator];
    },
  }),
  source: 'imdea-software/swiftpaxos issue 3 (N2Paxos: votes count of nodes that gave none)',
  expect: ['J:QuorumCert', 'LearnedNotChosen', 'ChosenStable', 'Agreement'],
  hunt: CONTENTION,
};

export const lifeMutants = [needsOwnProposal, countsCoordinator] as const;
