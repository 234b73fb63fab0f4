/**
 * How much more there is to see: from how many runs each thing was seen in, how many new ones further
 * runs would show.
 *
 * Good and Turing's insight (Good 1953): what was seen in one run only tells of what was seen in none. The
 * number of the unseen is Chao's lower bound for incidences (Chao 1987), f0 = (n - 1)/n * f1^2/(2 f2), and
 * where f2 is 0, (n - 1)/n * f1 (f1 - 1)/2; of these, m further runs show
 * f0 (1 - (1 - f1/(n f0 + f1))^m) (Colwell et al. 2012, equation 18).
 */
export interface Unseen {
  /** Seen in one run only, and in two. */
  readonly once: number;
  readonly twice: number;
  /** Not seen yet, at the least. */
  readonly left: number;
  /** Of these, what as many further runs as were asked for would show. */
  readonly next: number;
}

/** `seenIn`: of each thing, in how many of `runs` it was seen; `further` runs are reckoned with. */
export function unseenOf(seenIn: Iterable<number>, runs: number, further: number): Unseen {
  let [once, twice] = [0, 0];
  for (const times of seenIn) {
    if (times === 1) once++;
    else if (times === 2) twice++;
  }
  const share = runs === 0 ? 0 : (runs - 1) / runs;
  const left = share * (twice > 0 ? once ** 2 / (2 * twice) : (once * Math.max(0, once - 1)) / 2);
  const next = left === 0 ? 0 : left * (1 - (1 - once / (runs * left + once)) ** further);
  return { once, twice, left, next };
}
