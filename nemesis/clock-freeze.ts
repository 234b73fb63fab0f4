/** A wall clock that stands still: a broken time service, a virtual machine whose clock is not kept. */

import type { Nemesis } from './fault.ts';
import { chosen, nodeForms } from './targets.ts';

export const clockFreeze: Nemesis = {
  name: 'clock-freeze',
  describe: 'has wall clocks stand still for a while, and then be right again',
  needs: 'clock-freeze',
  harms: 'nobody',
  words: { begins: 'wall clocks stand still', ends: 'wall clocks are right again' },
  usual: false,
  sparesLeaders: true,
  forms: nodeForms('one', 'leader', 'minority', 'all'),
  resolve: (planned, view) => {
    const nodes = chosen(planned.form, view, planned.draw);
    return nodes === null ? null : { kind: 'clock-freeze', nodes };
  },
};
