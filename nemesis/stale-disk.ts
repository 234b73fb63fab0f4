/** An old image of a disk that is restored: a backup, a snapshot of a virtual machine. */

import type { Nemesis } from './fault.ts';
import { chosen } from './targets.ts';

export const staleDisk: Nemesis = {
  name: 'stale-disk',
  describe: 'crashes nodes and starts them again with what their disks held some time before',
  needs: 'lost-disk',
  usual: false,
  forms: [
    { form: 'one', minNodes: 1 },
    { form: 'leader', minNodes: 1 },
    { form: 'minority', minNodes: 3 },
    { form: 'majority', minNodes: 3 },
  ],
  resolve: ({ form, draw }, view) => {
    const nodes = chosen(form, view, draw);
    return nodes === null ? null : { kind: 'lost-disk', how: 'stale', nodes };
  },
};
