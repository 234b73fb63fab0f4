/** Links that clog, and then let everything through at once. */

import type { Nemesis } from './fault.ts';
import { between, chosenLinks, next } from './targets.ts';

const ON_MS = [50, 3_000] as const;
const OFF_MS = [5, 500] as const;

export const holdAndRelease: Nemesis = {
  name: 'hold-and-release',
  describe: 'keeps back what some links carry, and lets it arrive all at once, later',
  needs: 'links',
  words: { begins: 'links keep back what they carry', ends: 'links let everything go' },
  usual: false,
  sparesLeaders: true,
  forms: [
    { form: 'one', minNodes: 2 },
    { form: 'leader', minNodes: 2 },
    { form: 'speech', minNodes: 2 },
    { form: 'hearing', minNodes: 2 },
    { form: 'all', minNodes: 2 },
  ],
  resolve: ({ form, draw }, view) => {
    const links = chosenLinks(form === 'speech' || form === 'hearing' ? 'one' : form, view, draw);
    if (links === null) return null;
    // Of one node's links, those that carry what it says come first and every second time.
    const cuts =
      form === 'speech' || form === 'hearing'
        ? links.filter((_, at) => at % 2 === (form === 'speech' ? 0 : 1))
        : links;
    const size = next(draw);
    const times = { onMs: between(ON_MS, size), offMs: between(OFF_MS, next(size)) };
    return { kind: 'links', effect: 'hold', cuts, ...times, delayMs: 0, ppm: 0 };
  },
};
