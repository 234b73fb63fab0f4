/** What requests to programs and their answers have in common. */

import type { Value } from '../../checkers/value.ts';
import type { Operation } from '../../systems/operations.ts';
import { BadAnswer, type Body, type Conversation, type Rpc } from '../workload.ts';

/** Requests that remember nothing of those before them. */
export function stateless(
  request: Conversation['request'],
  answer: Conversation['answer'],
  timeoutMs?: number,
): Rpc {
  const conversation = { request, answer, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  return { open: () => conversation };
}

/** The answer to what tells no more than that it was done. */
export function acknowledged(body: Body, type: string, value: Value): Value {
  if (body['type'] === type) return value;
  throw new BadAnswer(`{"type":"${type}"}`);
}

/** A field of an answer of this type. */
export function field(body: Body, type: string, name: string): Value {
  if (body['type'] === type && body[name] !== undefined) return body[name] as Value;
  throw new BadAnswer(`{"type":"${type}","${name}":...}`);
}

/** A key of ours as programs are told it: `k12` is the number 12. */
export function keyNumber({ key }: Pick<Operation, 'key'>): number {
  return Number(key.slice(1));
}
