/** What carries runs out, by the names of `config/backends.ts`; each is loaded when it is needed. */

import type { BackendName } from '../config/backends.ts';
import type { Backend } from './backend.ts';
import { liveBackend } from './live.ts';
import { simulatedBackend } from './simulated.ts';

const LOADERS: Readonly<Record<BackendName, () => Promise<Backend>>> = {
  sim: async () => simulatedBackend,
  // The Docker client costs as much start-up time as everything else.
  process: async () => liveBackend((await import('../process/index.ts')).processBackend),
  docker: async () => liveBackend((await import('../docker/index.ts')).dockerBackend),
};

export function backendNamed(name: BackendName): Promise<Backend> {
  return LOADERS[name]();
}
