/**
 * `npm run recordings -- [--seeds 10]`: one line for each seed of each system, with a hash of every
 * byte that its simulated run leaves, plain and in a hard world. Run in two checkouts, or on two
 * machines, the lines are to be the same: `diff` names the first seed that is not.
 */

import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { type RunConfig, resolveConfig } from '../../harness/config/config.ts';
import { virtualRun } from '../../harness/run/simulate.ts';
import { VirtualDriver } from '../../harness/run/virtual.ts';
import { historyLine, traceJson } from '../../harness/store/lines.ts';
import { systems } from '../../systems/index.ts';
import { hardRun } from '../hard-worlds.ts';
import { workloadServedBy } from '../systems/workload-of.ts';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '10' } } });

function hashOf(config: RunConfig): string {
  const watching = { follower: null, record: true, stopAtViolation: false };
  const driver = new VirtualDriver(virtualRun(config, [], watching).run);
  driver.advance(Number.POSITIVE_INFINITY);
  const hash = createHash('sha256');
  for (const event of driver.history) hash.update(`${historyLine(event)}\n`);
  for (const line of driver.takeLines()) hash.update(`${traceJson(line)}\n`);
  return hash.digest('hex').slice(0, 16);
}

for (const system of Object.values(systems)) {
  const workload = workloadServedBy(system);
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const plain = resolveConfig({ system: system.name, workload, seed }, [], () => seed);
    console.log(`${system.name} ${seed} plain ${hashOf(plain)}`);
    console.log(`${system.name} ${seed} hard  ${hashOf(hardRun(system, seed).config)}`);
  }
}
