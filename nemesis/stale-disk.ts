/** An old image of a disk that is restored: a backup, a snapshot of a virtual machine. */

import type { Nemesis } from './fault.ts';
import { chosen, nodeForms } from './targets.ts';

export const staleDisk: Nemesis = {
  name: 'stale-disk',
  describe: 'crashes nodes and starts them again with what their disks held some time before',
  needs: 'lost-disk',
  words: {
    begins: 'an image is kept of the disks',
    ends: 'crashed, and started from the image kept',
  },
  usual: false,
  forms: nodeForms('one', 'leader', 'minority', 'majority'),
  resolve: ({ form, draw }, view) => {
    const nodes = chosen(form, view, draw);
    return nodes === null ? null : { kind: 'lost-disk', how: 'stale', nodes };
  },
};
