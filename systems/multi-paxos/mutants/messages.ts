/** Messages and snapshots that say something else than what is so. */

import type { Variant } from '../../system.ts';
import type { MultiRules } from '../rules.ts';

type MultiVariant = Variant<MultiRules>;

const CRASHES = { nodes: 3, nemesis: ['kill', 'partition'], nemesisIntervalS: 1 } as const;

const tellsProposed: MultiVariant = {
  id: 'mp-heartbeat-tells-proposed',
  describe: 'a heartbeat says that all that was proposed is chosen',
  kind: 'mutant',
  rules: (base) => ({
    heartbeat: (state) => ({ ...base.heartbeat(state), chosenUpTo: state.next - 1 }),
  }),
  source: 'PMMC, section 3: a slot is decided once a majority has accepted',
  expect: ['LearnedNotChosen', 'Agreement'],
  hunt: { nodes: 5, nemesis: ['partition', 'kill'], nemesisIntervalS: 1, rate: 1000 },
};

const ownSlotsTooEarly: MultiVariant = {
  id: 'mp-own-slots-too-early',
  describe: 'a new leader puts its own commands right behind the prefix that it knows to be chosen',
  kind: 'mutant',
  rules: () => ({ firstOwnSlot: (state) => state.chosenUpTo + 1 }),
  source: 'PMS, section 3: it proposes what was reported first',
  expect: ['J:HighestValue', 'SafeAt', 'Agreement'],
  hunt: { ...CRASHES, rate: 300 },
};

const learnsWithoutSnapshot: MultiVariant = {
  id: 'mp-learns-without-snapshot',
  describe: 'whoever asks for compacted slots is told those behind the snapshot, and not that',
  kind: 'mutant',
  rules: () => ({ tellsSnapshot: () => false }),
  source: 'PML, section 5.5: catch-up by snapshot',
  expect: ['Liveness:followers-converge'],
  hunt: { ...CRASHES, nemesisIntervalS: 2, set: { snapshotEvery: 20 } },
};

const snapshotDropsNext: MultiVariant = {
  id: 'mp-snapshot-drops-next-config',
  describe: 'a snapshot leaves out the configuration that was chosen and does not rule yet',
  kind: 'mutant',
  rules: () => ({
    snapshotConfigurations: (state, slot) => {
      const [first, ...rest] = state.configurations;
      return [...(first ? [first] : []), ...rest.filter(({ from }) => from <= slot)];
    },
  }),
  source: 'PMS, section 3: configurations are part of the state',
  expect: ['LearnedNotChosen', 'J:QuorumCert'],
  hunt: { ...CRASHES, rate: 400, set: { snapshotEvery: 3, reconfigureEvery: 10, window: 8 } },
};

export const messageMutants = [
  tellsProposed,
  ownSlotsTooEarly,
  learnsWithoutSnapshot,
  snapshotDropsNext,
] as const;
