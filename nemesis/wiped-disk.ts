/** A machine that comes back under its old name with an empty disk. */

import type { Nemesis } from './fault.ts';
import { chosen, nodeForms } from './targets.ts';

export const wipedDisk: Nemesis = {
  name: 'wiped-disk',
  describe: 'crashes nodes and starts them again with empty disks',
  needs: 'lost-disk',
  harms: 'its-nodes',
  words: { begins: 'crashed, with their disks wiped', ends: 'started with nothing' },
  usual: false,
  forms: nodeForms('one', 'leader', 'minority', 'majority'),
  resolve: ({ form, draw }, view) => {
    const nodes = chosen(form, view, draw);
    return nodes === null ? null : { kind: 'lost-disk', how: 'wiped', nodes };
  },
};
