/** Successive seeds, and when enough is known of them: series, hunts and whatever else tries many. */

export interface Seeds {
  readonly first: number;
  /** How many at most. */
  readonly count: number;
  /** Asked before each: whether what is sought has been found in those so far. */
  readonly isEnough: () => boolean;
  /** Ends it before the next. */
  readonly signal?: AbortSignal;
}

/**
 * What each seed comes to, in order, made when it is asked for: until the seeds are used up, enough
 * is known, or somebody interrupts. Where `make` takes time it answers with promises, each of which is
 * to be awaited before the next is asked for.
 */
export function* outcomes<Outcome>(
  { first, count, isEnough, signal }: Seeds,
  make: (seed: number) => Outcome,
): Generator<Outcome> {
  for (let seed = first; seed < first + count; seed++) {
    if (isEnough() || signal?.aborted === true) return;
    yield make(seed);
  }
}
