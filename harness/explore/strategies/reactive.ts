/**
 * Faults at the moments that matter: as swarm, but with many faults waiting for a step that a node
 * reports (a vote, a term that begins, a snapshot, whatever this protocol has) and hitting that node
 * then, when what follows from the step is still under way: a crash before what was written is durable,
 * the next messages of a kind lost, repeated or kept back.
 */

import { lotsOf, type Strategy } from '../strategy.ts';
import { swarm } from './swarm.ts';

const STEP_PPM = [300_000, 1_000_000];
/** Faults come often: a step is over in no time. */
const NEMESIS_INTERVAL_S = [0.2, 0.5, 1, 2];

export const reactive: Strategy = {
  name: 'reactive',
  describe: 'as swarm, with faults that hit a node right after a step of its',
  request: (ground, seed, attempt, asked) => {
    const lots = lotsOf('reactive', seed, attempt);
    const { set, ...rest } = swarm.request(ground, seed, attempt, asked);
    const nemesisIntervalS = lots.pick('nemesis-interval', NEMESIS_INTERVAL_S);
    const steps = { 'faults.stepPpm': lots.pick('steps', STEP_PPM) };
    return { ...rest, nemesisIntervalS, ...asked, set: { ...steps, ...set } };
  },
};
