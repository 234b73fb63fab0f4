/** The Docker backend: one container per node, faults from sidecars. */

import type { LiveBackend } from '../core/backend.ts';
import { launch, prepare } from './cluster.ts';

export { buildImage } from './image.ts';
export { findLeftovers, type Leftover, sweep } from './leftovers.ts';
export { type ProbeLine, probeDocker } from './probe.ts';

export const dockerBackend: LiveBackend = {
  name: 'docker',
  faults: ['partition', 'kill', 'pause', 'clock'],
  prepare,
  launch,
};
