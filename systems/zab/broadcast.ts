/** Phase 3: the leader proposes transactions in order, and commits what a quorum has logged. */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { Command } from '../kv.ts';
import { answerEarly } from './answers.ts';
import type { Zab } from './context.ts';
import { commitTo, deliver } from './delivery.ts';
import { lastPosition, zxidAt } from './history.ts';
import { look } from './looking.ts';
import type { Ack, Commit, Origin, Propose, Txn } from './messages.ts';
import { nodesOf } from './quorums.ts';
import { votersIn } from './state.ts';
import { answerSyncs } from './syncs.ts';

/** Leader: makes a transaction of a command, unless its epoch has no more of them. */
export function propose(zab: Zab, command: Command, origin: Origin): void {
  const { state, env, rules } = zab;
  const zxid = rules.nextZxid(state);
  if (zxid === null) {
    // The next epoch begins to count anew (ZOOKEEPER-1277).
    look(zab, true);
    return;
  }
  const txn: Txn = { zxid, command, origin };
  const { valueHash } = command;
  state.counter = zxid.counter;
  state.log.push(txn);
  state.outstanding.push({ position: lastPosition(state), zxid, acked: 0 });
  env.trace({ kind: 'propose-txn', zxid, valueHash });
  for (const [node, learner] of state.learners.entries()) {
    if (learner === null || !rules.isSentProposals(state, node, learner)) continue;
    env.send(node, { kind: 'propose', link: learner.link, txn });
  }
  // Its own disk is one of the quorum, and works while the others do.
  env.persist({ kind: 'txn', txn });
  env.trace({ kind: 'logged', zxid, valueHash });
  answerEarly(zab, txn);
}

/** Follower. */
export function onPropose(zab: Zab, from: NodeId, message: Propose): void {
  const { state, env, rules } = zab;
  if (!rules.hearsLeader(state, from, message)) return;
  const { txn } = message;
  const { zxid } = txn;
  if (!rules.acceptPropose(state, zxid)) {
    look(zab);
    return;
  }
  state.heardUs = env.nowUs();
  state.log.push(txn);
  env.persist({ kind: 'txn', txn });
  env.trace({ kind: 'logged', zxid, valueHash: txn.command.valueHash });
  env.send(from, { kind: 'ack', link: message.link, zxid });
  answerEarly(zab, txn);
}

/** Leader: its own record is on the disk. */
export function onLogged(zab: Zab, { zxid }: Txn): void {
  const { state } = zab;
  if (state.role === 'leading' && zxid.epoch === state.epoch) countAck(zab, state.self, zxid);
}

/** Leader. */
export function onAck(zab: Zab, from: NodeId, { link, zxid }: Ack): void {
  const { state, env, rules } = zab;
  const learner = state.learners[from];
  if (!learner || !rules.hearsLearner(state, from, link)) return;
  learner.heardUs = env.nowUs();
  countAck(zab, from, zxid);
}

function countAck(zab: Zab, from: NodeId, zxid: Ack['zxid']): void {
  const { state, rules } = zab;
  for (const proposal of state.outstanding) {
    if (rules.countAck(state, from, proposal, zxid)) proposal.acked |= 1 << from;
  }
  advanceCommit(zab);
}

/** Leader: commits in order what a quorum has logged. */
export function advanceCommit(zab: Zab): void {
  const { state, env, rules } = zab;
  assert(state.role === 'leading', 'only a leader counts a quorum');
  const position = rules.commitUpTo(state, (voters) => rules.quorum(state, voters));
  if (position <= state.committed) return;
  let logged = votersIn(state, () => false);
  while (state.outstanding.length > 0) {
    const [first] = state.outstanding;
    if (first === undefined || first.position > position) break;
    logged = first.acked;
    state.outstanding.shift();
  }
  const zxid = zxidAt(state, position);
  commitTo(zab, zxid, nodesOf(logged));
  for (const [node, learner] of state.learners.entries()) {
    if (learner === null || !rules.isSentCommits(state, node, learner)) continue;
    env.send(node, { kind: 'commit', link: learner.link, zxid });
  }
  deliver(zab);
  answerSyncs(zab);
}

/** Follower. */
export function onCommit(zab: Zab, from: NodeId, message: Commit): void {
  const { state, env, rules } = zab;
  if (!rules.hearsLeader(state, from, message)) return;
  if (!rules.heedsCommit(state, message.zxid)) return;
  state.heardUs = env.nowUs();
  commitTo(zab, message.zxid, []);
  deliver(zab);
}
