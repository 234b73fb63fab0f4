/** Sizes of quorums (Lamport, Fast Paxos, section 2.2): which may be chosen, and which are by default. */

/** How many acceptors make a quorum in rounds of either kind. */
export interface Quorums {
  readonly nodes: number;
  readonly classic: number;
  readonly fast: number;
}

/** What a user may set: 0 leaves a size open. */
export interface QuorumChoice {
  readonly classicQuorum: number;
  readonly fastQuorum: number;
}

/**
 * The sizes in force. What is left open is as small as it may be beside the other; with both open,
 * a majority and the fast quorum that goes with it (5 acceptors: 3 and 4).
 */
export function quorumSizes(nodes: number, { classicQuorum, fastQuorum }: QuorumChoice): Quorums {
  const majority = Math.floor(nodes / 2) + 1;
  const classicBeside = (fast: number): number => Math.max(majority, 2 * (nodes - fast) + 1);
  const classic = classicQuorum || (fastQuorum === 0 ? majority : classicBeside(fastQuorum));
  return { nodes, classic, fast: fastQuorum || fastBeside(nodes, classic) };
}

/**
 * Whether any two classic quorums meet, and any classic quorum and any two fast ones: 2q > n and
 * q + 2f > 2n. Null if so, else what is wrong, beginning with the option to change.
 */
export function quorumFault({ nodes, classic, fast }: Quorums): string | null {
  const majority = Math.floor(nodes / 2) + 1;
  if (classic > nodes) return `classicQuorum=${classic}: there are only ${nodes} nodes`;
  if (fast > nodes) return `fastQuorum=${fast}: there are only ${nodes} nodes`;
  if (classic < majority) {
    return `classicQuorum=${classic}: two such quorums of ${nodes} nodes need not meet (${majority} to ${nodes})`;
  }
  const least = fastBeside(nodes, classic);
  if (fast >= least) return null;
  return (
    `fastQuorum=${fast}: two such quorums of ${nodes} nodes need not meet within a classic ` +
    `quorum of ${classic} (${least} to ${nodes})`
  );
}

/** The smallest fast quorum beside classic ones of this size: q + 2f > 2n. */
function fastBeside(nodes: number, classic: number): number {
  return Math.max(1, Math.floor((2 * nodes - classic) / 2) + 1);
}
