/** What went through a queue, as its monitor and that of its empty answers see it. */

import type { IntColumn } from '../../columns.ts';

/** Values in the order in which they were enqueued, and what else was dequeued. */
export interface Transfers {
  /** The insert of each value, and its removal or `NONE`. */
  readonly inserts: IntColumn;
  readonly removals: IntColumn;
  /** Removals that found nothing. */
  readonly empty: readonly number[];
  /** Removals without an answer. */
  readonly unanswered: readonly number[];
}
