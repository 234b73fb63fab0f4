/** Programs as nodes of the simulator: the node and client code of a world whose nodes are processes. */

import type { Leadership } from '../../systems/leadership.ts';
import type { ProgramSystem } from '../../systems/system.ts';
import type { Workload, WorkloadConfig } from '../../workloads/workload.ts';
import { usage } from '../core/errors.ts';
import type { WorldSpec } from '../sim/world-spec.ts';
import { ProgramClient } from './client.ts';
import { ProgramNode, READY } from './program-node.ts';
import { SERVICES, ServiceNode } from './service-node.ts';

/** The load begins once every node has answered what it was told at its start. */
export const PROGRAMS_READY: Leadership = {
  leaderless: true,
  ready: (views) => views.every((view) => view?.role === READY),
};

/** What is otherwise in the world of a program. */
export function lockstep(
  system: ProgramSystem,
  workload: Workload,
  workloadOptions: WorkloadConfig['options'],
  seed: number,
): Pick<WorldSpec, 'protocol' | 'client' | 'services'> {
  const { rpc } = workload;
  if (rpc === undefined) throw usage(`--workload ${workload.name} cannot be asked of programs`);
  const { name, command } = system;
  return {
    protocol: new ProgramNode({ name, command, rpc, workloadOptions, services: SERVICES }),
    client: new ProgramClient(rpc),
    services: { names: SERVICES, protocol: new ServiceNode(seed) },
  };
}
