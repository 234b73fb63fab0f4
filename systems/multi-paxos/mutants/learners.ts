/** Wrong learning and executing: what is taken for chosen, and in which order it is executed. */

import type { Variant } from '../../system.ts';
import type { MultiRules } from '../rules.ts';
import { NO_SLOT } from '../state.ts';

type MultiVariant = Variant<MultiRules>;

const LOSSY = { nodes: 3, set: { 'network.lossPpm': 50_000, 'network.latePpm': 20_000 } } as const;

const applyOverHoles: MultiVariant = {
  id: 'mp-apply-over-holes',
  describe: 'chosen slots are executed as they come, over holes',
  kind: 'mutant',
  rules: () => ({
    nextToApply(state) {
      let next = NO_SLOT;
      for (const slot of state.chosen.keys()) {
        if (slot > state.applied && (next === NO_SLOT || slot < next)) next = slot;
      }
      return next;
    },
  }),
  source: 'a reading of "out-of-order pipeline"',
  expect: ['ApplyGap', 'Agreement'],
  hunt: LOSSY,
};

const commitUpToOwnAccepted: MultiVariant = {
  id: 'mp-commit-upto-own-accepted',
  describe: 'everything accepted below the prefix in a heartbeat is taken for chosen',
  kind: 'mutant',
  rules: () => ({ isInPrefix: (accepted) => accepted !== undefined }),
  source: 'tlaplus/Examples, MultiPaxos-SMR, CommitNotice(upto) (own reading)',
  expect: ['LearnedNotChosen', 'Agreement'],
  hunt: {
    nodes: 3,
    nemesis: ['partition', 'pause'],
    nemesisIntervalS: 0.5,
    timeLimitS: 30,
    set: { electionTimeoutMs: 60, heartbeatMs: 20 },
  },
};

const commitOfAnyBallot: MultiVariant = {
  id: 'mp-commit-of-any-ballot',
  describe: 'a Commit makes chosen whatever was accepted in its slot, in whichever ballot',
  kind: 'mutant',
  rules: () => ({ isCommitted: () => true }),
  source: 'a reading of "commit(slot)" that leaves the ballot out',
  expect: ['LearnedNotChosen', 'Agreement'],
  hunt: {
    nodes: 5,
    rate: 300,
    nemesis: ['partition', 'kill', 'next-messages'],
    nemesisIntervalS: 0.5,
    timeLimitS: 30,
    set: {
      electionTimeoutMs: 60,
      heartbeatMs: 20,
      'network.lossPpm': 100_000,
      'network.latePpm': 50_000,
    },
  },
};

const noticeOfAnyBallot: MultiVariant = {
  id: 'mp-notice-of-any-ballot',
  describe: 'a Commit makes chosen whatever is accepted later in its slot, in whichever ballot',
  kind: 'mutant',
  rules: () => ({ isNoticed: () => true }),
  source: 'own; the same reading, where the Commit overtakes the Accept',
  expect: ['J:StaleCert', 'LearnedNotChosen', 'Agreement'],
  hunt: {
    nodes: 5,
    rate: 200,
    nemesis: ['partition', 'pause', 'hold-and-release'],
    nemesisIntervalS: 0.5,
    set: {
      electionTimeoutMs: 60,
      heartbeatMs: 20,
      checkQuorum: false,
      'network.lossPpm': 200_000,
      'network.latePpm': 200_000,
      'network.lateMaxUs': 300_000,
    },
  },
};

const catchUpAccepted: MultiVariant = {
  id: 'mp-catchup-returns-accepted',
  describe: 'catch-up is answered with what was accepted, chosen or not',
  kind: 'mutant',
  rules: () => ({
    toldChosen: (state, slot) => state.chosen.get(slot) ?? state.accepted.get(slot)?.command,
  }),
  source: 'phxpaxos issue 21 (question)',
  expect: ['LearnedNotChosen', 'Agreement'],
  hunt: {
    nodes: 5,
    nemesis: ['partition', 'kill'],
    nemesisIntervalS: 1,
    set: { 'network.lossPpm': 100_000, 'network.latePpm': 50_000 },
  },
};

const snapshotNotToldAtItsSlot: MultiVariant = {
  id: 'mp-snapshot-not-told-at-its-slot',
  describe:
    'whoever lacks the last slot of a snapshot alone is told neither the slot nor the snapshot',
  kind: 'mutant',
  rules: () => ({ tellsSnapshot: (state, from) => from < state.snapshot.slot }),
  source: 'own',
  // The next snapshot helps it, so nodes that are in use never show it: no run leaves one behind for good.
  expect: [],
};

const ackWrongSlot: MultiVariant = {
  id: 'mp-ack-wrong-slot-command',
  describe: 'a client is told ok when its slot is chosen, also with the command of another',
  kind: 'mutant',
  rules: () => ({ isOwnCommand: () => true }),
  source: 'PMMC, the rule that replicas propose again',
  expect: ['linearizable', 'AckedApplied'],
  hunt: {
    nodes: 3,
    nemesis: ['partition', 'pause'],
    nemesisIntervalS: 0.5,
    rate: 300,
    set: { electionTimeoutMs: 60, heartbeatMs: 20 },
  },
};

const lostProposalDropped: MultiVariant = {
  id: 'mp-lost-proposal-dropped',
  describe: 'a command that lost its slot is neither proposed again nor answered',
  kind: 'mutant',
  rules: () => ({ takesUpLost: () => false }),
  source: 'PMMC, replica.py',
  // The session client asks another node after 200 ms, so no client ever notices.
  expect: [],
};

export const learnerMutants = [
  applyOverHoles,
  commitUpToOwnAccepted,
  commitOfAnyBallot,
  noticeOfAnyBallot,
  catchUpAccepted,
  snapshotNotToldAtItsSlot,
  ackWrongSlot,
  lostProposalDropped,
] as const;
