/** A simpler world: options as they are by default, a calm network, fewer nodes. */

import type { Options } from '../../systems/protocol.ts';
import { type Catalogue, systemNamed, workloadNamed } from '../config/catalogue.ts';
import { resolveSettings } from '../config/settings.ts';
import type { Case } from './case.ts';
import { leaveOut } from './leave-out.ts';
import { firstThatFails, type Pass } from './pass.ts';

/** A network that loses nothing, and on which nothing comes twice or late. */
const CALM: Options = { 'network.lossPpm': 0, 'network.duplicatePpm': 0, 'network.latePpm': 0 };

/** As many settings as possible as they are by default, and the network calm. */
export function plainSettings(catalogue: Catalogue): Pass {
  return {
    name: 'settings',
    smaller: (from) => {
      const system = systemNamed(from.system, catalogue);
      const workload = workloadNamed(from.workload, catalogue);
      const plain = { ...resolveSettings(system, workload, {}), ...CALM };
      const others = {
        items: ({ set }: Case) =>
          Object.entries(set).filter(([name, value]) => value !== plain[name]),
        with: (whole: Case, kept: readonly [string, Options[string]][]) => ({
          ...whole,
          set: { ...plain, ...Object.fromEntries(kept) },
        }),
      };
      return leaveOut(from, others);
    },
  };
}

/** The fewest nodes that will do. */
export const fewerNodes: Pass = {
  name: 'nodes',
  smaller: (from) => firstThatFails(from, smallerClusters(from)),
};

function* smallerClusters(from: Case): Generator<Case> {
  for (let nodes = 1; nodes < from.nodes; nodes++) yield { ...from, nodes };
}
