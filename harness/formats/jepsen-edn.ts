/** Jepsen's `history.edn`: a vector of operation maps, or one map after the other. */

import type { History, HistoryEvent, Value } from '../../checkers/history.ts';
import { elementsOf, entriesOf, isList, isMap, isSet } from '../../checkers/value.ts';
import { usage } from '../core/errors.ts';
import type { HistoryFile } from './builder.ts';
import type { ByteStream } from './bytes.ts';
import { readEdnOperations } from './edn-operations.ts';
import { looksIndependent, splitPairs } from './independent.ts';

/** Whether values are pairs of `jepsen.independent`; undefined: told from the history. */
export interface JepsenOptions {
  readonly independent?: boolean | undefined;
}

export function readJepsenEdn(stream: ByteStream, options: JepsenOptions = {}): HistoryFile {
  const file = readEdnOperations(stream, false);
  const independent = options.independent ?? looksIndependent(file);
  return independent ? splitPairs(file, stream.name) : file;
}

/**
 * The lines of a history as Jepsen reads it, one map each. A history with keys is written with
 * pairs `[key value]`, as `jepsen.independent` has them; then every operation must have a key.
 * Functions become keywords, lists vectors.
 */
export function* writeJepsenEdn(history: History): Generator<string> {
  const independent = history.keys.names.length > 0;
  for (const event of history) {
    if (independent && event.key === undefined && event.process !== 'nemesis') {
      throw usage(`event ${event.index}: expected a key, as other operations of the history have`);
    }
    yield lineOf(event, independent);
  }
}

function lineOf(event: HistoryEvent, independent: boolean): string {
  const { index, time, type, process, f, key, value, error, node, position } = event;
  const pair = independent && key !== undefined;
  const written = pair ? `[${edn(key)} ${writtenValue(f, value)}]` : writtenValue(f, value);
  const fields = [
    `:index ${index}`,
    `:time ${time}`,
    `:type :${type}`,
    `:process ${process === 'nemesis' ? ':nemesis' : process}`,
    `:f ${keyword(f)}`,
    `:value ${written}`,
  ];
  if (error !== undefined) fields.push(`:error ${edn(error)}`);
  if (node !== undefined) fields.push(`:node ${edn(node)}`);
  if (position !== undefined) fields.push(`:position ${edn(position)}`);
  return `{${fields.join(', ')}}`;
}

/** The micro-operations of a transaction begin with a keyword. */
function writtenValue(f: string, value: Value): string {
  if (f !== 'txn' || !Array.isArray(value)) return edn(value);
  const steps = (value as readonly Value[]).map((step) => {
    const [name, ...rest] = isList(step) ? step : [];
    if (typeof name !== 'string') return edn(step);
    return `[${[keyword(name), ...rest.map(edn)].join(' ')}]`;
  });
  return `[${steps.join(' ')}]`;
}

function keyword(name: string): string {
  return /^[A-Za-z*!_?$%&=<>][\w*!?$%&=<>.+'/-]*$/.test(name) ? `:${name}` : edn(name);
}

function edn(value: Value): string {
  if (value === null) return 'nil';
  if (isList(value)) return `[${value.map(edn).join(' ')}]`;
  if (isSet(value)) return `#{${(elementsOf(value) ?? []).map(edn).join(' ')}}`;
  if (isMap(value)) {
    return `{${entriesOf(value)
      .map(([key, item]) => `${edn(key)} ${edn(item)}`)
      .join(', ')}}`;
  }
  // The escapes of JSON are those of Clojure's reader.
  return JSON.stringify(value);
}
