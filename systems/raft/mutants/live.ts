/** Mistakes that are safe, but keep the cluster from working. */

import type { Variant } from '../../system.ts';
import { lastIndex, lastTerm, termAt } from '../log.ts';
import type { RaftRules } from '../rules.ts';

type RaftVariant = Variant<RaftRules>;

const commitScanBreaks: RaftVariant = {
  id: 'rf-commit-scan-breaks',
  describe: 'the scan for the commit index stops at the first entry of an earlier term',
  kind: 'mutant',
  rules: () => ({
    commitIndex: (state, reached) => {
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

const transferAcceptsWrites: RaftVariant = {
  id: 'rf-transfer-accepts-writes',
  describe: 'a leader takes commands while it hands its leadership over',
  kind: 'mutant',
  rules: () => ({ acceptsCommands: () => true }),
  source: 'hashicorp/raft issue 581; dissertation, section 3.10',
  expect: ['TransferQuiet', 'Liveness:transfer'],
  hunt: { rate: 1000, set: { transferEvery: 20 } },
};

const prevoteBumpsTerm: RaftVariant = {
  id: 'rf-prevote-bumps-term',
  describe: 'whoever is asked for a PreVote adopts its term',
  kind: 'mutant',
  rules: (base) => ({
    onHigherTerm: (state, message) =>
      message.kind === 'request-vote'
        ? message.term > state.term
        : base.onHigherTerm(state, message),
    // With the term adopted already, the rule as it stands would never grant one.
    preVote: (state, message, nowUs) =>
      base.preVote(state, { ...message, term: message.term + 1 }, nowUs),
  }),
  source: 'canonical/raft b243b7e and b59843b',
  expect: ['TermOrigin', 'Disruption'],
};

const noCheckQuorum: RaftVariant = {
  id: 'rf-no-checkquorum',
  describe: 'a leader that hears nobody goes on leading',
  kind: 'mutant',
  rules: () => ({ checkQuorum: () => true }),
  source: 'Howard and Abraham (2020); the Cloudflare outage of 2020; cockroach issue 104042',
  expect: ['Liveness:leader'],
  // One-way cuts of leaders that last.
  hunt: { nemesis: ['partition'], nemesisIntervalS: 12, timeLimitS: 120 },
};

/** Found by its script alone: whoever was elected last is always electable again. */
const upToDateNeedsBoth: RaftVariant = {
  id: 'rf-uptodate-needs-both',
  describe: 'a vote needs a log that is neither older nor shorter than the own one',
  kind: 'mutant',
  rules: () => ({
    isUpToDate: (state, message) =>
      message.lastTerm >= lastTerm(state) && message.lastIndex >= lastIndex(state),
  }),
  source: 'hashicorp/raft issue 94, fixed in 441bd09',
  expect: [],
};

export const liveMutants = [
  commitScanBreaks,
  noNoop,
  transferAcceptsWrites,
  prevoteBumpsTerm,
  noCheckQuorum,
  upToDateNeedsBoth,
] as const;
