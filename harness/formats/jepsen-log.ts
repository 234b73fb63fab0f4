/**
 * The operations in Jepsen's own log, as `jepsen.util` prints them: process, type, function, value
 * and, in later versions, an error: `INFO  jepsen.util - 3	:invoke	:cas	[1 4]`.
 */

import type { Value } from '../../checkers/history.ts';
import { textOf } from '../../checkers/value.ts';
import { usage } from '../core/errors.ts';
import {
  eventType,
  type FileEvent,
  HistoryBuilder,
  type HistoryFile,
  processOf,
} from './builder.ts';
import { ByteStream, type Line, LinePlace, linesOf, quoted } from './bytes.ts';
import { EdnReader } from './edn.ts';

/** An operation, whatever the logger puts before it. */
const OPERATION = /(?:^|\s)(\d+|:nemesis)\s+:(\w+)\s+:(\S+)(?:\s+(.*))?$/;
/** The logger of operations; its lines must be operations. */
const OF_OPERATIONS = /\bjepsen\.util\b/;
/** A line of any logger: a level, or a date. */
const LOG_LINE = /^(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL|\d{4}-\d\d-\d\d|\tat |Caused by)/;
/** How a stack trace begins and goes on, behind whatever line. */
const TRACE =
  /^(?:\s+(?:at |\.\.\. )|(?:Exception in |Caused by: )?[\w.$/]+(?:Exception|Error|Throwable|Info)\b)/;

/** Reads to the end; lines of other loggers, and the stack traces between them, are passed over. */
export function readJepsenLog(stream: ByteStream): HistoryFile {
  const builder = new HistoryBuilder(stream.name);
  // What is not an operation may go on over several lines: a message, data, a stack trace.
  let goesOn = false;
  for (const line of linesOf(stream)) {
    if (line.text.trim() === '') continue;
    const event = eventOf(line, new LinePlace(stream.name, line.number), goesOn);
    goesOn = event === null;
    if (event !== null) builder.add(event, line.number);
  }
  return builder.finish();
}

function eventOf({ text }: Line, place: LinePlace, goesOn: boolean): FileEvent | null {
  const found = OPERATION.exec(text);
  const isOther = LOG_LINE.test(text) || TRACE.test(text) || (goesOn && found === null);
  const mustBe = OF_OPERATIONS.test(text) || !isOther;
  if (found === null || (!mustBe && !isType(found[2]))) {
    if (!mustBe) return null;
    throw usage(
      `${place.where}: expected an operation such as "3 :invoke :write 4", got ${quoted(text.trim())}`,
    );
  }
  const [, who = '', name, f = '', rest = ''] = found;
  const type = eventType(name, place);
  const { value, error } = resultOf(rest, type, place);
  return {
    type,
    process: processOf(who === ':nemesis' ? 'nemesis' : Number(who), place),
    f,
    value,
    ...(error === null ? {} : { error }),
  };
}

function isType(name: string | undefined): boolean {
  return name === 'invoke' || name === 'ok' || name === 'fail' || name === 'info';
}

/** The value and the error; early versions print the error in place of the value. */
function resultOf(
  text: string,
  type: FileEvent['type'],
  place: LinePlace,
): { readonly value: Value; readonly error: string | null } {
  const plain = plainValue(text);
  if (plain !== undefined) return { value: plain, error: null };
  const reader = new EdnReader(new ByteStream(place.file, [Buffer.from(text)]), place.line);
  const value = reader.nextValue() ?? null;
  const error = reader.nextValue() ?? null;
  const more = reader.nextValue();
  if (more !== undefined) {
    throw usage(`${place.where}: expected one value and at most an error, got ${quoted(text)}`);
  }
  const isReason = text.startsWith(':') && (type === 'info' || type === 'fail');
  if (isReason && error === null) return { value: null, error: textOf(value) };
  return { value, error: error === null ? null : textOf(error) };
}

/** What almost all lines hold; undefined for the rest. */
function plainValue(text: string): Value | undefined {
  if (text === '' || text === 'nil') return null;
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
