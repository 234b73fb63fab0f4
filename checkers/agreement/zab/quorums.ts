/**
 * Quorums of a Zab ensemble: majorities, majorities of weight, or ZooKeeper's hierarchical quorums
 * (a majority of the groups, and in each of them a majority of its weight).
 */

import { itemAt } from '../../item-at.ts';
import type { NodeId, NodeSet } from '../../units.ts';
import { bitsOf } from '../members.ts';

export interface QuorumSystem {
  /** Who votes, as bits: observers are left out. */
  readonly voters: NodeSet;
  /** Whether these nodes, as bits, are a quorum; those that do not vote count for nothing. */
  readonly isQuorum: (nodes: number) => boolean;
}

/** `weights` and `groups` as in `nodes`: everyone weighs 1, in one group, where they are absent. */
export function quorumSystem(
  nodes: readonly NodeId[],
  weights?: readonly number[],
  groups?: readonly number[],
): QuorumSystem {
  const weightOf = (at: number): number => weights?.[at] ?? 1;
  const groupOf = (at: number): number => groups?.[at] ?? 0;
  const names = [...new Set(nodes.map((_, at) => groupOf(at)))];
  const parts = names.map((name) => nodes.map((_, at) => at).filter((at) => groupOf(at) === name));
  // A group in which nobody weighs anything has no say (QuorumHierarchical).
  const counting = parts.filter((part) => part.some((at) => weightOf(at) > 0));
  const total = (part: readonly number[]): number =>
    part.reduce((sum, at) => sum + weightOf(at), 0);

  const isMajorityOf = (part: readonly number[], set: number): boolean => {
    const present = part.filter((at) => (set & (1 << itemAt(nodes, at))) !== 0);
    return 2 * total(present) > total(part);
  };
  return {
    voters: bitsOf(nodes),
    isQuorum: remembered(
      (set) => 2 * counting.filter((part) => isMajorityOf(part, set)).length > counting.length,
    ),
  };
}

/**
 * Whether a set meets every quorum: its complement holds none. What does not, though it was taken
 * for a quorum, allows two decisions that know nothing of each other.
 */
export function meetsEveryQuorum({ voters, isQuorum }: QuorumSystem, set: number): boolean {
  return !isQuorum(voters & ~set);
}

/** The few sets that occur in a run are asked for again and again. */
function remembered(compute: (set: number) => boolean): (set: number) => boolean {
  const answers = new Map<number, boolean>();
  return (set) => {
    let answer = answers.get(set);
    if (answer === undefined) {
      answer = compute(set);
      answers.set(set, answer);
    }
    return answer;
  };
}
