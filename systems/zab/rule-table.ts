/** One line on each rule of Zab: what it decides, where the papers say so, what it may answer. */

import type { Zxid } from '../../checkers/agreement/zab/events.ts';
import { clientRuleTable, commandResult, kvRuleTable, kvState } from '../kv-rule-table.ts';
import type { Reply } from '../protocol.ts';
import {
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
import type { ZabMessageRules } from './message-rules.ts';
import type { SyncMessage, Txn, Vote, ZabRecord } from './messages.ts';
import type { SyncPlan, ZabRules } from './rules.ts';

const zxid = shaped<Zxid>('a zxid', { epoch: wholeNumber, counter: wholeNumber });
const txn = shaped<Txn>('a transaction', { zxid });
const syncPlan = shaped<SyncPlan>('a plan', { kind: oneOf('diff', 'truncate', 'snapshot') });
const syncMessage = shaped<SyncMessage>('a message', {
  kind: oneOf('truncate', 'diff', 'snapshot', 'new-leader'),
});

const record = shaped<ZabRecord>('a record', {
  kind: oneOf('accepted-epoch', 'current-epoch', 'txn', 'sync', 'snapshot', 'history'),
});
const vote = shaped<Vote>('a vote', { leader: wholeNumber, epoch: wholeNumber, zxid });
const reply = shaped<Reply>('a reply', { status: oneOf('ok', 'fail', 'unknown', 'redirect') });

const zabMessageRuleTable: RuleTable<ZabMessageRules> = {
  answersLooking: {
    says: 'phase 0: whether a server that has a leader tells that to one that looks (Zab 1.0)',
    answers: yesOrNo,
  },
  joinsAnew: {
    says: 'leader: whether a server joins anew, and does not just knock again',
    answers: yesOrNo,
  },
  joinRestUs: {
    says: 'how much longer a server may take to begin; 0 or less: no longer (initLimit)',
    answers: timeUs,
  },
  epochCounts: {
    says: 'follower: whether accepting this epoch counts for its leader: once (DSN, phase 1)',
    answers: yesOrNo,
  },
  hearsLearner: {
    says: 'leader: whether it takes what a server says over the connection by which that joined',
    answers: yesOrNo,
  },
  pings: { says: 'leader: whether it pings a server: whoever has joined', answers: yesOrNo },
  answersPing: { says: 'follower: whether it answers a ping of its leader', answers: yesOrNo },
  isHeard: {
    says: 'leader: whether a server counts as heard of late (syncLimit)',
    answers: yesOrNo,
  },
  isSentProposals: {
    says: 'leader: whether a server is sent proposals: once it was sent the history (DSN, phase 2)',
    answers: yesOrNo,
  },
  isSentCommits: {
    says: 'leader: whether a server is sent commits: once it was told UPTODATE (Zab 1.0)',
    answers: yesOrNo,
  },
  toldCommitted: {
    says: 'leader: up to where everything is committed, as it says with UPTODATE (Zab 1.0)',
    answers: zxid,
  },
  heedsCommit: { says: 'follower: whether it heeds a commit: once it serves', answers: yesOrNo },
};

export const zabRuleTable: RuleTable<ZabRules> = {
  ...kvRuleTable,
  ...clientRuleTable,
  ...zabMessageRuleTable,
  quorum: {
    says: 'whether these voters, as a mask, are a quorum; any two must meet (DSN, section 3)',
    answers: yesOrNo,
  },
  recordsAtStart: { says: 'which records a start goes by: all of them', answers: listOf(record) },
  initialVote: {
    says: 'phase 0: the vote that a server begins with: itself, by the end of its history (Zab 1.0)',
    answers: vote,
  },
  roundOf: {
    says: 'phase 0: of which round of elections a vote is, as seen from the own (Zab 1.0)',
    answers: oneOf('earlier', 'same', 'later'),
  },
  saysItLeads: {
    says: 'phase 0: whether a server that is said to lead says so itself (Zab 1.0)',
    answers: yesOrNo,
  },
  leavesLooking: {
    says: 'follower: whether it leaves its leader, from whom it hears that it looks for one',
    answers: yesOrNo,
  },
  better: {
    says: 'phase 0: whether a vote beats another (Zab 1.0, Fast Leader Election)',
    answers: yesOrNo,
  },
  electionDone: {
    says: 'phase 0: whether these voters, who all hold the own vote, settle the election (Zab 1.0)',
    answers: yesOrNo,
  },
  newEpoch: {
    says: 'leader: the epoch that it proposes, above what a quorum had accepted (DSN, phase 1)',
    answers: count,
  },
  onLeaderInfo: {
    says: 'follower: what it does about the epoch that its leader proposes (DSN, phase 1)',
    answers: oneOf('accept', 'again', 'refuse'),
  },
  startsOver: {
    says: 'leader: whether it starts anew, as somebody has accepted an epoch above its own',
    answers: yesOrNo,
  },
  hasSay: {
    says: "leader: whether a server's history matters: it votes, with some weight (DSN, phase 1)",
    answers: yesOrNo,
  },
  recency: {
    says: "leader: whether a follower's history is more recent than its own (DSN, phase 1)",
    answers: yesOrNo,
  },
  syncPlan: {
    says: 'leader: how a follower gets its history: diff, truncate or snapshot (Zab 1.0, phase 2)',
    answers: syncPlan,
  },
  diffTxns: {
    says: 'leader: what it sends of its history behind a position (Zab 1.0, phase 2)',
    answers: listOf(txn),
  },
  newLeaderOrder: {
    says: 'leader: in which order the parts of a synchronisation are sent (Zab 1.0, phase 2)',
    answers: listOf(syncMessage),
  },
  acceptDiff: { says: 'follower: what it logs of a DIFF (Zab 1.0, phase 2)', answers: listOf(txn) },
  keepUpTo: {
    says: 'follower: up to which position it keeps its history when it is told to cut it (TRUNC)',
    answers: wholeNumber,
  },
  joinSteps: {
    says: 'follower: what it does on NEWLEADER, in this order (ZOOKEEPER-4643, -4646)',
    answers: listOf(oneOf('history', 'epoch', 'ack')),
  },
  machineAfterBreak: {
    says: 'server: with which state machine it goes on when a synchronisation was cut short',
    answers: kvState,
  },
  canActivate: {
    says: 'leader: whether its initial history is committed, and it may serve (DSN, phase 2)',
    answers: yesOrNo,
  },
  ackedBySync: {
    says: 'leader: whether who acknowledged NEWLEADER has thereby acknowledged a proposal (Zab 1.0)',
    answers: yesOrNo,
  },
  canServe: { says: 'server: whether it may answer clients', answers: yesOrNo },
  hasSeen: {
    says: 'server: whether it may answer a client that has seen the state at this position',
    answers: yesOrNo,
  },
  syncAsksLeader: {
    says: 'server: whether a `sync` has to be answered by the leader',
    answers: yesOrNo,
  },
  syncBehind: {
    says: 'leader: behind which position a sync is answered: all that is under way (ZooKeeper)',
    answers: count,
  },
  servesLearner: {
    says: 'leader: whether it takes what a server forwards to it, or asks for by a sync (ZooKeeper)',
    answers: yesOrNo,
  },
  proposer: {
    says: 'who makes the transactions of its clients: its leader, or itself (DSN, phase 3)',
    answers: count,
  },
  isOwn: {
    says: 'whether a transaction was asked for by a client of this very life of the server',
    answers: yesOrNo,
  },
  replyOnLoss: {
    says: 'what clients are told that wait for a transaction when their server leaves its leader',
    answers: reply,
  },
  entryTimeUs: {
    says: "leader: the cluster's time, which goes into transactions (dissertation of Ongaro, 6.3)",
    answers: timeUs,
  },
  answerOnPropose: {
    says: 'server: what it tells a client before the transaction is delivered: nothing',
    answers: orNull(commandResult),
  },
  nextZxid: {
    says: 'leader: the zxid of its next transaction; null when the epoch has no more (DSN, phase 3)',
    answers: orNull(zxid),
  },
  acceptPropose: {
    says: 'follower: whether it may log this transaction behind its history (DSN, phase 3)',
    answers: yesOrNo,
  },
  hearsLeader: {
    says: 'follower: whether a message belongs to the leader that it follows now',
    answers: yesOrNo,
  },
  countAck: {
    says: 'leader: whether an acknowledgement counts for a proposal (DSN, phase 3)',
    answers: yesOrNo,
  },
  commitUpTo: {
    says: 'leader: the position up to which everything is committed (DSN, phase 3)',
    answers: count,
  },
  canDeliver: {
    says: 'whether the next transaction may be delivered (DSN, phase 3)',
    answers: yesOrNo,
  },
  snapshotDue: {
    says: 'whether it is time for a snapshot of what is delivered (ZooKeeper)',
    answers: yesOrNo,
  },
  givesUp: {
    says: 'follower: whether its leader has been silent for too long (DSN, phase 3)',
    answers: yesOrNo,
  },
  toLooking: {
    says: 'leader: whether it must look for a leader again, having heard only these voters of late',
    answers: yesOrNo,
  },
};
