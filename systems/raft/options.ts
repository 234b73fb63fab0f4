/** The options of Raft, as `--set` takes them, and as the protocol reads them. */

import { optionValues } from '../option-values.ts';
import type { Options } from '../protocol.ts';
import { sessionLimits, sessionOptions } from '../session-options.ts';
import type { OptionSpec } from '../system.ts';
import type { RaftConfig } from './state.ts';

export const raftOptions = {
  reads: {
    describe: 'how reads are served: ReadIndex, leader leases, through the log, or by followers',
    default: 'index',
    choices: ['index', 'lease', 'log', 'follower'],
  },
  preVote: { describe: 'ask whether an election could be won before starting one', default: true },
  checkQuorum: {
    describe: 'leaders that hear no quorum step down; voters that hear a leader stick to it',
    default: true,
  },
  electionTimeoutMs: {
    describe: 'election timeout T; each wait is random in [T, 2T)',
    default: 300,
    min: 10,
    max: 60_000,
    worth: [30, 60, 100, 300],
  },
  heartbeatMs: {
    describe: 'time between heartbeats of a leader',
    default: 50,
    min: 1,
    max: 10_000,
    worth: [10, 20, 50],
    below: 'electionTimeoutMs',
  },
  snapshotEvery: {
    describe: 'entries executed between snapshots; 0 for no snapshots',
    default: 200,
    min: 0,
    max: 1_000_000,
    worth: [0, 3, 10, 20, 200],
  },
  snapshotChunkBytes: {
    describe: 'most characters of the snapshot in one InstallSnapshot',
    default: 65_536,
    min: 1,
    max: 16_777_216,
    worth: [50, 200, 65_536],
  },
  batch: {
    describe: 'most entries in one AppendEntries',
    default: 64,
    min: 1,
    max: 10_000,
    worth: [1, 2, 5, 64],
  },
  inFlight: {
    describe: 'most AppendEntries on their way to one follower; 1: no pipeline, 0: no limit',
    default: 0,
    min: 0,
    max: 10_000,
    worth: [0, 1, 2],
  },
  membership: {
    describe:
      'how the leader changes the voters now and then: one at a time, or by joint consensus',
    default: 'off',
    choices: ['off', 'single', 'joint'],
  },
  reconfigureEvery: {
    describe: 'entries between changes of the membership, where that is not off',
    default: 100,
    min: 1,
    max: 1_000_000,
    worth: [1, 5, 20, 100],
  },
  transferEvery: {
    describe: 'entries that a leader commits before it hands its leadership over; 0 for never',
    default: 0,
    min: 0,
    max: 1_000_000,
    worth: [0, 10, 50],
  },
  leaseDriftPpm: {
    describe: 'by how much one clock may outrun another during a lease, in parts per million',
    // Clocks that are each within 5 % of the truth are within 10.6 % of one another.
    default: 120_000,
    min: 0,
    max: 1_000_000,
    // Less than clocks differ by breaks leases; more only shortens them.
    worth: [120_000],
  },
  ...sessionOptions,
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Resolves options; what is not given has its default. Throws `TypeError` for a wrong type. */
export function raftConfig(options: Options): RaftConfig {
  const values = optionValues(raftOptions, options);
  return {
    reads: values.reads,
    preVote: values.preVote,
    checkQuorum: values.checkQuorum,
    electionTimeoutUs: values.electionTimeoutMs * 1000,
    heartbeatUs: values.heartbeatMs * 1000,
    snapshotEvery: values.snapshotEvery,
    snapshotChunkBytes: values.snapshotChunkBytes,
    batch: values.batch,
    inFlight: values.inFlight,
    membership: values.membership,
    reconfigureEvery: values.reconfigureEvery,
    transferEvery: values.transferEvery,
    leaseDriftPpm: values.leaseDriftPpm,
    ...sessionLimits(values),
  };
}
