// The little that every node of these examples needs: JSON lines in and out, and requests of its own.

import { createInterface } from 'node:readline';

/**
 * Runs a node. `handlers` has a function by type of message: what it returns is the answer, and what
 * it throws (`{ code, text }`) is the error. They are told `node`, and may be asynchronous.
 */
export function run(handlers) {
  const node = { id: '', ids: [], others: [], send, ask };
  const waiting = new Map();
  let lastId = 0;

  function send(dest, body) {
    process.stdout.write(`${JSON.stringify({ src: node.id, dest, body })}\n`);
  }

  /** Asks another node, or a service: resolves to the body of the answer. */
  function ask(dest, body) {
    lastId++;
    send(dest, { ...body, msg_id: lastId });
    return new Promise((resolve, reject) => waiting.set(lastId, { resolve, reject }));
  }

  async function handle({ src, body }) {
    const asked = waiting.get(body.in_reply_to);
    if (asked !== undefined) {
      waiting.delete(body.in_reply_to);
      if (body.type === 'error') asked.reject(body);
      else asked.resolve(body);
      return;
    }
    if (body.type === 'init') {
      node.id = body.node_id;
      node.ids = body.node_ids;
      node.others = node.ids.filter((id) => id !== node.id);
      send(src, { type: 'init_ok', in_reply_to: body.msg_id });
      handlers.start?.(node);
      return;
    }
    try {
      const answer = await handlers[body.type]?.(body, node, src);
      if (answer) send(src, { ...answer, in_reply_to: body.msg_id });
    } catch ({ code = 13, message, text = message }) {
      send(src, { type: 'error', code, text, in_reply_to: body.msg_id });
    }
  }

  createInterface({ input: process.stdin }).on('line', (line) => {
    void handle(JSON.parse(line));
  });
}
