/** A disk on which there is no room left. */

import type { Nemesis } from './fault.ts';
import { chosen } from './targets.ts';

export const fullDisk: Nemesis = {
  name: 'full-disk',
  describe: 'fills some disks up: their nodes must stop at the next write, and answer nobody',
  needs: 'failing-disk',
  usual: false,
  sparesLeaders: true,
  forms: [
    { form: 'one', minNodes: 1 },
    { form: 'leader', minNodes: 1 },
    { form: 'minority', minNodes: 3 },
    { form: 'majority', minNodes: 3 },
    { form: 'all', minNodes: 1 },
  ],
  resolve: ({ form, draw }, view) => {
    const nodes = chosen(form, view, draw);
    return nodes === null ? null : { kind: 'failing-disk', how: 'full', nodes };
  },
};
