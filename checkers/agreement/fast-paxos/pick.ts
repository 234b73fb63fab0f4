/**
 * The rule that picks the value of a round (Lamport, Fast Paxos, 2006, section 3.1, observation
 * O4): which value a quorum's reports force, because it was or may yet be chosen.
 */

import { itemAt } from '../../item-at.ts';
import type { Ballot, NodeId } from '../../units.ts';
import type { PaxosGhost, Round } from '../paxos/state.ts';

/** What one member of the quorum has voted for last: in which round, for what. */
export interface Report {
  readonly node: NodeId;
  readonly ballot: Ballot;
  readonly valueHash: number;
}

/** How many acceptors there are, and how many of them make a fast quorum. */
export interface FastSizes {
  readonly nodes: number;
  readonly fast: number;
}

/**
 * The value that must be proposed, null where any may be. Of the latest round k that anybody
 * voted in, a classic one forces its only value. A fast one forces v when all of Q that belong to
 * some fast quorum R voted for v; as R may hold everybody outside of Q, that takes f + |Q| - n of
 * Q. If two values reach that, quorums do not meet as they must, and nothing can be right.
 *
 * `reports` has one per member of Q that has voted; `quorum` is |Q|.
 */
export function forcedValue(
  reports: readonly Report[],
  quorum: number,
  { nodes, fast }: FastSizes,
  isFast: (ballot: Ballot) => boolean,
): number | null {
  const latest = reports.reduce((highest, { ballot }) => Math.max(highest, ballot), -1);
  const votes = reports.filter(({ ballot }) => ballot === latest);
  const [first] = votes;
  if (first === undefined) return null;
  if (!isFast(latest)) return first.valueHash;
  const needed = Math.max(1, fast + quorum - nodes);
  const values = [...new Set(votes.map(({ valueHash }) => valueHash))];
  const forced = values.filter(
    (value) => votes.filter(({ valueHash }) => valueHash === value).length >= needed,
  );
  return forced.length === 1 ? itemAt(forced, 0) : null;
}

/** What the promises that ended phase 1 of a round report for an instance. */
export function reportsOf(round: Round, instance: number | string): Report[] {
  const reports: Report[] = [];
  for (const [node, promise] of round.promises.entries()) {
    if (promise === undefined || (round.counted & (1 << node)) === 0) continue;
    const found = promise.accepted.find((accepted) => accepted.instance === instance);
    if (found === undefined) continue;
    reports.push({ node, ballot: found.ballot, valueHash: found.valueHash });
  }
  return reports;
}

/** The value that one of the promises knows to be chosen; null where none does. */
export function reportedChosen(round: Round, instance: number | string): number | null {
  for (const [node, promise] of round.promises.entries()) {
    if (promise === undefined || (round.counted & (1 << node)) === 0) continue;
    const found = promise.chosen.find((chosen) => chosen.instance === instance);
    if (found !== undefined) return found.valueHash;
  }
  return null;
}

export function isFastRound({ fast }: PaxosGhost, ballot: Ballot): boolean {
  return fast?.rounds.has(ballot) ?? false;
}
