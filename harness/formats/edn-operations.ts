/** Operations written as EDN maps, by Jepsen and in its manner: `{:type :invoke, :f :read ...}`. */

import type { Value } from '../../checkers/history.ts';
import { textOf } from '../../checkers/value.ts';
import { usage } from '../core/errors.ts';
import {
  eventType,
  type FileEvent,
  functionOf,
  HistoryBuilder,
  type HistoryFile,
  processOf,
  timeOf,
} from './builder.ts';
import type { ByteStream } from './bytes.ts';
import { EdnReader } from './edn.ts';
import { CODE } from './edn-tokens.ts';

/** Reads maps of operations to the end of the stream. `:index` is not looked at: the order counts. */
export function readEdnOperations(stream: ByteStream, keyed: boolean): EdnHistoryFile {
  const reader = new EdnReader(stream);
  const builder = new HistoryBuilder(stream.name);
  const heads: number[] = [];
  for (let map = reader.nextMap(); map !== null; map = reader.nextMap()) {
    heads.push(reader.headByte);
    builder.add(eventOf(map, reader, keyed), reader.line);
  }
  return { ...builder.finish(), heads: Uint8Array.from(heads) };
}

/** A history with the byte that the first element of each value begins with, which tells `:a` from `"a"`. */
export interface EdnHistoryFile extends HistoryFile {
  readonly heads: Uint8Array;
}

/** A key as it is written, by the byte that it begins with. */
export function writtenKey(key: Value, byte: number): string {
  if (typeof key !== 'string' || byte === CODE.quote) return JSON.stringify(key);
  return byte === CODE.colon ? `:${key}` : key;
}

function eventOf(map: ReadonlyMap<string, Value>, place: EdnReader, keyed: boolean): FileEvent {
  const value = map.get('value') ?? null;
  const process = processOf(map.get('process'), place);
  const key = map.get('key') ?? null;
  if (keyed && key === null && process !== 'nemesis') {
    throw usage(`${place.where}: "key": expected the key of the operation, got nothing`);
  }
  const time = timeOf(map.get('time'), place);
  const error = map.get('error') ?? null;
  const node = map.get('node') ?? null;
  const position = map.get('position') ?? null;
  return {
    type: eventType(map.get('type'), place),
    process,
    // Elle's histories leave out `:f`: all operations are transactions.
    f: map.has('f') || !Array.isArray(value) ? functionOf(map.get('f'), place) : 'txn',
    value,
    ...(time === undefined ? {} : { time }),
    ...(key === null ? {} : { key: textOf(key), keyWritten: writtenKey(key, place.keyByte) }),
    ...(error === null ? {} : { error: textOf(error) }),
    ...(typeof node === 'string' ? { node } : {}),
    ...(typeof position === 'number' ? { position } : {}),
  };
}
