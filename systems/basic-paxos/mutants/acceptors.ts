/** Wrong acceptors: promises, acceptances, and what is reported and stored of them (PMS, 2.2). */

import type { Variant } from '../../system.ts';
import type { BasicRules } from '../rules.ts';

type BasicVariant = Variant<BasicRules>;

/** Proposers that meet often: few keys, many clients, messages out of order. */
const DUELS = {
  nodes: 3,
  workload: 'consensus',
  rate: 300,
  timeLimitS: 30,
  nemesis: ['partition', 'pause'],
  nemesisIntervalS: 1,
  set: { 'network.latencyMaxUs': 20_000, 'network.lossPpm': 100_000 },
} as const;

const acceptIgnoresPromise: BasicVariant = {
  id: 'px-accept-ignores-promise',
  describe: 'an acceptor accepts in any ballot, whatever it has promised',
  kind: 'mutant',
  rules: () => ({ canAccept: () => true }),
  source: 'textbook: the second promise left out',
  expect: ['AcceptRespectsPromise', 'Agreement'],
  hunt: DUELS,
};

const promiseGoesBack: BasicVariant = {
  id: 'px-promise-goes-back',
  describe: 'an acceptor answers every Prepare, and its promise may become a lower one',
  kind: 'mutant',
  rules: () => ({ canPromise: () => true }),
  source: 'textbook: the first promise left out',
  expect: ['PromiseMonotone', 'Agreement'],
  hunt: DUELS,
};

const promiseBumpsAccepted: BasicVariant = {
  id: 'px-promise-bumps-accepted-ballot',
  describe:
    'promising a ballot rewrites the accepted value as one of that ballot, and reports that',
  kind: 'mutant',
  rules: () => ({
    acceptedAfterPromise: (accepted, ballot) =>
      accepted === null ? null : { ballot, value: accepted.value },
  }),
  source: 'a text that lets Y "become [2, north] and answer [2, north]"',
  expect: ['PromiseTruthful', 'SafeAt'],
  hunt: DUELS,
};

const adoptKeepsOldBallot: BasicVariant = {
  id: 'px-adopt-keeps-old-ballot',
  describe: 'an adopted value is stored under the ballot that it was adopted from',
  kind: 'mutant',
  rules: () => ({ acceptedAfterAccept: ({ value, origin }) => ({ ballot: origin, value }) }),
  source: 'a postscript: replacing the value is not enough, the number must be updated too',
  expect: ['PromiseTruthful', 'J:HighestValue', 'SafeAt'],
  hunt: DUELS,
};

const acceptStrict: BasicVariant = {
  id: 'px-accept-strict',
  describe: 'an acceptor accepts only above its promise, so never what it was prepared for',
  kind: 'mutant',
  rules: () => ({ canAccept: (promised, ballot) => ballot > promised }),
  source: 'a text with < and <= exchanged',
  expect: ['Liveness:client-completes'],
  hunt: { workload: 'consensus', timeLimitS: 10, set: { 'workload.readEvery': 0 } },
};

const acceptKeepsPromise: BasicVariant = {
  id: 'px-accept-keeps-promise',
  describe: 'accepting in a ballot above the promise does not raise the promise',
  kind: 'mutant',
  rules: () => ({ promisedAfterAccept: (promised) => promised }),
  source: 'PMS, section 2.2: accepting is promising as well',
  expect: ['PromiseMonotone', 'AcceptRespectsPromise', 'SafeAt'],
  hunt: DUELS,
};

const promiseOmitsAccepted: BasicVariant = {
  id: 'px-promise-omits-accepted',
  describe: 'a promise reports nothing of what was accepted',
  kind: 'mutant',
  rules: () => ({ reported: () => null }),
  source: 'PMS, phase 1b',
  expect: ['PromiseTruthful', 'SafeAt'],
  hunt: DUELS,
};

const forgetsAccepted: BasicVariant = {
  id: 'px-start-forgets-accepted',
  describe: 'a node that starts goes by its promises, and not by what it had accepted',
  kind: 'mutant',
  rules: () => ({ recordsAtStart: (records) => records.filter(({ kind }) => kind !== 'accept') }),
  source: 'PMS, section 2.5 (class)',
  expect: ['D:AcceptDurable', 'D:PromiseDurable'],
  hunt: { ...DUELS, nemesis: ['kill'] },
};

export const acceptorMutants = [
  acceptIgnoresPromise,
  promiseGoesBack,
  promiseBumpsAccepted,
  adoptKeepsOldBallot,
  acceptStrict,
  acceptKeepsPromise,
  promiseOmitsAccepted,
  forgetsAccepted,
] as const;
