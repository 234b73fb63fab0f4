/** What nodes of a world of programs send one another, and how clients' bodies travel as requests. */

import { assert } from '../../checkers/assert.ts';
import type { ClientRef, Reply, Request } from '../../systems/protocol.ts';
import type { Body } from '../../workloads/workload.ts';
import { messageOf, parseMessage } from '../process/message.ts';

/** One message, as it was written. */
export interface Line {
  /** Its `type`. */
  readonly kind: string;
  readonly line: string;
}

/** A client's body as a request: its value is the text, since a node makes nothing of it. */
export function requestOf(from: ClientRef, body: Body): Request {
  const value = JSON.stringify({ ...body, msg_id: from.id });
  const operation = { f: 'read', key: '', value } as const;
  return { kind: 'operation', from, operation, session: 0, sequence: 0 };
}

/** The line by which a program is told such a request. */
export function requestLine(src: string, dest: string, request: Request): string {
  assert(request.kind === 'operation', 'clients of programs open no sessions');
  const { value } = request.operation;
  assert(typeof value === 'string', 'what a client asks of a program travels as text');
  const body = JSON.parse(value) as Body;
  return messageOf(src, dest, body).line;
}

/** A program's answer, as it was written: what it means is the client's to say. */
export function answerOf(line: string): Reply {
  return { status: 'ok', value: line, position: null };
}

/** The body of such an answer. */
export function bodyOf(reply: Reply): Body {
  assert(reply.status === 'ok', 'what an answer means is not for nodes to say');
  assert(typeof reply.value === 'string', 'what a program answered travels as text');
  const message = parseMessage(reply.value);
  assert(typeof message !== 'string', 'what a node passed on is a message');
  return message.body;
}
