/**
 * How long histories of transactions take: `npm run bench:transactions [-- transactions]`.
 *
 * The workload of Elle's paper: 1 to 5 micro-operations, 100 live keys, 100 writes a key, 20
 * clients; as it should be (serializable), and from databases of weaker isolation, whose
 * transactions form one large component. Registers include the search for a serial order.
 *
 * No peer can be had here, so two ratios of the same run are judged: how many times as long as one
 * pass takes that looks every micro-operation up (what no checker can do without), in turns with it;
 * and how much more a transaction costs in a history ten times as long. Ends with status 1 when
 * one is above its limit.
 */

import type { History, Value } from '../../checkers/history.ts';
import { checkTransactions } from '../../checkers/transactional/index.ts';
import { type Isolation, simulate } from '../checkers/transactional/simulate.ts';
import { takeTurns, timeOnce } from './checkers-measure.ts';

const SAMPLES = 5;
const sizes = process.argv[2] === undefined ? [1_000, 10_000, 100_000] : [Number(process.argv[2])];

/** A workload, an isolation, and the most times as long as a pass of look-ups it may take. */
const ROWS: readonly (readonly ['list-append' | 'rw-register', Isolation, number])[] = [
  ['list-append', 'serializable', 30],
  ['list-append', 'snapshot-isolation', 60],
  ['list-append', 'read-committed', 60],
  ['rw-register', 'serializable', 150],
];
/** A transaction in a history ten times as long may cost so many times as much. */
const GROWTH_MAX = 3;

let missed = 0;
const costs = new Map<string, number>();
for (const transactions of sizes) {
  for (const [workload, isolation, most] of ROWS) {
    const history = simulate({
      seed: 1,
      isolation,
      workload,
      transactions,
      clients: 20,
      keys: 100,
      writesPerKey: 100,
      mopsMax: 5,
    });
    let said = '';
    const check = (): void => {
      const { verdict, strongest } = checkTransactions(history, { workload });
      said = `${verdict.kind}; strongest: ${strongest.join(', ')}`;
    };
    const cold = timeOnce(check);
    const { one, other } = takeTurns(SAMPLES, check, () => lookUps(history));
    const ratio = one.median / (other?.median ?? Number.NaN);
    const each = one.median / transactions;
    const before = costs.get(`${workload} ${isolation}`);
    costs.set(`${workload} ${isolation}`, each);
    const growth = before === undefined ? 1 : each / before;
    const above = !(ratio <= most) || growth > GROWTH_MAX;
    if (above) missed++;
    process.stdout.write(
      `${workload}, ${transactions} txns, ${isolation}: cold ${cold.toFixed(0)} ms, ` +
        `median ${one.median.toFixed(1)} ms, ${ratio.toFixed(1)}x look-ups (at most ${most}x), ` +
        `a transaction ${growth.toFixed(1)}x as dear as in a tenth${above ? ' ABOVE' : ''}; ${said}\n`,
    );
  }
}
process.stdout.write(missed === 0 ? 'no limit missed\n' : `${missed} rows above their limits\n`);
process.exitCode = missed === 0 ? 0 : 1;

/** Every element of every answer is found in a table, and put there if it is new. */
function lookUps(history: History): number {
  const seen = new Map<Value, number>();
  for (let event = 0; event < history.length; event++) {
    const answer = history.values.value(history.value.get(event));
    for (const micro of answer as readonly (readonly [string, Value, Value])[]) {
      const [, , value] = micro;
      const elements = Array.isArray(value) ? (value as readonly Value[]) : [value];
      for (const element of elements) seen.set(element, (seen.get(element) ?? 0) + 1);
    }
  }
  return seen.size;
}
