/** Properties of Raft. */

import type { Properties } from '../property.ts';

export const RAFT = {
  ElectionSafety: {
    tier: 'decision',
    source: 'Raft, figure 3',
    holds: 'one leader per term',
    broken: () => 'two leaders were elected in the same term',
  },
  VoteOnce: {
    tier: 'decision',
    source: 'Raft, section 5.2',
    holds: 'one vote per term',
    broken: (who) => `${who} voted for two candidates in the same election`,
  },
  VoteRule: {
    tier: 'decision',
    source: 'Raft, section 5.4.1',
    holds: 'for a log that is up to date',
    broken: (who) => `${who} voted for a candidate whose log is behind its own`,
  },
  TermMonotone: {
    tier: 'decision',
    source: 'Raft, section 5.1',
    holds: 'terms only grow',
    broken: (who) => `${who} acted in another term than the one it had reached`,
  },
  TermOrigin: {
    tier: 'decision',
    source: 'Raft, section 5.2',
    holds: 'and only by candidates',
    broken: (who) => `${who} entered a term in which nobody had stood for election`,
  },
  LeaderAppendOnly: {
    tier: 'decision',
    source: 'Raft, figure 3',
    holds: 'a leader only appends to its log, and only entries of its own term',
    broken: (who) => `${who} removed entries from its log while it was the leader`,
  },
  LogMatching: {
    tier: 'decision',
    source: 'Raft, figure 3',
    holds: 'logs that have the same entry are the same up to it',
    broken: (who) =>
      `${who} has an entry in its log that does not fit what it or others have there`,
  },
  LeaderCompleteness: {
    tier: 'decision',
    source: 'Raft, figure 3',
    holds: 'a leader has every entry that was committed in earlier terms',
    broken: (who) => `${who} became the leader without an entry that had been committed before`,
  },
  CommitCurrentTerm: {
    tier: 'decision',
    source: 'Raft, section 5.4.2',
    holds: 'what a leader commits by counting is of its own term',
    broken: (who) => `${who} took an earlier leader's entry for committed by counting its copies`,
  },
  CommitQuorum: {
    tier: 'decision',
    source: 'Raft, section 5.3',
    holds: 'it is held by a quorum (Zab: logged by a quorum)',
    broken: (who) => `${who} took for committed what too few nodes hold`,
  },
  CommittedStable: {
    tier: 'decision',
    source: 'Raft, section 5.4.3',
    holds: 'and it is so for good',
    broken: (who) => `${who} takes another entry for committed than was committed at that place`,
  },
  TruncateCommitted: {
    tier: 'decision',
    source: 'Raft, section 5.4.3',
    holds: 'what was committed is not removed',
    broken: (who) => `${who} removed a committed entry from its log`,
  },
  'D:LogShrink': {
    tier: 'decision',
    source: 'Raft, figure 2',
    holds: 'nor what was acknowledged, unless something else takes its place',
    broken: (who) => `${who} removed entries that it had acknowledged, and nothing asked for that`,
  },
  MatchTruthful: {
    tier: 'decision',
    source: 'Raft, figure 2',
    holds: 'the leader believes of its followers what is so',
    broken: (who) => `${who} believes that another node holds entries that it does not hold`,
  },
  MatchMonotone: {
    tier: 'decision',
    source: 'Raft, figure 2',
    holds: 'and never less than before',
    broken: (who) => `${who} took back what it had learned about another node's log`,
  },
  'D:TermDurable': {
    tier: 'decision',
    source: 'Raft, figure 2',
    holds: 'terms survive a restart',
    broken: (who) => `${who} came back from a restart in an older term`,
  },
  'D:LogDurable': {
    tier: 'decision',
    source: 'Raft, figure 2',
    holds: 'so do entries (Zab: transactions)',
    broken: (who) => `${who} lost entries of its log when it was restarted`,
  },
  ConfigFromLog: {
    tier: 'decision',
    source: 'Raft, section 6',
    holds: 'memberships come from the log',
    broken: (who) => `${who} goes by other members than its log says`,
  },
  QuorumOverlap: {
    tier: 'decision',
    source: 'Raft, section 6',
    holds: 'quorums of successive ones meet',
    broken: () => 'members were changed so that the old and the new ones could decide separately',
  },
  ConfigAfterTermCommit: {
    tier: 'decision',
    source: 'Ongaro, raft-dev 2015',
    holds: 'a leader changes the membership only after a commit in its own term',
    broken: () => 'a new leader changed the members before it had committed anything itself',
  },
  ConfigOneAtATime: {
    tier: 'decision',
    source: 'Raft dissertation, 4.1',
    holds: 'and only when the change before is committed',
    broken: () => 'the members were changed again before the change before had been committed',
  },
  'Liveness:transfer': {
    tier: 'log',
    source: 'Raft dissertation, 3.10',
    holds: 'a transfer of leadership comes to an end',
    broken: (who) => `${who} neither finished nor gave up handing over its leadership`,
  },
  'Liveness:config': {
    tier: 'log',
    source: 'Raft dissertation, 4.2',
    holds: 'and so does a change of membership',
    broken: (who) =>
      `${who} leads, but the change of members that it began does not come to an end`,
  },
  TransferQuiet: {
    tier: 'decision',
    source: 'Raft dissertation, 3.10',
    holds: 'who hands its leadership over appends nothing',
    broken: (who) => `${who} took new commands while it was handing its leadership over`,
  },
} as const satisfies Properties;
