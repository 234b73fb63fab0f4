/** A disk on which there is no room left. */

import type { Nemesis } from './fault.ts';
import { chosen, nodeForms } from './targets.ts';

export const fullDisk: Nemesis = {
  name: 'full-disk',
  describe: 'fills some disks up: their nodes must stop at the next write, and answer nobody',
  needs: 'failing-disk',
  words: { begins: 'disks fail', ends: 'disks work again, and their nodes start' },
  usual: false,
  sparesLeaders: true,
  forms: nodeForms('one', 'leader', 'minority', 'majority', 'all'),
  resolve: ({ form, draw }, view) => {
    const nodes = chosen(form, view, draw);
    return nodes === null ? null : { kind: 'failing-disk', how: 'full', nodes };
  },
};
