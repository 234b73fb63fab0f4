/** One line on each rule of Basic Paxos: what it decides, the paper, and what it may answer. */

import { clientRuleTable } from '../kv-rule-table.ts';
import {
  count,
  listOf,
  oneOf,
  orNull,
  type RuleTable,
  shaped,
  timeUs,
  yesOrNo,
} from '../rule-table.ts';
import type { Accepted } from './messages.ts';
import type { BasicRules, Continuation, Decision } from './rules.ts';

const accepted = shaped<Accepted>('a value and its ballot', { ballot: count });
const continuation = shaped<Continuation>('how it goes on', {
  phase: oneOf('prepare', 'accept', 'backoff'),
  ballot: count,
});
const decision = shaped<Decision>('a decision', { ballot: count, nodes: listOf(count) });

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
  canPromise: { says: 'acceptor: whether it may promise a ballot (PMS, P1a)', answers: yesOrNo },
  acceptedAfterPromise: {
    says: 'acceptor: what it has accepted, after it has promised: the same as before (PMS, P2c)',
    answers: orNull(accepted),
  },
  canAccept: { says: 'acceptor: whether it may accept in a ballot (PMS, P1a)', answers: yesOrNo },
  acceptedAfterAccept: {
    says: 'acceptor: what it has accepted, after it has accepted this (PMS, phase 2b)',
    answers: accepted,
  },
  countPromise: {
    says: 'proposer: whether a promise counts for the ballot under way (PMS, phase 1)',
    answers: yesOrNo,
  },
  pickAdopted: {
    says: 'proposer: what a quorum of promises dictates; null if it is free (PMS, P2c)',
    answers: orNull(accepted),
  },
  onNack: {
    says: 'proposer: how it goes on when an acceptor has promised more (PMS, section 2.5)',
    answers: continuation,
  },
  backoffUs: {
    says: 'proposer: how long it waits after so many failures (PMS, section 2.4)',
    answers: timeUs,
  },
  countVote: { says: 'learner: whether a vote counts beside those before it', answers: yesOrNo },
  decision: {
    says: 'learner: what is chosen; null while nothing is (PMS, section 2.3)',
    answers: orNull(decision),
  },
};
