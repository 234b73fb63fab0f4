/** What a follower answers its leader (section 5.3), and whoever leads no more. */

import type { LogIndex, NodeId } from '../../checkers/units.ts';
import type { Raft } from './context.ts';
import type { AppendEntries, InstallSnapshot } from './messages.ts';

/** Tells the leader of an older term of the newer one, and nothing about its log. */
export function depose(raft: Raft, leader: NodeId, message: AppendEntries | InstallSnapshot): void {
  const { state, env, rules } = raft;
  env.send(leader, rules.deposal(state, message, rules.answeredRound(state, message)));
}

/** Tells the leader that its log agrees with the leader's up to `index`. */
export function accept(
  raft: Raft,
  leader: NodeId,
  index: LogIndex,
  message: AppendEntries | InstallSnapshot,
): void {
  const { state, env, rules } = raft;
  env.send(leader, rules.agreement(state, index, rules.answeredRound(state, message)));
}

/** Says where its log parts from the leader's, to save round trips (section 5.3). */
export function refuse(raft: Raft, leader: NodeId, message: AppendEntries): void {
  const { state, env, rules } = raft;
  env.send(leader, rules.refusal(state, message, rules.answeredRound(state, message)));
}
