/** How much a figure differs over pairs of runs, and whether that is more than noise. */

/** A figure on both sides. */
export interface Figures {
  /** Pairs in which both sides show it. */
  readonly pairs: number;
  /** Means over the runs of each side; 0 of none. */
  readonly a: number;
  readonly b: number;
  /** B beside A, as a share: 0.12 is 12 % more; null where there are too few pairs to tell. */
  readonly change: Change | null;
}

export interface Change {
  readonly share: number;
  /** Band of 95 % for all figures of a comparison together; as wide as it is, so little is excluded. */
  readonly low: number;
  readonly high: number;
  /** Whether it is more than noise: the band has no room for none. */
  readonly isTold: boolean;
}

/** With fewer pairs, one odd run would speak for all. */
export const PAIRS_MIN = 15;
/**
 * The chance of telling of a difference between equals, over all figures together: less than the 5 %
 * that are promised, since of 15 pairs with values as skewed as latencies the band is a little narrow
 * (measured: 4.8 % there, 3 % where values are even).
 */
const CHANCE = 0.03;

/**
 * The change in the mean over pairs. Each pair counts alike, however long its runs: by the difference
 * of its two values over their mean, which lies between -2 and 2 and leans to neither side where the
 * two differ by chance alone. Of those, Student's band over pairs; `figures` are compared at the same
 * time, and each has its part of the chance (Bonferroni), so that one in twenty comparisons of equals at
 * most tells of any difference at all.
 */
export function differenceOf(
  pairs: readonly (readonly [number, number])[],
  figures: number,
): Figures {
  const n = pairs.length;
  const mean = (values: readonly number[]) =>
    values.reduce((sum, one) => sum + one, 0) / Math.max(1, n);
  const a = mean(pairs.map(([one]) => one));
  const b = mean(pairs.map(([, other]) => other));
  if (n < PAIRS_MIN) return { pairs: n, a, b, change: null };
  // Doubled above and not halved below: half of the least of doubles is none.
  const relative = pairs.map(([one, other]) =>
    one === other ? 0 : (2 * (other - one)) / (one + other),
  );
  const centre = mean(relative);
  const variance = relative.reduce((sum, one) => sum + (one - centre) ** 2, 0) / (n - 1);
  const spread = studentQuantile(n - 1, CHANCE / figures) * Math.sqrt(variance / n);
  const low = shareOf(centre - spread);
  const high = shareOf(centre + spread);
  const isTold = low > 0 || high < 0;
  return { pairs: n, a, b, change: { share: shareOf(centre), low, high, isTold } };
}

/** From a difference over the mean of two values, the change from the first to the second. */
function shareOf(relative: number): number {
  const within = Math.min(1.99, Math.max(-2, relative));
  return (2 + within) / (2 - within) - 1;
}

/**
 * So far from the middle Student's t lies with the chance `alpha`, both sides together. By the
 * expansion around the normal quantile (Abramowitz and Stegun 26.7.5), to two digits from nine
 * degrees of freedom on.
 */
export function studentQuantile(degrees: number, alpha: number): number {
  const z = normalQuantile(1 - alpha / 2);
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160,
  ];
  return terms.reduce((sum, term, at) => sum + term / degrees ** (at + 1), z);
}

/** For shares above one half: Abramowitz and Stegun 26.2.23, to 0.00045. */
function normalQuantile(share: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - share));
  const above = 2.515_517 + 0.802_853 * t + 0.010_328 * t ** 2;
  const below = 1 + 1.432_788 * t + 0.189_269 * t ** 2 + 0.001_308 * t ** 3;
  return t - above / below;
}
