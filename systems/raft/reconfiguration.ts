/**
 * When the leader changes the membership (dissertation, chapter 4). There is no operator here, so
 * that changes are part of runs and can be explored.
 */

import { clusterTimeUs } from './clients.ts';
import { configurationCommand } from './configurations.ts';
import type { Configuration } from './messages.ts';
import { appendCommand } from './replication.ts';
import { becomeFollower } from './roles.ts';
import { lastIndex, NOBODY, type Raft } from './state.ts';

/** Leader, now and then: the next change, when it is time for one and one is allowed. */
export function reconfigureWhenDue(raft: Raft): void {
  const { state, env, rules } = raft;
  if (state.config.membership === 'off' || state.members.length < 3 || state.transfer !== null)
    return;
  followLearners(raft);
  if (!rules.reconfigurationDue(state) || !rules.canChangeConfiguration(state)) return;
  const next = rules.nextConfiguration(state, env.random());
  if (next !== null) appendConfiguration(raft, next);
}

/**
 * Leader: once a joint configuration is committed, the new one follows (section 4.3); once it is
 * committed without the leader, that one steps down (section 4.2.2).
 */
export function settleConfiguration(raft: Raft): void {
  const { state, env, rules } = raft;
  const { index, configuration } = state.active;
  if (state.role !== 'leader' || index > state.commit) return;
  if (configuration.oldVoters !== null) {
    if (state.transfer !== null || !rules.canChangeConfiguration(state)) return;
    if (rules.leavesJoint(state)) appendConfiguration(raft, rules.afterJoint(configuration));
  } else if (rules.leavesWhenCommitted(state)) {
    env.trace({ kind: 'step-down', term: state.term, reason: 'not-a-voter' });
    becomeFollower(raft, NOBODY);
  }
}

function appendConfiguration(raft: Raft, configuration: Configuration): void {
  appendCommand(raft, configurationCommand(configuration, clusterTimeUs(raft)), null);
}

/** Leader: the rounds in which learners catch up (section 4.2.1). */
function followLearners({ state, env, rules }: Raft): void {
  const nowUs = env.nowUs();
  for (const node of state.active.configuration.learners) {
    if (node === state.self) continue;
    if (!rules.endsCatchUp(state, node)) continue;
    state.caughtUp[node] = rules.hasCaughtUp(state, node, nowUs);
    state.catchUpTo[node] = lastIndex(state);
    state.catchUpSinceUs[node] = nowUs;
  }
}
