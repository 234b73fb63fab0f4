/** Wrong answers to reads: what clients are told before it is chosen, or by too old a look. */

import type { Variant } from '../../system.ts';
import type { BasicRules } from '../rules.ts';

type BasicVariant = Variant<BasicRules>;

const READS = {
  nodes: 3,
  workload: 'consensus',
  rate: 300,
  timeLimitS: 30,
  nemesis: ['partition', 'pause'],
  nemesisIntervalS: 1,
  set: { 'network.latencyMaxUs': 20_000, 'network.lossPpm': 100_000, 'workload.readEvery': 2 },
} as const;

const readAccepted: BasicVariant = {
  id: 'px-read-accepted',
  describe: 'clients are told what the node itself has accepted, chosen or not',
  kind: 'mutant',
  rules: (base) => ({
    knownDecision: (state, key) =>
      base.knownDecision(state, key) ?? state.accepted.get(key) ?? null,
  }),
  source: 'a text in which a value that is accepted is known to all',
  expect: ['ReadChosen', 'Agreement'],
  hunt: READS,
};

const readSkipsPhaseTwo: BasicVariant = {
  id: 'px-read-skips-phase-2',
  describe: 'a read is told the value that phase 1 found, before phase 2 has had it chosen',
  kind: 'mutant',
  rules: () => ({ completes: (_adopted, own) => own !== null }),
  source: 'PMS, section 2.3: to learn what is chosen, have it proposed again',
  expect: ['ReadChosen'],
  hunt: READS,
};

const nilReadStale: BasicVariant = {
  id: 'px-nil-read-stale',
  describe: 'a read is told that there is nothing by a ballot that began before it came',
  kind: 'mutant',
  rules: () => ({ readReady: () => true }),
  source: 'own: promises that were given before a read arrived say nothing of it',
  expect: ['J:ReadCert'],
  hunt: READS,
};

export const readMutants = [readAccepted, readSkipsPhaseTwo, nilReadStale] as const;
