/**
 * The invariants of Fast Paxos (Lamport 2006) over a trace: those of Paxos with rounds for ballots,
 * in which a value is chosen by a fast quorum if the round is fast, and what makes fast rounds
 * safe: one vote per round, the rule that picks values, recovery in the direct successor only.
 *
 * O(1) or O(quorum) per line, but for promises and "Any", which cost as much as is open.
 */

import type { TraceChecker, TraceEvent, Violation } from '../../trace.ts';
import type { Ballot, Nanos, NodeId } from '../../units.ts';
import { memberOf } from '../members.ts';
import { newPaxosNode, noPaxosStats, paxosGhost, stepPaxos } from '../paxos/checker.ts';
import { onBoot } from '../paxos/recovery.ts';
import type { FastRounds, PaxosGhost, PaxosNode } from '../paxos/state.ts';
import { adoptAny, onAny, onFastPropose, onRecover, onVote } from './values.ts';

/** Fast rounds that are remembered: nobody sleeps so long that it votes in an older one. */
const ROUNDS_MAX = 2 ** 16;

/** A checker for one trace of one cluster of up to 31 acceptors. */
export function fastPaxosChecker(): TraceChecker {
  return new FastPaxosChecker();
}

class FastPaxosChecker implements TraceChecker {
  readonly violations: readonly Violation[];
  readonly stats: Readonly<Record<string, number>>;
  readonly #ghost: PaxosGhost;
  readonly #fast: FastRounds = {
    rounds: new Map(),
    open: new Map(),
    recoveries: new Map(),
    quorum: 0,
  };
  readonly #stats = { ...noPaxosStats(), fastRounds: 0, fastVotes: 0, recoveries: 0 };

  constructor() {
    this.#ghost = paxosGhost('all', this.#stats, this.#fast);
    this.violations = this.#ghost.findings.violations;
    this.stats = this.#stats;
  }

  feed(event: TraceEvent, node: NodeId, incarnation: number, _timeNs: Nanos): void {
    const ghost = this.#ghost;
    const member = memberOf(ghost, event, node, incarnation, newPaxosNode);
    if (member === null) return;
    if (event.kind !== 'boot') {
      this.#step(member, event);
      return;
    }
    if (event.quorums !== undefined) judgeQuorums(ghost, this.#fast, event, event.quorums);
    onBoot(ghost, member, event, incarnation);
    adoptAny(ghost, this.#fast, member, event.any);
  }

  #step(node: PaxosNode, event: Exclude<TraceEvent, { kind: 'boot' }>): void {
    const ghost = this.#ghost;
    const fast = this.#fast;
    switch (event.kind) {
      case 'prepare':
        if (event.fast === true) this.#begin(event.ballot);
        stepPaxos(ghost, node, event);
        return;
      case 'propose':
        onFastPropose(ghost, fast, node, event);
        return;
      case 'any':
        onAny(ghost, fast, node, event);
        return;
      case 'recover':
        this.#stats.recoveries++;
        onRecover(ghost, fast, node, event);
        return;
      case 'accept':
        if (fast.rounds.has(event.ballot)) this.#stats.fastVotes++;
        onVote(ghost, fast, node, event);
        return;
      default:
        stepPaxos(ghost, node, event);
        return;
    }
  }

  #begin(ballot: Ballot): void {
    const { rounds } = this.#fast;
    if (rounds.has(ballot)) return;
    this.#stats.fastRounds++;
    rounds.set(ballot, null);
    if (rounds.size <= ROUNDS_MAX) return;
    for (const oldest of rounds.keys()) {
      rounds.delete(oldest);
      return;
    }
  }
}

/** QuorumIntersection: any two classic quorums meet, and any classic one with any two fast ones. */
function judgeQuorums(
  ghost: PaxosGhost,
  rounds: FastRounds,
  { nodes }: { readonly nodes: readonly NodeId[] },
  { classic, fast }: { readonly classic: number; readonly fast: number },
): void {
  rounds.quorum = fast;
  if (quorumsMeet(nodes.length, classic, fast)) return;
  ghost.findings.report(
    'QuorumIntersection',
    -1,
    `of ${nodes.length} acceptors, ${classic} make a classic and ${fast} a fast quorum: ` +
      'then two rounds may choose without knowing of each other',
    // Any two of them may meet: a classic one must meet what two fast ones have in common.
    'quorums are so small that two values can be chosen for one place',
  );
}

/** Lamport 2006, section 2.3: q + q > n and q + 2f > 2n. */
export function quorumsMeet(nodes: number, classic: number, fast: number): boolean {
  return 2 * classic > nodes && classic + 2 * fast > 2 * nodes;
}
