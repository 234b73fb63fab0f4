/**
 * Writes, deletes and transactions over a few keys, and watchers of them all: one to a member at
 * least, each going on from where it was, and in the end one at each member from the first revision on.
 */

import type { Value } from '../checkers/value.ts';
import { heardOf, reached } from '../checkers/watch/heard.ts';
import { checkWatches } from '../checkers/watch/index.ts';
import type { Operation } from '../systems/operations.ts';
import { arrivals, rotatingKeys } from './pace.ts';
import type { Draw, PlannedOperation, Workload, WorkloadConfig } from './workload.ts';

/** How long the last watches listen: all that there was comes within moments. */
const FINAL_LISTEN_MS = 3000;
/** Values of one transaction differ from those of all others. */
const KEYS_MAX = 3;

export const watch: Workload = {
  name: 'watch',
  describe:
    'writes, deletes and transactions, and watchers that must hear of all of them, in order',
  operations: ['write', 'delete', 'txn', 'watch', 'hash'],
  model: 'register',
  judge: checkWatches,
  initial: null,
  options: {
    keys: { describe: 'keys in use at a time', default: 5, min: 1, max: 10_000, worth: [1, 5] },
    keyLimit: {
      describe: 'operations on a key before a fresh one replaces it',
      default: 200,
      min: 1,
      max: 1_000_000,
      worth: [50, 200],
    },
    watchers: {
      describe: 'clients that watch; the others write',
      default: 3,
      min: 1,
      max: 100,
      worth: [3],
    },
    listenMs: {
      describe: 'how long a watch goes on before its watcher begins the next where it ended',
      default: 1000,
      min: 100,
      max: 60_000,
      worth: [500, 1000],
    },
    progress: {
      describe:
        'how watchers come to know how far they are: told from time to time, or also asked for',
      default: 'told',
      choices: ['told', 'asked'],
    },
  },
  plan,
  settle: ({ f, key, value }, seen) => {
    if (f !== 'watch') return { f, key, value };
    const [watcher, listenMs, asks] = value as readonly [number, number, boolean];
    return { f, key, value: [next(seen), listenMs, asks], node: watcher };
  },
  finalReads: (_keys, nodes) => [
    ...each(nodes, (node): Operation => {
      return { f: 'watch', key: `end ${node + 1}`, value: [1, FINAL_LISTEN_MS, false], node };
    }),
    ...each(nodes, (node): Operation => ({ f: 'hash', key: `n${node + 1}`, value: 0, node })),
  ],
};

function plan(config: WorkloadConfig, draw: Draw): readonly PlannedOperation[] {
  const { options, clients, timeLimitUs } = config;
  // Somebody must write.
  const watchers = Math.min(Number(options['watchers']), clients - 1);
  const keyOf = rotatingKeys(Number(options['keys']), Number(options['keyLimit']));
  const writes = arrivals({ ...config, clients: clients - watchers }, draw).map((arrival) => {
    const client = watchers + arrival.client;
    return { ...arrival, client, ...action(arrival.id, keyOf, draw) };
  });
  const listenMs = Number(options['listenMs']);
  const value = (watcher: number) => [watcher, listenMs, options['progress'] === 'asked'];
  const watches = each(watchers, (watcher) => {
    const count = Math.ceil(timeLimitUs / 1000 / listenMs);
    const first = { id: 0, client: watcher, f: 'watch', key: `w${watcher + 1}` } as const;
    return Array.from({ length: count }, (_, at) => {
      return { ...first, value: value(watcher), atUs: at * listenMs * 1000 };
    });
  });
  const all = [...writes, ...watches.flat()].sort((a, b) => a.atUs - b.atUs);
  return all.map((operation, id) => ({ ...operation, id }));
}

/** Of ten, seven write, two delete, and one writes several keys at once. */
function action(
  id: number,
  keyOf: (draw: number) => string,
  draw: Draw,
): Pick<PlannedOperation, 'f' | 'key' | 'value'> {
  const choice = draw('watch-f', 0, id) % 10;
  const key = keyOf(draw('watch-key', 0, id));
  const value = (id + 1) * KEYS_MAX;
  if (choice < 7) return { f: 'write', key, value };
  if (choice < 9) return { f: 'delete', key, value: null };
  const others = each(KEYS_MAX - 1, (at) => keyOf(draw('watch-key', at + 1, id)));
  const keys = [...new Set([key, ...others])];
  return { f: 'txn', key, value: keys.map((one, at) => ['w', one, value + at]) };
}

/** Where a watcher goes on, by what it was told last. */
function next(seen: Value): number {
  return reached(heardOf(seen) ?? []) + 1;
}

function each<Thing>(count: number, make: (at: number) => Thing): Thing[] {
  return Array.from({ length: count }, (_, at) => make(at));
}
