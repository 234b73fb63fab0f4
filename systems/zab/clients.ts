/**
 * What clients ask. A client may ask any server; that one answers, when it
 * delivers the transaction, but the leader makes all of them: a follower forwards what it is asked,
 * in order, over the connection to its leader, so what a client sends in order stays in order.
 */

import { assert } from '../../checkers/assert.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import { answer } from '../answer.ts';
import { type Command, openCommand, operationCommand } from '../kv.ts';
import { isRead } from '../operations.ts';
import type { Request } from '../protocol.ts';
import { answerRead } from './answers.ts';
import { propose } from './broadcast.ts';
import type { Zab } from './context.ts';
import type { Forward, Origin } from './messages.ts';
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
        answerRead(zab, { to: from, operation, seen }, { mode: 'local', round: 0, position: seen });
        return;
      case 'sync':
        readBehindSync(zab, { to: from, operation, seen });
        return;
      case 'quorum':
        break;
    }
  }
  submit(zab, request);
}

/** Leader: a request that another server was asked. */
export function onForward(zab: Zab, from: NodeId, { link, origin, request }: Forward): void {
  const { state, rules } = zab;
  if (!rules.servesLearner(state, from, link)) return;
  propose(zab, commandOf(zab, request), origin);
}

function submit(zab: Zab, request: Request): void {
  const { state, env, rules } = zab;
  const number = ++state.requests;
  const origin: Origin = { node: state.self, incarnation: env.incarnation, number };
  assert(!state.pending.has(number), 'every request has a number of its own');
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
function clusterTimeUs({ state, env, rules }: Zab): Micros {
  return rules.entryTimeUs(state, env.nowUs(), env.wallUs());
}
