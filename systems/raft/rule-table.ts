/** One line on each rule of Raft: what it decides, where the papers say so, what it may answer. */

import type { NodeId, Term } from '../../checkers/units.ts';
import { clientRuleTable, commandResult, kvRuleTable } from '../kv-rule-table.ts';
import type { Reply } from '../protocol.ts';
import {
  answer,
  count,
  listOf,
  oneOf,
  orNull,
  type RuleTable,
  shaped,
  timeUs,
  wholeNumber,
  yesOrNo,
} from '../rule-table.ts';
import { raftMembershipRuleTable } from './membership-rule-table.ts';
import { entry, raftMessageRuleTable } from './message-rule-table.ts';
import type { RaftRecord } from './messages.ts';
import type { RaftRoleRules } from './role-rules.ts';
import type { RaftRules } from './rules.ts';

const ballot = shaped<{ term: Term; votedFor: NodeId }>('a term and a vote', {
  term: count,
  votedFor: wholeNumber,
});

const record = shaped<RaftRecord>('a record', {
  kind: oneOf('term', 'vote', 'joins', 'entries', 'snapshot'),
});

const reply = shaped<Reply>('a reply', { status: oneOf('ok', 'fail', 'unknown', 'redirect') });

/** Times of answers among them. */
const number = answer<number>('a number', (value) => typeof value === 'number');

const raftRoleRuleTable: RuleTable<RaftRoleRules> = {
  recordsAtStart: { says: 'which records a start goes by: all of them', answers: listOf(record) },
  contactAtStart: {
    says: 'when a start takes a leader to have been heard last (dissertation, 6.4.1)',
    answers: timeUs,
  },
  electionWaitUs: {
    says: 'how long a node waits for a leader: random in [T, 2T) (section 5.2)',
    answers: timeUs,
  },
  electionRestUs: {
    says: 'how much longer the node waits for a leader; 0 or less: it does not (section 5.2)',
    answers: timeUs,
  },
  asksForVote: {
    says: 'candidate: whether another member is asked for its vote: whoever has one',
    answers: yesOrNo,
  },
  mayCampaign: {
    says: 'whether the node may have to lead: it votes, or did until something uncommitted (dissertation, 4.2.2)',
    answers: yesOrNo,
  },
  asksBeforeElection: {
    says: 'whether an election begins with a PreVote (dissertation, 9.6)',
    answers: yesOrNo,
  },
  candidacy: { says: 'term and vote of a new candidate (Figure 2)', answers: ballot },
  isElected: {
    says: 'candidate: whether the votes so far are enough (section 5.2)',
    answers: yesOrNo,
  },
  obeysTimeoutNow: {
    says: 'whether TimeoutNow makes the node start an election (dissertation, 3.10)',
    answers: yesOrNo,
  },
  stepsDown: {
    says: 'whether a node that has adopted a term gives up what it was before (Figure 2)',
    answers: yesOrNo,
  },
  followsSender: {
    says: 'whether a node follows who sends it entries or a snapshot in its own term (section 5.2)',
    answers: yesOrNo,
  },
  startsOver: {
    says: 'follower: whether all that it has goes with a snapshot that did not come whole: no',
    answers: yesOrNo,
  },
  leavesWhenCommitted: {
    says: 'leader: whether it makes room once a configuration is committed (dissertation, 4.2.2)',
    answers: yesOrNo,
  },
  transferTarget: {
    says: 'leader: whom it hands its leadership over to now; null for nobody (dissertation, 3.10)',
    answers: orNull(count),
  },
  abortsTransfer: {
    says: 'leader: whether it goes on leading, the target not having taken over (dissertation, 3.10)',
    answers: yesOrNo,
  },
  heartbeatRestUs: {
    says: 'leader: how long until its next heartbeat; 0 or less: now (section 5.2)',
    answers: timeUs,
  },
  requestPath: {
    says: "what becomes of a client's request at this node (section 8)",
    answers: oneOf('command', 'read', 'follower-read', 'redirect'),
  },
  redirectTarget: {
    says: 'where a client is sent that the node cannot serve; null if it does not know (section 8)',
    answers: orNull(count),
  },
  replyOnLoss: {
    says: 'what clients are told that wait for a command when the leadership ends',
    answers: reply,
  },
  takesReadIndex: {
    says: "leader: whether a follower's question for a read index is taken (dissertation, 6.4)",
    answers: yesOrNo,
  },
  readByLease: {
    says: 'leader: whether a read is answered on its lease (dissertation, 6.4.1)',
    answers: yesOrNo,
  },
  followerForRead: {
    says: 'leader: the follower that a read is sent on to; null for nobody (dissertation, 6.4)',
    answers: orNull(count),
  },
  startsRound: {
    says: 'leader: whether a round is begun for reads: not while they can share one (dissertation, 6.4)',
    answers: yesOrNo,
  },
  entryTimeUs: {
    says: "leader: the cluster's time, which goes into entries (dissertation, 6.3)",
    answers: timeUs,
  },
  snapshotDue: {
    says: 'whether it is time for a snapshot of what is executed (section 7)',
    answers: yesOrNo,
  },
};

export const raftRuleTable: RuleTable<RaftRules> = {
  ...kvRuleTable,
  ...clientRuleTable,
  ...raftRoleRuleTable,
  ...raftMembershipRuleTable,
  ...raftMessageRuleTable,
  quorum: {
    says: 'how many of so many nodes make a quorum; any two must meet (section 5.2)',
    answers: count,
  },
  onHigherTerm: {
    says: 'whether a message makes the node adopt its term; a PreVote must not (Figure 2)',
    answers: yesOrNo,
  },
  becomeFollowerState: { says: 'term and vote after adopting a term (Figure 2)', answers: ballot },
  lastLogTerm: { says: 'the term that a vote request speaks of (Figure 2)', answers: count },
  isSticky: {
    says: 'whether a vote request is ignored: a leader was heard too recently (dissertation, 4.2.3)',
    answers: yesOrNo,
  },
  canVote: {
    says: 'whether the node may vote for the candidate, its log apart (Figure 2)',
    answers: yesOrNo,
  },
  isUpToDate: {
    says: "whether the candidate's log is at least as up to date as the own one (section 5.4.1)",
    answers: yesOrNo,
  },
  preVote: {
    says: 'whether it would vote for the candidate if it came to an election (dissertation, 9.6)',
    answers: yesOrNo,
  },
  countVote: {
    says: 'candidate: whether a vote counts for the election under way (section 5.2)',
    answers: yesOrNo,
  },
  startsWithNoop: {
    says: 'new leader: whether it starts its term with an entry of its own (section 8)',
    answers: yesOrNo,
  },
  checkQuorum: {
    says: 'leader: whether it may go on leading, as a quorum answered of late (dissertation, 6.2)',
    answers: yesOrNo,
  },
  reached: {
    says: 'what of some values, one per node, a quorum for a purpose reaches (section 5.3)',
    answers: number,
  },
  appendAfter: {
    says: 'leader: behind which index a new entry is put: the last (Figure 3, Leader Append-Only)',
    answers: count,
  },
  ownMatch: {
    says: 'leader: up to where it counts its own log: what is on its disk (dissertation, 10.2.1)',
    answers: count,
  },
  durableUpTo: {
    says: 'up to which index the log is on the disk, now that a record is; 0 for nothing new',
    answers: count,
  },
  acceptsCommands: {
    says: 'leader: whether it takes commands; not during a transfer (dissertation, 3.10)',
    answers: yesOrNo,
  },
  transferReady: {
    says: 'leader: whether the target of a transfer may start its election (dissertation, 3.10)',
    answers: yesOrNo,
  },
  needsSnapshot: {
    says: 'leader: whether a follower needs the snapshot, its next entry being compacted (section 7)',
    answers: yesOrNo,
  },
  batchEntries: {
    says: 'leader: the entries to send to a follower, from its next on (section 5.3)',
    answers: listOf(entry),
  },
  appendDecision: {
    says: 'follower: what to do about AppendEntries (Figure 2)',
    answers: oneOf('stale', 'conflict', 'accept'),
  },
  keepUpTo: {
    says: 'follower: up to which index the own log is kept; all unless an entry conflicts (section 5.3)',
    answers: count,
  },
  followerCommit: {
    says: 'follower: the commit index after AppendEntries (Figure 2)',
    answers: count,
  },
  appendReply: {
    says: "follower: up to which index its log agrees with the leader's (section 5.3)",
    answers: count,
  },
  answeredRound: {
    says: 'follower: the round of its own term that an answer confirms; 0 for none (dissertation, 6.4)',
    answers: count,
  },
  countReply: { says: 'leader: whether an answer belongs to this leadership', answers: yesOrNo },
  roundConfirmed: {
    says: 'leader: the latest round that an answer confirms: the one that it names (dissertation, 6.4)',
    answers: count,
  },
  heedsRefusal: {
    says: 'leader: whether a refusal is news, and no answer to what was sent long ago (section 5.3)',
    answers: yesOrNo,
  },
  onAppendResp: {
    says: 'leader: the match index of a follower after it accepted (section 5.3)',
    answers: count,
  },
  nextOnConflict: {
    says: 'leader: where to go on with a follower that did not accept (section 5.3)',
    answers: count,
  },
  commitIndex: {
    says: 'leader: the commit index; entries of earlier terms are not counted (section 5.4.2)',
    answers: count,
  },
  canApply: { says: 'whether the next entry may be executed (Figure 2)', answers: yesOrNo },
  commandReply: { says: 'what a client is told about its command', answers: commandResult },
  readIndex: {
    says: 'leader: what a read that arrives now must see; -1 if not known yet (dissertation, 6.4)',
    answers: wholeNumber,
  },
  readRound: {
    says: 'leader: the round that must be confirmed for a read that arrives now (dissertation, 6.4)',
    answers: count,
  },
  readReady: { says: 'leader: whether a read may be answered (section 8)', answers: yesOrNo },
  followerReadReady: {
    says: 'follower: whether a read may be answered from its own state (dissertation, 6.4)',
    answers: yesOrNo,
  },
  mayUseLease: {
    says: 'leader: whether a lease may be relied upon at all in this term (dissertation, 6.4.1)',
    answers: yesOrNo,
  },
  leaseClock: { says: 'the clock on which leases are measured', answers: timeUs },
  leaseUntil: {
    says: 'leader: until when it may answer reads after a confirmed round (dissertation, 6.4.1)',
    answers: timeUs,
  },
  beginsIncoming: {
    says: 'follower: whether a first piece begins a snapshot, in place of what is coming in',
    answers: yesOrNo,
  },
  isOfIncoming: {
    says: 'follower: whether a piece is of the snapshot that is coming in (Figure 13)',
    answers: yesOrNo,
  },
  installDecision: {
    says: 'follower: what to do about a snapshot (Figure 13)',
    answers: oneOf('stale', 'covered', 'keep-suffix', 'replace-log'),
  },
  installedBallot: {
    says: 'term and vote after a snapshot was installed: those from before',
    answers: ballot,
  },
};
