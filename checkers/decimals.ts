/** Sums as people write them: 0.1 and 0.2 are 0.3, which sums of doubles are not. */

/** Decimals of up to twelve digits are far from where a sum of doubles could look like one. */
const SCALED_MAX = 1e12;

/** The exact sum; undefined where a double could not hold it, or either is what doubles made of a sum. */
export function exactSum(a: number, b: number): number | undefined {
  if (Number.isInteger(a) && Number.isInteger(b)) {
    const sum = a + b;
    return Number.isSafeInteger(sum) ? sum : undefined;
  }
  const scale = 10 ** Math.max(decimalsOf(a), decimalsOf(b));
  const fits = Math.abs(a) * scale <= SCALED_MAX && Math.abs(b) * scale <= SCALED_MAX;
  // A quotient of integers is rounded once: it is the double that the decimal itself is read as.
  return fits ? (Math.round(a * scale) + Math.round(b * scale)) / scale : undefined;
}

/** The exact sum of all, on whose way no other is inexact either; undefined as above. */
export function exactTotal(numbers: Iterable<number>): number | undefined {
  let total: number | undefined = 0;
  for (const number of numbers) {
    if (total === undefined) return undefined;
    total = exactSum(total, number);
  }
  return total;
}

function decimalsOf(number: number): number {
  const text = String(number);
  if (text.includes('e')) return Number.POSITIVE_INFINITY;
  const dot = text.indexOf('.');
  return dot === -1 ? 0 : text.length - dot - 1;
}
