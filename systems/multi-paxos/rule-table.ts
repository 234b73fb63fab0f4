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
import type { ChosenSlot } from '../slot-learning.ts';
import { configuration, multiMessageRuleTable } from './message-rule-table.ts';
import type { AcceptedSlot, MultiRecord } from './messages.ts';
import type { MultiRules } from './rules.ts';

const stored = shaped<MultiRecord>('a record', {
  kind: oneOf('ballot', 'promise', 'accept', 'snapshot'),
});

export const multiRuleTable: RuleTable<MultiRules> = {
  ...kvRuleTable,
  ...clientRuleTable,
  ...multiMessageRuleTable,
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
  waitsOutLease: {
    says: 'whether a node that starts waits for a lease that it may have granted (PML, section 5.2)',
    answers: yesOrNo,
  },
  hears: { says: 'whether a node looks at a message at all: always', answers: yesOrNo },
  votersOf: {
    says: 'who votes in a slot, by the configuration that rules there (PMS, section 3)',
    answers: listOf(count),
  },
  votersFrom: {
    says: 'whose quorums must agree to what is for all slots from one on (PMS, section 3)',
    answers: listOf(configuration),
  },
  canPromise: {
    says: 'acceptor: whether it may promise this ballot (PMS, phase 1b)',
    answers: yesOrNo,
  },
  leaseForbids: {
    says: 'acceptor: whether a lease that it granted forbids the promise (PML, section 5.2)',
    answers: yesOrNo,
  },
  grantUntil: {
    says: 'acceptor: until when it keeps to the leader that it has just answered (PML, section 5.2)',
    answers: timeUs,
  },
  reportAccepted: {
    says: 'acceptor: what it reports as accepted when it promises (PMS, phase 1b)',
    answers: listOf(shaped<AcceptedSlot>('an accepted command', { slot: count, ballot: count })),
  },
  reportChosen: {
    says: 'acceptor: what it reports as chosen when it promises',
    answers: listOf(shaped<ChosenSlot>('a chosen command', { slot: count })),
  },
  canAccept: {
    says: 'acceptor: whether it may accept in this ballot (PMS, phase 2b)',
    answers: yesOrNo,
  },
  hasAccepted: {
    says: 'acceptor: whether it has accepted this already, and need only say so again',
    answers: yesOrNo,
  },
  promisedAfterAccept: {
    says: 'acceptor: its promise after it has accepted: no lower than that ballot (PMS, phase 2b)',
    answers: wholeNumber,
  },
  heartbeatAnswer: {
    says: 'acceptor: how it answers a heartbeat: a refusal where it has promised more',
    answers: oneOf('ack', 'nack', 'none'),
  },
  follows: {
    says: 'whether it takes for the leader whom it has heard in a ballot',
    answers: yesOrNo,
  },
  onSilence: {
    says: 'without a leader: whether it becomes a candidate, asks again, or waits on',
    answers: oneOf('begin', 'repeat', 'wait'),
  },
  prepareFrom: {
    says: 'candidate: the first slot that its Prepare is for: all not known to be chosen (PMS, 3)',
    answers: count,
  },
  needsSnapshotOf: {
    says: 'candidate: whether it must have the snapshot of who promised before it leads',
    answers: yesOrNo,
  },
  givesWay: {
    says: 'candidate or leader: whether it makes room for the owner of another ballot',
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
  nextSlot: { says: 'leader: the slot for the next command of its own (PMS, 3)', answers: count },
  hasRoom: {
    says: 'leader: whether the window has room for another slot (PMMC, WINDOW)',
    answers: yesOrNo,
  },
  onAcceptTimeout: {
    says: 'leader: what it proposes where phase 2 took too long: the same again; null: nothing',
    answers: orNull(command),
  },
  preparesAgain: {
    says: 'leader: whether a new configuration makes it begin again with phase 1',
    answers: yesOrNo,
  },
  countAck: { says: 'leader: whether an answer to a heartbeat counts', answers: yesOrNo },
  servesRequest: {
    says: 'whether it sees to a request itself; else the client is sent on',
    answers: yesOrNo,
  },
  redirectTo: {
    says: 'where a client is sent that has to ask elsewhere; null if it cannot be told',
    answers: orNull(count),
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
  isNoticed: {
    says: 'learner: whether what it accepts now is chosen, as a Commit said that came before',
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
  snapshotDue: { says: 'replica: whether it is time for a snapshot', answers: yesOrNo },
  installsSnapshot: {
    says: "replica: whether it goes on from another's snapshot: only from one ahead of it",
    answers: yesOrNo,
  },
  snapshotState: { says: 'what a snapshot holds (PML, section 5.3)', answers: kvSnapshot },
  compaction: {
    says: 'successive contents of the disk when a snapshot takes the place of what it covers',
    answers: listOf(listOf(stored)),
  },
  readBy: {
    says: 'leader: how a read is answered: as a command, on its lease, or on a confirmed round',
    answers: oneOf('log', 'lease', 'round'),
  },
  readRound: {
    says: 'leader: the round to be confirmed before a read is answered: one begun after it came',
    answers: count,
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
