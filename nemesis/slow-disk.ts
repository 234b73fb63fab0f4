/** A disk that takes its time: a neighbour that writes a lot, one that is about to die. */

import type { Nemesis } from './fault.ts';
import { between, chosen, next, nodeForms } from './targets.ts';

/** By how much longer a sync takes at most. */
const DELAY_MS = [5, 800] as const;

export const slowDisk: Nemesis = {
  name: 'slow-disk',
  describe: 'has syncs of some disks take longer',
  needs: 'slow-disk',
  words: { begins: 'disks are slow', ends: 'disks are as fast as before' },
  usual: false,
  sparesLeaders: true,
  forms: nodeForms('one', 'leader', 'minority', 'all'),
  resolve: ({ form, draw }, view) => {
    const nodes = chosen(form, view, draw);
    return nodes === null
      ? null
      : { kind: 'slow-disk', nodes, delayMs: between(DELAY_MS, next(draw)) };
  },
};
