/**
 * Phase 1: the elected server learns from a quorum which epochs were accepted, proposes a higher
 * one, and makes sure that nobody in that quorum has a more recent history.
 *
 * In the paper the leader then takes over the best history of the quorum; as in ZooKeeper, it goes
 * back to the election instead, which has to find the server that has it.
 */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { Zab } from './context.ts';
import { epochEnds, lastZxid } from './history.ts';
import { look } from './looking.ts';
import type { AckEpoch, FollowerInfo, LeaderInfo } from './messages.ts';
import { becomeFollowing, becomeLeading, enterPhase } from './phases.ts';
import { nodesOf } from './quorums.ts';
import { emptyStage, TIMER, votersIn } from './state.ts';
import { startSynchronisation, synchronise } from './synchronisation.ts';

/** Follower: goes to its leader, and asks again until that has come to lead. */
export function startJoining(zab: Zab): void {
  const { state, env } = zab;
  becomeFollowing(state);
  state.link++;
  state.joinedUs = env.nowUs();
  state.staged = emptyStage();
  env.setTimer(TIMER.limit, state.config.initLimitUs);
  knock(zab);
}

export function knock({ state, env }: Zab): void {
  const { link, acceptedEpoch } = state;
  assert(state.leader !== state.self, 'a server joins itself');
  env.send(state.leader, { kind: 'follower-info', link, acceptedEpoch });
  env.setTimer(TIMER.ping, state.config.pingUs);
}

export function startLeading(zab: Zab): void {
  const { state, env } = zab;
  becomeLeading(state);
  state.epoch = 0;
  state.highestEpoch = Math.max(state.highestEpoch, state.acceptedEpoch);
  state.joinedUs = env.nowUs();
  env.setTimer(TIMER.limit, state.config.initLimitUs);
  env.setTimer(TIMER.ping, state.config.pingUs);
  proposeEpoch(zab);
}

/** Leader. A follower knocks more than once, but joins with the first. */
export function onFollowerInfo(zab: Zab, from: NodeId, message: FollowerInfo): void {
  const { state, env, rules } = zab;
  const { link, acceptedEpoch } = message;
  if (state.role !== 'leading' || !rules.joinsAnew(state, from, link)) return;
  state.learners[from] = {
    link,
    acceptedEpoch,
    stage: 'joining',
    counts: false,
    ends: [],
    syncedTo: 0,
    heardUs: env.nowUs(),
  };
  state.highestEpoch = Math.max(state.highestEpoch, acceptedEpoch);
  if (state.phase === 'discovery' && state.epoch === 0) proposeEpoch(zab);
  // Somebody has been promised more since: in this epoch that server would never be let in.
  else if (rules.startsOver(state, acceptedEpoch)) look(zab);
  else env.send(from, { kind: 'leader-info', link, epoch: state.epoch });
}

/** Follower. */
export function onLeaderInfo(zab: Zab, from: NodeId, message: LeaderInfo): void {
  const { state, env, rules } = zab;
  if (state.phase !== 'discovery' || !rules.hearsLeader(state, from, message)) return;
  const { epoch } = message;
  const decision = rules.onLeaderInfo(state, epoch);
  if (decision === 'refuse') {
    look(zab);
    return;
  }
  if (decision === 'accept') {
    state.acceptedEpoch = epoch;
    env.persist({ kind: 'accepted-epoch', epoch });
    env.trace({ kind: 'accepted-epoch', epoch });
  }
  enterPhase(state, 'synchronisation');
  env.send(from, {
    kind: 'ack-epoch',
    link: state.link,
    counts: rules.epochCounts(state, decision),
    currentEpoch: state.currentEpoch,
    last: lastZxid(state),
    ends: epochEnds(state),
  });
}

/** Leader. */
export function onAckEpoch(zab: Zab, from: NodeId, message: AckEpoch): void {
  const { state, rules } = zab;
  const learner = state.learners[from];
  if (!learner || !rules.hearsLearner(state, from, message.link)) return;
  assert(state.role === 'leading', 'a server has joined one that leads nobody');
  learner.stage = 'acked';
  learner.counts = message.counts;
  learner.ends = message.ends;
  if (state.phase !== 'discovery') {
    synchronise(zab, from, learner);
    return;
  }
  if (message.counts && rules.hasSay(state, from) && rules.recency(state, message)) {
    // Others may be ahead of everybody: to make room for whom nobody can elect would be in vain.
    look(zab);
    return;
  }
  startIfAccepted(zab);
}

/** Leader: proposes an epoch once a quorum has said what it has accepted. */
function proposeEpoch(zab: Zab): void {
  const { state, env, rules } = zab;
  assert(state.role === 'leading', 'only a leader proposes an epoch');
  const present = votersIn(state, () => true);
  if (!rules.quorum(state, present)) return;
  const certificate = nodesOf(present).map((node) => ({
    node,
    acceptedEpoch: state.learners[node]?.acceptedEpoch ?? state.acceptedEpoch,
  }));
  const epoch = rules.newEpoch(
    state,
    certificate.map(({ acceptedEpoch }) => acceptedEpoch),
  );
  state.epoch = epoch;
  state.acceptedEpoch = epoch;
  state.highestEpoch = Math.max(state.highestEpoch, epoch);
  env.persist({ kind: 'accepted-epoch', epoch });
  env.trace({ kind: 'accepted-epoch', epoch });
  env.trace({ kind: 'new-epoch', epoch, certificate });
  for (const [node, learner] of state.learners.entries()) {
    if (learner) env.send(node, { kind: 'leader-info', link: learner.link, epoch });
  }
  startIfAccepted(zab);
}

function startIfAccepted(zab: Zab): void {
  const { state, rules } = zab;
  const accepted = votersIn(state, ({ counts }) => counts);
  if (rules.quorum(state, accepted)) startSynchronisation(zab);
}
