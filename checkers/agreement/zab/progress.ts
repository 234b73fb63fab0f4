/**
 * Progress of Zab, with epochs for terms. A leader reigns from when its epoch is established until it
 * looks for a leader again. What it must commit, and everybody deliver, is its initial history, or
 * at the quiet end all that it had proposed.
 */

import type { TraceEvent } from '../../trace.ts';
import type { Epoch, NodeId } from '../../units.ts';
import {
  commonProgress,
  NO_PLANS,
  type Progress,
  type ProgressReader,
} from '../liveness/progress.ts';
import type { Zxid } from './events.ts';

/** Of the epoch that a server leads or led last: its number, and how long the history before it is. */
interface Led {
  readonly epoch: Epoch;
  readonly length: number;
  leads: boolean;
}

export function zabProgress(): ProgressReader {
  const led: (Led | undefined)[] = [];
  return { ballots: false, plans: NO_PLANS, read: (event, node) => read(led, event, node) };
}

function read(led: (Led | undefined)[], event: TraceEvent, node: NodeId): Progress | null {
  switch (event.kind) {
    case 'established': {
      const { epoch, length } = event;
      led[node] = { epoch, length, leads: true };
      return { kind: 'led', term: epoch, last: length };
    }
    case 'looking': {
      // Only a leader that has lost its quorum gives up, or one whose epoch has no more numbers.
      const own = led[node];
      const excused = own?.leads === true;
      if (own !== undefined) own.leads = false;
      return { kind: 'ended', planned: event.spent === true, excused };
    }
    case 'propose-txn':
      return { kind: 'logged', last: positionOf(led[node], event.zxid) };
    case 'commit-txn':
      if (event.certificate.length === 0) return null;
      return { kind: 'committed', upTo: positionOf(led[node], event.zxid) };
    case 'snapshot-txns':
      return event.op === 'take' ? null : { kind: 'installed', upTo: event.position };
    default:
      return commonProgress(event);
  }
}

/** Positions follow from zxids: the transactions of an epoch stand behind the history before it. */
function positionOf(led: Led | undefined, { epoch, counter }: Zxid): number {
  if (led === undefined) return 0;
  return epoch === led.epoch ? led.length + counter : led.length;
}
