/** What an exploration of Basic Paxos should come upon: moments at which its rules are needed. */

import type { Sometimes } from '../../checkers/sometimes.ts';
import type { TraceEvent } from '../../checkers/trace.ts';
import { proposedAgain } from '../proposed-again.ts';

export const basicSometimes: readonly Sometimes[] = [
  {
    name: 'value-taken-up',
    describe: 'a proposer proposed what an earlier ballot had proposed',
    watchReports: proposedAgain,
  },
  {
    name: 'promised-after-accepting',
    describe: 'an acceptor that had accepted a value promised a higher ballot',
    watchReports: () => ({
      sees: (event: TraceEvent) => event.kind === 'promise' && event.accepted.length > 0,
    }),
  },
];
