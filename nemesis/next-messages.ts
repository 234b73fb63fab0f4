/** The next few messages of one kind from a node: what a protocol takes for granted of each step. */

import type { Nemesis } from './fault.ts';
import { between, chosen, next } from './targets.ts';

const COUNT = [1, 6] as const;
const DELAY_MS = [5, 1_000] as const;

export const nextMessages: Nemesis = {
  name: 'next-messages',
  describe: 'loses, repeats or keeps back the next few messages of one kind that nodes send',
  needs: 'messages',
  words: {
    begins: 'the next messages of a kind are picked out ({form})',
    ends: 'messages go their usual way again',
  },
  usual: false,
  sparesLeaders: true,
  forms: [
    { form: 'drop', minNodes: 2 },
    { form: 'duplicate', minNodes: 2 },
    { form: 'hold', minNodes: 2 },
  ],
  resolve: ({ form, draw }, view) => {
    const nodes = chosen('one', view, draw);
    if (nodes === null) return null;
    const pick = next(draw);
    return {
      kind: 'messages',
      how: form === 'drop' || form === 'duplicate' ? form : 'hold',
      nodes,
      pick,
      count: between(COUNT, next(pick)),
      delayMs: between(DELAY_MS, next(next(pick))),
    };
  },
};
