/** What must hold whatever a user does: where it does not, Ordeal itself has a bug (status 70). */

/** Throws where `condition` does not hold; `what` is a constant text, so that asking costs nothing. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${what}`);
}
