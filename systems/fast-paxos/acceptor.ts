/** The acceptor: promises, the two ways to a vote, and telling everyone of it (FP, section 2.2). */

import { assert } from '../../checkers/assert.ts';
import type { LogIndex, NodeId } from '../../checkers/units.ts';
import { resetElectionWait } from '../election-wait.ts';
import { sendAll } from '../send-all.ts';
import { tellChosen } from '../slot-learning.ts';
import type { Fast } from './context.ts';
import type { Accept, Any2a, FastCommand, Prepare, Promise1b, Proposal } from './messages.ts';
import { NO_ROUND } from './numbers.ts';
import { follow, stepDown } from './roles.ts';
import { NOBODY } from './state.ts';

export function onPrepare(fast: Fast, from: NodeId, message: Prepare): void {
  const { state, env, rules } = fast;
  const { round } = message;
  if (round > state.seen) state.seen = round;
  if (!rules.canPromise(state, from, round)) {
    env.send(from, rules.refusal(state, round, NO_ROUND));
    return;
  }
  const isNew = round > state.promised;
  if (isNew && rules.givesWay(state, round)) stepDown(fast, 'higher-round');
  const promise = makePromise(fast, round, message.from);
  givePromise(fast, promise, message.from);
  if (isNew) {
    // A coordinator that goes on in another round is still whom to turn to.
    if (state.leader !== from) state.leader = NOBODY;
    resetElectionWait(fast);
  }
  env.send(from, promise);
}

/** The whole report is made before anything is promised: what is voted for later is not in it. */
export function makePromise(fast: Fast, round: number, from: LogIndex): Promise1b {
  const { state, rules } = fast;
  const accepted = rules.reportAccepted(state, from);
  const chosen = rules.reportChosen(state, from);
  return { kind: 'promise', round, accepted, chosen, snapshotUpTo: state.snapshot.slot };
}

export function givePromise(fast: Fast, promise: Promise1b, from: LogIndex): void {
  const { state, env } = fast;
  const { round, accepted, chosen } = promise;
  state.promised = round;
  env.persist({ kind: 'promise', round });
  env.trace({
    kind: 'promise',
    ballot: round,
    instance: null,
    from,
    accepted: accepted.map(({ slot, round: ballot, command }) => ({
      instance: slot,
      ballot,
      valueHash: command.valueHash,
    })),
    chosen: chosen.map(({ slot, command }) => ({ instance: slot, valueHash: command.valueHash })),
  });
}

/** Makes an Any durable; the same one again changes nothing. */
export function takeAny(fast: Fast, { round, from }: Omit<Any2a, 'kind'>): void {
  const { state, env, rules } = fast;
  if (!rules.takesAny(state, round)) return;
  state.promised = round;
  state.any = { round, from };
  state.taken = Math.max(state.chosenUpTo, from - 1);
  for (const slot of state.chosen.keys()) if (slot > state.taken) state.taken = slot;
  env.persist({ kind: 'any', round, from });
}

/** A proposal straight from a proposer: the first one in a slot gets the vote of a fast round. */
export function onProposal(fast: Fast, from: NodeId, message: Proposal): void {
  const { state, env, rules } = fast;
  const { slot, command, again } = message;
  const round = rules.fastRound(state);
  if (rules.isOpen(state, slot) && rules.canFastVote(state, round, slot)) {
    vote(fast, round, slot, command);
    return;
  }
  if (!again) return;
  const known = state.accepted.get(slot);
  if (!rules.isOpen(state, slot)) tellChosen(fast, from, slot);
  else if (known !== undefined) env.send(from, { kind: 'voted', slot, ...known });
}

/** 2a with a value. */
export function onAccept(fast: Fast, from: NodeId, message: Accept): void {
  const { state, env, rules } = fast;
  const { round, slot, command } = message;
  if (!rules.isOpen(state, slot)) {
    tellChosen(fast, from, slot);
    return;
  }
  const known = state.accepted.get(slot);
  if (known !== undefined && rules.hasVoted(state, message)) {
    env.send(from, { kind: 'voted', slot, ...known });
  } else if (rules.canVote(state, round, slot)) {
    if (rules.follows(state, from, round)) follow(fast, from, round);
    vote(fast, round, slot, command);
  } else {
    env.send(from, rules.refusal(state, round, known?.round ?? NO_ROUND));
  }
}

/** Votes, and tells every learner once that is durable. */
export function vote(fast: Fast, round: number, slot: LogIndex, command: FastCommand): void {
  const { state, env, rules } = fast;
  assert(slot >= 1, 'slots begin at 1');
  if (slot > state.taken) state.taken = slot;
  state.accepted.set(slot, { round, command });
  env.persist({ kind: 'vote', round, slot, command });
  const promised = rules.promisedAfterVote(state.promised, round);
  if (promised !== state.promised) {
    state.promised = promised;
    env.persist({ kind: 'promise', round: promised });
  }
  env.trace({ kind: 'accept', ballot: round, instance: slot, valueHash: command.valueHash });
  sendAll(fast, { kind: 'voted', round, slot, command });
}
