/** Acceptors: two durable numbers and a value per key, and when they may change (PMS, 2.2). */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import { hashOf } from '../hash.ts';
import { sendAll } from '../send-all.ts';
import type { Basic } from './context.ts';
import type { Accept, BasicRecord, Prepare, Promise1b } from './messages.ts';
import { NO_BALLOT, promisedFor } from './state.ts';

/** Rewriting the log costs as much as there are keys, so it waits for so many records. */
const RECORDS_MAX = 2_000;

export function onPrepare(basic: Basic, from: NodeId, message: Prepare): void {
  const promise = promise1b(basic, from, message);
  basic.env.send(from, promise ?? basic.rules.refusal(basic.state, message.key, message.ballot));
}

/** A proposer asks its own acceptor: its promise counts once it is durable. */
export function prepareSelf(basic: Basic, message: Prepare): void {
  promise1b(basic, basic.state.self, message);
}

/** It is sent to all learners, or to the proposer alone if that is the distinguished one. */
export function onAccept(basic: Basic, from: NodeId, message: Accept): void {
  const { state, env, rules } = basic;
  const { key, ballot, value } = message;
  if (!accept(basic, message)) {
    env.send(from, rules.refusal(state, key, ballot));
    return;
  }
  const accepted = { kind: 'accepted', key, ballot, value } as const;
  if (rules.tellsAllLearners(state)) sendAll(basic, accepted);
  else env.send(from, accepted);
}

/** A proposer's own acceptor; with many learners, it tells them like any other. */
export function acceptSelf(basic: Basic, message: Accept): void {
  if (!accept(basic, message)) return;
  const { key, ballot, value } = message;
  if (basic.rules.tellsAllLearners(basic.state)) {
    sendAll(basic, { kind: 'accepted', key, ballot, value });
  }
}

/** Promises, durably; null if it may not. */
function promise1b(basic: Basic, from: NodeId, { key, ballot }: Prepare): Promise1b | null {
  const { state, env, rules } = basic;
  const fromOwner = ballot % state.members.length === from;
  if (!rules.canPromise(promisedFor(state, key), ballot, fromOwner)) return null;
  const accepted = rules.acceptedAfterPromise(state.accepted.get(key) ?? null, ballot);
  state.promised.set(key, ballot);
  if (accepted !== null) state.accepted.set(key, accepted);
  persist(basic, { kind: 'promise', key, ballot });
  const reported = rules.reported(accepted, ballot);
  env.trace({
    kind: 'promise',
    ballot,
    instance: key,
    from: key,
    accepted:
      reported === null
        ? []
        : [{ instance: key, ballot: reported.ballot, valueHash: hashOf(reported.value) }],
    chosen: [],
  });
  return { kind: 'promise', key, ballot, accepted: reported };
}

function accept(basic: Basic, message: Accept): boolean {
  const { state, env, rules } = basic;
  const { key, ballot, value } = message;
  const promised = promisedFor(state, key);
  if (!rules.canAccept(promised, ballot)) return false;
  const accepted = rules.acceptedAfterAccept(message);
  const raised = rules.promisedAfterAccept(promised, ballot);
  state.promised.set(key, raised);
  state.accepted.set(key, accepted);
  persist(basic, { kind: 'accept', key, ballot, promised: raised, accepted });
  env.trace({ kind: 'accept', ballot, instance: key, valueHash: hashOf(value) });
  return true;
}

/** Appends a record; now and then the whole log is written anew, without what is out of date. */
export function persist(basic: Basic, record: BasicRecord): void {
  const { state, env } = basic;
  env.persist(record);
  state.records++;
  if (state.records < RECORDS_MAX + 2 * state.promised.size) return;
  const records: BasicRecord[] = [];
  if (state.ownBallot !== NO_BALLOT) records.push({ kind: 'ballot', ballot: state.ownBallot });
  for (const [key, accepted] of state.accepted) {
    const { ballot } = accepted;
    records.push({ kind: 'accept', key, ballot, promised: ballot, accepted });
  }
  for (const [key, ballot] of state.promised) records.push({ kind: 'promise', key, ballot });
  assert(state.accepted.size <= state.promised.size, 'what is accepted is promised as well');
  env.checkpoint(records);
  state.records = records.length;
}
