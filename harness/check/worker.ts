/** A thread of the pool: checks its share of the keys and sends the answers back. */

import { parentPort, workerData } from 'node:worker_threads';
import { checkShare, type Share } from '../../checkers/linearizable/index.ts';

parentPort?.postMessage(checkShare(workerData as Share));
