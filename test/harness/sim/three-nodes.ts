/** Three Raft nodes in a calm world, and faults that are carried out on them. */

import { simulatorOptions } from '../../../harness/config/config.ts';
import { SimFaults } from '../../../harness/sim/faults.ts';
import { World } from '../../../harness/sim/world.ts';
import { raft } from '../../../systems/raft/index.ts';

const { network, disk } = simulatorOptions({
  'network.latencyMinUs': 100,
  'network.latencyMaxUs': 1000,
  'network.lossPpm': 0,
  'network.duplicatePpm': 0,
  'network.latePpm': 0,
  'network.lateMaxUs': 1,
  'network.resends': 0,
  'disk.syncMinUs': 10,
  'disk.syncMaxUs': 20,
});

/** Three Raft nodes that have run for a virtual second. */
export function cluster(): { world: World; faults: SimFaults; run: (us: number) => void } {
  const world = new World(
    {
      nodes: 3,
      seed: 1,
      protocol: raft.protocol(raft.rules),
      client: raft.client(raft.rules),
      options: {},
      variants: [],
      durability: null,
      diskHabits: null,
      network,
      disk,
    },
    { trace: () => undefined, completed: () => undefined, wake: (id) => faults.turn(id) },
  );
  const faults = new SimFaults(world, 'all-lost', (id, atUs) => world.wakeAt(atUs, id));
  world.boot();
  const run = (us: number) => {
    const until = world.nowUs + us;
    while (world.queue.nextTimeUs() <= until) world.step();
    world.nowUs = until;
  };
  run(1_000_000);
  return { world, faults, run };
}
