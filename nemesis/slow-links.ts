/** Links that are slow, all the time or now and then: congestion, a detour, a full buffer. */

import type { Nemesis } from './fault.ts';
import { between, chosenLinks, LINK_FORMS, next } from './targets.ts';

/** By how much longer a message takes at most: some of it is less than a time-out, some is more. */
const DELAY_MS = [2, 400] as const;
const TIMES_MS = [20, 1_000] as const;

export const slowLinks: Nemesis = {
  name: 'slow-links',
  describe: 'messages of some links take longer, all the time or now and then',
  needs: 'links',
  words: { begins: 'links are bad', ends: 'links are good again' },
  usual: false,
  sparesLeaders: true,
  forms: LINK_FORMS,
  resolve: ({ form, draw }, view) => {
    const cuts = chosenLinks(form, view, draw);
    if (cuts === null) return null;
    const size = next(draw);
    const comesAndGoes = (size & 1) === 1;
    return {
      kind: 'links',
      effect: 'slow',
      cuts,
      onMs: between(TIMES_MS, next(size)),
      offMs: comesAndGoes ? between(TIMES_MS, next(next(size))) : 0,
      delayMs: between(DELAY_MS, size),
      ppm: 0,
    };
  },
};
