/** Containers under the laws of every backend. */

import { beforeAll, describe } from 'vitest';
import { buildImage } from '../../../harness/docker/index.ts';
import { backendLaws } from '../backend-laws.ts';
import { hasEngine, inventory } from './machine.ts';

const MINUTE_MS = 60_000;
const engine = await hasEngine();

describe.skipIf(!engine)('in containers (needs a Docker Engine)', () => {
  beforeAll(async () => {
    await buildImage(() => undefined);
  }, 5 * MINUTE_MS);

  backendLaws({
    name: 'docker',
    request: { system: 'raft', backend: 'docker' },
    inventory: () => inventory([process.pid]),
    timeoutMs: 4 * MINUTE_MS,
  });
});
