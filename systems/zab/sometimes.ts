/** What an exploration of Zab should come upon: moments at which its rules are needed. */

import type { Sometimes } from '../../checkers/sometimes.ts';

export const zabSometimes: readonly Sometimes[] = [
  {
    name: 'history-cut',
    describe: 'a follower gave up transactions that its leader does not have',
    reported: { kind: 'truncate-txns' },
  },
  {
    name: 'snapshot-installed',
    describe: 'a follower went on from the snapshot of its leader',
    reported: { kind: 'snapshot-txns', op: 'install' },
  },
  {
    name: 'epoch-spent',
    describe: 'an epoch ended because its transactions were numbered through',
    reported: { kind: 'looking', spent: true },
  },
];
