/** Nodes that are lost and not replaced: the others have to do without them until the load ends. */

import type { Nemesis } from './fault.ts';
import { chosen } from './targets.ts';

export const goneForGood: Nemesis = {
  name: 'gone-for-good',
  describe: 'kills nodes once and for all: a majority must serve without them until the load ends',
  needs: 'kill',
  harms: 'its-nodes',
  words: { begins: 'killed for good', ends: 'started again at the end' },
  usual: false,
  stays: true,
  // Who is gone need not have led.
  sparesLeaders: true,
  forms: [
    { form: 'one', minNodes: 2 },
    { form: 'leader', minNodes: 2 },
    { form: 'minority', minNodes: 3 },
  ],
  resolve: (planned, view) => {
    const nodes = chosen(planned.form, view, planned.draw);
    return nodes === null ? null : { kind: 'kill', nodes };
  },
};
