/** What another project writes in JavaScript. */

import { simulate } from 'ordeal';
import { models } from 'ordeal/checkers';

const { verdict } = simulate({ system: 'zab', nodes: 3, timeLimitS: 3, seed: 1 });
process.stdout.write(`${verdict.kind} ${'register' in models}`);
