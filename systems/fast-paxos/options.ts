/** The options of Fast Paxos, as `--set` takes them, and as the protocol reads them. */

import { optionValues } from '../option-values.ts';
import type { Options } from '../protocol.ts';
import { sessionLimits, sessionOptions } from '../session-options.ts';
import type { OptionSpec } from '../system.ts';
import { quorumFault, quorumSizes } from './quorums.ts';
import type { FastConfig } from './state.ts';

export const fastOptions = {
  classicQuorum: {
    describe: 'acceptors in a quorum of a classic round; 0 for the smallest that may be',
    default: 0,
    min: 0,
    max: 9,
    worth: [0, 2, 3, 4],
  },
  fastQuorum: {
    describe: 'acceptors in a quorum of a fast round; 0 for the smallest that may be',
    default: 0,
    min: 0,
    max: 9,
    worth: [0, 3, 4, 5],
  },
  rounds: {
    describe: 'fast: fast rounds while they work; classic: none at all',
    default: 'fast',
    choices: ['fast', 'classic'],
  },
  contentionMax: {
    describe:
      'fall back to a classic round when two per recovery, less one per other slot, reach this',
    default: 8,
    min: 1,
    max: 1_000_000,
    worth: [1, 3, 8],
  },
  classicMs: {
    describe: 'how long after falling back to a classic round a fast one is tried again',
    default: 500,
    min: 1,
    max: 60_000,
    worth: [50, 500],
  },
  checkQuorum: { describe: 'coordinators that hear no quorum step down', default: true },
  electionTimeoutMs: {
    describe: 'election timeout T; each wait is random in [T, 2T)',
    default: 300,
    min: 10,
    max: 60_000,
    worth: [30, 60, 100, 300],
  },
  heartbeatMs: {
    describe: 'time between heartbeats of a coordinator',
    default: 50,
    min: 1,
    max: 10_000,
    worth: [10, 20, 50],
  },
  retransmitMs: {
    describe: 'after how long what is unanswered is sent again, and a slot is taken for stuck',
    default: 100,
    min: 1,
    max: 10_000,
    worth: [20, 100],
  },
  window: {
    describe: 'how far beyond the chosen prefix a node proposes',
    default: 16,
    min: 1,
    max: 10_000,
    worth: [1, 2, 4, 16],
  },
  snapshotEvery: {
    describe: 'slots executed between snapshots; 0 for no snapshots',
    default: 200,
    min: 0,
    max: 1_000_000,
    worth: [0, 3, 10, 20, 200],
  },
  batch: {
    describe: 'most slots in one Learn',
    default: 64,
    min: 1,
    max: 10_000,
    worth: [1, 2, 5, 64],
  },
  ...sessionOptions,
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Resolves options; what is not given has its default. Throws `TypeError` for a wrong type. */
export function fastConfig(options: Options): FastConfig {
  const values = optionValues(fastOptions, options);
  return {
    classicQuorum: values.classicQuorum,
    fastQuorum: values.fastQuorum,
    rounds: values.rounds,
    contentionMax: values.contentionMax,
    classicUs: values.classicMs * 1000,
    checkQuorum: values.checkQuorum,
    electionTimeoutUs: values.electionTimeoutMs * 1000,
    heartbeatUs: values.heartbeatMs * 1000,
    retransmitUs: values.retransmitMs * 1000,
    window: values.window,
    snapshotEvery: values.snapshotEvery,
    batch: values.batch,
    ...sessionLimits(values),
  };
}

/** What is wrong with the sizes of quorums that these options come to, or null. */
export function fastOptionsFault(nodes: number, options: Options): string | null {
  return quorumFault(quorumSizes(nodes, optionValues(fastOptions, options)));
}
