/** What an exploration of Multi-Paxos should come upon: moments at which its rules are needed. */

import type { Sometimes } from '../../checkers/sometimes.ts';
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
  {
    name: 'snapshot-installed',
    describe: "a node went on from another one's snapshot",
    reported: { kind: 'snapshot', op: 'install' },
  },
  {
    name: 'read-by-lease',
    describe: 'a read was answered by a lease',
    reported: { kind: 'read-cert', mode: 'lease' },
  },
];
