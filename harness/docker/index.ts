/** The Docker backend: one container per node, faults from sidecars. */

import { BACKENDS } from '../config/backends.ts';
import type { LiveBackend } from '../core/backend.ts';
import { launch, prepare } from './cluster.ts';

export { buildImage } from './image.ts';
export { findLeftovers, type Leftover, sweep } from './leftovers.ts';
export { buildMemberImage } from './member-image.ts';
export { type ProbeLine, probeDocker } from './probe.ts';

export const dockerBackend: LiveBackend = {
  name: 'docker',
  faults: BACKENDS.docker.faults,
  prepare,
  launch,
};
