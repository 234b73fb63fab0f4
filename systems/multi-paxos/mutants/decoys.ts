/** Changes that look wrong and are not: no checker may raise an alarm over them. */

import type { Variant } from '../../system.ts';
import type { MultiRules } from '../rules.ts';

type MultiVariant = Variant<MultiRules>;

const promiseEqual: MultiVariant = {
  id: 'mp-promise-equal',
  describe: 'an acceptor promises the ballot again that it has promised, whoever asks',
  kind: 'decoy',
  rules: () => ({ canPromise: (state, _from, ballot) => ballot >= state.promised }),
  source: 'PMMC: ballots have one owner, so only that one can be answered twice',
};

const acceptOnlyEqual: MultiVariant = {
  id: 'mp-accept-only-equal',
  describe: 'an acceptor accepts only in the very ballot that it promised last',
  kind: 'decoy',
  rules: () => ({ canAccept: (state, ballot) => ballot === state.promised }),
  source: 'PMMC, acceptor: refuses more than it has to',
};

const strictPromise: MultiVariant = {
  id: 'mp-promise-strict',
  describe: 'an acceptor never answers a repeated Prepare',
  kind: 'decoy',
  rules: () => ({ canPromise: (state, _from, ballot) => ballot > state.promised }),
  source: 'PMS, section 2.2: repeating a promise is only for lost messages',
};

export const multiDecoys = [promiseEqual, acceptOnlyEqual, strictPromise] as const;
