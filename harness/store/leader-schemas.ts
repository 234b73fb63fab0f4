/** Decoders of what Raft and the Paxos family report alike. */

import { z } from 'zod';
import type { LeaderEvent } from '../../checkers/agreement/leader-events.ts';
import {
  type Decoders,
  event,
  node,
  number,
  numbers,
  op,
  position,
  text,
} from './event-schemas.ts';
import { ofMembership } from './raft-schemas.ts';

export const leaderDecoders: Decoders<LeaderEvent> = {
  leader: event('leader', { term: number, certificate: numbers, last: z.object(position) }),
  commit: event('commit', {
    ...position,
    entryTerm: number,
    certificate: z.array(z.object({ ...node, match: number })),
  }),
  snapshot: event('snapshot', {
    op,
    last: z.object(position),
    stateHash: number,
    ...ofMembership,
  }),
  'step-down': event('step-down', { term: number, reason: text }),
};
