/** Phase 2, for any number of slots at a time: Accept, its answers, and Commit (PMS, 3). */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import { sendAll } from '../send-all.ts';
import type { Multi } from './context.ts';
import { learn } from './learning.ts';
import type { Accept, Accepted2b } from './messages.ts';
import { accept } from './proposals.ts';
import { isQuorumOf } from './reconfiguration.ts';
import { follow } from './roles.ts';
import { settle } from './settle.ts';

export function onAccept(multi: Multi, from: NodeId, message: Accept): void {
  const { state, env, rules } = multi;
  const { ballot, slot, command } = message;
  if (!rules.canAccept(state, ballot)) {
    env.send(from, rules.refusal(state, from, ballot));
    return;
  }
  if (rules.follows(state, from, ballot)) follow(multi, from, ballot);
  if (!rules.hasAccepted(state, message)) accept(multi, message);
  env.send(from, { kind: 'accepted', ballot, slot });
  const noticed = state.notices.get(slot);
  if (noticed !== undefined && rules.isNoticed({ ballot, command }, noticed)) {
    settle(multi, learn(multi, { slot, command, ballot, noticed }));
  }
}

export function onAccepted(multi: Multi, from: NodeId, message: Accepted2b): void {
  const { state, rules } = multi;
  const { slot, ballot } = message;
  const proposal = state.proposals.get(slot);
  if (proposal === undefined || !rules.countAccept(state, from, message)) return;
  const { accepted, command } = proposal;
  assert(accepted.length === state.members.length, 'every node has accepted or not');
  accepted[from] = true;
  if (!isQuorumOf(multi, slot, accepted)) return;
  state.proposals.delete(slot);
  sendAll(multi, { kind: 'commit', ballot, slot });
  settle(multi, learn(multi, { slot, command, ballot, certificate: nodesThat(accepted) }));
}

function nodesThat(holds: readonly boolean[]): number[] {
  const nodes: NodeId[] = [];
  for (let node = 0; node < holds.length; node++) if (holds[node]) nodes.push(node);
  return nodes;
}
