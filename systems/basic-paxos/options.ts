/** The options of Basic Paxos, as `--set` takes them, and as the protocol reads them. */

import { optionValues } from '../option-values.ts';
import type { Options } from '../protocol.ts';
import type { OptionSpec } from '../system.ts';
import type { BasicConfig } from './state.ts';

export const basicOptions = {
  distinguishedProposer: {
    describe: 'only the lowest node that is heard proposes; the others send clients to it',
    default: false,
  },
  distinguishedLearner: {
    describe: 'acceptors answer the proposer alone, and it tells the other learners',
    default: false,
  },
  heartbeatMs: {
    describe: 'time between signs of life; three missed ones make a node count as dead',
    default: 50,
    min: 1,
    max: 10_000,
    worth: [10, 20, 50],
  },
  phaseTimeoutMs: {
    describe: 'after how long a ballot without its quorum is given up',
    default: 100,
    min: 1,
    max: 10_000,
    worth: [20, 50, 100],
  },
  backoffMs: {
    describe: 'after the k-th failed ballot a proposer waits a random time below 2^k times this',
    default: 10,
    min: 1,
    max: 10_000,
    worth: [5, 10, 50],
  },
  giveUpMs: {
    describe: 'after how long without a decision clients are told that nobody knows',
    default: 2_000,
    min: 1,
    max: 3_600_000,
    worth: [500, 2_000],
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Resolves options; what is not given has its default. Throws `TypeError` for a wrong type. */
export function basicConfig(options: Options): BasicConfig {
  const values = optionValues(basicOptions, options);
  return {
    distinguishedProposer: values.distinguishedProposer,
    distinguishedLearner: values.distinguishedLearner,
    heartbeatUs: values.heartbeatMs * 1000,
    phaseTimeoutUs: values.phaseTimeoutMs * 1000,
    backoffUs: values.backoffMs * 1000,
    giveUpUs: values.giveUpMs * 1000,
  };
}
