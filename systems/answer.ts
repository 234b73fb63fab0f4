/** How a node answers a client: the trace says so before the answer leaves. */

import type { TraceEvent } from '../checkers/trace.ts';
import type { ClientRef, Reply } from './protocol.ts';

interface Answering {
  trace(event: TraceEvent): void;
  reply(to: ClientRef, reply: Reply): void;
}

/** `command` is what was asked, `session:sequence`, where that is a command of a session. */
export function answer(env: Answering, to: ClientRef, reply: Reply, command?: string): void {
  const position = reply.status === 'ok' ? reply.position : null;
  const event = { kind: 'reply', client: to.client, id: to.id, status: reply.status } as const;
  env.trace(command === undefined ? { ...event, position } : { ...event, position, command });
  env.reply(to, reply);
}
