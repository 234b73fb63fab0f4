/**
 * Orders of messages that last: as swarm, with the ranks of the nemesis `priorities` (PCT) in force most of
 * the time, and with fewer other faults beside, which would only blur them.
 */

import { promisedNemeses } from '../../config/nemeses.ts';
import { overDefaults } from '../../config/settings.ts';
import { lotsOf, type Strategy } from '../strategy.ts';
import { swarm } from './swarm.ts';

const PRIORITIES = 'priorities';
/** Each other fault with this chance. */
const OTHERS = [true, false, false, false];

export const priority: Strategy = {
  name: 'priority',
  describe: 'as swarm, with some links or kinds of messages after others (PCT)',
  request: (ground, seed, attempt, asked) => {
    const lots = lotsOf('priority', seed, attempt);
    const { set, ...rest } = swarm.request(ground, seed, attempt, asked);
    const names = promisedNemeses(
      ground.system,
      ground.catalogue,
      overDefaults(ground.system, set ?? {}),
      rest.nodes,
    ).filter((name) => name === PRIORITIES || lots.pick(`nemesis-${name}`, OTHERS));
    const nemesis = names.length === 0 ? ['none'] : names;
    return { ...rest, nemesis, ...asked, set: { ...set } };
  },
};
