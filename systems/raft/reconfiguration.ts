/**
 * When the leader changes the membership (dissertation, chapter 4): as an operator asks, and, where the
 * options say so, of its own accord, so that changes are part of every run.
 */

import { assert } from '../../checkers/assert.ts';
import type { LogIndex, NodeId } from '../../checkers/units.ts';
import { clusterTimeUs } from './answers.ts';
import { appendCommand } from './append.ts';
import { configurationCommand } from './configurations.ts';
import type { Raft } from './context.ts';
import { lastIndex } from './log.ts';
import type { Configuration } from './messages.ts';
import { beginCatchUp, progressOf } from './progress.ts';
import { becomeFollower } from './roles.ts';
import { NOBODY } from './state.ts';

/**
 * Leader, now and then: the next change, when it is time for one and one is allowed. Whether it has
 * appended one.
 */
export function reconfigureWhenDue(raft: Raft): boolean {
  const { state, env, rules } = raft;
  const { membership } = state.config;
  if (membership === 'off' || state.members.length < 3 || state.transfer !== null) return false;
  followLearners(raft);
  if (!rules.reconfigurationDue(state) || !rules.canChangeConfiguration(state)) return false;
  const next = rules.nextConfiguration(state, env.random());
  if (next === null) return false;
  appendConfiguration(raft, next);
  return true;
}

/**
 * Leader: an operator says who should take part: the next step towards that, where one is allowed.
 * Whether it has appended one.
 */
export function reconfigureAsAsked(raft: Raft, members: readonly NodeId[]): boolean {
  const { state, rules } = raft;
  if (state.role !== 'leader' || state.transfer !== null) return false;
  followLearners(raft);
  const isJoint = state.active.configuration.oldVoters !== null;
  if (isJoint || !rules.canChangeConfiguration(state)) return false;
  const next = rules.configurationTowards(state, members);
  if (next === null) return false;
  appendConfiguration(raft, next);
  return true;
}

/**
 * Leader: once a joint configuration is committed, the new one follows (section 4.3); once it is
 * committed without the leader, that one steps down (section 4.2.2). `knownUpTo`: what it knew to be
 * committed before. Whether it has appended one.
 */
export function settleConfiguration(raft: Raft, knownUpTo: LogIndex): boolean {
  const { state, env, rules } = raft;
  const { index, configuration } = rules.configurationToSettle(state);
  if (state.role !== 'leader' || index > state.commit) return false;
  if (configuration.oldVoters === null) {
    if (!rules.leavesWhenCommitted(state)) return false;
    env.trace({ kind: 'step-down', term: state.term, reason: 'not-a-voter' });
    becomeFollower(raft, NOBODY);
    return false;
  }
  if (state.transfer !== null || !rules.canChangeConfiguration(state)) return false;
  if (!rules.leavesJoint(state, knownUpTo)) return false;
  appendConfiguration(raft, rules.afterJoint(configuration));
  return true;
}

function appendConfiguration(raft: Raft, configuration: Configuration): void {
  appendCommand(raft, configurationCommand(configuration, clusterTimeUs(raft)), null);
}

/** Leader: the rounds in which learners catch up (section 4.2.1). */
function followLearners({ state, env, rules }: Raft): void {
  assert(state.role === 'leader', 'only a leader follows its learners');
  const nowUs = env.nowUs();
  for (const node of state.active.configuration.learners) {
    if (node === state.self) continue;
    if (!rules.endsCatchUp(state, node)) continue;
    const progress = progressOf(state, node);
    progress.caughtUp = rules.hasCaughtUp(state, node, nowUs);
    beginCatchUp(progress, lastIndex(state), nowUs);
  }
}
