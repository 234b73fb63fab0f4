/** Bits that flip in what was stored long ago; found by a checksum when a node starts. */

import type { Nemesis } from './fault.ts';
import { chosen, next, nodeForms } from './targets.ts';

export const bitRot: Nemesis = {
  name: 'bit-rot',
  describe: 'damages a stored record of nodes that crash: they must find it, and not start',
  needs: 'bit-rot',
  words: { begins: 'crashed, with a stored record damaged', ends: 'repaired and started again' },
  usual: false,
  forms: nodeForms('one', 'leader', 'minority'),
  resolve: ({ form, draw }, view) => {
    const nodes = chosen(form, view, draw);
    return nodes === null ? null : { kind: 'bit-rot', nodes, place: next(draw) };
  },
};
