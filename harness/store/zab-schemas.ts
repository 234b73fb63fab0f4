/** Decoders of what servers of Zab report. */

import { z } from 'zod';
import type { ZabEvent } from '../../checkers/agreement/zab/events.ts';
import { type Decoders, event, node, number, numbers, op, position } from './event-schemas.ts';

const zxid = z.object({ epoch: number, counter: number });
const vote = z.object({ leader: number, epoch: number, zxid });
const txn = { zxid, valueHash: number };

export const zabRecovered = z.object({
  acceptedEpoch: number,
  currentEpoch: number,
  snapshot: z.object({ ...position, counter: number }),
  history: z.array(z.object({ epoch: number, counter: number, valueHash: number })),
});

export const zabBoot = { weights: numbers.exactOptional(), groups: numbers.exactOptional() };
export const zabApply = { zxid: zxid.exactOptional() };

export const zabDecoders: Decoders<ZabEvent> = {
  looking: event('looking', { clock: number, spent: z.boolean().exactOptional() }),
  'vote-change': event('vote-change', { clock: number, vote }),
  elected: event('elected', { clock: number, leader: number, certificate: numbers }),
  'accepted-epoch': event('accepted-epoch', { epoch: number }),
  'new-epoch': event('new-epoch', {
    epoch: number,
    certificate: z.array(z.object({ ...node, acceptedEpoch: number })),
  }),
  'current-epoch': event('current-epoch', { epoch: number, last: zxid }),
  established: event('established', {
    epoch: number,
    last: zxid,
    length: number,
    certificate: numbers,
  }),
  serving: event('serving', { epoch: number }),
  'propose-txn': event('propose-txn', txn),
  logged: event('logged', txn),
  'truncate-txns': event('truncate-txns', { to: zxid }),
  'commit-txn': event('commit-txn', { zxid, certificate: numbers }),
  'snapshot-txns': event('snapshot-txns', { op, zxid, position: number, stateHash: number }),
};
