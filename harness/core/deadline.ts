/** How long work may take. */

import type { Millis } from '../../checkers/units.ts';

/** So long from now on: whether it is over. */
export function deadline(afterMs: Millis): () => boolean {
  const untilMs = performance.now() + afterMs;
  return () => performance.now() > untilMs;
}
