/** A user's own system, its node and client code under supervision. */

import type { System } from '../../systems/system.ts';
import { ownClient } from './client.ts';
import { OwnNode } from './node.ts';

export function ownSystem(system: System): System {
  const own: Pick<System, 'protocol' | 'client'> = {
    protocol: (rules) => new OwnNode(system.name, () => system.protocol(rules)),
    client: (rules) => ownClient(system.name, system.client(rules)),
  };
  // Not a copy: the methods of a class are no fields of their own.
  return Object.assign(Object.create(system) as System, own);
}
