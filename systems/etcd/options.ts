/** What can be set of etcd and its client. */

import type { OptionSpec } from '../system.ts';

export const etcdOptions: Readonly<Record<string, OptionSpec>> = {
  reads: {
    describe: 'what a read asks for: the latest state, or that of the member asked',
    default: 'linearizable',
    choices: ['linearizable', 'serializable'],
  },
  claim: {
    describe:
      'what reads are held to: what its documentation says, or linearizability whatever they ask',
    default: 'documented',
    choices: ['documented', 'linearizable'],
  },
  guard: {
    describe:
      'what keeps others out while an operation goes from the old value to the new one: its ' +
      'revision is compared, a lock, or a lock whose hold is compared',
    default: 'revision',
    choices: ['revision', 'lock', 'fenced-lock'],
  },
  leaseS: {
    describe: 'after how many seconds a lock is free that its holder did not let go of',
    default: 2,
    min: 1,
    max: 3600,
  },
  heartbeatMs: {
    describe: 'how often a leader says that it lives (--heartbeat-interval)',
    default: 100,
    min: 10,
    max: 10_000,
    below: 'electionTimeoutMs',
  },
  electionTimeoutMs: {
    describe: 'how long followers wait for that (--election-timeout)',
    default: 1000,
    min: 50,
    max: 50_000,
  },
  snapshotEvery: {
    describe: 'entries between snapshots (--snapshot-count)',
    default: 100_000,
    min: 1,
    max: 10_000_000,
  },
  progressEveryMs: {
    describe:
      'how often watchers are told how far they have come (--experimental-watch-progress-notify-interval)',
    default: 300,
    min: 100,
    max: 600_000,
  },
};
