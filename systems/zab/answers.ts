/** What clients are told, and on whose word. */

import type { LogIndex } from '../../checkers/units.ts';
import { answer } from '../answer.ts';
import { type CommandResult, readKv } from '../kv.ts';
import { isOwn, type Zab } from './context.ts';
import type { Txn } from './messages.ts';
import type { PendingSync } from './state.ts';

/** Answers whoever waits for this transaction at this server. */
export function answerTxn(zab: Zab, position: LogIndex, txn: Txn, result: CommandResult): void {
  const { state } = zab;
  const { command, origin } = txn;
  if (!isOwn(zab, origin)) return;
  const waiting = state.pending.get(origin.number);
  if (waiting === undefined) return;
  state.pending.delete(origin.number);
  if (command.operation?.f === 'read') traceReadThroughLog(zab, position);
  answer(zab.env, waiting.to, result, command.id);
}

/** Answers at once where a rule says so. */
export function answerEarly(zab: Zab, { command, origin }: Txn): void {
  const { state, rules } = zab;
  const result = rules.answerOnPropose(state, command);
  if (result === null || !isOwn(zab, origin)) return;
  const waiting = state.pending.get(origin.number);
  state.pending.delete(origin.number);
  if (waiting !== undefined) answer(zab.env, waiting.to, result, command.id);
}

/** How fresh a read is: `position` is what it has to see at least. */
interface Freshness {
  readonly mode: 'local' | 'sync';
  readonly round: number;
  readonly position: LogIndex;
}

/** Answers a read from the state as it is. */
export function answerRead(
  zab: Zab,
  read: PendingSync,
  { mode, round, position }: Freshness,
): void {
  const { state, env } = zab;
  const { currentEpoch: term, applied } = state;
  const acks = round === 0 ? [] : [{ node: state.leader, round }];
  // A local read has to see that and nothing more.
  const grounds = mode === 'local' || read.seen === 0 ? {} : { seen: read.seen };
  env.trace({
    kind: 'read-cert',
    mode,
    term,
    readPosition: position,
    applied,
    round,
    acks,
    ...grounds,
  });
  const value = readKv(state.kv, read.operation.key);
  answer(zab.env, read.to, { status: 'ok', value, position: applied });
}

/**
 * A server that leaves its leader answers everybody who waits. What was forwarded may be delivered
 * by a later leader, so nobody can tell; what waits for a `sync` changes nothing.
 */
export function abandonClients(zab: Zab): void {
  const { state, rules } = zab;
  const { pending, pendingSyncs } = state;
  for (const { to } of pending.values()) answer(zab.env, to, rules.replyOnLoss(state));
  pending.clear();
  for (const { to } of pendingSyncs.values())
    answer(zab.env, to, { status: 'redirect', leader: null });
  pendingSyncs.clear();
}

function traceReadThroughLog(zab: Zab, position: LogIndex): void {
  const { currentEpoch: term, applied } = zab.state;
  zab.env.trace({
    kind: 'read-cert',
    mode: 'log',
    term,
    readPosition: position,
    applied,
    round: 0,
    acks: [],
  });
}
