/** Changes that look wrong and are not: no checker may raise an alarm over them. */

import type { Variant } from '../../system.ts';
import type { BasicRules } from '../rules.ts';
import { collidingBallot } from './proposers.ts';

type BasicVariant = Variant<BasicRules>;

const HUNT = { workload: 'consensus', nodes: 3 } as const;

const promiseEqual: BasicVariant = {
  id: 'px-promise-equal',
  describe: 'an acceptor promises the ballot again that it has promised',
  kind: 'decoy',
  rules: () => ({ canPromise: (promised, ballot) => ballot >= promised }),
  source: 'PMMC: ballots have one owner, so only that one can be answered twice',
  hunt: HUNT,
};

const numberCollision: BasicVariant = {
  id: 'px-number-collision',
  describe: 'node 1 of 3 takes 1·3 + 0 for 4, and acceptors promise strictly',
  kind: 'decoy',
  rules: (base) => ({
    nextBallot: (self, nodes, above) => collidingBallot(base, self, nodes, above),
  }),
  source: 'a text with this slip; a strict promise lets only one of the two gather a quorum',
  hunt: HUNT,
};

const acceptOnlyEqual: BasicVariant = {
  id: 'px-accept-only-equal',
  describe: 'an acceptor accepts only in the very ballot that it promised last',
  kind: 'decoy',
  rules: () => ({ canAccept: (promised, ballot) => ballot === promised }),
  source: 'PMMC, acceptor: refuses more than it has to',
  hunt: HUNT,
};

export const basicDecoys = [promiseEqual, numberCollision, acceptOnlyEqual] as const;
