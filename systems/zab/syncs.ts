/**
 * `sync`: a round trip to the leader, answered behind the commits of all that was proposed before.
 * What the server has delivered then is as new as what the leader had when it was asked. It is no
 * question to a quorum: a leader that was replaced and does not know it answers as well
 * (ZOOKEEPER-1675).
 */

import { assert } from '../../checkers/assert.ts';
import type { LogIndex, NodeId } from '../../checkers/units.ts';
import { answerRead } from './answers.ts';
import type { Zab } from './context.ts';
import type { Sync, Synced } from './messages.ts';
import type { PendingSync, WaitingSync } from './state.ts';

/** Server: a read that is to see what the leader has committed. */
export function readBehindSync(zab: Zab, read: PendingSync): void {
  const { state, env, rules } = zab;
  if (!rules.syncAsksLeader(state)) {
    answerRead(zab, read, { mode: 'sync', round: 0, position: state.applied });
    return;
  }
  const number = ++state.requests;
  const { link, self } = state;
  assert(!state.pendingSyncs.has(number), 'every sync has a number of its own');
  state.pendingSyncs.set(number, read);
  if (state.role === 'leading') enqueue(zab, { node: self, link, number, position: 0 });
  else env.send(state.leader, { kind: 'sync', link, number });
}

/** Leader. */
export function onSync(zab: Zab, from: NodeId, { link, number }: Sync): void {
  const { state, rules } = zab;
  if (!rules.servesLearner(state, from, link)) return;
  enqueue(zab, { node: from, link, number, position: 0 });
}

/** Leader: answers the syncs whose turn has come. */
export function answerSyncs(zab: Zab): void {
  const { state, env } = zab;
  const { waitingSyncs, committed } = state;
  while (waitingSyncs.length > 0) {
    const [first] = waitingSyncs;
    if (first === undefined || first.position > committed) return;
    waitingSyncs.shift();
    const { node, link, number } = first;
    if (node === state.self) finish(zab, number, committed);
    else env.send(node, { kind: 'synced', link, number, position: committed });
  }
}

/** Server. */
export function onSynced(zab: Zab, from: NodeId, message: Synced): void {
  const { state, rules } = zab;
  if (rules.hearsLeader(state, from, message)) finish(zab, message.number, message.position);
}

function finish(zab: Zab, number: number, position: LogIndex): void {
  const { state } = zab;
  const pending = state.pendingSyncs.get(number);
  if (pending === undefined) return;
  state.pendingSyncs.delete(number);
  answerRead(zab, pending, { mode: 'sync', round: number, position });
}

/** Leader: behind what is under way now. */
function enqueue(zab: Zab, sync: WaitingSync): void {
  const { state, rules } = zab;
  state.waitingSyncs.push({ ...sync, position: rules.syncBehind(state) });
  answerSyncs(zab);
}
