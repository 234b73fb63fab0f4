/** The network between clients and nodes: requests and answers that are lost, come twice or late. */

import type { Nemesis } from './fault.ts';
import { between, chosen, next } from './targets.ts';

const LOSS_PPM = [0, 500_000] as const;
const DUPLICATE_PPM = [50_000, 600_000] as const;
const LATE_PPM = [0, 300_000] as const;
const DELAY_MS = [5, 3_000] as const;

export const clientLinks: Nemesis = {
  name: 'client-links',
  describe: "loses, repeats and delays clients' requests and their answers",
  needs: 'client-links',
  words: { begins: "clients' links are bad", ends: "clients' links are good again" },
  usual: false,
  sparesLeaders: true,
  repeatsRequests: true,
  forms: [
    { form: 'all', minNodes: 1 },
    { form: 'one', minNodes: 1 },
    { form: 'leader', minNodes: 1 },
    { form: 'cut-leader', minNodes: 2 },
  ],
  resolve: ({ form, draw }, view) => {
    const isCut = form === 'cut-leader';
    const nodes = chosen(isCut ? 'leader' : form, view, draw);
    if (nodes === null) return null;
    const draws = [next(draw), next(next(draw)), next(next(next(draw))), ~draw >>> 0];
    const [loss = 0, duplicate = 0, late = 0, delay = 0] = draws;
    return {
      kind: 'client-links',
      nodes,
      lossPpm: isCut ? 1_000_000 : between(LOSS_PPM, loss),
      duplicatePpm: isCut ? 0 : between(DUPLICATE_PPM, duplicate),
      latePpm: isCut ? 0 : between(LATE_PPM, late),
      delayMs: between(DELAY_MS, delay),
    };
  },
};
