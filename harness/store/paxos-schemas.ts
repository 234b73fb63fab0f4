/** Decoders of what nodes of the Paxos family report. */

import { z } from 'zod';
import type { FastPaxosEvent } from '../../checkers/agreement/fast-paxos/events.ts';
import type { PaxosEvent } from '../../checkers/agreement/paxos/events.ts';
import { type Decoders, event, node, number, numbers, position, text } from './event-schemas.ts';

const instance = z.union([number, text]);
const chosen = { instance, valueHash: number };
const accepted = z.object({ ...chosen, ballot: number });
const ballots = { ballot: number, ...chosen };

export const paxosRecovered = z.object({
  ballot: number,
  promised: z.array(z.object({ instance: instance.nullable(), ballot: number })),
  accepted: z.array(accepted),
  snapshot: z.object(position),
  configurations: z.array(z.object({ from: number, voters: numbers })).exactOptional(),
});

export const fastPaxosBoot = {
  quorums: z.object({ classic: number, fast: number }).exactOptional(),
  any: z.object({ ballot: number, from: instance }).exactOptional(),
};

export const paxosDecoders: Decoders<PaxosEvent> = {
  prepare: event('prepare', { ballot: number, from: instance, fast: z.boolean().exactOptional() }),
  promise: event('promise', {
    ballot: number,
    instance: instance.nullable(),
    from: instance,
    accepted: z.array(accepted),
    chosen: z.array(z.object(chosen)),
    lease: z.object({ to: number.nullable(), leftUs: number }).exactOptional(),
  }),
  prepared: event('prepared', {
    ballot: number,
    from: instance,
    promises: z.array(z.object({ ...node, ballot: number })),
  }),
  propose: event('propose', ballots),
  accept: event('accept', ballots),
  read: event('read', { instance, ballot: number, since: number, valueHash: number.nullable() }),
  configuration: event('configuration', { from: number, voters: numbers }),
  learn: event('learn', { ...ballots, certificate: numbers, noticed: number.exactOptional() }),
};

export const fastPaxosDecoders: Decoders<FastPaxosEvent> = {
  any: event('any', { ballot: number, from: instance }),
  recover: event('recover', {
    ballot: number,
    of: number,
    instance,
    votes: z.array(z.object({ ...node, valueHash: number })),
  }),
};
