/** Models of our systems, as `ordeal prove` makes them. */

import { systemNamed, workloadNamed } from '../../../harness/config/catalogue.ts';
import { resolveSystemOptions } from '../../../harness/config/settings.ts';
import type { Model } from '../../../harness/prove/model.ts';
import type { Bounds } from '../../../harness/prove/world.ts';
import { builtInVariant } from '../../../harness/variants/variants.ts';

export function modelOf(name: string, mutant: string | null, bounds: Bounds): Model {
  const system = systemNamed(name);
  const variants = mutant === null ? [] : [builtInVariant(system, mutant)];
  const workload = workloadNamed(name === 'basic-paxos' ? 'consensus' : 'register');
  const options = resolveSystemOptions(system, system.small?.set ?? {});
  return { system, variants, workload, options, bounds, from: 'start', folds: true };
}
