/**
 * The coordinator's care for slots in phase 2: proposing in them itself, collisions and their
 * recovery in the direct successor (FP, section 3.2), and slots that got stuck.
 */

import { assert } from '../../checkers/assert.ts';
import type { LogIndex } from '../../checkers/units.ts';
import { noopCommand } from '../kv.ts';
import { sendAll } from '../send-all.ts';
import { onProposal, vote } from './acceptor.ts';
import type { Fast } from './context.ts';
import type { FastCommand } from './messages.ts';
import type { Phase2, Tally, Vote } from './state.ts';
import { clusterTimeUs } from './waiting.ts';

/**
 * Coordinator: proposes a value in a slot, never two in one round. It is sent before it is written,
 * so that the disks work side by side; its own vote counts once that is durable.
 */
export function propose(fast: Fast, round: number, slot: LogIndex, command: FastCommand): void {
  const { state, env, rules } = fast;
  assert(state.role === 'leader', 'only a coordinator proposes a value itself');
  state.proposals.set(slot, { round, command, sentUs: env.nowUs() });
  env.trace({ kind: 'propose', ballot: round, instance: slot, valueHash: command.valueHash });
  sendAll(fast, { kind: 'accept', round, slot, command });
  if (rules.canVote(state, round, slot)) vote(fast, round, slot, command);
}

/** Coordinator: a vote of its fast round has come. Once nothing can win, it need not wait for more. */
export function onVoteOfRound(fast: Fast, slot: LogIndex, tally: Tally): void {
  const { state, rules } = fast;
  if (state.proposals.has(slot)) return;
  const votes = votesOf(tally, state.round);
  if (votes.length < rules.votesToRecover(state.quorums)) return;
  if (rules.hasCollided(votes, state.quorums)) recover(fast, slot, votes);
}

/** Coordinator: looks after slots that should have been chosen by now. */
export function attendSlots(fast: Fast): void {
  const { state, env } = fast;
  assert(state.role === 'leader', 'only a coordinator looks after slots');
  const nowUs = env.nowUs();
  for (let slot = state.chosenUpTo + 1; slot <= state.taken; slot++) {
    if (slot <= state.chosenUpTo || state.chosen.has(slot)) continue;
    const tally = tallyOf(fast, slot);
    if (nowUs < tally.attendUs) continue;
    tally.attendUs = nowUs + state.config.retransmitUs;
    attend(fast, slot, tally);
  }
}

/** The votes heard for a slot; none yet for one that is new. */
export function tallyOf({ state, env }: Fast, slot: LogIndex): Tally {
  const known = state.tallies.get(slot);
  if (known !== undefined) return known;
  const attendUs = env.nowUs() + state.config.retransmitUs;
  const tally: Tally = { votes: state.members.map(() => null), attendUs };
  state.tallies.set(slot, tally);
  return tally;
}

/** What fills a slot for which nobody has proposed anything. */
export function noop(fast: Fast): FastCommand {
  return { ...noopCommand(clusterTimeUs(fast)), from: null };
}

function attend(fast: Fast, slot: LogIndex, tally: Tally): void {
  const { state, rules } = fast;
  const phase2 = state.proposals.get(slot) ?? null;
  const votes = votesOf(tally, phase2?.round ?? state.round);
  switch (rules.onSlotTimeout(state, votes, phase2, rules.votesToRecover(state.quorums))) {
    case 'recover':
      recover(fast, slot, votes);
      break;
    case 'repeat':
      if (phase2 !== null) acceptAgain(fast, slot, tally, phase2);
      break;
    case 'ask':
      askForVotes(fast, slot, votes);
      break;
    case 'wait':
      break;
  }
}

function acceptAgain({ state, env }: Fast, slot: LogIndex, tally: Tally, phase2: Phase2): void {
  const { round, command } = phase2;
  for (const node of state.members) {
    if (node === state.self || tally.votes[node]?.round === round) continue;
    env.send(node, { kind: 'accept', round, slot, command });
  }
}

/** As a proposer like any other: the acceptors that have not voted yet may still agree. */
function askForVotes(fast: Fast, slot: LogIndex, votes: readonly Vote[]): void {
  const command = votes[0]?.command ?? noop(fast);
  const proposal = { kind: 'proposal', slot, command, again: true } as const;
  sendAll(fast, proposal);
  onProposal(fast, fast.state.self, { ...proposal, again: false });
}

/**
 * Coordinated recovery: votes of the fast round are promises of its direct successor as well,
 * because whoever voted has no other vote in it, and there is no round between the two.
 */
function recover(fast: Fast, slot: LogIndex, votes: readonly Vote[]): void {
  const { state, env, rules } = fast;
  if (!rules.fallsBack(state)) return;
  const { round, quorums, self } = state;
  assert(votes.length <= quorums.nodes, 'more votes than nodes');
  const forced = rules.forced(votes, { quorums, heard: votes.length, self });
  const ballot = rules.recoverRound(round);
  state.contention += 2;
  env.trace({
    kind: 'recover',
    ballot,
    of: round,
    instance: slot,
    votes: votes.map(({ node, command }) => ({ node, valueHash: command.valueHash })),
  });
  propose(fast, ballot, slot, forced ?? rules.preferred(votes) ?? noop(fast));
}

function votesOf(tally: Tally, round: number): Vote[] {
  const votes: Vote[] = [];
  for (let node = 0; node < tally.votes.length; node++) {
    const vote = tally.votes[node] ?? null;
    if (vote?.round === round) votes.push({ node, round, command: vote.command });
  }
  return votes;
}
