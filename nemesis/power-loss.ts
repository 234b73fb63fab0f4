/** Power that fails in the middle of a write: of what was not synced all is lost, or parts are there. */

import { itemAt } from '../checkers/item-at.ts';
import type { Nemesis } from './fault.ts';
import { chosen, next } from './targets.ts';

const ROLES = ['one', 'leader', 'minority', 'majority', 'all'] as const;

export const powerLoss: Nemesis = {
  name: 'power-loss',
  describe: 'cuts the power of nodes: unsynced writes are lost, torn, or there in parts',
  needs: 'power-loss',
  harms: 'its-nodes',
  words: { begins: 'power is cut ({form})', ends: 'started again' },
  usual: false,
  forms: [
    { form: 'all-lost', minNodes: 1 },
    { form: 'torn', minNodes: 1 },
    { form: 'partial', minNodes: 1 },
  ],
  resolve: ({ form, draw }, view) => {
    const role = itemAt(ROLES, next(draw) % ROLES.length);
    const nodes = chosen(role, view, draw);
    if (nodes === null || nodes.length === 0) return null;
    const keeps = form === 'torn' || form === 'partial' ? form : 'all-lost';
    return { kind: 'power-loss', nodes, keeps };
  },
};
