/** Delivering what is committed, in order, and compacting the history behind it. */

import type { Zxid } from '../../checkers/agreement/zab/events.ts';
import { assert } from '../../checkers/assert.ts';
import { executeCommand } from '../executing.ts';
import { snapshotKv } from '../kv.ts';
import { answerTxn } from './answers.ts';
import type { Zab } from './context.ts';
import { wholeDisk } from './disk.ts';
import { lastPosition, positionOf, txnAt, txnsBehind, zxidAt } from './history.ts';

/** Everything up to `zxid` is committed, on the word of these servers, or of the leader. */
export function commitTo({ state, env }: Zab, zxid: Zxid, certificate: readonly number[]): void {
  const position = positionOf(state, zxid);
  assert(typeof position === 'number', 'a committed transaction is not in the history');
  if (position <= state.committed) return;
  state.committed = position;
  env.trace({ kind: 'commit-txn', zxid, certificate });
}

/** Executes what is committed, and answers who waits for it here. */
export function deliver(zab: Zab): void {
  const { state, rules } = zab;
  while (rules.canDeliver(state)) {
    const position = state.applied + 1;
    const txn = txnAt(state, position);
    assert(txn !== undefined, 'a transaction to be delivered is not in the history');
    const { result } = executeCommand(zab, position, txn.command, { zxid: txn.zxid });
    answerTxn(zab, position, txn, result);
  }
  if (rules.snapshotDue(state)) takeSnapshot(zab);
}

/** At a delivered transaction, atomically. ZooKeeper's are fuzzy: made while transactions go on. */
function takeSnapshot(zab: Zab): void {
  const { state, env } = zab;
  const position = state.applied;
  const zxid = zxidAt(state, position);
  const basePosition = Math.max(state.base.position, position - state.config.retained);
  const base = { position: basePosition, zxid: zxidAt(state, basePosition) };
  const last = lastPosition(state);
  assert(basePosition <= position, 'what is kept begins before the snapshot ends');
  state.log = txnsBehind(state, basePosition);
  state.base = base;
  assert(lastPosition(state) === last, 'a snapshot leaves the end of the history');
  state.snapshot = { position, zxid, kv: snapshotKv(state.kv) };
  env.checkpoint(wholeDisk(state));
  env.trace({ kind: 'snapshot-txns', op: 'take', zxid, position, stateHash: state.kv.hash });
}
