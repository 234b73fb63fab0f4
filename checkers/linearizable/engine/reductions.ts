/**
 * What the search leaves out, as switches: all on, but for tests, which run histories with and
 * without each. Why nothing is lost by them stands in `SEARCH.md`. Each has the smallest history
 * that shows it: a line is a client, time goes to the right, `w1` writes 1 and `r1` reads it.
 */
export interface Reductions {
  /**
   * A read-only operation that fits the state is taken at once, and never tried as a move.
   *
   *     |-r0-|      is taken at the start: nothing tries whether w1 had better come before it
   *      |-w1-|
   */
  readonly absorption: boolean;
  /**
   * Of equal operations the one that returns first is taken first.
   *
   *     |-w1-|      the second is not tried before the first
   *      |-w1-|
   */
  readonly symmetry: boolean;
  /**
   * Of two operations that lead to the same state in either order, one order is tried.
   *
   *     |-inc 1-|   2 then 1 is left out: 1 then 2 was tried, and leads to 3 as well
   *      |-inc 2-|
   */
  readonly order: boolean;
  /**
   * An unanswered operation whose effect the next one undoes was not needed.
   *
   *     |-w1 ...    taking w1 right before w2 leads where w2 alone does
   *      |-w2-|
   */
  readonly usefulness: boolean;
}

export const ALL_REDUCTIONS: Reductions = {
  absorption: true,
  symmetry: true,
  order: true,
  usefulness: true,
};
