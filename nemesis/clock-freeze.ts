/** A wall clock that stands still: a broken time service, a virtual machine whose clock is not kept. */

import type { Nemesis } from './fault.ts';
import { chosen } from './targets.ts';

export const clockFreeze: Nemesis = {
  name: 'clock-freeze',
  describe: 'has wall clocks stand still for a while, and then be right again',
  needs: 'clock-freeze',
  usual: false,
  sparesLeaders: true,
  forms: [
    { form: 'one', minNodes: 1 },
    { form: 'leader', minNodes: 1 },
    { form: 'minority', minNodes: 3 },
    { form: 'all', minNodes: 1 },
  ],
  resolve: (planned, view) => {
    const nodes = chosen(planned.form, view, planned.draw);
    return nodes === null ? null : { kind: 'clock-freeze', nodes };
  },
};
