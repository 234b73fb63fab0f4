/** The options of Zab, as `--set` takes them, and as the protocol reads them. */

import { optionValues } from '../option-values.ts';
import type { Options } from '../protocol.ts';
import { sessionLimits, sessionOptions } from '../session-options.ts';
import type { OptionSpec } from '../system.ts';
import type { ZabConfig } from './state.ts';

/** Numbers by node, in the order of the nodes: `3,1,1,1,1`. */
const BY_NODE = { pattern: '([0-9]{1,3}(,[0-9]{1,3})*)?', allowed: 'numbers with commas between' };

export const zabOptions = {
  reads: {
    describe: "reads of the server's own state, of the same behind a sync, or through the log",
    default: 'quorum',
    choices: ['local', 'sync', 'quorum'],
  },
  quorum: {
    describe: 'what a quorum is: a majority of heads, of weights, or of groups by their weights',
    default: 'majority',
    choices: ['majority', 'weighted', 'hierarchical'],
  },
  weights: {
    describe: 'weights of the voters, the first first; 1 where none is given, 0 for no say',
    default: '',
    ...BY_NODE,
    worth: ['', '3,1,1', '1,2,3', '0,1,1,1'],
  },
  groups: {
    describe: 'groups of the voters, the first first; 0 where none is given',
    default: '',
    ...BY_NODE,
    worth: ['', '0,0,1', '0,1,2,0,1,2'],
  },
  observers: {
    describe: 'how many of the last nodes learn and serve, but do not vote',
    default: 0,
    min: 0,
    max: 8,
    worth: [0, 1, 2],
  },
  counterBits: {
    describe: 'bits of the number of a transaction in its epoch; a full epoch ends',
    default: 32,
    min: 2,
    max: 32,
    worth: [4, 6, 32],
  },
  snapshotEvery: {
    describe: 'transactions delivered between snapshots; 0 for no snapshots',
    default: 200,
    min: 0,
    max: 1_000_000,
    worth: [0, 3, 10, 20, 200],
  },
  retained: {
    describe: 'transactions kept behind a snapshot, to be sent to servers that lack few',
    default: 50,
    min: 0,
    max: 1_000_000,
    worth: [0, 5, 50],
  },
  initLimitMs: {
    describe: 'how long a leader and its followers may take to begin',
    default: 500,
    min: 10,
    max: 60_000,
    worth: [60, 200, 500],
  },
  syncLimitMs: {
    describe: 'how long a leader and a follower may be silent to each other',
    default: 200,
    min: 10,
    max: 60_000,
    worth: [60, 100, 200],
  },
  pingMs: {
    describe: 'time between pings of a leader',
    default: 50,
    min: 1,
    max: 10_000,
    worth: [10, 20, 50],
    below: 'syncLimitMs',
  },
  finalizeMs: {
    describe: 'how long a better vote is waited for once a quorum holds one',
    default: 200,
    min: 1,
    max: 10_000,
    worth: [20, 50, 200],
  },
  resendMinMs: {
    describe: 'after how long a vote is sent again at first; each time it takes twice as long',
    default: 200,
    min: 1,
    max: 10_000,
    worth: [20, 50, 200],
  },
  resendMaxMs: {
    describe: 'after how long a vote is sent again at most',
    default: 3_200,
    min: 1,
    max: 60_000,
    worth: [100, 400, 3_200],
  },
  ...sessionOptions,
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Resolves options; what is not given has its default. Throws `TypeError` for a wrong type. */
export function zabConfig(options: Options): ZabConfig {
  const values = optionValues(zabOptions, options);
  return {
    reads: values.reads,
    quorum: {
      kind: values.quorum,
      weights: numbersIn(values.weights),
      groups: numbersIn(values.groups),
    },
    observers: values.observers,
    counterMax: 2 ** values.counterBits - 1,
    snapshotEvery: values.snapshotEvery,
    retained: values.retained,
    initLimitUs: values.initLimitMs * 1000,
    syncLimitUs: values.syncLimitMs * 1000,
    pingUs: values.pingMs * 1000,
    finalizeUs: values.finalizeMs * 1000,
    resendMinUs: values.resendMinMs * 1000,
    resendMaxUs: values.resendMaxMs * 1000,
    ...sessionLimits(values),
  };
}

/** What is wrong with these options in a cluster of so many servers; null if nothing is. */
export function zabOptionsFault(nodes: number, options: Options): string | null {
  const { quorum, observers } = zabConfig(options);
  const { kind, weights, groups } = quorum;
  const voters = nodes - observers;
  if (voters < 1) return `observers=${observers}: nobody is left to vote (0 to ${nodes - 1})`;
  if (weights.length > 0 && kind === 'majority') {
    return `weights=${weights.join(',')}: heads are counted (only with quorum=weighted or hierarchical)`;
  }
  if (groups.length > 0 && kind !== 'hierarchical') {
    return `groups=${groups.join(',')}: nobody asks for groups (only with quorum=hierarchical)`;
  }
  for (const [name, list] of Object.entries({ weights, groups })) {
    if (list.length <= voters) continue;
    return `${name}=${list.join(',')}: ${list.length} numbers (at most one for each of ${voters} voters)`;
  }
  if (weights.length < voters || weights.some((weight) => weight > 0)) return null;
  return `weights=${weights.join(',')}: nobody has any weight (at least one above 0)`;
}

function numbersIn(list: string): number[] {
  return list === '' ? [] : list.split(',').map(Number);
}
