/**
 * What clients ask and what they are told. A client may ask any server; that one answers, when it
 * delivers the transaction, but the leader makes all of them: a follower forwards what it is asked,
 * in order, over the connection to its leader, so what a client sends in order stays in order.
 */

import { answer } from '../answer.ts';
import { type Command, type CommandResult, openCommand, operationCommand, readKv } from '../kv.ts';
import { isRead } from '../operations.ts';
import type { Request } from '../protocol.ts';
import { propose } from './broadcast.ts';
import type { Forward, Origin, Txn } from './messages.ts';
import { isOwn, type PendingSync, type Zab } from './state.ts';
import { readBehindSync } from './syncs.ts';

export function onRequest(zab: Zab, request: Request): void {
  const { state, rules } = zab;
  const { from } = request;
  const seen = request.kind === 'operation' ? (request.seen ?? 0) : 0;
  if (!rules.canServe(state) || !rules.hasSeen(state, seen)) {
    answer(zab.env, from, { status: 'redirect', leader: null });
    return;
  }
  if (request.kind === 'operation' && isRead(request.operation)) {
    const { operation } = request;
    switch (state.config.reads) {
      case 'local':
        answerRead(zab, { to: from, operation }, { mode: 'local', round: 0, position: seen });
        return;
      case 'sync':
        readBehindSync(zab, from, operation);
        return;
      case 'quorum':
        break;
    }
  }
  submit(zab, request);
}

/** Leader: a request that another server was asked. */
export function onForward(zab: Zab, from: number, { link, origin, request }: Forward): void {
  const { state, rules } = zab;
  if (!rules.servesLearner(state, from, link)) return;
  propose(zab, commandOf(zab, request), origin);
}

/** Answers whoever waits for this transaction at this server. */
export function answerTxn(zab: Zab, position: number, txn: Txn, result: CommandResult): void {
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
  readonly position: number;
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
  env.trace({ kind: 'read-cert', mode, term, readPosition: position, applied, round, acks });
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

function submit(zab: Zab, request: Request): void {
  const { state, env, rules } = zab;
  const number = ++state.requests;
  const origin: Origin = { node: state.self, incarnation: env.incarnation, number };
  state.pending.set(number, { to: request.from });
  const proposer = rules.proposer(state);
  if (proposer === state.self) propose(zab, commandOf(zab, request), origin);
  else env.send(proposer, { kind: 'forward', link: state.link, origin, request });
}

function commandOf(zab: Zab, request: Request): Command {
  const timeUs = clusterTimeUs(zab);
  if (request.kind === 'open') return openCommand(request.from, timeUs);
  return operationCommand(request.operation, request.session, request.sequence, timeUs);
}

/**
 * The cluster's clock, which stands in commands: it goes on from the last one at the leader's own
 * pace, so that it never jumps.
 */
function clusterTimeUs({ state, env, rules }: Zab): number {
  return rules.entryTimeUs(state, env.nowUs(), env.wallUs());
}

function traceReadThroughLog(zab: Zab, position: number): void {
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
