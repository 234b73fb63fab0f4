/** A proportion with its confidence band. */

/** So many of so many. */
export interface Proportion {
  readonly hits: number;
  readonly of: number;
}

/** From 0 to 1; 0 where nothing was tried. */
export function shareOf({ hits, of }: Proportion): number {
  return hits / Math.max(1, of);
}

/** The normal quantile of a band of 95 %. */
const Z = 1.96;

/** Wilson's score interval (Wilson 1927) of 95 %, from 0 to 1; everything where nothing was tried. */
export function wilson({ hits, of }: Proportion): { readonly low: number; readonly high: number } {
  if (of === 0) return { low: 0, high: 1 };
  const share = hits / of;
  const weight = 1 + Z ** 2 / of;
  const centre = share + Z ** 2 / (2 * of);
  const spread = Z * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2));
  return {
    low: Math.max(0, (centre - spread) / weight),
    high: Math.min(1, (centre + spread) / weight),
  };
}

/** By how much the second is more than the first; null where their bands overlap. */
export function rise(before: Proportion, after: Proportion): number | null {
  if (wilson(after).low <= wilson(before).high) return null;
  return after.hits / after.of - before.hits / before.of;
}
