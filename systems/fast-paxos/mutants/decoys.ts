/** Changes that look wrong and are not: no checker may raise an alarm over them. */

import type { Variant } from '../../system.ts';
import type { FastRules } from '../rules.ts';

type FastVariant = Variant<FastRules>;

const classicPhase1: FastVariant = {
  id: 'fp-phase1-classic-quorum-in-fast',
  describe: 'a fast round begins on the promises of a classic quorum',
  kind: 'decoy',
  rules: () => ({ promisesNeeded: ({ classic }) => classic }),
  source: 'rule O4 needs a quorum that meets any two fast ones, and classic quorums do',
};

export const fastDecoys = [classicPhase1] as const;
