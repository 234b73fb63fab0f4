/** Which workloads a system can be tested with. */

import type { System } from '../../systems/system.ts';
import { workloads } from '../../workloads/index.ts';

/** Names of the workloads that need no more than the system offers, in order of the registry. */
export function workloadsServedBy(system: System): string[] {
  return Object.values(workloads)
    .filter(({ operations }) => operations.every((f) => system.operations.includes(f)))
    .map(({ name }) => name);
}

/** The first of them. */
export function workloadServedBy(system: System): string {
  const [name] = workloadsServedBy(system);
  if (name === undefined) throw new Error(`no workload fits ${system.name}`);
  return name;
}
