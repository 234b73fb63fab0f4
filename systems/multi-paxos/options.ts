/** The options of Multi-Paxos, as `--set` takes them, and as the protocol reads them. */

import { optionValues } from '../option-values.ts';
import type { Options } from '../protocol.ts';
import { sessionLimits, sessionOptions } from '../session-options.ts';
import type { OptionSpec } from '../system.ts';
import type { MultiConfig } from './state.ts';

export const multiOptions = {
  reads: {
    describe: 'how reads are made linearizable: a confirmed round, a lease, or through the log',
    default: 'confirmed',
    choices: ['confirmed', 'lease', 'log'],
  },
  checkQuorum: { describe: 'leaders that hear no quorum step down', default: true },
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
  },
  retransmitMs: {
    describe: 'after how long an unanswered Accept is sent again',
    default: 100,
    min: 1,
    max: 10_000,
    worth: [20, 100],
  },
  window: {
    describe: 'slots in flight at a time, chosen in any order; a new configuration waits as long',
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
  reconfigureEvery: {
    describe: 'slots after which the leader takes a voter out, or back in; 0 for never',
    default: 0,
    min: 0,
    max: 1_000_000,
    worth: [5, 20, 100],
  },
  batch: {
    describe: 'most slots in one Learn',
    default: 64,
    min: 1,
    max: 10_000,
    worth: [1, 2, 5, 64],
  },
  leaseMs: {
    describe: 'how long an acceptor that answers a heartbeat promises to nobody else',
    default: 200,
    min: 1,
    max: 60_000,
    worth: [30, 60, 200],
  },
  leaseDriftPpm: {
    describe: 'by how much one clock may outrun another during a lease, in parts per million',
    default: 100_000,
    min: 0,
    max: 1_000_000,
    // Less than clocks differ by breaks leases; more only shortens them.
    worth: [100_000],
  },
  ...sessionOptions,
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Resolves options; what is not given has its default. Throws `TypeError` for a wrong type. */
export function multiConfig(options: Options): MultiConfig {
  const values = optionValues(multiOptions, options);
  return {
    reads: values.reads,
    checkQuorum: values.checkQuorum,
    electionTimeoutUs: values.electionTimeoutMs * 1000,
    heartbeatUs: values.heartbeatMs * 1000,
    retransmitUs: values.retransmitMs * 1000,
    window: values.window,
    snapshotEvery: values.snapshotEvery,
    reconfigureEvery: values.reconfigureEvery,
    batch: values.batch,
    leaseUs: values.leaseMs * 1000,
    leaseDriftPpm: values.leaseDriftPpm,
    ...sessionLimits(values),
  };
}
