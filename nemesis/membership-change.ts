/** An operator who takes a node out of the cluster and back in, while it runs. */

import type { Nemesis } from './fault.ts';
import { chosen, OPERATED_FORMS } from './targets.ts';

export const membershipChange: Nemesis = {
  name: 'membership-change',
  describe: 'an operator has a node taken out of the cluster, and back in a while later',
  needs: 'leave',
  harms: 'nobody',
  words: { begins: 'an operator takes out', ends: 'an operator takes back in' },
  usual: false,
  // Who is taken out need not lead.
  sparesLeaders: true,
  forms: OPERATED_FORMS,
  resolve: (planned, view) => {
    const nodes = chosen(planned.form, view, planned.draw);
    return nodes === null ? null : { kind: 'leave', nodes };
  },
};
