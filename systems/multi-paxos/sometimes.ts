/** What an exploration of Multi-Paxos should come upon: moments at which its rules are needed. */

import type { Sometimes } from '../../checkers/sometimes.ts';
import { readByLease, snapshotInstalled } from '../log-sometimes.ts';
import { proposedAgain } from '../proposed-again.ts';

export const multiSometimes: readonly Sometimes[] = [
  {
    name: 'slot-recovered',
    describe: 'a new leader proposed again what an earlier one had proposed in a slot',
    watchReports: proposedAgain,
  },
  {
    name: 'stepped-down',
    describe: 'a leader gave way',
    reported: { kind: 'step-down' },
  },
  snapshotInstalled,
  readByLease,
];
