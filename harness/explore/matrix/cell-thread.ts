/** What a thread of a kill matrix does: hunts one cell after the other. */

import { enableCompileCache } from 'node:module';
import type { Answer } from '../answer.ts';
import type { Cell, Hunt } from './cell.ts';

/** Never rejects but for what ends the thread. */
export async function answer(hunt: Hunt): Promise<Answer<Cell>> {
  // Each thread has a cache of its own to open: reading code takes longer than a run.
  enableCompileCache();
  const { answered } = await import('../answer.ts');
  const { huntCell } = await import('./cell.ts');
  return answered(() => huntCell(hunt));
}
