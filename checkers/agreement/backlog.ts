/**
 * What leaders have to bring through before anything new can be committed: how far the log of each
 * reaches beyond what is settled, and pieces of snapshots on their way. Time for that is no
 * standstill: a new leader with 600 slots in doubt, 16 at a time, needs 38 exchanges first.
 */

/** How long the steps of catching up may take in a world, in nanoseconds; 0 for all at once. */
export interface Pace {
  /** One position that a leader finds in doubt, or that a node lacks on whose word it waits. */
  readonly leaderNs: number;
  /** One position that is settled, and that a follower lacks. */
  readonly followerNs: number;
  /** One piece of a snapshot. */
  readonly pieceNs: number;
}

export const AT_ONCE: Pace = { leaderNs: 0, followerNs: 0, pieceNs: 0 };

/** So often it is looked how much a leader has before it: partitions heal without a line. */
const LOOK_NS = 1e8;

/** How many positions somebody had before it, at some time. */
interface Sample {
  readonly timeNs: number;
  readonly positions: number;
}

/** One time of leading, and how much there was to do, first at its beginning. */
interface Led {
  readonly node: number;
  /** The last position that it found. */
  readonly reach: number;
  readonly samples: Sample[];
  endNs: number;
}

export class Backlog {
  readonly #led: Led[] = [];
  /** When pieces of snapshots arrived, each the next of its snapshot. */
  readonly #pieces: { readonly node: number; readonly timeNs: number }[] = [];
  #lookedNs = Number.NEGATIVE_INFINITY;

  /** Whether it is time to say of every leader how much it has before it. */
  isDue(timeNs: number): boolean {
    if (timeNs - this.#lookedNs < LOOK_NS) return false;
    this.#lookedNs = timeNs;
    return true;
  }

  began(node: number, timeNs: number, reach: number, positions: number): void {
    this.#led.push({
      node,
      reach,
      samples: [{ timeNs, positions }],
      endNs: Number.POSITIVE_INFINITY,
    });
  }

  /** The last position that a node found when it began to lead; 0 for one that does not lead. */
  reachOf(node: number): number {
    return this.#open(node)?.reach ?? 0;
  }

  /** What leaders have before them is told again and again. */
  looked(node: number, timeNs: number, positions: number): void {
    const led = this.#open(node);
    if (led !== undefined && led.samples.at(-1)?.positions !== positions) {
      led.samples.push({ timeNs, positions });
    }
  }

  ended(node: number, timeNs: number): void {
    const led = this.#open(node);
    if (led !== undefined) led.endNs = timeNs;
  }

  piece(node: number, timeNs: number): void {
    this.#pieces.push({ node, timeNs });
  }

  /**
   * How long it may take to bring through what leaders among `group` had before them: each from
   * when it led within this time, and what snapshots came meanwhile.
   */
  allowanceNs(
    group: readonly number[] | null,
    startNs: number,
    endNs: number,
    { leaderNs, pieceNs }: Pace,
  ): number {
    const counts = (node: number) => group === null || group.includes(node);
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

  #open(node: number): Led | undefined {
    const led = this.#led.findLast((each) => each.node === node);
    return led?.endNs === Number.POSITIVE_INFINITY ? led : undefined;
  }
}

/** What there was to do at a time, or first. */
function positionsAt(samples: readonly Sample[], timeNs: number): number {
  const sample = samples.findLast((each) => each.timeNs <= timeNs) ?? samples[0];
  return sample?.positions ?? 0;
}
