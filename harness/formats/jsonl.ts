/**
 * Our own `history.jsonl`, and whatever somebody writes in its manner: one JSON object a line, with
 * `type`, `process` and `f`, and if there is more to say `key`, `value`, `time`, `error`, `node`.
 */

import type { History } from '../../checkers/history.ts';
import { usage } from '../core/errors.ts';
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
import { type ByteStream, type Line, linesOf, type Place } from './bytes.ts';
import { elementsOf, historyValue, parseObject, placeOf, writtenNumber } from './json.ts';

const TORN = 'the last line is torn, as a killed run leaves it: judged up to the line before';

/**
 * Reads to the end. With the header of a stored run, `index` must count the lines, so that none can
 * be missing, and a last line may be torn, as a killed recorder leaves it; without, the index may be
 * left out or have gaps, but must grow, and a torn line is no history.
 */
export function readJsonl(stream: ByteStream): HistoryFile {
  return readObjects(stream, linesOf(stream));
}

/** A JSON array of the same objects, as elle-cli reads it. */
export function readJsonArray(stream: ByteStream): HistoryFile {
  return readObjects(stream, elementsOf(stream));
}

function readObjects(stream: ByteStream, lines: Iterable<Line>): HistoryFile {
  const builder = new HistoryBuilder(stream.name);
  let stored = false;
  let last = -1;
  for (const line of lines) {
    const place = placeOf(stream, line);
    if (line.text.trim() === '') continue;
    const json = parseObject(line, place);
    if (json === null) {
      if (stored) return builder.finish([TORN]);
      throw usage(`${place.where}: the file ends within this line (is it truncated?)`);
    }
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
    builder.add(eventOf(json, line.text, place, stored), line.number);
  }
  return builder.finish();
}

/** The lines of a history, with the header of a stored run. */
export function* writeJsonl(history: History): Generator<string> {
  yield JSON.stringify({ schema: SCHEMA, kind: 'history' } satisfies LinesHeader);
  for (const event of history) yield historyLine(event);
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

function eventOf(
  json: Record<string, unknown>,
  text: string,
  place: Place,
  isOurs: boolean,
): FileEvent {
  const { key, error, node, position } = json;
  const value = historyValue(json['value'], text, place, isOurs);
  const time = timeOf(json['time'], place);
  const hasKey = key !== undefined && key !== null;
  if (hasKey && typeof key !== 'string' && typeof key !== 'number') {
    throw usage(`${place.where}: "key": expected a text or a number, got ${show(key)}`);
  }
  if (typeof key === 'number' && Number.isInteger(key) && !Number.isSafeInteger(key)) {
    throw usage(
      `${place.where}: "key": expected numbers up to 2^53, which are exact, got ` +
        `${writtenNumber(key, text)} (write it as a text)`,
    );
  }
  const hasPosition = position !== undefined && position !== null;
  if (hasPosition && typeof position !== 'number') {
    throw usage(`${place.where}: "position": expected a number, got ${show(position)}`);
  }
  const hasError = error !== undefined && error !== null;
  return {
    type: eventType(json['type'], place),
    process: processOf(json['process'], place),
    // Elle's histories leave out "f": all operations are transactions.
    f: json['f'] === undefined && Array.isArray(value) ? 'txn' : functionOf(json['f'], place),
    value,
    ...(time === undefined ? {} : { time }),
    ...(hasKey ? { key: String(key), keyWritten: JSON.stringify(key) } : {}),
    ...(hasError ? { error: typeof error === 'string' ? error : show(error) } : {}),
    ...(typeof node === 'string' ? { node } : {}),
    ...(hasPosition ? { position } : {}),
  };
}
