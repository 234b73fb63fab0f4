/** What can be named in a run: the registries, and whatever a library's user adds of their own. */

import type { Nemesis } from '../../nemesis/fault.ts';
import { nemeses } from '../../nemesis/index.ts';
import { members, systems } from '../../systems/index.ts';
import { isProtocol, type ProtocolSystem, type System } from '../../systems/system.ts';
import { workloads } from '../../workloads/index.ts';
import type { Workload } from '../../workloads/workload.ts';
import { suggestion, usage } from '../core/errors.ts';

export interface Catalogue {
  readonly systems: Readonly<Record<string, System>>;
  readonly workloads: Readonly<Record<string, Workload>>;
  readonly nemeses: Readonly<Record<string, Nemesis>>;
}

/** The registries of the folders. */
export const builtIn: Catalogue = { systems: { ...systems, ...members }, workloads, nemeses };

export function systemNamed(name: string, catalogue: Catalogue = builtIn): System {
  return named(catalogue.systems, name, 'unknown system ');
}

/** A system whose nodes the simulator can run: as code, or in lock-step. A usage error for others. */
export function simulatedNamed(name: string, catalogue: Catalogue = builtIn): System {
  const system = systemNamed(name, catalogue);
  return system.kind === 'program' ? system : protocolNamed(name, catalogue);
}

/** A system whose nodes are code that can be looked into; a usage error for others. */
export function protocolNamed(name: string, catalogue: Catalogue = builtIn): ProtocolSystem {
  const system = systemNamed(name, catalogue);
  if (isProtocol(system)) return system;
  throw usage(
    `${name} cannot be simulated: its nodes are programs that run as they are ` +
      `(npx ordeal run ${name} has them in real time)`,
  );
}

export function workloadNamed(name: string, catalogue: Catalogue = builtIn): Workload {
  return named(catalogue.workloads, name, '--workload: unknown ');
}

export function nemesisNamed(name: string, catalogue: Catalogue = builtIn): Nemesis {
  return named(catalogue.nemeses, name, '--nemesis: unknown ');
}

function named<Item>(items: Readonly<Record<string, Item>>, name: string, unknown: string): Item {
  const item = Object.hasOwn(items, name) ? items[name] : undefined;
  if (item !== undefined) return item;
  throw usage(`${unknown}${nameFault(items, name)}`);
}

/** The name with what may have been meant by it; null where it is one of these. */
export function nameFault(items: Readonly<Record<string, unknown>>, name: string): string | null {
  if (Object.hasOwn(items, name)) return null;
  return `"${name}" (${suggestion(name, Object.keys(items))})`;
}
