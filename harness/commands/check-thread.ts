/** The thread in which `ordeal check --json` judges one path: the one that it left free hears signals. */

import { parentPort, workerData } from 'node:worker_threads';
import { checkPath, type PathQuestion } from './check.ts';

const { path, flags } = workerData as PathQuestion;
parentPort?.postMessage(await checkPath(path, flags));
