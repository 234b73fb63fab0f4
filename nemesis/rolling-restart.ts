/** An operator restarts every node, one after another: for a new version, say. */

import type { Nemesis } from './fault.ts';
import { between, next, shuffled } from './targets.ts';

const DOWN_MS = [50, 1_000] as const;
/** Whether nodes have caught up before the next one's turn is not waited for. */
const UP_MS = [20, 1_500] as const;

export const rollingRestart: Nemesis = {
  name: 'rolling-restart',
  describe: 'stops and starts every node, one after another, in an orderly way or by kill -9',
  needs: 'restarts',
  words: { begins: 'nodes are restarted in turn ({form})', ends: 'nodes are no longer restarted' },
  usual: false,
  forms: [
    { form: 'stop', minNodes: 2 },
    { form: 'kill', minNodes: 2 },
  ],
  resolve: ({ form, draw }, { nodes }) => ({
    kind: 'restarts',
    how: form === 'stop' ? 'stop' : 'kill',
    groups: shuffled(nodes, draw).map((node) => [node]),
    downMs: between(DOWN_MS, next(draw)),
    upMs: between(UP_MS, next(next(draw))),
  }),
};
