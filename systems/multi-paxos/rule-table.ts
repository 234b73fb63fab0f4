/** One line on each rule of Multi-Paxos: what it decides, the paper, and what it may answer. */

import {
  clientRuleTable,
  command,
  commandResult,
  kvRuleTable,
  kvSnapshot,
} from '../kv-rule-table.ts';
import {
  count,
  listOf,
  oneOf,
  orNull,
  orUndefined,
  type RuleTable,
  shaped,
  timeUs,
  wholeNumber,
  yesOrNo,
} from '../rule-table.ts';
import type { MultiRecord } from './messages.ts';
import type { MultiRules } from './rules.ts';

const stored = shaped<MultiRecord>('a record', {
  kind: oneOf('ballot', 'promise', 'accept', 'snapshot'),
});

export const multiRuleTable: RuleTable<MultiRules> = {
  ...kvRuleTable,
  ...clientRuleTable,
  quorum: {
    says: 'how many of so many nodes make a quorum; any two must meet (PMS, section 2.2)',
    answers: count,
  },
  nextBallot: {
    says: 'the next ballot of the node, above every one that it knows of (PML, section 4)',
    answers: count,
  },
  configurationFrom: {
    says: 'from which slot on a configuration rules that was chosen in this one (PMMC, section 4.4)',
    answers: count,
  },
  recordsAtStart: { says: 'which records a start goes by: all of them', answers: listOf(stored) },
  canPromise: {
    says: 'acceptor: whether it may promise this ballot (PMS, phase 1b)',
    answers: yesOrNo,
  },
  leaseForbids: {
    says: 'acceptor: whether a lease that it granted forbids the promise (PML, section 5.2)',
    answers: yesOrNo,
  },
  canAccept: {
    says: 'acceptor: whether it may accept in this ballot (PMS, phase 2b)',
    answers: yesOrNo,
  },
  countPromise: {
    says: 'candidate: whether a promise counts for the ballot under way (PMS, phase 1)',
    answers: yesOrNo,
  },
  promisesNeeded: { says: 'candidate: how many promises end phase 1 (PMS)', answers: count },
  recoverSlot: {
    says: 'new leader: what it proposes in a slot, given what was accepted there (PMS, P2c); null: nothing',
    answers: orNull(command),
  },
  countAccept: { says: 'leader: whether an acceptance counts (PMS, phase 2)', answers: yesOrNo },
  onNack: {
    says: 'candidate or leader: what becomes of it when an acceptor has promised more',
    answers: shaped('a role and a ballot', {
      role: oneOf('follower', 'candidate', 'leader'),
      ballot: wholeNumber,
    }),
  },
  checkQuorum: {
    says: 'leader: whether it may go on leading: a quorum has answered of late',
    answers: yesOrNo,
  },
  takesUpLost: {
    says: 'leader: whether a command that lost its slot to another is taken up again (PMMC)',
    answers: yesOrNo,
  },
  isCommitted: {
    says: 'learner: whether what it accepted is what was chosen, as a Commit says',
    answers: yesOrNo,
  },
  isInPrefix: {
    says: 'learner: the same for a slot in the chosen prefix of the leader',
    answers: yesOrNo,
  },
  toldChosen: {
    says: 'learner: what it tells others is chosen in a slot; undefined where it does not know',
    answers: orUndefined(command),
  },
  nextToApply: {
    says: 'replica: the slot to execute next, in order (PMMC, section 2); -1 if none',
    answers: wholeNumber,
  },
  isOwnCommand: {
    says: 'replica: whether a chosen command is the one that a client waits for',
    answers: yesOrNo,
  },
  commandReply: { says: 'what a client is told about its command', answers: commandResult },
  snapshotState: { says: 'what a snapshot holds (PML, section 5.3)', answers: kvSnapshot },
  compaction: {
    says: 'successive contents of the disk when a snapshot takes the place of what it covers',
    answers: listOf(listOf(stored)),
  },
  readIndex: {
    says: 'leader: what a read that arrives now must see; -1 if not known yet',
    answers: wholeNumber,
  },
  readReady: { says: 'leader: whether a read may be answered', answers: yesOrNo },
  leaseClock: { says: 'the clock on which leases are measured', answers: timeUs },
  leaseUntil: {
    says: 'leader: until when it may answer reads after a confirmed round (PML, section 5.2)',
    answers: timeUs,
  },
};
