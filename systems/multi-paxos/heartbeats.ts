/** Heartbeats: they keep followers waiting, confirm the leadership, and tell what is chosen. */

import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { NodeId } from '../../checkers/units.ts';
import { learnPrefix } from './catch-up.ts';
import type { Multi } from './context.ts';
import { grantLease } from './leases.ts';
import type { Heartbeat, HeartbeatAck } from './messages.ts';
import { fillWindow, retransmit } from './proposals.ts';
import { confirmRounds, startRound } from './reads.ts';
import { reconfigureWhenDue } from './reconfiguration.ts';
import { follow, stepDown } from './roles.ts';
import { TIMER } from './state.ts';

export function onHeartbeatTimer(multi: Multi): void {
  const { state, env, rules } = multi;
  if (state.role !== 'leader') return;
  if (!rules.checkQuorum(state, env.nowUs(), (nodes) => rules.quorum(nodes))) {
    stepDown(multi, 'check-quorum');
    return;
  }
  retransmit(multi);
  reconfigureWhenDue(multi);
  fillWindow(multi);
  startRound(multi);
  env.setTimer(TIMER.heartbeat, state.config.heartbeatUs);
}

export function onHeartbeat(multi: Multi, from: NodeId, message: Heartbeat): void {
  const { state, env, rules } = multi;
  const { ballot, round } = message;
  const reply = rules.heartbeatAnswer(state, from, message);
  const follows = rules.follows(state, from, ballot);
  if (reply === 'nack') env.send(from, rules.refusal(state, from, ballot));
  if (follows) {
    follow(multi, from, ballot);
    grantLease(multi, from);
  }
  if (reply === 'ack') env.send(from, { kind: 'heartbeat-ack', ballot, round });
  if (follows) learnPrefix(multi, from, message);
}

export function onHeartbeatAck(multi: Multi, from: NodeId, message: HeartbeatAck): void {
  const { state, env, rules } = multi;
  if (!rules.countAck(state, from, message)) return;
  assert(from !== state.self, 'a node answers no heartbeat of its own');
  const answered = itemAt(state.ackRound, from);
  // It may have been on its way, or come twice, long after the node was gone.
  if (message.round < answered) return;
  state.ackUs[from] = env.nowUs();
  if (message.round === answered) return;
  state.ackRound[from] = message.round;
  confirmRounds(multi);
}
