/** What a server has on its disk. */

import type { ZabRecord } from './messages.ts';
import type { ZabState } from './state.ts';

/** Everything that is durable, as records. */
export function wholeDisk(state: ZabState): ZabRecord[] {
  return [
    { kind: 'accepted-epoch', epoch: state.acceptedEpoch },
    { kind: 'current-epoch', epoch: state.currentEpoch },
    { kind: 'snapshot', snapshot: state.snapshot },
    { kind: 'history', base: state.base, txns: state.log.slice() },
  ];
}
