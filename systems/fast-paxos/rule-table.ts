/** One line on each rule of Fast Paxos: what it decides, the paper, and what it may answer. */

import {
  clientRuleTable,
  command,
  commandResult,
  kvRuleTable,
  kvSnapshot,
} from '../kv-rule-table.ts';
import {
  answer,
  count,
  listOf,
  oneOf,
  orNull,
  orUndefined,
  type RuleTable,
  shaped,
  wholeNumber,
  yesOrNo,
} from '../rule-table.ts';
import { fastMessageRuleTable } from './message-rule-table.ts';
import type { AcceptedSlot, ChosenSlot, FastCommand, FastRecord } from './messages.ts';
import type { FastRules } from './rules.ts';

const stored = shaped<FastRecord>('a record', {
  kind: oneOf('round', 'promise', 'any', 'vote', 'snapshot'),
});
const fastCommand = answer<FastCommand>(command.what, command.accepts);

export const fastRuleTable: RuleTable<FastRules> = {
  ...kvRuleTable,
  ...clientRuleTable,
  ...fastMessageRuleTable,
  fastQuorum: {
    says: 'how many votes choose a value in a fast round (FP, section 2.2)',
    answers: count,
  },
  nextRound: {
    says: 'the next round of the node, above every one that it knows of (FP, section 2.2)',
    answers: count,
  },
  recordsAtStart: { says: 'which records a start goes by: all of them', answers: listOf(stored) },
  hears: { says: 'whether a node looks at a message at all: always', answers: yesOrNo },
  follows: {
    says: 'whether it takes for the coordinator whom it has heard in a round',
    answers: yesOrNo,
  },
  canPromise: {
    says: 'acceptor: whether it may promise this round (FP, phase 1b)',
    answers: yesOrNo,
  },
  reportAccepted: {
    says: 'acceptor: which votes it reports when it promises (FP, phase 1b)',
    answers: listOf(shaped<AcceptedSlot>('a vote', { slot: count, round: count })),
  },
  reportChosen: {
    says: 'acceptor: what it reports as chosen when it promises',
    answers: listOf(shaped<ChosenSlot>('a chosen command', { slot: count })),
  },
  heartbeatAnswer: {
    says: 'acceptor: how it answers a heartbeat: a refusal where it has promised more',
    answers: oneOf('ack', 'nack', 'none'),
  },
  takesAny: { says: 'acceptor: whether an Any is news to it (FP, phase 2a)', answers: yesOrNo },
  fastRound: {
    says: 'acceptor: in which round Any allows to vote for a proposal; negative for none (FP, 2.2)',
    answers: wholeNumber,
  },
  canFastVote: {
    says: 'acceptor: whether it may vote for the first proposal that it sees (FP, phase 2b)',
    answers: yesOrNo,
  },
  canVote: {
    says: 'acceptor: whether it may vote for what the coordinator of a round proposes (FP, phase 2b)',
    answers: yesOrNo,
  },
  promisedAfterVote: {
    says: 'acceptor: its promise for all slots after a vote in one: the same as before',
    answers: wholeNumber,
  },
  countPromise: {
    says: 'candidate: whether a promise counts for the round under way',
    answers: yesOrNo,
  },
  prepareFrom: {
    says: 'candidate: the first slot that its Prepare is for: all not known to be chosen',
    answers: count,
  },
  needsSnapshotOf: {
    says: 'candidate: whether it must have the snapshot of who promised before it goes on',
    answers: yesOrNo,
  },
  givesUpFast: {
    says: 'candidate: whether its fast round takes so long that a classic one is tried instead',
    answers: yesOrNo,
  },
  onSilence: {
    says: 'without a coordinator: whether it begins a round, asks again, or waits on',
    answers: oneOf('begin', 'repeat', 'wait'),
  },
  givesWay: {
    says: 'candidate or coordinator: whether it makes room for the owner of another round',
    answers: yesOrNo,
  },
  yieldsTo: {
    says: 'candidate or coordinator: whether a refusal makes it give up',
    answers: yesOrNo,
  },
  promisesNeeded: {
    says: 'candidate: how many promises end phase 1 of a round of this kind (FP, section 2.2)',
    answers: count,
  },
  forced: {
    says: 'coordinator: what the votes of a quorum force it to propose (FP, rule O4); null if nothing',
    answers: orNull(fastCommand),
  },
  preferred: {
    says: 'coordinator: what it proposes where nothing is forced; null for a no-op',
    answers: orNull(fastCommand),
  },
  anyFrom: {
    says: 'coordinator: from which slot on acceptors may vote for anything (FP, section 2.2)',
    answers: count,
  },
  hasCollided: {
    says: 'coordinator: whether a slot cannot be chosen any more in this fast round (FP, section 2.3)',
    answers: yesOrNo,
  },
  votesToRecover: {
    says: 'coordinator: how many votes stand for the promises of the next round (FP, section 2.3)',
    answers: count,
  },
  recoverRound: {
    says: 'coordinator: the round in which a collision is recovered: the next (FP, section 2.3)',
    answers: count,
  },
  onSlotTimeout: {
    says: 'coordinator: what it does about a slot that is not chosen in time (FP, section 3.2)',
    answers: oneOf('recover', 'repeat', 'ask', 'wait'),
  },
  triesFast: {
    says: 'coordinator of a classic round: whether it tries a fast one',
    answers: yesOrNo,
  },
  leavesFast: {
    says: 'coordinator of a fast round: whether too few answer, or too many slots collided',
    answers: yesOrNo,
  },
  countAck: { says: 'coordinator: whether an answer to a heartbeat counts', answers: yesOrNo },
  fallsBack: {
    says: 'coordinator: whether what collided, or got stuck, is taken to a classic round',
    answers: yesOrNo,
  },
  checkQuorum: {
    says: 'coordinator: whether it may go on leading: a quorum has answered of late',
    answers: yesOrNo,
  },
  countVote: {
    says: 'learner: whether a vote counts beside the one that it knows of the same node',
    answers: yesOrNo,
  },
  isLike: {
    says: 'learner: whether a vote is for the same value in the same round as another (FP, 2.1)',
    answers: yesOrNo,
  },
  toldChosen: {
    says: 'learner: what it tells others is chosen in a slot; undefined where it does not know',
    answers: orUndefined(fastCommand),
  },
  learn: {
    says: 'learner: whether so many equal votes in one round choose their value (FP, section 2.1)',
    answers: yesOrNo,
  },
  servesRequest: {
    says: 'whether it sees to a request itself; else the client is sent on',
    answers: yesOrNo,
  },
  readBy: {
    says: "how a read is answered: as a command, or from the node's own state, which is wrong",
    answers: oneOf('log', 'local'),
  },
  acceptsForward: {
    says: 'coordinator: whether it sees to a command that another node has sent on',
    answers: yesOrNo,
  },
  inFastRound: {
    says: 'proposer: whether acceptors take proposals from it now, as far as it knows',
    answers: yesOrNo,
  },
  nextSlot: { says: 'proposer: the slot that it proposes the next command in', answers: count },
  hasRoom: { says: 'proposer: whether the window has room for another slot', answers: yesOrNo },
  onNoAnswer: {
    says: 'proposer: what it does about a command that got no answer',
    answers: oneOf('offer', 'forward', 'take-back', 'wait'),
  },
  givesUp: {
    says: 'proposer: whether it gives a command up that has no slot',
    answers: yesOrNo,
  },
  takesUpLost: {
    says: 'proposer: whether a command that lost its slot to another is taken up again',
    answers: yesOrNo,
  },
  nextToApply: {
    says: 'replica: the slot to execute next, in order; -1 if none',
    answers: wholeNumber,
  },
  commandReply: { says: 'what a client is told about its command', answers: commandResult },
  snapshotDue: { says: 'replica: whether it is time for a snapshot', answers: yesOrNo },
  installsSnapshot: {
    says: "replica: whether it goes on from another's snapshot: only from one ahead of it",
    answers: yesOrNo,
  },
  snapshotState: { says: 'what a snapshot holds', answers: kvSnapshot },
  compaction: {
    says: 'successive contents of the disk when a snapshot takes the place of what it covers',
    answers: listOf(listOf(stored)),
  },
};
