/** Messages as programs write them: one JSON object a line, `src`, `dest` and `body`. */

import type { Body } from '../../workloads/workload.ts';

export interface Message {
  readonly src: string;
  readonly dest: string;
  readonly body: Body;
  /** The line as it came, without its end: what is passed on is what was said. */
  readonly line: string;
}

/**
 * Whole numbers beyond 2^53 are ids and times of programs in other languages, which a double would
 * make alike: they are kept as texts.
 */
function keepWhole(_key: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined)
    return value;
  return /^-?\d+$/.test(source) ? source : value;
}

/** What a line says; else why it is no message, in words. */
export function parseMessage(line: string): Message | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line, keepWhole as (key: string, value: unknown) => unknown);
  } catch {
    return 'it is not JSON (is it meant for standard error?)';
  }
  if (!isRecord(parsed)) return 'it is no object with src, dest and body';
  const { src, dest, body } = parsed;
  if (typeof src !== 'string') return 'its "src" is no text';
  if (typeof dest !== 'string') return 'its "dest" is no text';
  if (!isRecord(body)) return 'its "body" is no object';
  return { src, dest, body, line };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A message of the harness's own. */
export function messageOf(src: string, dest: string, body: Body): Message {
  return { src, dest, body, line: JSON.stringify({ src, dest, body }) };
}

/** The answer of a service, as a message to whoever asked it. */
export function serviceAnswer(name: string, { src, body }: Message, answer: string): Message {
  const id = body['msg_id'];
  const text =
    id === undefined ? answer : `${answer.slice(0, -1)},"in_reply_to":${JSON.stringify(id)}}`;
  const line = `{"src":"${name}","dest":${JSON.stringify(src)},"body":${text}}`;
  return { src: name, dest: src, body: {}, line };
}
