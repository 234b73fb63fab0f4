/** Progress of Raft, which also changes leaders and members on purpose. */

import type { TraceEvent } from '../../trace.ts';
import { commonProgress, type Progress, type ProgressReader } from '../liveness/progress.ts';
import { PlannedChanges } from './plans.ts';

export function raftProgress(): ProgressReader {
  return { ballots: false, plans: new PlannedChanges(), read };
}

function read(event: TraceEvent): Progress | null {
  switch (event.kind) {
    case 'boot': {
      const started = commonProgress(event);
      const { recovered } = event;
      if (started?.kind !== 'started' || !('entries' in recovered)) return started;
      const last = recovered.entries.at(-1)?.index ?? started.last;
      return { ...started, last, term: recovered.term };
    }
    case 'append':
      return { kind: 'logged', last: event.index };
    case 'truncate':
      return { kind: 'logged', last: event.from - 1 };
    case 'commit':
      return { kind: 'committed', upTo: event.index };
    case 'snapshot-piece':
      return { kind: 'received', upTo: event.index, amount: event.received };
    case 'snapshot':
      return event.op === 'take' ? null : { kind: 'installed', upTo: event.last.index };
    case 'term':
    case 'vote':
      return { kind: 'saw', term: event.term };
    case 'leader':
      return { kind: 'led', term: event.term, last: event.last.index };
    case 'step-down':
      // Who is no voter any more makes way as it means to.
      return { kind: 'ended', planned: event.reason === 'not-a-voter', excused: false };
    default:
      return commonProgress(event);
  }
}
