/** One line on each rule of Multi-Paxos about messages: what it decides, and what it may answer. */

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
import type { MultiMessageRules } from './message-rules.ts';
import type { Configuration, Heartbeat, Nack } from './messages.ts';

export const configuration = shaped<Configuration>('a configuration', {
  from: count,
  voters: listOf(count),
});

const nack = shaped<Nack>('a refusal', {
  kind: oneOf('nack'),
  ballot: wholeNumber,
  promised: wholeNumber,
});

const heartbeat = shaped<Heartbeat>('a heartbeat', {
  kind: oneOf('heartbeat'),
  ballot: wholeNumber,
  chosenUpTo: count,
  round: count,
});

export const multiMessageRuleTable: RuleTable<MultiMessageRules> = {
  electionWaitUs: {
    says: 'how long a node waits for a leader: random in [T, 2T)',
    answers: timeUs,
  },
  electionRestUs: {
    says: 'how much longer the node waits for a leader; 0 or less: it does not',
    answers: timeUs,
  },
  refusal: {
    says: 'acceptor: how it refuses what is of a ballot: with what it has promised (PMS, 2.4)',
    answers: nack,
  },
  heedsNack: {
    says: 'candidate or leader: whether a refusal is of its ballot, and for a higher one',
    answers: yesOrNo,
  },
  heartbeat: {
    says: 'leader: what a heartbeat says: in which ballot, and what is chosen',
    answers: heartbeat,
  },
  isOverdue: {
    says: 'leader: whether it is time to send a proposal again (PMS, section 2.4)',
    answers: yesOrNo,
  },
  tellsSnapshot: {
    says: 'whether a node that asks from a slot on is sent the snapshot (PML, section 5.5)',
    answers: yesOrNo,
  },
  believes: {
    says: 'learner: whether it believes what another node says is chosen (PMS, section 2.3)',
    answers: yesOrNo,
  },
  startsRound: {
    says: 'leader: whether a round is begun for reads: not while they can share one',
    answers: yesOrNo,
  },
  snapshotConfigurations: {
    says: 'the configurations that go into a snapshot up to a slot: those chosen by then',
    answers: listOf(configuration),
  },
  nextConfiguration: {
    says: 'leader: who votes next, there being no operator; null for no change now (PMS, section 3)',
    answers: orNull(listOf(count)),
  },
  configurationTowards: {
    says: 'leader: who votes next where an operator asks for these; null for no change now',
    answers: orNull(listOf(count)),
  },
  firstOwnSlot: {
    says: 'new leader: the first slot of its own, behind all that was reported (PMS, section 3)',
    answers: count,
  },
  entryTimeUs: {
    says: "leader: the cluster's time, which goes into commands",
    answers: timeUs,
  },
};
