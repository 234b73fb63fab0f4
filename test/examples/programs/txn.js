#!/usr/bin/env node
// Transactions over lists (append) and registers (w): the whole database is one value of the service
// `lin-kv`, and changes by compare-and-set. With --broken it writes without comparing.

import { run } from './node.js';

const isBroken = process.argv.includes('--broken');
const ROOT = 'root';

async function load(node) {
  try {
    return (await node.ask('lin-kv', { type: 'read', key: ROOT })).value;
  } catch (error) {
    if (error.code !== 20) throw error;
    return null;
  }
}

function apply(state, [f, key, value]) {
  const found = state[key] ?? null;
  if (f === 'r') return [f, key, found];
  state[key] = f === 'append' ? [...(found ?? []), value] : value;
  return [f, key, value];
}

async function store(node, from, to) {
  if (isBroken) await node.ask('lin-kv', { type: 'write', key: ROOT, value: to });
  else await node.ask('lin-kv', { type: 'cas', key: ROOT, from, to, create_if_not_exists: true });
}

run({
  txn: async ({ txn }, node) => {
    const before = await load(node);
    const state = structuredClone(before ?? {});
    const done = txn.map((micro) => apply(state, micro));
    try {
      // Also what only reads: it must have been the state at some moment after it was asked.
      await store(node, before, state);
    } catch (error) {
      if (error.code !== 22) throw error;
      throw Object.assign(new Error('somebody else was faster'), { code: 30 });
    }
    return { type: 'txn_ok', txn: done };
  },
});
