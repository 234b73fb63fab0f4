/** Counters that agree in the end: `g-counter`, which only grows, and `pn-counter`. */

import { checkEventualCounter } from '../../checkers/eventual-counter.ts';
import { arrivals } from '../pace.ts';
import { BadAnswer, type Rpc, type Workload } from '../workload.ts';
import { REST, readEverywhere, restOf } from './final-reads.ts';
import { acknowledged, stateless } from './rpc.ts';

const KEY = '';
/** Amounts are drawn from so many whole numbers, from `least` on. */
const AMOUNTS = 10;

const rpc: Rpc = stateless(
  ({ f, value }) => (f === 'inc' ? { type: 'add', delta: value } : { type: 'read' }),
  ({ f, value }, body) => {
    if (f === 'inc') return acknowledged(body, 'add_ok', value);
    const found = body['value'];
    if (body['type'] === 'read_ok' && Number.isInteger(found)) return found as number;
    throw new BadAnswer('{"type":"read_ok","value":<a whole number>}');
  },
);

function eventualCounter(name: string, describe: string, least: number): Workload {
  return {
    name,
    describe,
    operations: ['inc', 'read'],
    model: 'counter',
    initial: 0,
    options: { rest: REST },
    plan: (config, draw) =>
      arrivals(config, draw).map((arrival) => {
        const adds = draw('eventual-counter-f', 0, arrival.id) % 2 === 0;
        if (!adds) return { ...arrival, key: KEY, f: 'read', value: null };
        const value = least + (draw('eventual-counter-amount', 0, arrival.id) % AMOUNTS);
        return { ...arrival, key: KEY, f: 'inc', value };
      }),
    settle: ({ f, key, value }) => ({ f, key, value }),
    finalReads: (_keys, nodes) => readEverywhere(nodes, KEY),
    restS: restOf,
    judge: checkEventualCounter,
    rpc,
  };
}

export const gCounter = eventualCounter(
  'g-counter',
  'a counter that grows: in the end, every node answers the sum of what was added',
  0,
);

export const pnCounter = eventualCounter(
  'pn-counter',
  'a counter that is added to and taken from: in the end, every node answers the sum',
  -AMOUNTS / 2,
);
