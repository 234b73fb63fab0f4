/** Changes that look wrong and are not: no checker may raise an alarm over them. */

import type { Variant } from '../../system.ts';
import type { MultiRules } from '../rules.ts';

type MultiVariant = Variant<MultiRules>;

const acceptAgain: MultiVariant = {
  id: 'mp-accept-again',
  describe: 'an acceptor accepts a second time what it has accepted, and writes it again',
  kind: 'decoy',
  rules: () => ({ hasAccepted: () => false }),
  source: 'PMS, section 2.2: an Accept that was sent again says what the first one said',
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

const prepareFromSnapshot: MultiVariant = {
  id: 'mp-prepare-from-snapshot',
  describe: 'phase 1 begins behind the snapshot, and hears of much that is known to be chosen',
  kind: 'decoy',
  rules: () => ({ prepareFrom: (state) => state.snapshot.slot + 1 }),
  source: 'PMS, section 3: more than has to be asked for',
};

const silentRefusal: MultiVariant = {
  id: 'mp-heartbeat-silent-refusal',
  describe: 'a heartbeat below the promise is not answered at all',
  kind: 'decoy',
  rules: (base) => ({
    heartbeatAnswer(state, from, message) {
      return base.heartbeatAnswer(state, from, message) === 'ack' ? 'ack' : 'none';
    },
  }),
  source: 'a refusal only speeds things up',
};

export const multiDecoys = [
  acceptAgain,
  acceptOnlyEqual,
  strictPromise,
  prepareFromSnapshot,
  silentRefusal,
] as const;
