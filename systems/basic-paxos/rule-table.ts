/** One line on each rule of Basic Paxos: what it decides, the paper, and what it may answer. */

import type { Value } from '../../checkers/history.ts';
import { clientRuleTable } from '../kv-rule-table.ts';
import type { Reply } from '../protocol.ts';
import {
  answer,
  count,
  listOf,
  oneOf,
  orNull,
  type RuleTable,
  shaped,
  text,
  timeUs,
  wholeNumber,
  yesOrNo,
} from '../rule-table.ts';
import type { Accepted, BasicRecord, Nack } from './messages.ts';
import type { BasicRules, Continuation, Decision } from './rules.ts';

const accepted = shaped<Accepted>('a value and its ballot', { ballot: count });
const continuation = shaped<Continuation>('how it goes on', {
  phase: oneOf('prepare', 'accept', 'backoff'),
  ballot: count,
});
const decision = shaped<Decision>('a decision', { ballot: count, nodes: listOf(count) });

const stored = shaped<BasicRecord>('a record', { kind: oneOf('ballot', 'promise', 'accept') });

const nack = shaped<Nack>('a refusal', {
  kind: oneOf('nack'),
  key: text,
  ballot: wholeNumber,
  promised: wholeNumber,
  accepted: orNull(accepted),
});

const reply = shaped<Reply>('a reply', { status: oneOf('ok', 'fail', 'unknown', 'redirect') });

export const basicRuleTable: RuleTable<BasicRules> = {
  ...clientRuleTable,
  quorum: {
    says: 'how many of so many nodes make a quorum; any two must meet (PMS, section 2.2)',
    answers: count,
  },
  nextBallot: {
    says: 'the next ballot of the node, above every one that it knows of (PMS, section 2.2)',
    answers: count,
  },
  highestKnown: {
    says: 'the highest ballot that the node has promised, heard of or used (PMS, section 2.2)',
    answers: wholeNumber,
  },
  recordsAtStart: { says: 'which records a start goes by: all of them', answers: listOf(stored) },
  hears: { says: 'whether a node looks at a message at all: always', answers: yesOrNo },
  leader: {
    says: 'who is taken for the distinguished proposer: the lowest node heard (PMS, section 2.4)',
    answers: count,
  },
  canPromise: { says: 'acceptor: whether it may promise a ballot (PMS, P1a)', answers: yesOrNo },
  reported: {
    says: 'acceptor: what a promise reports of what it has accepted: just that (PMS, phase 1b)',
    answers: orNull(accepted),
  },
  acceptedAfterPromise: {
    says: 'acceptor: what it has accepted, after it has promised: the same as before (PMS, P2c)',
    answers: orNull(accepted),
  },
  canAccept: { says: 'acceptor: whether it may accept in a ballot (PMS, P1a)', answers: yesOrNo },
  acceptedAfterAccept: {
    says: 'acceptor: what it has accepted, after it has accepted this (PMS, phase 2b)',
    answers: accepted,
  },
  promisedAfterAccept: {
    says: 'acceptor: its promise after it has accepted: no lower than that ballot (PMS, phase 2b)',
    answers: wholeNumber,
  },
  refusal: {
    says: 'acceptor: how it refuses what is of a ballot: with what it has promised (PMS, 2.4)',
    answers: nack,
  },
  tellsAllLearners: {
    says: 'acceptor: whether it tells all learners what it accepts (PMS, section 2.3)',
    answers: yesOrNo,
  },
  ownProposal: {
    says: 'proposer: the value that it proposes where it is free; null for none (PMS, phase 2a)',
    answers: answer<Value>('a value', (value) => value !== undefined),
  },
  isOver: {
    says: 'proposer: whether a phase, or a wait, has lasted long enough',
    answers: yesOrNo,
  },
  givesUp: {
    says: 'proposer: whether it gives up a key that it has tried for so long',
    answers: yesOrNo,
  },
  replyOnGivingUp: {
    says: 'proposer: what clients are told then: what they proposed may yet be chosen',
    answers: reply,
  },
  countPromise: {
    says: 'proposer: whether a promise counts for the ballot under way (PMS, phase 1)',
    answers: yesOrNo,
  },
  pickAdopted: {
    says: 'proposer: what a quorum of promises dictates; null if it is free (PMS, P2c)',
    answers: orNull(accepted),
  },
  completes: {
    says: 'proposer: whether phase 2 completes what was found, before anybody is told of it',
    answers: yesOrNo,
  },
  onTimeout: {
    says: 'proposer: how it goes on when a phase takes too long: it gives the ballot up',
    answers: continuation,
  },
  onNack: {
    says: 'proposer: how it goes on when an acceptor has promised more (PMS, section 2.5)',
    answers: continuation,
  },
  backoffUs: {
    says: 'proposer: how long it waits after so many failures (PMS, section 2.4)',
    answers: timeUs,
  },
  serves: {
    says: 'whether it sees to a client itself; else the client is sent to who proposes',
    answers: yesOrNo,
  },
  knownDecision: {
    says: 'what clients are told without a ballot; null where nothing is known to be decided',
    answers: orNull(accepted),
  },
  readReady: {
    says: 'proposer: whether a read is told what a ballot found: it came before the ballot began',
    answers: yesOrNo,
  },
  believes: {
    says: 'learner: whether it believes that a value is decided, as another learner says',
    answers: yesOrNo,
  },
  countVote: { says: 'learner: whether a vote counts beside those before it', answers: yesOrNo },
  decision: {
    says: 'learner: what is chosen; null while nothing is (PMS, section 2.3)',
    answers: orNull(decision),
  },
};
