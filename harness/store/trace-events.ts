/**
 * Decoders of what nodes of our own protocols report, by kind: what all have in common here, and
 * what only some report in a file for each, as the types stand beside the checkers.
 */

import { z } from 'zod';
import type { CommonEvent, TraceEvent } from '../../checkers/trace.ts';
import { type Decoders, event, node, number, numbers, text } from './event-schemas.ts';
import { leaderDecoders } from './leader-schemas.ts';
import {
  fastPaxosBoot,
  fastPaxosDecoders,
  paxosDecoders,
  paxosRecovered,
} from './paxos-schemas.ts';
import { raftBoot, raftDecoders, raftRecovered } from './raft-schemas.ts';
import { zabApply, zabBoot, zabDecoders, zabRecovered } from './zab-schemas.ts';

const blame = z.object({
  owner: text,
  part: text,
  file: text.nullable(),
  line: number.nullable(),
  thrown: text,
});

const acks = z.array(z.object({ ...node, round: number }));

const commonDecoders: Decoders<CommonEvent> = {
  boot: event('boot', {
    protocol: text,
    nodes: numbers,
    recovered: z.union([raftRecovered, paxosRecovered, zabRecovered]),
    variants: z.array(text),
    lease: z.object({ us: number, driftPpm: number }).exactOptional(),
    ...raftBoot,
    ...fastPaxosBoot,
    ...zabBoot,
  }),
  crash: event('crash', {}),
  panic: event('panic', { reason: text, blame: blame.exactOptional() }),
  apply: event('apply', {
    position: number,
    id: text,
    valueHash: number,
    stateHash: number,
    duplicate: z.boolean().exactOptional(),
    ...zabApply,
  }),
  reply: event('reply', {
    client: number,
    id: number,
    status: z.enum(['ok', 'fail', 'unknown', 'redirect']),
    position: number.nullable(),
    command: text.exactOptional(),
  }),
  'read-cert': event('read-cert', {
    mode: z.enum(['index', 'lease', 'log', 'local', 'sync', 'follower']),
    term: number,
    readPosition: number,
    applied: number,
    round: number,
    acks,
    since: number.exactOptional(),
    ageUs: number.exactOptional(),
    seen: number.exactOptional(),
  }),
  round: event('round', { term: number, round: number }),
  lease: event('lease', { term: number, round: number, acks, ageUs: number, lastsUs: number }),
  'lease-held': event('lease-held', {
    term: number,
    remainingUs: number,
    ageUs: number.exactOptional(),
    certificate: numbers,
    heldNs: number.nullable(),
  }),
};

/** A line for each protocol: `tsc` holds them to the types, so that no kind is without one. */
const DECODERS: Decoders<TraceEvent> = {
  ...commonDecoders,
  ...leaderDecoders,
  ...raftDecoders,
  ...paxosDecoders,
  ...fastPaxosDecoders,
  ...zabDecoders,
};

/** Null for a kind that none of our protocols reports. */
export function decoderOf(kind: unknown): z.ZodType<TraceEvent> | null {
  return typeof kind === 'string' && Object.hasOwn(DECODERS, kind)
    ? DECODERS[kind as TraceEvent['kind']]
    : null;
}
