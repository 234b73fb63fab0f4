/** Decoders of what nodes of Raft report. */

import { z } from 'zod';
import type { RaftEvent } from '../../checkers/agreement/raft/events.ts';
import { type Decoders, event, number, numbers, position } from './event-schemas.ts';

const membership = {
  ...position,
  voters: numbers,
  learners: numbers,
  oldVoters: numbers.nullable(),
};
export const ofMembership = { membership: z.object(membership).exactOptional() };

export const raftRecovered = z.object({
  term: number,
  votedFor: number.nullable(),
  joins: number.exactOptional(),
  snapshot: z.object({ ...position, ...ofMembership }),
  entries: z.array(z.object({ ...position, valueHash: number, ...ofMembership })),
});

export const raftBoot = {
  raft: z.object({ electionTimeoutMs: number, checkQuorum: z.boolean() }).exactOptional(),
};

export const raftDecoders: Decoders<RaftEvent> = {
  term: event('term', { term: number }),
  vote: event('vote', {
    term: number,
    candidate: number,
    candidateLast: z.object(position),
    ownLast: z.object(position),
  }),
  append: event('append', {
    ...position,
    valueHash: number,
    previousTerm: number,
    ...ofMembership,
  }),
  membership: event('membership', membership),
  transfer: event('transfer', { op: z.enum(['start', 'abort']), term: number, target: number }),
  truncate: event('truncate', { from: number }),
  match: event('match', { peer: number, ...position, responseTerm: number }),
  'snapshot-piece': event('snapshot-piece', { ...position, received: number }),
};
