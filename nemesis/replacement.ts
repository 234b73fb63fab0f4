/** An operator who puts a new node in the place of one that is lost with its disk. */

import type { Nemesis } from './fault.ts';
import { chosen, OPERATED_FORMS } from './targets.ts';

export const replacement: Nemesis = {
  name: 'replacement',
  describe: 'loses a node and its disk; an operator takes it out, and a new one in under its name',
  needs: 'replace',
  harms: 'its-nodes',
  words: {
    begins: 'lost, and to be replaced by an operator',
    ends: 'replaced, or started again where there was no time for it',
  },
  usual: false,
  forms: OPERATED_FORMS,
  resolve: (planned, view) => {
    const nodes = chosen(planned.form, view, planned.draw);
    return nodes === null ? null : { kind: 'replace', nodes };
  },
};
