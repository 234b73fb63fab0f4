/** Learning what is chosen by counting votes (FP, section 2.2), and going on over it. */

import { assert } from '../../checkers/assert.ts';
import type { LogIndex, NodeId } from '../../checkers/units.ts';
import { tracePrefix } from '../slot-learning.ts';
import { applyChosen } from './apply.ts';
import type { Fast } from './context.ts';
import type { Accepted, FastCommand, Voted } from './messages.ts';
import { isFast, NO_ROUND } from './numbers.ts';
import { placeBacklog } from './proposer.ts';
import { onVoteOfRound, tallyOf } from './slots.ts';
import type { Tally } from './state.ts';
import { onSlotChosen } from './waiting.ts';

/** A slot that is chosen; who counted a quorum for it names it, who was told cannot. */
interface Learned {
  readonly slot: LogIndex;
  readonly command: FastCommand;
  readonly round?: number;
  readonly certificate?: readonly number[];
}

const NOBODY_COUNTED: readonly number[] = [];

/** 2b. A slot is chosen when enough distinct nodes voted alike in one round, by its kind. */
export function onVoted(fast: Fast, from: NodeId, message: Voted): void {
  const { state, rules } = fast;
  const { round, slot, command } = message;
  if (slot <= state.chosenUpTo || state.chosen.has(slot)) return;
  if (round >= state.promised && slot > state.taken) state.taken = slot;
  const tally = tallyOf(fast, slot);
  assert(tally.votes.length === state.members.length, 'every node has a vote or none');
  if (!rules.countVote(state, from, message, tally.votes[from] ?? null)) return;
  tally.votes[from] = message;
  const voters = votersFor(fast, tally, message);
  if (rules.learn(voters.length, round, state.quorums)) {
    if (state.role === 'leader' && isFast(round, state.members.length)) {
      state.contention = Math.max(0, state.contention - 1);
    }
    learn(fast, { slot, command, round, certificate: voters });
  } else if (state.role === 'leader' && round === state.round) {
    if (isFast(round, state.members.length)) onVoteOfRound(fast, slot, tally);
  }
}

function votersFor({ state, rules }: Fast, { votes }: Tally, like: Accepted): readonly NodeId[] {
  const nodes: NodeId[] = [];
  for (let node = 0; node < votes.length; node++) {
    const vote = votes[node] ?? null;
    if (vote !== null && rules.isLike(vote, like)) nodes.push(node);
  }
  return rules.votersFor(state, nodes, like);
}

export function learn(fast: Fast, learned: Learned): void {
  const { state, env } = fast;
  const { slot, command, round = NO_ROUND, certificate = NOBODY_COUNTED } = learned;
  if (slot <= state.snapshot.slot || state.chosen.has(slot)) return;
  assert(slot > state.chosenUpTo, 'what is known to be chosen is kept');
  state.chosen.set(slot, command);
  state.tallies.delete(slot);
  state.proposals.delete(slot);
  if (slot > state.taken) state.taken = slot;
  const { valueHash } = command;
  env.trace({ kind: 'learn', ballot: round, instance: slot, valueHash, certificate });
  onSlotChosen(fast, slot, command);
  advancePrefix(fast);
}

/** Goes on over what is chosen, executes it, and proposes what there is room for now. */
export function advancePrefix(fast: Fast): void {
  const { state } = fast;
  const before = state.chosenUpTo;
  while (state.chosen.has(state.chosenUpTo + 1)) state.chosenUpTo++;
  assert(state.chosenUpTo >= before, 'the chosen prefix goes back');
  if (state.chosenUpTo > before) tracePrefix(fast);
  applyChosen(fast);
  placeBacklog(fast);
}
