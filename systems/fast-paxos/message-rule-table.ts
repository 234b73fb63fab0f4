/** One line on each rule of Fast Paxos about messages: what it decides, and what it may answer. */

import {
  count,
  listOf,
  oneOf,
  type RuleTable,
  shaped,
  timeUs,
  wholeNumber,
  yesOrNo,
} from '../rule-table.ts';
import type { FastMessageRules } from './message-rules.ts';
import type { Heartbeat, Nack } from './messages.ts';

const nack = shaped<Nack>('a refusal', {
  kind: oneOf('nack'),
  round: wholeNumber,
  promised: wholeNumber,
});

const heartbeat = shaped<Heartbeat>('a heartbeat', {
  kind: oneOf('heartbeat'),
  round: wholeNumber,
  chosenUpTo: count,
  anyFrom: count,
  beat: count,
});

export const fastMessageRuleTable: RuleTable<FastMessageRules> = {
  electionWaitUs: {
    says: 'how long a node waits for a coordinator: random in [T, 2T)',
    answers: timeUs,
  },
  electionRestUs: {
    says: 'how much longer the node waits for a coordinator; 0 or less: it does not',
    answers: timeUs,
  },
  refusal: {
    says: 'acceptor: how it refuses what is of a round: with what it has promised, or voted in',
    answers: nack,
  },
  isOpen: {
    says: 'acceptor: whether a slot is open to votes: not if it is known to be chosen',
    answers: yesOrNo,
  },
  hasVoted: {
    says: 'acceptor: whether it has voted so already, and need only say so again',
    answers: yesOrNo,
  },
  heartbeat: {
    says: 'coordinator: what a heartbeat says: round, what is chosen, where any value may be',
    answers: heartbeat,
  },
  tellsSnapshot: {
    says: 'whether a node that asks from a slot on is sent the snapshot, the slot being compacted',
    answers: yesOrNo,
  },
  believes: {
    says: 'learner: whether it believes what another node says is chosen',
    answers: yesOrNo,
  },
  votersFor: {
    says: 'learner: whose votes count for a value: those of the nodes that voted like that',
    answers: listOf(count),
  },
  lastTaken: {
    says: 'new coordinator: the last slot in which something was reported, or is chosen',
    answers: count,
  },
  isOverdue: {
    says: 'proposer: whether it is time to send a command again that got no answer',
    answers: yesOrNo,
  },
  entryTimeUs: {
    says: "proposer: the cluster's time, which goes into commands",
    answers: timeUs,
  },
};
