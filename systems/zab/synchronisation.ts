/**
 * Phase 2: every follower gets the leader's history. Once a quorum has it, all of it is committed
 * and the leader serves. Servers that come later go through the same while broadcast goes on: what
 * is proposed from now on follows their NEWLEADER in the same connection, so nothing is missing.
 */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import { restoreKv } from '../kv.ts';
import { advanceCommit } from './broadcast.ts';
import type { Zab } from './context.ts';
import { commitTo, deliver } from './delivery.ts';
import { wholeDisk } from './disk.ts';
import { lastPosition, lastZxid } from './history.ts';
import type {
  Diff,
  NewLeader,
  Snap,
  Snapshot,
  SyncMessage,
  Truncate,
  Txn,
  UpToDate,
} from './messages.ts';
import { enterPhase } from './phases.ts';
import { nodesOf } from './quorums.ts';
import { emptyStage, type Learner, votersIn } from './state.ts';

/** Leader: a quorum has accepted the epoch, and nobody of it has a more recent history. */
export function startSynchronisation(zab: Zab): void {
  const { state, env } = zab;
  const { epoch } = state;
  assert(state.role === 'leading', 'only a leader begins to synchronise');
  enterPhase(state, 'synchronisation');
  state.currentEpoch = epoch;
  env.persist({ kind: 'current-epoch', epoch });
  env.trace({ kind: 'current-epoch', epoch, last: lastZxid(state) });
  for (const [node, learner] of state.learners.entries()) {
    if (learner?.stage === 'acked') synchronise(zab, node, learner);
  }
  activateIfSynced(zab);
}

/** Leader: sends a follower what it lacks, and NEWLEADER behind it. */
export function synchronise(zab: Zab, node: NodeId, learner: Learner): void {
  const { state, env, rules } = zab;
  const { link } = learner;
  assert(state.role === 'leading', 'only a leader hands its history on');
  const newLeader: NewLeader = { kind: 'new-leader', link, epoch: state.epoch };
  for (const part of rules.newLeaderOrder(historyFor(zab, learner), newLeader)) {
    env.send(node, part);
  }
  learner.stage = 'syncing';
  learner.syncedTo = lastPosition(state);
}

/** Follower: what it is sent is put aside, so that a synchronisation cut short changes nothing. */
export function onHistory(zab: Zab, from: NodeId, message: Truncate | Diff | Snap): void {
  const { state, rules } = zab;
  if (state.phase !== 'synchronisation' || !rules.hearsLeader(state, from, message)) return;
  switch (message.kind) {
    case 'truncate':
      state.staged.truncateTo = message.to;
      break;
    case 'diff':
      state.staged.txns = rules.acceptDiff(state, message.txns);
      break;
    case 'snapshot':
      state.staged.snapshot = message.snapshot;
      break;
  }
}

/** Follower: from here on it is of this epoch. */
export function onNewLeader(zab: Zab, from: NodeId, message: NewLeader): void {
  const { state, env, rules } = zab;
  if (state.phase !== 'synchronisation' || !rules.hearsLeader(state, from, message)) return;
  const { epoch } = message;
  for (const step of rules.joinSteps(state)) {
    switch (step) {
      case 'history':
        takeOver(zab);
        break;
      case 'epoch':
        state.currentEpoch = epoch;
        env.persist({ kind: 'current-epoch', epoch });
        env.trace({ kind: 'current-epoch', epoch, last: lastZxid(state) });
        break;
      case 'ack':
        env.send(from, { kind: 'ack-new-leader', link: state.link });
        break;
    }
  }
}

/** Leader. */
export function onAckNewLeader(zab: Zab, from: NodeId, link: number): void {
  const { state, env, rules } = zab;
  const learner = state.learners[from];
  if (!learner || !rules.hearsLearner(state, from, link) || learner.stage !== 'syncing') return;
  learner.stage = 'synced';
  learner.heardUs = env.nowUs();
  if (state.phase !== 'broadcast') {
    activateIfSynced(zab);
    return;
  }
  // What was under way when it joined is part of what it has just acknowledged.
  for (const proposal of state.outstanding) {
    if (rules.ackedBySync(state, from, proposal, learner)) proposal.acked |= 1 << from;
  }
  advanceCommit(zab);
  bringUpToDate(zab, from, learner);
}

/** Follower: the leader has a quorum. */
export function onUpToDate(zab: Zab, from: NodeId, message: UpToDate): void {
  const { state, env, rules } = zab;
  if (state.phase !== 'synchronisation' || !rules.hearsLeader(state, from, message)) return;
  enterPhase(state, 'broadcast');
  state.heardUs = env.nowUs();
  commitTo(zab, message.committed, []);
  deliver(zab);
  env.trace({ kind: 'serving', epoch: state.currentEpoch });
}

/** Leader: begins to serve once a quorum holds its initial history. */
function activateIfSynced(zab: Zab): void {
  const { state, env, rules } = zab;
  assert(state.role === 'leading', 'only a leader begins to serve');
  const synced = votersIn(state, ({ stage }) => stage === 'synced');
  if (!rules.canActivate(state, synced)) return;
  const { epoch } = state;
  const length = lastPosition(state);
  const last = lastZxid(state);
  const certificate = nodesOf(synced);
  env.trace({ kind: 'established', epoch, last, length, certificate });
  enterPhase(state, 'broadcast');
  state.counter = 0;
  state.leaderSinceUs = env.nowUs();
  state.clusterUs = Math.max(state.kv.clockUs, state.log.at(-1)?.command.timeUs ?? 0);
  if (length > state.committed) commitTo(zab, last, certificate);
  deliver(zab);
  env.trace({ kind: 'serving', epoch });
  for (const [node, learner] of state.learners.entries()) {
    if (learner?.stage === 'synced') bringUpToDate(zab, node, learner);
  }
}

function bringUpToDate(zab: Zab, node: NodeId, learner: Learner): void {
  const { state, env, rules } = zab;
  assert(learner.stage === 'synced', 'a server is told to serve that has not acknowledged');
  learner.stage = 'serving';
  const committed = rules.toldCommitted(state, learner);
  env.send(node, { kind: 'up-to-date', link: learner.link, committed });
}

/** Leader: TRUNC, DIFF or SNAP, as much as the follower needs of each. */
function historyFor(zab: Zab, { link, ends }: Learner): SyncMessage[] {
  const { state, rules } = zab;
  const plan = rules.syncPlan(state, ends);
  const parts: SyncMessage[] = [];
  const from = plan.kind === 'snapshot' ? state.snapshot.position : plan.from;
  switch (plan.kind) {
    case 'diff':
      break;
    case 'truncate':
      parts.push({ kind: 'truncate', link, to: plan.to });
      break;
    case 'snapshot':
      parts.push({ kind: 'snapshot', link, snapshot: state.snapshot });
      break;
  }
  const txns = rules.diffTxns(state, from);
  if (txns.length > 0) parts.push({ kind: 'diff', link, txns });
  return parts;
}

/** Follower: what was put aside becomes its history, in memory and on disk. */
function takeOver(zab: Zab): void {
  const { state, env, rules } = zab;
  const { snapshot, truncateTo, txns } = state.staged;
  state.staged = emptyStage();
  if (snapshot !== null) install(zab, snapshot, txns);
  else if (truncateTo !== null || txns.length > 0) {
    const keep = truncateTo === null ? lastPosition(state) : rules.keepUpTo(state, truncateTo);
    state.log.length = Math.max(0, keep - state.base.position);
    for (const txn of txns) state.log.push(txn);
    env.persist({ kind: 'sync', keep, txns });
    if (truncateTo !== null) env.trace({ kind: 'truncate-txns', to: truncateTo });
  }
  for (const { zxid, command } of txns) {
    env.trace({ kind: 'logged', zxid, valueHash: command.valueHash });
  }
}

function install(zab: Zab, snapshot: Snapshot, txns: readonly Txn[]): void {
  const { state, env } = zab;
  const { position, zxid } = snapshot;
  if (snapshot.kv !== null) state.kv = restoreKv(snapshot.kv);
  state.snapshot = snapshot;
  state.base = { position, zxid };
  state.log = [...txns];
  state.committed = position;
  state.applied = position;
  assert(lastPosition(state) === position + txns.length, 'the history ends where it should not');
  env.checkpoint(wholeDisk(state));
  env.trace({ kind: 'snapshot-txns', op: 'install', zxid, position, stateHash: state.kv.hash });
}
