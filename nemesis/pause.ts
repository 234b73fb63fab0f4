/** SIGSTOP and SIGCONT: a long garbage collection, a machine that sleeps. */

import type { Nemesis } from './fault.ts';
import { chosen } from './targets.ts';

export const pause: Nemesis = {
  name: 'pause',
  describe: 'stops nodes for a while; they go on as if nothing had happened',
  needs: 'pause',
  forms: [
    { form: 'one', minNodes: 1 },
    { form: 'leader', minNodes: 1 },
    { form: 'minority', minNodes: 3 },
    { form: 'majority', minNodes: 3 },
  ],
  resolve: (planned, view) => {
    const nodes = chosen(planned.form, view, planned.draw);
    return nodes === null ? null : { kind: 'pause', nodes };
  },
};
