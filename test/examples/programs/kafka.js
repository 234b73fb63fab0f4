#!/usr/bin/env node
// Logs with offsets: each is kept by one node, which the others ask. With --broken it forgets every
// twentieth message that it has acknowledged.

import { run } from './node.js';

const isBroken = process.argv.includes('--broken');
/** Messages by key, in the order of their offsets, and how far each key was committed. */
const logs = new Map();
const committed = new Map();

function keeperOf(key, node) {
  return node.ids[Number(key) % node.ids.length];
}

/** Asks for each key whoever keeps it, and puts the answers together. */
async function gather(keys, node, request) {
  const answers = await Promise.all(
    keys.map(async (key) => [key, await node.ask(keeperOf(key, node), request(key))]),
  );
  return answers.map(([key, answer]) => [key, answer.value]).filter(([, value]) => value !== null);
}

run({
  send: async ({ key, msg }, node) => {
    const { value } = await node.ask(keeperOf(key, node), { type: 'keep', key, msg });
    return { type: 'send_ok', offset: value };
  },
  poll: async ({ offsets }, node) => {
    const from = (key) => ({ type: 'tell', key, offset: offsets[key] });
    return {
      type: 'poll_ok',
      msgs: Object.fromEntries(await gather(Object.keys(offsets), node, from)),
    };
  },
  commit_offsets: async ({ offsets }, node) => {
    const mark = (key) => ({ type: 'mark', key, offset: offsets[key] });
    await gather(Object.keys(offsets), node, mark);
    return { type: 'commit_offsets_ok' };
  },
  list_committed_offsets: async ({ keys }, node) => {
    const marked = await gather(keys, node, (key) => ({ type: 'marked', key }));
    return { type: 'list_committed_offsets_ok', offsets: Object.fromEntries(marked) };
  },

  keep: ({ key, msg }) => {
    const log = logs.get(key) ?? [];
    logs.set(key, log);
    const offset = log.push(msg) - 1;
    if (isBroken && offset % 20 === 10) delete log[offset];
    return { type: 'keep_ok', value: offset };
  },
  tell: ({ key, offset }) => {
    const log = logs.get(key) ?? [];
    const pairs = log.map((msg, at) => [at, msg]).slice(offset, offset + 10);
    return { type: 'tell_ok', value: pairs.filter((pair) => pair) };
  },
  mark: ({ key, offset }) => {
    committed.set(key, Math.max(offset, committed.get(key) ?? 0));
    return { type: 'mark_ok', value: null };
  },
  marked: ({ key }) => ({ type: 'marked_ok', value: committed.get(key) ?? null }),
});
