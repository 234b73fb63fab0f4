/**
 * Decoders of what nodes of our own protocols report, by kind: the types of `checkers/trace.ts` as
 * schemas, which `tsc` holds to one another, so that no kind is without one.
 */

import { z } from 'zod';
import type { TraceEvent } from '../../checkers/trace.ts';

const number = z.number();
const numbers = z.array(number);
const text = z.string();
const instance = z.union([number, text]);
const position = { term: number, index: number };
const zxid = z.object({ epoch: number, counter: number });
const node = { node: number };
const op = z.enum(['take', 'install']);

const membership = {
  ...position,
  voters: numbers,
  learners: numbers,
  oldVoters: numbers.nullable(),
};
const ofMembership = { membership: z.object(membership).exactOptional() };
const chosen = { instance, valueHash: number };
const accepted = z.object({ ...chosen, ballot: number });

const recovered = z.union([
  z.object({
    term: number,
    votedFor: number.nullable(),
    snapshot: z.object({ ...position, ...ofMembership }),
    entries: z.array(z.object({ ...position, valueHash: number, ...ofMembership })),
  }),
  z.object({
    ballot: number,
    promised: z.array(z.object({ instance: instance.nullable(), ballot: number })),
    accepted: z.array(accepted),
    snapshot: z.object(position),
    configurations: z.array(z.object({ from: number, voters: numbers })).exactOptional(),
  }),
  z.object({
    acceptedEpoch: number,
    currentEpoch: number,
    snapshot: z.object({ ...position, counter: number }),
    history: z.array(z.object({ epoch: number, counter: number, valueHash: number })),
  }),
]);

const blame = z.object({
  owner: text,
  part: text,
  file: text.nullable(),
  line: number.nullable(),
  thrown: text,
});

const acks = z.array(z.object({ ...node, round: number }));
const vote = z.object({ leader: number, epoch: number, zxid });
const ballots = { ballot: number, ...chosen };
const txn = { zxid, valueHash: number };

type Kind = TraceEvent['kind'];

function event<K extends Kind, Fields extends z.ZodRawShape>(kind: K, fields: Fields) {
  return z.object({ kind: z.literal(kind), ...fields });
}

const DECODERS: { readonly [K in Kind]: z.ZodType<Extract<TraceEvent, { readonly kind: K }>> } = {
  boot: event('boot', {
    protocol: text,
    nodes: numbers,
    recovered,
    variants: z.array(text),
    quorums: z.object({ classic: number, fast: number }).exactOptional(),
    raft: z.object({ electionTimeoutMs: number, checkQuorum: z.boolean() }).exactOptional(),
    lease: z.object({ us: number, driftPpm: number }).exactOptional(),
    weights: numbers.exactOptional(),
    groups: numbers.exactOptional(),
  }),
  crash: event('crash', {}),
  panic: event('panic', { reason: text, blame: blame.exactOptional() }),
  apply: event('apply', {
    position: number,
    id: text,
    valueHash: number,
    stateHash: number,
    duplicate: z.boolean().exactOptional(),
    zxid: zxid.exactOptional(),
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
  }),
  round: event('round', { term: number, round: number }),
  lease: event('lease', { term: number, round: number, acks, ageUs: number, lastsUs: number }),
  'lease-held': event('lease-held', {
    term: number,
    remainingUs: number,
    certificate: numbers,
    heldNs: number.nullable(),
  }),

  term: event('term', { term: number }),
  vote: event('vote', {
    term: number,
    candidate: number,
    candidateLast: z.object(position),
    ownLast: z.object(position),
  }),
  leader: event('leader', { term: number, certificate: numbers, last: z.object(position) }),
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
  'snapshot-piece': event('snapshot-piece', { ...position, received: number }),
  'step-down': event('step-down', { term: number, reason: text }),

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
  learn: event('learn', { ...ballots, certificate: numbers }),
  any: event('any', { ballot: number, from: instance }),
  recover: event('recover', {
    ballot: number,
    of: number,
    instance,
    votes: z.array(z.object({ ...node, valueHash: number })),
  }),

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

/** Null for a kind that none of our protocols reports. */
export function decoderOf(kind: unknown): z.ZodType<TraceEvent> | null {
  return typeof kind === 'string' && Object.hasOwn(DECODERS, kind) ? DECODERS[kind as Kind] : null;
}
