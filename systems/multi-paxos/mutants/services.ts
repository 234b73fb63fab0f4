/** Wrong reads and sessions. */

import type { Variant } from '../../system.ts';
import type { MultiRules } from '../rules.ts';

type MultiVariant = Variant<MultiRules>;

const SPLITS = { nodes: 3, nemesis: ['partition', 'pause'], nemesisIntervalS: 1 } as const;

const localRead: MultiVariant = {
  id: 'mp-local-read',
  describe: 'a leader answers reads from its own state without asking anybody',
  kind: 'mutant',
  rules: () => ({ readReady: (state, read) => read.index >= 0 && state.applied >= read.index }),
  source: 'etcd issue 741 (the same mistake)',
  expect: ['J:ReadCert', 'linearizable'],
  hunt: SPLITS,
};

const readBeforeOwnCommit: MultiVariant = {
  id: 'mp-read-before-own-commit',
  describe: 'a new leader answers reads before it knows all that earlier leaders had chosen',
  kind: 'mutant',
  rules: () => ({ readIndex: (state) => state.chosenUpTo }),
  source: 'etcd issue 7331 (the same mistake)',
  expect: ['PrefixRead', 'linearizable'],
  hunt: { nodes: 3, nemesis: ['kill', 'partition'], nemesisIntervalS: 1 },
};

const noDedupe: MultiVariant = {
  id: 'mp-no-dedupe',
  describe: 'a retried command is executed again',
  kind: 'mutant',
  rules: () => ({ dedupe: () => 'execute' }),
  source: "Ongaro's dissertation, section 6.3",
  expect: ['SessionDedupe', 'linearizable'],
};

const dedupeNotInSnapshot: MultiVariant = {
  id: 'mp-dedupe-not-in-snapshot',
  describe: 'snapshots leave out the table of sessions',
  kind: 'mutant',
  rules: (base) => ({ snapshotState: (kv) => ({ ...base.snapshotState(kv), sessions: [] }) }),
  source: 'LogCabin 31588db and 445f383',
  expect: ['SessionDedupe', 'PrefixHash'],
  hunt: {
    nodes: 3,
    nemesis: ['kill', 'partition'],
    nemesisIntervalS: 1,
    set: { snapshotEvery: 20 },
  },
};

export const serviceMutants = [
  localRead,
  readBeforeOwnCommit,
  noDedupe,
  dedupeNotInSnapshot,
] as const;
