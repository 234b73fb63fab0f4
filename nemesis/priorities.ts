/**
 * Messages by priority: those of a link, of a kind, or both, form chains, each of a drawn rank, and what
 * has a lower rank comes later, every time, until the ranks are drawn anew.
 *
 * That is probabilistic concurrency testing (PCT; Burckhardt et al., ASPLOS 2010), of messages (Ozkan et
 * al., OOPSLA 2018): what takes few orders of events shows sooner under few orders that last than under
 * delays of which each is drawn for itself. There, what has a lower priority waits until nothing else can
 * happen. Here protocols have time-outs, and a message that waits for those is lost; so it waits for a
 * while, and faults that follow one another, or turns within one, are the points at which ranks change.
 */

import type { Nemesis } from './fault.ts';
import { between, next } from './targets.ts';

const LEVELS = [2, 5] as const;
/** The longest delay is 2 to this power: each order of magnitude is as frequent as the next. */
const DELAY_MS_LOG2 = [0, 8] as const;
const EVERY_MS = [20, 2_000] as const;

export const priorities: Nemesis = {
  name: 'priorities',
  describe: 'has messages of some links or kinds come after others, always, in drawn orders',
  needs: 'priorities',
  words: {
    begins: 'messages are put behind others ({form})',
    ends: 'messages come as they are sent again',
  },
  usual: false,
  sparesLeaders: true,
  forms: [
    { form: 'links', minNodes: 3 },
    { form: 'kinds', minNodes: 2 },
    { form: 'both', minNodes: 2 },
  ],
  resolve: ({ form, draw }) => {
    const pick = next(draw);
    const size = next(pick);
    const turns = next(size);
    return {
      kind: 'priorities',
      chains: form === 'links' || form === 'kinds' ? form : 'both',
      pick,
      levels: between(LEVELS, size),
      delayMs: 2 ** between(DELAY_MS_LOG2, next(turns)),
      everyMs: (turns & 1) === 0 ? 0 : between(EVERY_MS, next(next(turns))),
    };
  },
};
