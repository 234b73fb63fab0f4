/** Clocks that are wrong: a jump, a jump to and fro, a wrong rate. */

import { itemAt } from '../checkers/item-at.ts';
import type { Nemesis } from './fault.ts';
import { chosen, next } from './targets.ts';

/** Jumps reach from 2^2 ms to 2^18 ms (about four minutes), either way, as Jepsen's do. */
const BUMP_EXPONENT_MIN = 2;
const BUMP_EXPONENT_MAX = 18;
/** Rates stay within the drift bound of 10 % that leases are allowed to assume. */
const DRIFT_PPM_MAX = 50_000;

export const clock: Nemesis = {
  name: 'clock',
  describe: 'sets clocks wrong: jumps (bump), jumps to and fro (strobe), a wrong rate (drift)',
  needs: 'clock',
  harms: 'nobody',
  words: { begins: 'the clocks are moved ({form})', ends: 'the clocks are right again' },
  sparesLeaders: true,
  forms: [
    { form: 'bump', minNodes: 1 },
    { form: 'strobe', minNodes: 1 },
    { form: 'drift', minNodes: 1 },
  ],
  resolve: (planned, view) => {
    const roles = ['one', 'leader', 'minority', 'majority'] as const;
    const role = itemAt(roles, planned.draw % roles.length);
    const nodes = chosen(role, view, planned.draw);
    if (nodes === null || nodes.length === 0) return null;
    const size = next(planned.draw);
    const sign = (size & 1) === 0 ? 1 : -1;
    const exponents = BUMP_EXPONENT_MAX - BUMP_EXPONENT_MIN + 1;
    const offsetMs = sign * 2 ** (BUMP_EXPONENT_MIN + ((size >>> 1) % exponents));
    const fault = { kind: 'clock', nodes, offsetMs: 0, periodMs: 0, ratePpm: 0 } as const;
    switch (planned.form) {
      case 'bump':
        return { ...fault, mode: 'bump', offsetMs };
      case 'strobe':
        return { ...fault, mode: 'strobe', offsetMs, periodMs: 2 + ((size >>> 8) % 200) };
      case 'drift':
        return { ...fault, mode: 'drift', ratePpm: sign * (1 + ((size >>> 1) % DRIFT_PPM_MAX)) };
      default:
        throw new Error(`clock has no form ${planned.form}`);
    }
  },
};
