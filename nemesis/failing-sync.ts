/** A sync that fails: what is on the disk then is unknown, and asking again does not help (fsyncgate). */

import type { Nemesis } from './fault.ts';
import { chosen, nodeForms } from './targets.ts';

export const failingSync: Nemesis = {
  name: 'failing-sync',
  describe: 'fails the next sync of some disks: their nodes must stop, and answer nobody',
  needs: 'failing-disk',
  words: { begins: 'disks fail', ends: 'disks work again, and their nodes start' },
  usual: false,
  sparesLeaders: true,
  forms: nodeForms('one', 'leader', 'minority', 'majority', 'all'),
  resolve: ({ form, draw }, view) => {
    const nodes = chosen(form, view, draw);
    return nodes === null ? null : { kind: 'failing-disk', how: 'sync-fails', nodes };
  },
};
