/** SIGSTOP and SIGCONT: a long garbage collection, a machine that sleeps. */

import type { Nemesis } from './fault.ts';
import { chosen, nodeForms } from './targets.ts';

export const pause: Nemesis = {
  name: 'pause',
  describe: 'stops nodes for a while; they go on as if nothing had happened',
  needs: 'pause',
  harms: 'its-nodes',
  words: { begins: 'paused', ends: 'going on again' },
  forms: nodeForms('one', 'leader', 'minority', 'majority'),
  resolve: (planned, view) => {
    const nodes = chosen(planned.form, view, planned.draw);
    return nodes === null ? null : { kind: 'pause', nodes };
  },
};
