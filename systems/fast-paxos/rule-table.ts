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
  type RuleTable,
  shaped,
  wholeNumber,
  yesOrNo,
} from '../rule-table.ts';
import type { FastCommand, FastRecord } from './messages.ts';
import type { FastRules, Picked } from './rules.ts';

const stored = shaped<FastRecord>('a record', {
  kind: oneOf('round', 'promise', 'any', 'vote', 'snapshot'),
});
const fastCommand = answer<FastCommand>(command.what, command.accepts);
const picked = shaped<Picked>('what was picked', { command: orNull(fastCommand) });

export const fastRuleTable: RuleTable<FastRules> = {
  ...kvRuleTable,
  ...clientRuleTable,
  fastQuorum: {
    says: 'how many votes choose a value in a fast round (FP, section 2.2)',
    answers: count,
  },
  nextRound: {
    says: 'the next round of the node, above every one that it knows of (FP, section 2.2)',
    answers: count,
  },
  canPromise: {
    says: 'acceptor: whether it may promise this round (FP, phase 1b)',
    answers: yesOrNo,
  },
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
  countPromise: {
    says: 'candidate: whether a promise counts for the round under way',
    answers: yesOrNo,
  },
  promisesNeeded: {
    says: 'candidate: how many promises end phase 1 of a round of this kind (FP, section 2.2)',
    answers: count,
  },
  pick: {
    says: 'coordinator: what it must or may propose, given the votes of a quorum (FP, rule O4)',
    answers: picked,
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
  fallsBack: {
    says: 'coordinator: whether what collided, or got stuck, is taken to a classic round',
    answers: yesOrNo,
  },
  checkQuorum: {
    says: 'coordinator: whether it may go on leading: a quorum has answered of late',
    answers: yesOrNo,
  },
  learn: {
    says: 'learner: whether so many equal votes in one round choose their value (FP, section 2.1)',
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
  snapshotState: { says: 'what a snapshot holds', answers: kvSnapshot },
  compaction: {
    says: 'successive contents of the disk when a snapshot takes the place of what it covers',
    answers: listOf(listOf(stored)),
  },
};
