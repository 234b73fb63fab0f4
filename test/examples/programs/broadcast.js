#!/usr/bin/env node
// Passes every message on to its neighbours until they have it. With --broken it tells each of them once,
// and whoever a partition has cut off never hears of it.

import { run } from './node.js';

const isBroken = process.argv.includes('--broken');
const messages = new Set();
/** By neighbour: what it has not acknowledged. */
const missing = new Map();

function learn(message, node, from) {
  if (messages.has(message)) return;
  messages.add(message);
  for (const [neighbour, owed] of missing) {
    if (neighbour === from) continue;
    owed.add(message);
    tell(neighbour, node);
  }
}

function tell(neighbour, node) {
  const owed = missing.get(neighbour);
  if (owed.size === 0) return;
  node.send(neighbour, { type: 'gossip', messages: [...owed] });
  if (isBroken) owed.clear();
}

run({
  topology: ({ topology }, node) => {
    for (const neighbour of topology[node.id]) missing.set(neighbour, new Set());
    setInterval(() => {
      for (const neighbour of missing.keys()) tell(neighbour, node);
    }, 200);
    return { type: 'topology_ok' };
  },
  broadcast: ({ message }, node) => {
    learn(message, node, null);
    return { type: 'broadcast_ok' };
  },
  read: () => ({ type: 'read_ok', messages: [...messages] }),
  gossip: (body, node, from) => {
    for (const message of body.messages) learn(message, node, from);
    node.send(from, { type: 'got', messages: body.messages });
  },
  got: (body, _node, from) => {
    for (const message of body.messages) missing.get(from).delete(message);
  },
});
