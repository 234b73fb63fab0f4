/** Changes that look wrong and are not: no checker may raise an alarm over them. */

import type { Variant } from '../../system.ts';
import { lastIndex } from '../log.ts';
import { progressOf } from '../progress.ts';
import type { RaftRules } from '../rules.ts';

type RaftVariant = Variant<RaftRules>;

const noHints: RaftVariant = {
  id: 'rf-no-conflict-hints',
  describe: 'a leader goes back one entry at a time, as the paper first has it',
  kind: 'decoy',
  rules: () => ({
    nextOnConflict: (state, from, message) =>
      Math.max(progressOf(state, from).match + 1, message.index),
  }),
  source: 'Raft, section 5.3: the optimisation is not necessary',
};

const notSticky: RaftVariant = {
  id: 'rf-not-sticky',
  describe: 'vote requests are answered even while a leader is heard; reads do not rely on leases',
  kind: 'decoy',
  rules: () => ({ isSticky: () => false }),
  source: 'dissertation, section 4.2.3: needed for leases and against disruption only',
  hunt: { set: { reads: 'index' } },
};

const commitLags: RaftVariant = {
  id: 'rf-follower-commit-lags',
  describe: 'a follower commits only up to the entry before those of the message',
  kind: 'decoy',
  rules: () => ({
    followerCommit: (state, message) =>
      Math.max(state.commit, Math.min(message.commit, message.previousIndex)),
  }),
  source: 'own reading: followers may learn late what is committed',
};

const countsAtOnce: RaftVariant = {
  id: 'rf-leader-counts-before-sync',
  describe: 'a leader counts its own log before that is on its disk',
  kind: 'decoy',
  rules: () => ({ ownMatch: lastIndex }),
  source: 'own reading: what follows from it leaves the node only once the record is durable',
};

const nextFromStart: RaftVariant = {
  id: 'rf-next-from-start',
  describe: 'a new leader takes its followers for empty, and sends everything again',
  kind: 'decoy',
  rules: (base) => ({
    firstNextIndex: (state, node, joins) => (joins ? base.firstNextIndex(state, node, joins) : 1),
  }),
  source: 'Raft, section 5.3: nextIndex is a guess, and entries may come twice',
};

export const raftDecoys = [noHints, notSticky, commitLags, countsAtOnce, nextFromStart] as const;
