/**
 * What follows once a leader has learned something: there is room for more in its window. Handlers
 * call this, and it calls none.
 */

import type { Multi } from './context.ts';
import { prepareAgain } from './election.ts';
import type { Learning } from './learning.ts';
import { fillWindow } from './proposals.ts';

/**
 * A leader that comes upon a new configuration has prepared nothing in it: it begins again with
 * phase 1, in which both configurations have to promise.
 */
export function settle(multi: Multi, learning: Learning): void {
  const { state, rules } = multi;
  if (learning === 'nothing' || state.role !== 'leader') return;
  if (learning === 'configuration' && rules.preparesAgain(state)) prepareAgain(multi);
  else fillWindow(multi);
}
