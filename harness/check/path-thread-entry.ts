/** What runs in a `PathThread`. */

import { enableCompileCache } from 'node:module';
import { parentPort } from 'node:worker_threads';
import type { PathQuestion } from './path.ts';

// Each thread has a cache of its own to open: reading code is most of what a short history takes.
enableCompileCache();
const { checkPath } = await import('./path.ts');

parentPort?.on('message', (question: PathQuestion) => {
  void checkPath(question).then((outcome) => parentPort?.postMessage(outcome));
});
