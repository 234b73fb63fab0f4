/** Nodes that crash again and again: some time after each start, or while they still recover. */

import type { Nemesis } from './fault.ts';
import { between, chosen, next } from './targets.ts';

/** How soon a supervisor starts what has died. */
const DOWN_MS = [10, 500] as const;
/** How long it lives each time. */
const UP_MS = [200, 2_000] as const;
/** So soon after its start a node is still catching up, or asking for votes. */
const RECOVERY_MS = [0, 60] as const;

export const crashLoop: Nemesis = {
  name: 'crash-loop',
  describe: 'kills nodes again and again, some time after each start or while they still recover',
  needs: 'restarts',
  words: { begins: 'crashing again and again', ends: 'no longer crashing' },
  usual: false,
  forms: [
    { form: 'one', minNodes: 1 },
    { form: 'leader', minNodes: 1 },
    { form: 'minority', minNodes: 3 },
    { form: 'in-recovery', minNodes: 1 },
    { form: 'all-in-recovery', minNodes: 1 },
  ],
  resolve: ({ form, draw }, view) => {
    const role = ROLES[form] ?? form;
    const nodes = chosen(role, view, draw);
    if (nodes === null) return null;
    const lives = role === form ? UP_MS : RECOVERY_MS;
    const [downMs, upMs] = [between(DOWN_MS, next(draw)), between(lives, next(next(draw)))];
    return { kind: 'restarts', how: 'kill', groups: [nodes], downMs, upMs };
  },
};

const ROLES: Readonly<Record<string, string>> = { 'in-recovery': 'one', 'all-in-recovery': 'all' };
