/** Links that come and go: a loose cable, a route that flaps, a wireless link. */

import type { Nemesis } from './fault.ts';
import { between, chosenLinks, LINK_FORMS, next } from './targets.ts';

const ON_MS = [5, 800] as const;
const OFF_MS = [5, 800] as const;
/** Of a million messages on a lossy link, so many are lost and so many come twice. */
const PPM = [20_000, 400_000] as const;

export const flakyLinks: Nemesis = {
  name: 'flaky-links',
  describe: 'links that carry nothing for moments, again and again, or lose and repeat much',
  needs: 'links',
  words: { begins: 'links are bad', ends: 'links are good again' },
  usual: false,
  sparesLeaders: true,
  forms: LINK_FORMS,
  resolve: ({ form, draw }, view) => {
    const cuts = chosenLinks(form, view, draw);
    if (cuts === null) return null;
    const size = next(draw);
    const times = { onMs: between(ON_MS, next(size)), offMs: between(OFF_MS, next(next(size))) };
    const none = { kind: 'links', cuts, ...times, delayMs: 0, ppm: 0 } as const;
    if ((size & 1) === 0) return { ...none, effect: 'cut' };
    return { ...none, effect: 'lossy', ppm: between(PPM, size) };
  },
};
