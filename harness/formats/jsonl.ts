/**
 * Our own `history.jsonl`, and whatever somebody writes in its manner: one JSON object a line, with
 * `type`, `process` and `f`, and if there is more to say `key`, `value`, `time`, `error`, `node`.
 */

import type { History, Value } from '../../checkers/history.ts';
import { usage } from '../errors.ts';
import { type LinesHeader, SCHEMA } from '../store/format.ts';
import { historyLine } from '../store/lines.ts';
import {
  eventType,
  type FileEvent,
  functionOf,
  HistoryBuilder,
  type HistoryFile,
  processOf,
  show,
  timeOf,
} from './builder.ts';
import { type ByteStream, type Line, LinePlace, linesOf, type Place, quoted } from './bytes.ts';

const DEPTH_MAX = 100;
const TORN = 'the last line is torn, as a killed run leaves it: judged up to the line before';

/**
 * Reads to the end, or to a last line that was being written when the recorder was killed. With
 * the header of a stored run, `index` must count the lines, so that none can be missing; without,
 * it may be left out or have gaps, but must grow.
 */
export function readJsonl(stream: ByteStream): HistoryFile {
  const builder = new HistoryBuilder(stream.name);
  let stored = false;
  let last = -1;
  for (const line of linesOf(stream)) {
    const place = new LinePlace(stream.name, line.number);
    if (line.text.trim() === '') continue;
    const json = parseLine(line, place);
    if (json === null) return builder.finish([TORN]);
    if ('schema' in json && !('type' in json)) {
      checkHeader(json, place);
      if (line.number !== 1)
        throw usage(`${place.where}: expected an operation, got a second header`);
      stored = true;
      continue;
    }
    // Of our own recorder the order is that of its lines; others may have written theirs unsorted.
    if (!stored) builder.refuseBackwards();
    last = checkIndex(json['index'], place, stored ? builder.history.length : null, last);
    builder.add(eventOf(json, place), line.number);
  }
  return builder.finish();
}

/** The lines of a history, with the header of a stored run. */
export function* writeJsonl(history: History): Generator<string> {
  yield JSON.stringify({ schema: SCHEMA, kind: 'history' } satisfies LinesHeader);
  for (const event of history) yield historyLine(event);
}

function parseLine({ text, whole }: Line, place: Place): Record<string, unknown> | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    if (!whole && text.trimStart().startsWith('{') && !text.trimEnd().endsWith('}')) return null;
    throw usage(`${place.where}: expected one JSON object on the line, got ${quoted(text)}`);
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
    return json as Record<string, unknown>;
  }
  throw usage(`${place.where}: expected a JSON object, got ${quoted(text)}`);
}

function checkHeader(json: Record<string, unknown>, place: Place): void {
  if (json['kind'] !== 'history') {
    throw usage(`${place.where}: "kind": expected "history", got ${show(json['kind'])}`);
  }
  if (json['schema'] !== SCHEMA) {
    throw usage(
      `${place.where}: schema ${show(json['schema'])} is not known (this version reads schema ${SCHEMA})`,
    );
  }
}

function checkIndex(index: unknown, place: Place, exact: number | null, last: number): number {
  if (index === undefined && exact === null) return last;
  const isWhole = typeof index === 'number' && Number.isInteger(index);
  if (exact !== null && index !== exact) {
    throw usage(
      `${place.where}: "index": expected ${exact}, the position of the event, got ${show(index)}`,
    );
  }
  if (!isWhole || index <= last) {
    throw usage(
      `${place.where}: "index": expected a whole number above ${last}, got ${show(index)}`,
    );
  }
  return index;
}

function eventOf(json: Record<string, unknown>, place: Place): FileEvent {
  const { key, error, node, position } = json;
  const time = timeOf(json['time'], place);
  const hasKey = key !== undefined && key !== null;
  if (hasKey && typeof key !== 'string' && typeof key !== 'number') {
    throw usage(`${place.where}: "key": expected a text or a number, got ${show(key)}`);
  }
  const hasPosition = position !== undefined && position !== null;
  if (hasPosition && typeof position !== 'number') {
    throw usage(`${place.where}: "position": expected a number, got ${show(position)}`);
  }
  const hasError = error !== undefined && error !== null;
  return {
    type: eventType(json['type'], place),
    process: processOf(json['process'], place),
    f: functionOf(json['f'], place),
    value: historyValue(json['value'], place, 0),
    ...(time === undefined ? {} : { time }),
    ...(hasKey ? { key: String(key) } : {}),
    ...(hasError ? { error: typeof error === 'string' ? error : show(error) } : {}),
    ...(typeof node === 'string' ? { node } : {}),
    ...(hasPosition ? { position } : {}),
  };
}

/** An object becomes a list of `[name, value]`. */
function historyValue(json: unknown, place: Place, depth: number): Value {
  if (depth > DEPTH_MAX) {
    throw usage(
      `${place.where}: "value": expected lists nested at most ${DEPTH_MAX} deep, got more`,
    );
  }
  if (json === undefined || json === null) return null;
  if (typeof json === 'boolean' || typeof json === 'string') return json;
  if (typeof json === 'number') return exactNumber(json, place);
  if (Array.isArray(json)) return json.map((item) => historyValue(item, place, depth + 1));
  return Object.entries(json).map(([name, item]) => [name, historyValue(item, place, depth + 1)]);
}

/** Two whole numbers beyond 2^53 may have become one when they were parsed, as may two infinities. */
function exactNumber(value: number, place: Place): number {
  const isFraction = Number.isFinite(value) && !Number.isInteger(value);
  if (isFraction || Number.isSafeInteger(value)) return value;
  throw usage(
    `${place.where}: "value": expected whole numbers up to 2^53, which are exact, got ${value} ` +
      '(write it as a text)',
  );
}
