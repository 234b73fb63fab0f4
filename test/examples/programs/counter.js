#!/usr/bin/env node
// A counter, for g-counter and pn-counter: each node counts what it was told itself, and all tell one
// another, ten times a second. With --broken it adds up what it is told, however often.

import { run } from './node.js';

const isBroken = process.argv.includes('--broken');
/** What each node was told, by its name. */
const counts = new Map();

function own(node) {
  return counts.get(node.id) ?? { version: 0, sum: 0 };
}

run({
  start: (node) => {
    setInterval(() => {
      for (const other of node.others) node.send(other, { type: 'count', ...own(node) });
    }, 100);
  },
  add: ({ delta }, node) => {
    const { version, sum } = own(node);
    counts.set(node.id, { version: version + 1, sum: sum + delta });
    return { type: 'add_ok' };
  },
  read: () => {
    return { type: 'read_ok', value: [...counts.values()].reduce((all, { sum }) => all + sum, 0) };
  },
  count: ({ version, sum }, _node, from) => {
    const known = counts.get(from) ?? { version: 0, sum: 0 };
    if (isBroken) counts.set(from, { version, sum: known.sum + sum });
    else if (version > known.version) counts.set(from, { version, sum });
  },
});
