#!/usr/bin/env node
// Ids of the node's own name and a count. With --broken it leaves the name out.

import { run } from './node.js';

const isBroken = process.argv.includes('--broken');
let count = 0;

run({
  generate: (_body, node) => {
    count++;
    return { type: 'generate_ok', id: isBroken ? count : `${node.id}-${count}` };
  },
});
