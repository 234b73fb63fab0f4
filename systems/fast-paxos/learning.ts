/** Learning what is chosen: by counting votes, or from another node (FP, section 2.2). */

import { applyChosen } from './apply.ts';
import { endPhaseOne } from './coordinator.ts';
import type { Accepted, FastCommand, Learn, LearnRequest, Voted } from './messages.ts';
import { isFast, NO_ROUND } from './numbers.ts';
import { onSlotChosen, placeBacklog } from './proposer.ts';
import { onVoteOfRound, tallyOf } from './slots.ts';
import { install } from './snapshots.ts';
import type { Fast, Tally } from './state.ts';

/** A slot that is chosen; who counted a quorum for it names it, who was told cannot. */
interface Learned {
  readonly slot: number;
  readonly command: FastCommand;
  readonly round?: number;
  readonly certificate?: readonly number[];
}

const NOBODY_COUNTED: readonly number[] = [];

/** 2b. A slot is chosen when enough distinct nodes voted alike in one round, by its kind. */
export function onVoted(fast: Fast, from: number, message: Voted): void {
  const { state, rules } = fast;
  const { round, slot, command } = message;
  if (slot <= state.chosenUpTo || state.chosen.has(slot)) return;
  if (round >= state.promised && slot > state.taken) state.taken = slot;
  const tally = tallyOf(fast, slot);
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

function votersFor({ rules }: Fast, { votes }: Tally, like: Accepted): number[] {
  const nodes: number[] = [];
  for (let node = 0; node < votes.length; node++) {
    const vote = votes[node] ?? null;
    if (vote !== null && rules.isLike(vote, like)) nodes.push(node);
  }
  return nodes;
}

export function learn(fast: Fast, learned: Learned): void {
  const { state, env } = fast;
  const { slot, command, round = NO_ROUND, certificate = NOBODY_COUNTED } = learned;
  if (slot <= state.snapshot.slot || state.chosen.has(slot)) return;
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
  if (state.chosenUpTo > before) tracePrefix(fast);
  applyChosen(fast);
  placeBacklog(fast);
}

function tracePrefix(fast: Fast): void {
  const { state, env } = fast;
  const { promised, chosenUpTo } = state;
  const term = Math.max(0, promised);
  env.trace({ kind: 'commit', index: chosenUpTo, term, entryTerm: term, certificate: [] });
}

export function askToLearn(fast: Fast, node: number): void {
  fast.env.send(node, { kind: 'learn-request', from: fast.state.chosenUpTo + 1 });
}

export function onLearnRequest(fast: Fast, from: number, message: LearnRequest): void {
  tellChosen(fast, from, message.from);
}

/** Tells a node what is chosen from this slot on, as far as that is known without holes. */
export function tellChosen(fast: Fast, to: number, first: number): void {
  const { state, env, rules } = fast;
  const compacted = rules.tellsSnapshot(state, first);
  let slot = compacted ? state.snapshot.slot + 1 : first;
  const chosen: { slot: number; command: FastCommand }[] = [];
  while (chosen.length < state.config.batch) {
    const command = rules.toldChosen(state, slot);
    if (command === undefined) break;
    chosen.push({ slot, command });
    slot++;
  }
  if (!compacted && chosen.length === 0) return;
  env.send(to, {
    kind: 'learn',
    snapshot: compacted ? state.snapshot : null,
    chosen,
    upTo: state.chosenUpTo,
  });
}

export function onLearn(fast: Fast, from: number, message: Learn): void {
  const { state, rules } = fast;
  if (!rules.believes(state, from, message)) return;
  const before = state.chosenUpTo;
  if (message.snapshot !== null) install(fast, message.snapshot);
  for (const { slot, command } of message.chosen) learn(fast, { slot, command });
  if (state.chosenUpTo > before && state.chosenUpTo < message.upTo) askToLearn(fast, from);
  endPhaseOne(fast);
}
