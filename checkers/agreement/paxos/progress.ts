/** Progress of Multi-Paxos and Fast Paxos: ballots, or rounds, for terms, and slots for positions. */

import type { TraceEvent } from '../../trace.ts';
import {
  commonProgress,
  NO_PLANS,
  type Progress,
  type ProgressReader,
} from '../liveness/progress.ts';

export function paxosProgress(): ProgressReader {
  return { ballots: true, plans: NO_PLANS, read };
}

function read(event: TraceEvent): Progress | null {
  switch (event.kind) {
    case 'leader':
      return { kind: 'led', term: event.term, last: event.last.index };
    case 'step-down':
      return { kind: 'ended', planned: false, excused: false };
    case 'commit':
      return { kind: 'committed', upTo: event.index };
    case 'snapshot':
      return event.op === 'take' ? null : { kind: 'installed', upTo: event.last.index };
    default:
      return commonProgress(event);
  }
}
