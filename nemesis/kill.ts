/** kill -9 and restart: one node, the leader, a minority, a majority, all at once. */

import type { Nemesis } from './fault.ts';
import { chosen } from './targets.ts';

export const kill: Nemesis = {
  name: 'kill',
  describe: 'kills nodes without warning and starts them again with their durable state',
  needs: 'kill',
  harms: 'its-nodes',
  words: { begins: 'killed', ends: 'started again' },
  forms: [
    { form: 'one', minNodes: 1 },
    { form: 'leader', minNodes: 1 },
    { form: 'minority', minNodes: 3 },
    { form: 'majority', minNodes: 3 },
    { form: 'all', minNodes: 1 },
  ],
  lagging: { form: 'follower', minNodes: 3 },
  resolve: (planned, view) => {
    const nodes = chosen(planned.form, view, planned.draw);
    return nodes === null ? null : { kind: 'kill', nodes };
  },
};
