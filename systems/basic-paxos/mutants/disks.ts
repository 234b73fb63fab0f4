/** Records that are not synced before what depends on them leaves the node (PMS, 2.5). */

import { sendBeforeSync, unsynced } from '../../host-mutants.ts';
import type { Variant } from '../../system.ts';
import type { BasicRecord } from '../messages.ts';
import type { BasicRules } from '../rules.ts';

type BasicVariant = Variant<BasicRules>;

const CRASHES = {
  workload: 'consensus',
  rate: 300,
  nemesis: ['kill'],
  nemesisIntervalS: 0.5,
  timeLimitS: 30,
} as const;

const promiseNotDurable: BasicVariant = {
  id: 'px-promise-not-durable',
  describe: 'a promise is sent before it is on the disk',
  kind: 'mutant',
  durability: unsynced<BasicRecord>('promise'),
  source: 'PML, section 5; tikv issue 1610 (class)',
  expect: ['D:PromiseDurable', 'PromiseMonotone'],
  hunt: CRASHES,
};

const acceptNotDurable: BasicVariant = {
  id: 'px-accept-not-durable',
  describe: 'an acceptance is sent before it is on the disk',
  kind: 'mutant',
  durability: unsynced<BasicRecord>('accept'),
  source: 'PMS, section 2.5; not in the catalogue for this protocol',
  expect: ['D:AcceptDurable', 'D:PromiseDurable'],
  hunt: CRASHES,
};

const ballotNotDurable: BasicVariant = {
  id: 'px-ballot-not-durable',
  describe: 'a ballot is used before it is on the disk that it is used up',
  kind: 'mutant',
  durability: unsynced<BasicRecord>('ballot', 'promise'),
  source: 'PMS, section 2.5: the number must be fresh over restarts; not in the catalogue',
  expect: ['D:BallotDurable', 'D:PromiseDurable', 'BallotReused'],
  hunt: CRASHES,
};

const unsyncedSends: BasicVariant = sendBeforeSync(
  ['D:AcceptDurable', 'D:PromiseDurable', 'D:BallotDurable'],
  CRASHES,
);

export const diskMutants = [
  promiseNotDurable,
  acceptNotDurable,
  ballotNotDurable,
  unsyncedSends,
] as const;
