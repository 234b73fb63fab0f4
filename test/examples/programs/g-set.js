#!/usr/bin/env node
// A set that grows: every node tells all others everything it knows, ten times a second. With --broken
// it takes what it is told for all that there is.

import { run } from './node.js';

const isBroken = process.argv.includes('--broken');
let elements = new Set();

run({
  start: (node) => {
    setInterval(() => {
      for (const other of node.others) node.send(other, { type: 'merge', elements: [...elements] });
    }, 100);
  },
  add: ({ element }) => {
    elements.add(element);
    return { type: 'add_ok' };
  },
  read: () => ({ type: 'read_ok', value: [...elements] }),
  merge: (body) => {
    elements = isBroken ? new Set(body.elements) : elements.union(new Set(body.elements));
  },
});
