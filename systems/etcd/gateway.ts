/**
 * etcd's JSON gateway (its documentation, "gRPC gateway"): keys and values in base64, 64-bit numbers
 * as texts, and what has its default left out.
 */

import type { Value } from '../../checkers/history.ts';
import type { LogIndex, Millis } from '../../checkers/units.ts';
import type { Heard } from '../../checkers/watch/heard.ts';
import type { Answer, Ask, MemberView } from '../member.ts';

/** A key as etcd has it; `modified` is 0 for one that does not exist. */
export interface Held {
  readonly value: Value;
  /** The revision of its last change. */
  readonly modified: LogIndex;
}

const ABSENT: Held = { value: null, modified: 0 };

/** A comparison that a transaction depends on. */
export type Comparison =
  | { readonly key: string; readonly modified: LogIndex }
  /** When the key came to be, which must still be there. */
  | { readonly key: string; readonly created: LogIndex }
  | { readonly key: string; readonly value: Value };

export type Step =
  | { readonly do: 'get'; readonly key: string }
  | { readonly do: 'put'; readonly key: string; readonly value: Value };

export function get(key: string, serializable: boolean): Ask {
  return { path: '/v3/kv/range', body: { key: encode(key), serializable } };
}

export function put(key: string, value: Value): Ask {
  return { path: '/v3/kv/put', body: { key: encode(key), value: encodeValue(value) } };
}

/** All of `then` if every comparison holds, else all of `otherwise`, at one revision. */
export function transaction(
  comparisons: readonly Comparison[],
  then: readonly Step[],
  otherwise: readonly Step[] = [],
): Ask {
  return {
    path: '/v3/kv/txn',
    body: {
      compare: comparisons.map(compare),
      success: then.map(request),
      failure: otherwise.map(request),
    },
  };
}

export function remove(key: string): Ask {
  return { path: '/v3/kv/deleterange', body: { key: encode(key) } };
}

/** Whether something was deleted. */
export function isDeleted(body: unknown): boolean {
  return whole(field(body, 'deleted')) > 0;
}

/**
 * All changes of the keys of workloads (`k0`, `k1` ...) from a revision on; `asks`: at once, how far
 * this has come.
 */
export function watch(from: LogIndex, listenMs: Millis, asks: boolean): Ask {
  const create = {
    key: encode('k'),
    range_end: encode('l'),
    start_revision: String(from),
    prev_kv: true,
    progress_notify: true,
  };
  const body = [{ create_request: create }, ...(asks ? [{ progress_request: {} }] : [])];
  return { path: '/v3/watch', body, listenMs };
}

/** What a watch has heard, in order, in the words of `checkers/watch`. */
export function heardIn(body: unknown): readonly Heard[] {
  return list(body).flatMap((line): readonly Heard[] => {
    const error = field(line, 'error');
    if (error !== undefined) return [['ended', text(field(error, 'message'))]];
    const result = field(line, 'result');
    if (field(result, 'canceled') === true) {
      const why = field(result, 'cancel_reason');
      return [['ended', typeof why === 'string' ? why : 'cancelled']];
    }
    if (field(result, 'created') === true) return [];
    const events = list(field(result, 'events'));
    return events.length === 0 ? [['progress', revisionIn(result)]] : events.map(change);
  });
}

function change(event: unknown): Heard {
  const kv = field(event, 'kv');
  const key = decode(field(kv, 'key'));
  const revision = whole(field(kv, 'mod_revision'));
  const before = field(event, 'prev_kv');
  const previous =
    before === undefined
      ? null
      : ([
          decodeValue(field(before, 'value')),
          whole(field(before, 'mod_revision')),
          whole(field(before, 'version')),
        ] as const);
  if (field(event, 'type') === 'DELETE') return ['delete', key, revision, previous];
  return [
    'put',
    key,
    revision,
    decodeValue(field(kv, 'value')),
    whole(field(kv, 'version')),
    previous,
  ];
}

export function grant(leaseS: number): Ask {
  return { path: '/v3/lease/grant', body: { TTL: String(leaseS) } };
}

export function leaseIn(body: unknown): string {
  return text(field(body, 'ID'));
}

/** Everything bound to the lease is deleted. */
export function revoke(lease: string): Ask {
  return { path: '/v3/lease/revoke', body: { ID: lease } };
}

/** Answered once the lock is held, by a key of its own that lasts as long as the lease. */
export function lock(name: string, lease: string): Ask {
  return { path: '/v3/lock/lock', body: { name: encode(name), lease } };
}

export function lockedIn(body: unknown): string {
  return decode(field(body, 'key'));
}

/** When the key of a range came to be; a revision that there never is, where there is no such key. */
export function createdIn(body: unknown): LogIndex {
  const found = list(field(body, 'kvs'))[0];
  return found === undefined ? -1 : whole(field(found, 'create_revision'));
}

/** A digest of all that a member has, as of a revision; 0 for the latest. */
export function hash(revision: LogIndex): Ask {
  return { path: '/v3/maintenance/hash', body: { revision: String(revision) } };
}

export function hashIn(body: unknown): readonly [revision: LogIndex, digest: number] {
  return [revisionIn(body), whole(field(body, 'hash'))];
}

export const status: Ask = { path: '/v3/maintenance/status', body: {} };

function compare(comparison: Comparison): object {
  const key = encode(comparison.key);
  if ('modified' in comparison) {
    const { modified } = comparison;
    return { key, target: 'MOD', result: 'EQUAL', modRevision: String(modified) };
  }
  if ('created' in comparison) {
    const { created } = comparison;
    return { key, target: 'CREATE', result: 'EQUAL', createRevision: String(created) };
  }
  // A key without a value is one that was never created, or deleted since.
  if (comparison.value === null) {
    return { key, target: 'CREATE', result: 'EQUAL', createRevision: '0' };
  }
  return { key, target: 'VALUE', result: 'EQUAL', value: encodeValue(comparison.value) };
}

function request(step: Step): object {
  const key = encode(step.key);
  if (step.do === 'get') return { requestRange: { key } };
  return { requestPut: { key, value: encodeValue(step.value) } };
}

/** The revision of the store at which something was answered. */
export function revisionIn(body: unknown): LogIndex {
  return whole(text(field(field(body, 'header'), 'revision')));
}

/** What a range of one key holds. */
export function heldIn(body: unknown): Held {
  const found = list(field(body, 'kvs'))[0];
  if (found === undefined) return ABSENT;
  const modified = whole(field(found, 'mod_revision'));
  return { value: decodeValue(field(found, 'value')), modified };
}

/** Whether the comparisons of a transaction held, and what its gets found, in order. */
export function transactionIn(body: unknown): {
  readonly succeeded: boolean;
  readonly held: readonly Held[];
} {
  const ranges = list(field(body, 'responses')).map((one) => field(one, 'response_range'));
  return {
    succeeded: field(body, 'succeeded') === true,
    held: ranges.filter((range) => range !== undefined).map(heldIn),
  };
}

/** What a member says of itself, in its own names. */
export function statusIn(body: unknown): MemberView {
  const leader = field(body, 'leader');
  return {
    id: text(field(field(body, 'header'), 'member_id')),
    term: whole(field(body, 'raftTerm')),
    // Left out where it is 0: nobody.
    leader: leader === undefined ? null : text(leader),
    commit: whole(field(body, 'raftIndex')),
    applied: whole(field(body, 'raftAppliedIndex')),
  };
}

/** Why something was not answered with what was asked for, and whether it surely has not happened. */
export interface Refusal {
  readonly error: string;
  readonly definite: boolean;
}

/**
 * Refusals after which nothing has happened and nothing will: they are given before anything is
 * proposed (etcd 3.4, `etcdserver/v3_server.go` and `api/v3rpc`). All others, time-outs, changes of
 * leader and a server that stops among them, may come after the proposal.
 */
const NEVER_PROPOSED: readonly string[] = [
  'etcdserver: too many requests',
  'etcdserver: request is too large',
  'etcdserver: mvcc: database space exceeded',
  'etcdserver: duplicate key given in txn request',
  'etcdserver: too many operations in txn request',
  'etcdserver: key is not provided',
];

/** What is wrong with an answer; null where it is what was asked for. */
export function refusalIn(answer: Answer): Refusal | null {
  if (answer.kind === 'unsent') return { error: answer.because, definite: true };
  if (answer.kind === 'lost') return { error: answer.because, definite: false };
  if (answer.status === 200) return null;
  const said = field(answer.body, 'error');
  const error = typeof said === 'string' ? said : `status ${answer.status}`;
  return { error, definite: NEVER_PROPOSED.includes(error) };
}

/** An answer of a shape that etcd does not have. */
export class Garbled extends Error {
  override readonly name = 'Garbled';
}

function field(from: unknown, name: string): unknown {
  if (typeof from !== 'object' || from === null) return undefined;
  return (from as Readonly<Record<string, unknown>>)[name];
}

function list(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw new Garbled(`a list was expected, not ${JSON.stringify(value)}`);
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Garbled(`a text was expected, not ${JSON.stringify(value)}`);
}

function whole(value: unknown): number {
  const number = value === undefined ? 0 : Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new Garbled(`a whole number was expected, not ${JSON.stringify(value)}`);
}

/** Base64 of UTF-8. */
function encode(plain: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(plain)));
}

function encodeValue(value: Value): string {
  return encode(JSON.stringify(value));
}

function decode(encoded: unknown): string {
  const bytes = Uint8Array.from(atob(text(encoded)), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

function decodeValue(encoded: unknown): Value {
  return JSON.parse(decode(encoded)) as Value;
}
