/**
 * Swarm testing (Groce et al., ISSTA 2012): each run leaves out about half of what could happen and
 * does the rest at wild rates, since what is there at all times hides what shows only without it.
 * Everything is drawn: the size, the load, the faults, the world, and the options of the system.
 */

import type { Options } from '../../../systems/protocol.ts';
import { workloadNamed } from '../../config/catalogue.ts';
import { promisedNemeses } from '../../config/nemeses.ts';
import { overDefaults, settingSpecs } from '../../config/settings.ts';
import { drawnSettings, type Ground, type Lots, lotsOf, type Strategy } from '../strategy.ts';

/** Three and five are what people run; bugs that need more or fewer nodes are worth the others. */
const NODES = [1, 2, 3, 3, 3, 4, 5, 5, 6, 7];
const CONCURRENCY = [2, 5, 10, 20];
const RATE = [20, 50, 100, 200, 400];
const TIME_LIMIT_S = [5, 10, 20, 40];
const NEMESIS_INTERVAL_S = [0.5, 1, 2, 5];
/** How many options there are to one that is changed: a bug may need one alone, or several. */
const BOLDNESS = [1, 2, 4, 8];

export const swarm: Strategy = {
  name: 'swarm',
  describe: 'sizes, load, faults, network, disk and options of the system, drawn',
  request: (ground, seed, attempt, asked) => {
    const lots = lotsOf('swarm', seed, attempt);
    const workload = asked.workload ?? lots.pick('workload', workloadsServed(ground));
    const specs = settingSpecs(ground.system, workloadNamed(workload, ground.catalogue));
    const drawn = drawnSettings(lots, specs, lots.pick('boldness', BOLDNESS));
    const nodes = lots.pick('nodes', NODES);
    const set = { ...drawn, ...asked.set };
    const drawnRun = {
      nodes,
      concurrency: lots.pick('concurrency', CONCURRENCY),
      rate: lots.pick('rate', RATE),
      timeLimitS: lots.pick('time-limit', TIME_LIMIT_S),
      nemesis: drawnNemeses(lots, ground, overDefaults(ground.system, set), asked.nodes ?? nodes),
      nemesisIntervalS: lots.pick('nemesis-interval', NEMESIS_INTERVAL_S),
    };
    return { ...drawnRun, ...asked, workload, set, seed };
  },
};

/** Each with a chance of one half; where that leaves none, the world itself must do. */
function drawnNemeses(
  lots: Lots,
  { catalogue, system }: Ground,
  set: Options,
  nodes: number,
): readonly string[] {
  const names = promisedNemeses(system, catalogue, set, nodes).filter((name) =>
    lots.pick(`nemesis-${name}`, [true, false]),
  );
  return names.length === 0 ? ['none'] : names;
}

function workloadsServed({ system, catalogue }: Ground): readonly string[] {
  return Object.entries(catalogue.workloads)
    .filter(([, { operations }]) => operations.every((f) => system.operations.includes(f)))
    .map(([name]) => name);
}
