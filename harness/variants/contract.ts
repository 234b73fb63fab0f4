/**
 * What a node and a client may ask for, and what may happen to a node: what own systems are held to
 * call by call, and filters of variants in what they answer. Each says what is wrong, naming the field
 * and what is allowed; null where nothing is.
 */

import { PROTOCOL_OPERATIONS } from '../../systems/operations.ts';
import { TIMERS } from '../../systems/protocol.ts';
import { messageOf } from '../core/errors.ts';
import { fieldsOf, isObject, isOneOf, isWhole } from '../core/guards.ts';
import { plainCopy } from '../core/plain-data.ts';
import { shown } from '../core/shown.ts';

/** What real timers can wait for: 2^31 ms. */
const DELAY_MAX_US = 2 ** 31 * 1000;

type Fields = Readonly<Record<string, unknown>>;

export function wrongInNode(node: unknown, nodes: number): string | null {
  if (isWhole(node, 0, nodes)) return null;
  return `there is no node ${shown(node)} (0 to ${nodes - 1})`;
}

export function wrongInTimer(timer: unknown): string | null {
  if (isWhole(timer, 0, TIMERS)) return null;
  return `there is no timer ${shown(timer)} (0 to ${TIMERS - 1})`;
}

export function wrongInDelay(delayUs: unknown): string | null {
  if (typeof delayUs === 'number' && delayUs >= 0 && delayUs <= DELAY_MAX_US) return null;
  return `${shown(delayUs)} is no delay (0 to ${DELAY_MAX_US} microseconds)`;
}

export function wrongInClientRef(to: unknown): string | null {
  const { client, id } = fieldsOf(to);
  if (Number.isSafeInteger(client) && Number.isSafeInteger(id)) return null;
  return `${shown(to)} is nobody to answer (the \`from\` of a request is)`;
}

const STATUSES: readonly unknown[] = ['ok', 'fail', 'redirect', 'unknown'];

export function wrongInReply(reply: unknown, nodes: number): string | null {
  const { status, value, position, error, leader } = fieldsOf(reply);
  const isPosition = isWhole(position, 0, Number.MAX_SAFE_INTEGER);
  switch (status) {
    case 'ok':
      if (value === undefined) return 'value is missing (null where there is none)';
      return isPosition || position === null ? null : 'position must be a whole number, or null';
    case 'fail':
      if (position !== undefined && !isPosition)
        return 'position must be a whole number, or absent';
      return typeof error === 'string' ? null : 'error must be a text';
    case 'unknown':
      return typeof error === 'string' ? null : 'error must be a text';
    case 'redirect':
      return leader === null || isWhole(leader, 0, nodes)
        ? null
        : `leader must be a node (0 to ${nodes - 1}), or null`;
    default:
      return `status must be one of ${STATUSES.join(', ')}`;
  }
}

export function wrongInOutcome(outcome: unknown): string | null {
  const { type, value, error } = fieldsOf(outcome);
  switch (type) {
    case 'ok':
      return value === undefined ? 'value is missing (null where there is none)' : null;
    case 'fail':
    case 'info':
      return typeof error === 'string' ? null : 'error must be a text';
    default:
      return 'type must be one of ok, fail, info';
  }
}

export function wrongInRequest(request: unknown): string | null {
  const { kind, from, operation, session, sequence } = fieldsOf(request);
  const wrong = wrongInClientRef(from);
  if (wrong !== null) return `from: ${wrong}`;
  if (kind === 'open') return null;
  if (kind !== 'operation') return 'kind must be one of open, operation';
  const { f, key, value } = fieldsOf(operation);
  if (!isOneOf(f, PROTOCOL_OPERATIONS))
    return `operation: f must be one of ${PROTOCOL_OPERATIONS.join(', ')}`;
  if (typeof key !== 'string') return 'operation: key must be a text';
  if (value === undefined) return 'operation: value is missing (null where there is none)';
  if (!isWhole(session, 0, Number.MAX_SAFE_INTEGER)) return 'session must be a whole number';
  return isWhole(sequence, 0, Number.MAX_SAFE_INTEGER) ? null : 'sequence must be a whole number';
}

/** What JSON cannot carry, where it stands. */
function wrongInData(value: unknown, field: string): string | null {
  if (value === undefined) return `${field} is missing`;
  try {
    plainCopy(value, field);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

function under(field: string, wrong: string | null): string | null {
  return wrong === null ? null : `${field}: ${wrong}`;
}

type Check = (fields: Fields, nodes: number) => string | null;

const EFFECTS: Readonly<Record<string, Check>> = {
  send: ({ to, message }, nodes) =>
    under('to', wrongInNode(to, nodes)) ?? wrongInData(message, 'message'),
  reply: ({ to, reply }, nodes) =>
    under('to', wrongInClientRef(to)) ??
    under('reply', wrongInReply(reply, nodes)) ??
    wrongInData(reply, 'reply'),
  persist: ({ record }) => wrongInData(record, 'record'),
  checkpoint: ({ records }) => wrongInRecords(records),
  'set-timer': ({ timer, delayUs }) =>
    under('timer', wrongInTimer(timer)) ?? under('delayUs', wrongInDelay(delayUs)),
  'cancel-timer': ({ timer }) => under('timer', wrongInTimer(timer)),
};

const EVENTS: Readonly<Record<string, Check>> = {
  message: ({ from, message }, nodes) =>
    under('from', wrongInNode(from, nodes)) ?? wrongInData(message, 'message'),
  timer: ({ timer }) => under('timer', wrongInTimer(timer)),
  request: ({ request }) =>
    under('request', wrongInRequest(request)) ?? wrongInData(request, 'request'),
  durable: ({ record }) => wrongInData(record, 'record'),
  disconnected: ({ peer }, nodes) => under('peer', wrongInNode(peer, nodes)),
};

const CLIENT_EFFECTS: Readonly<Record<string, Check>> = {
  request: ({ to, request }, nodes) =>
    under('to', wrongInNode(to, nodes)) ??
    under('request', wrongInRequest(request)) ??
    wrongInData(request, 'request'),
  complete: ({ outcome }) =>
    under('outcome', wrongInOutcome(outcome)) ?? wrongInData(outcome, 'outcome'),
};

/** A list of what is of these kinds: that each is of one is what its type says. */
function wrongInList(kinds: Readonly<Record<string, Check>>, list: unknown, nodes: number) {
  for (const one of list as readonly unknown[]) {
    const fields = fieldsOf(one);
    const wrong = kinds[String(fields['kind'])]?.(fields, nodes) ?? null;
    if (wrong !== null) return wrong;
  }
  return null;
}

export function wrongInEffects(effects: unknown, nodes: number): string | null {
  return wrongInList(EFFECTS, effects, nodes);
}

export function wrongInEvents(events: unknown, nodes: number): string | null {
  return wrongInList(EVENTS, events, nodes);
}

export function wrongInClientEffects(effects: unknown, nodes: number): string | null {
  return wrongInList(CLIENT_EFFECTS, effects, nodes);
}

export function wrongInRecords(records: unknown): string | null {
  if (!Array.isArray(records)) return `records: ${shown(records)} is no list of records`;
  for (const [at, record] of records.entries()) {
    const wrong = wrongInData(record, `record ${at}`);
    if (wrong !== null) return wrong;
  }
  return null;
}

/** Whether what was asked about is left as it was, be it dropped or done twice. */
export function isUnchanged(answer: unknown, given: unknown): boolean {
  return Array.isArray(answer) && isObject(given) && answer.every((one) => one === given);
}
