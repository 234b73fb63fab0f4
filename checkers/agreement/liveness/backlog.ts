/**
 * What leaders have to bring through before anything new can be committed: how far the log of each
 * reaches beyond what is settled, and pieces of snapshots on their way. Time for that is no
 * standstill: a new leader with 600 slots in doubt, 16 at a time, needs 38 exchanges first.
 */

import type { Nanos, NodeId } from '../../units.ts';

/** How long the steps of catching up may take in a world, in nanoseconds; 0 for all at once. */
export interface Pace {
  /** One position that a leader finds in doubt, or that a node lacks on whose word it waits. */
  readonly leaderNs: Nanos;
  /** One position that is settled, and that a follower lacks. */
  readonly followerNs: Nanos;
  /** One piece of a snapshot. */
  readonly pieceNs: Nanos;
}

export const AT_ONCE: Pace = { leaderNs: 0, followerNs: 0, pieceNs: 0 };

/** So often it is looked how much a leader has before it: partitions heal without a line. */
const LOOK_NS = 1e8;

/** How many positions somebody had before it, at some time. */
interface Sample {
  readonly timeNs: Nanos;
  readonly positions: number;
}

/** One time of leading, and how much there was to do, first at its beginning. */
interface Led {
  readonly node: NodeId;
  /** The last position that it found. */
  readonly reach: number;
  readonly samples: Sample[];
  endNs: Nanos;
}

export class Backlog {
  readonly #led: Led[] = [];
  /** When pieces of snapshots arrived, each the next of its snapshot. */
  readonly #pieces: { readonly node: NodeId; readonly timeNs: Nanos }[] = [];
  #lookedNs = Number.NEGATIVE_INFINITY;

  /** Whether it is time to say of every leader how much it has before it. */
  isDue(timeNs: Nanos): boolean {
    if (timeNs - this.#lookedNs < LOOK_NS) return false;
    this.#lookedNs = timeNs;
    return true;
  }

  began(node: NodeId, timeNs: Nanos, reach: number, positions: number): void {
    this.#led.push({
      node,
      reach,
      samples: [{ timeNs, positions }],
      endNs: Number.POSITIVE_INFINITY,
    });
  }

  /** The last position that a node found when it began to lead; 0 for one that does not lead. */
  reachOf(node: NodeId): number {
    return this.#open(node)?.reach ?? 0;
  }

  /** What leaders have before them is told again and again. */
  looked(node: NodeId, timeNs: Nanos, positions: number): void {
    const led = this.#open(node);
    if (led !== undefined && led.samples.at(-1)?.positions !== positions) {
      led.samples.push({ timeNs, positions });
    }
  }

  ended(node: NodeId, timeNs: Nanos): void {
    const led = this.#open(node);
    if (led !== undefined) led.endNs = timeNs;
  }

  piece(node: NodeId, timeNs: Nanos): void {
    this.#pieces.push({ node, timeNs });
  }

  /**
   * How long it may take to bring through what leaders among `group` had before them: each from
   * when it led within this time, and what snapshots came meanwhile.
   */
  allowanceNs(
    group: readonly number[] | null,
    startNs: Nanos,
    endNs: Nanos,
    { leaderNs, pieceNs }: Pace,
  ): Nanos {
    const counts = (node: NodeId) => group === null || group.includes(node);
    let allowedNs = 0;
    for (const led of this.#led) {
      if (!counts(led.node) || led.endNs <= startNs) continue;
      const [first] = led.samples;
      if (first === undefined || first.timeNs >= endNs) continue;
      allowedNs += positionsAt(led.samples, startNs) * leaderNs;
    }
    for (const { node, timeNs } of this.#pieces) {
      if (counts(node) && timeNs >= startNs && timeNs <= endNs) allowedNs += pieceNs;
    }
    return allowedNs;
  }

  #open(node: NodeId): Led | undefined {
    const led = this.#led.findLast((each) => each.node === node);
    return led?.endNs === Number.POSITIVE_INFINITY ? led : undefined;
  }
}

/** What there was to do at a time, or first. */
function positionsAt(samples: readonly Sample[], timeNs: Nanos): number {
  const sample = samples.findLast((each) => each.timeNs <= timeNs) ?? samples[0];
  return sample?.positions ?? 0;
}
