/** Wrong learners: what is taken for chosen (PMS, 2.3). */

import type { Variant } from '../../system.ts';
import type { BasicRules } from '../rules.ts';

type BasicVariant = Variant<BasicRules>;

const LOSSY = {
  nodes: 5,
  workload: 'consensus',
  rate: 300,
  timeLimitS: 30,
  nemesis: ['partition', 'pause'],
  nemesisIntervalS: 1,
  set: {
    'network.latencyMaxUs': 20_000,
    'network.lossPpm': 200_000,
    'network.duplicatePpm': 200_000,
  },
} as const;

const acrossBallots: BasicVariant = {
  id: 'px-learn-across-ballots',
  describe: 'a learner counts acceptors of a value, in whatever ballots they accepted it',
  kind: 'mutant',
  rules: () => ({
    decision(votes, quorum) {
      for (const { value } of votes) {
        const same = votes.filter((vote) => vote.value === value);
        const nodes = [...new Set(same.map((vote) => vote.node))];
        const ballot = Math.max(...same.map((vote) => vote.ballot));
        if (nodes.length >= quorum) return { ballot, value, nodes };
      }
      return null;
    },
  }),
  source: 'a text that asks for "a majority of acceptors" only',
  expect: ['LearnedNotChosen', 'J:QuorumCert'],
  hunt: LOSSY,
};

const firstAccept: BasicVariant = {
  id: 'px-learn-first-accept',
  describe: 'a learner decides as soon as one acceptor has accepted',
  kind: 'mutant',
  rules: () => ({
    decision([first]) {
      if (first === undefined) return null;
      return { ballot: first.ballot, value: first.value, nodes: [first.node] };
    },
  }),
  source: 'a text in which a value that is accepted is known to all',
  expect: ['LearnedNotChosen', 'J:QuorumCert'],
  hunt: { ...LOSSY, nodes: 3 },
};

const duplicateAccepted: BasicVariant = {
  id: 'px-dup-accepted-counted',
  describe: 'a learner counts messages, not acceptors',
  kind: 'mutant',
  rules: () => ({ countVote: () => true }),
  source: 'textbook',
  expect: ['LearnedNotChosen', 'J:QuorumCert'],
  hunt: { ...LOSSY, nodes: 3 },
};

export const learnerMutants = [acrossBallots, firstAccept, duplicateAccepted] as const;
