import { join } from 'node:path';
import { liveBackend } from '../../harness/run/live.ts';
import { backendLaws } from '../harness/backend-laws.ts';
import { memoryBackend } from './memory-backend.ts';

backendLaws({
  name: 'memory',
  // Until it stands in the two tables, it takes the place of one that does.
  request: { system: join(import.meta.dirname, 'untraced-register.ts'), backend: 'docker' },
  backend: liveBackend(memoryBackend),
});
