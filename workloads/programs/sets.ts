/** Sets that grow, and are the same everywhere in the end: `g-set` and `broadcast`. */

import { checkSetFull } from '../../checkers/set-full.ts';
import { isList, type Value } from '../../checkers/value.ts';
import type { OperationName } from '../../systems/operations.ts';
import { arrivals } from '../pace.ts';
import { BadAnswer, type Body, type Rpc, type Workload } from '../workload.ts';
import { REST, readEverywhere, restOf } from './final-reads.ts';
import { acknowledged, stateless } from './rpc.ts';
import { TOPOLOGIES, topologyOf } from './topology.ts';

/** Everything is in one set, which has no name. */
const KEY = '';

/** A set of that name: `add` is how an element gets into it. */
function growingSet(
  { name, add, describe }: { name: string; add: OperationName; describe: string },
  options: Workload['options'],
  rpc: Rpc,
): Workload {
  return {
    name,
    describe,
    operations: [add, 'read'],
    model: 'set',
    initial: null,
    options: { ...options, rest: REST },
    plan: (config, draw) =>
      arrivals(config, draw).map((arrival) => {
        const adds = draw('growing-set-f', 0, arrival.id) % 2 === 0;
        return adds
          ? { ...arrival, key: KEY, f: add, value: arrival.id }
          : { ...arrival, key: KEY, f: 'read', value: null };
      }),
    settle: ({ f, key, value }) => ({ f, key, value }),
    finalReads: (_keys, nodes) => readEverywhere(nodes, KEY),
    restS: restOf,
    judge: (history) => checkSetFull(history, { add }),
    rpc,
  };
}

/** Elements that are added, and a read of all of them. */
export const gSet = growingSet(
  {
    name: 'g-set',
    add: 'add',
    describe: 'a set that grows: what was added is, in the end, in what every node answers',
  },
  {},
  stateless(
    ({ f, value }) => (f === 'add' ? { type: 'add', element: value } : { type: 'read' }),
    ({ f, value }, body) =>
      f === 'add' ? acknowledged(body, 'add_ok', value) : elements(body, 'value'),
  ),
);

/** The same of messages that nodes tell one another, along a topology that they are told. */
export const broadcast = growingSet(
  {
    name: 'broadcast',
    add: 'broadcast',
    describe: 'messages that reach every node, whichever was told, along a topology',
  },
  {
    topology: {
      describe: 'who is whose neighbour: a square grid, a line, all, or a tree of so many branches',
      default: 'grid',
      choices: TOPOLOGIES,
    },
  },
  {
    ...stateless(
      ({ f, value }) =>
        f === 'broadcast' ? { type: 'broadcast', message: value } : { type: 'read' },
      ({ f, value }, body) =>
        f === 'broadcast' ? acknowledged(body, 'broadcast_ok', value) : elements(body, 'messages'),
    ),
    setup: (nodes, options) => ({
      type: 'topology',
      topology: topologyOf(String(options['topology']), nodes),
    }),
  },
);

function elements(body: Body, field: string): Value {
  // What a program in Go calls an empty list is null in JSON, and Maelstrom takes it for one.
  const found = body[field] === null ? [] : (body[field] as Value | undefined);
  if (body['type'] === 'read_ok' && isList(found)) return found;
  throw new BadAnswer(`{"type":"read_ok","${field}":[...]}`);
}
