/**
 * How long histories of transactions take: `node test/bench/transactions.ts [transactions]`.
 *
 * The workload of Elle's paper: 1 to 5 micro-operations, 100 live keys, 100 writes a key, 20
 * clients; as it should be (serializable), and from databases of weaker isolation, whose
 * transactions form one large component. Registers include the search for a serial order.
 */

import { checkTransactions } from '../../checkers/transactional/index.ts';
import { type Isolation, simulate } from '../checkers/transactional/simulate.ts';

const ROUNDS = 5;
const sizes = process.argv[2] === undefined ? [1_000, 10_000, 100_000] : [Number(process.argv[2])];

const ROWS: readonly (readonly ['list-append' | 'rw-register', Isolation])[] = [
  ['list-append', 'serializable'],
  ['list-append', 'snapshot-isolation'],
  ['list-append', 'read-committed'],
  ['rw-register', 'serializable'],
];

for (const transactions of sizes) {
  for (const [workload, isolation] of ROWS) {
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
    const times: number[] = [];
    let said = '';
    for (let round = 0; round < ROUNDS; round++) {
      const began = performance.now();
      const result = checkTransactions(history, { workload });
      times.push(performance.now() - began);
      said = `${result.verdict.kind}; strongest: ${result.strongest.join(', ')}`;
    }
    const [cold] = times;
    const warm = times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)];
    process.stdout.write(
      `${workload}, ${transactions} txns, ${isolation}: cold ${cold?.toFixed(0)} ms, median ${warm?.toFixed(0)} ms; ${said}\n`,
    );
  }
}
