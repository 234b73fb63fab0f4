/**
 * Which change of the membership comes next (dissertation, chapter 4), at random: voters are taken
 * out, to be learners or nobody; who is out becomes a learner, and a voter again once it has caught
 * up.
 *
 * A server that is out comes back under its old id, which is sound because its disk comes with it.
 */

import { itemAt } from '../../checkers/item-at.ts';
import type { NodeId } from '../../checkers/units.ts';
import { HASH_SEED, mix } from '../hash.ts';
import { isVoter } from './configurations.ts';
import type { Configuration } from './messages.ts';
import { progressOf } from './progress.ts';
import type { RaftState } from './state.ts';

type State = Readonly<RaftState>;

/** One voter less, one learner more, or one learner that becomes a voter; null for nothing to do. */
export function nextBySingle(state: State, drawn: number): Configuration | null {
  const draw = drawsFrom(drawn);
  const { voters, learners } = state.active.configuration;
  const out = outsiders(state);
  const ready = learners.filter((node) => progressOf(state, node).caughtUp);
  const moves: (() => Configuration)[] = [];
  if (voters.length > fewestVoters(state)) {
    moves.push(() => {
      const node = pick(voters, draw());
      const rest = without(voters, [node]);
      // As a learner it goes on; else it is told nothing any more.
      const staying = draw() % 2 === 0 ? [...learners, node] : learners;
      return { voters: rest, learners: sorted(staying), oldVoters: null };
    });
  }
  if (ready.length > 0) {
    moves.push(() => {
      const node = pick(ready, draw());
      const rest = without(learners, [node]);
      return { voters: sorted([...voters, node]), learners: rest, oldVoters: null };
    });
  }
  if (out.length > 0) {
    moves.push(() => ({
      voters,
      learners: sorted([...learners, pick(out, draw())]),
      oldVoters: null,
    }));
  }
  return moves.length === 0 ? null : pick(moves, draw())();
}

/** Several voters out at once, or all back in; between the two, whoever is out catches up. */
export function nextByJoint(state: State, drawn: number): Configuration | null {
  const draw = drawsFrom(drawn);
  const { voters, learners } = state.active.configuration;
  const { members } = state;
  const out = outsiders(state);
  if (out.length > 0) {
    return { voters, learners: sorted([...learners, ...out]), oldVoters: null };
  }
  if (learners.length > 0) {
    const ready = learners.every((node) => progressOf(state, node).caughtUp);
    return ready ? { voters: members, learners: [], oldVoters: voters } : null;
  }
  const leaving: number[] = [];
  const staying: number[] = [];
  while (voters.length - leaving.length > fewestVoters(state)) {
    const node = pick(without(voters, leaving), draw());
    leaving.push(node);
    if (draw() % 2 === 0) staying.push(node);
  }
  return { voters: without(voters, leaving), learners: sorted(staying), oldVoters: voters };
}

/**
 * Towards these members, one step: whoever is to leave is out altogether, one at a time or by joint
 * consensus; whoever is to come listens until it has caught up (4.2.1). Null where nothing is to be done.
 */
export function nextTowards(state: State, members: readonly NodeId[]): Configuration | null {
  const { voters, learners } = state.active.configuration;
  const isAsked = (node: NodeId) => members.includes(node);
  const isJoint = state.config.membership === 'joint';
  // Nobody goes before enough others are in.
  const spare = Math.max(0, voters.length - fewestVoters(state));
  const leaving = voters
    .filter((node) => !isAsked(node))
    .slice(0, isJoint ? spare : Math.min(1, spare));
  if (leaving.length > 0) {
    const rest = without(voters, leaving);
    return { voters: rest, learners: learners.filter(isAsked), oldVoters: isJoint ? voters : null };
  }
  const staying = learners.filter(isAsked);
  if (staying.length < learners.length) return { voters, learners: staying, oldVoters: null };
  const out = members.filter((node) => !voters.includes(node) && !learners.includes(node));
  const [first] = out;
  if (first !== undefined) {
    return { voters, learners: sorted([...learners, first]), oldVoters: null };
  }
  const ready = learners.filter((node) => progressOf(state, node).caughtUp);
  const [next] = ready;
  if (next === undefined) return null;
  const joining = isJoint ? ready : [next];
  return {
    voters: sorted([...voters, ...joining]),
    learners: without(learners, joining),
    oldVoters: isJoint ? voters : null,
  };
}

/** Draws that follow from one: a rule is handed values, and no source of them. */
function drawsFrom(drawn: number): () => number {
  let latest = mix(HASH_SEED, drawn);
  return () => {
    latest = mix(latest, drawn);
    return latest >>> 8;
  };
}

/** A majority of all members keeps the data on as many disks as before. */
function fewestVoters(state: State): number {
  return Math.floor(state.members.length / 2) + 1;
}

function outsiders(state: State): number[] {
  const { configuration } = state.active;
  return state.members.filter(
    (node) => !isVoter(configuration, node) && !configuration.learners.includes(node),
  );
}

function pick<Item>(items: readonly Item[], draw: number): Item {
  return itemAt(items, draw % items.length);
}

function without(nodes: readonly NodeId[], gone: readonly number[]): number[] {
  return nodes.filter((node) => !gone.includes(node));
}

function sorted(nodes: readonly NodeId[]): number[] {
  return [...nodes].sort((a, b) => a - b);
}
