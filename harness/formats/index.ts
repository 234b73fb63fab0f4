/** The formats of histories: one line each. Guessed from the first bytes where none is named. */

import { usage } from '../core/errors.ts';
import { HistoryBuilder, type HistoryFile } from './builder.ts';
import type { ByteStream } from './bytes.ts';
import { withFile } from './input.ts';
import { type JepsenOptions, readJepsenEdn } from './jepsen-edn.ts';
import { readJepsenLog } from './jepsen-log.ts';
import { readJsonArray, readJsonl } from './jsonl.ts';
import { type LimoOptions, readLimo } from './limo.ts';
import { readPorcupineKv } from './porcupine-kv.ts';

type Read = (stream: ByteStream, options: JepsenOptions & LimoOptions) => HistoryFile;

const formats = {
  jsonl: readJsonl,
  json: readJsonArray,
  'jepsen-edn': readJepsenEdn,
  'jepsen-log': readJepsenLog,
  'porcupine-kv': readPorcupineKv,
  limo: readLimo,
} as const satisfies Readonly<Record<string, Read>>;

/** As much of a file as a format is told from. */
const HEAD_BYTES = 1 << 16;

export type FormatName = keyof typeof formats;

export const FORMAT_NAMES = Object.keys(formats) as readonly FormatName[];

export interface ReadOptions extends JepsenOptions, LimoOptions {
  /** Default: guessed from the content. */
  readonly format?: FormatName | undefined;
}

/** A history, and the format it was found in; null for a file without anything in it. */
export interface ForeignHistory extends HistoryFile {
  readonly format: FormatName | null;
}

/**
 * Reads a history from a file, or from chunks of bytes as they come. Throws a usage error that
 * names file, line and what was expected where it is none.
 */
export function readForeignHistory(
  source: string | ByteStream,
  options: ReadOptions = {},
): ForeignHistory {
  if (typeof source === 'string') {
    return withFile(source, (stream) => readForeignHistory(stream, options));
  }
  const head = source.peek(HEAD_BYTES).toString('latin1');
  const format = options.format ?? guessFormat(head, source.name);
  if (format === null) return { ...new HistoryBuilder(source.name).finish(), format };
  const read: Read = formats[format];
  return { ...read(source, options), format };
}

const JSON_OBJECT = /^\{\s*(?:\}|"(?:[^"\\]|\\.)*"\s*:\s*(?:["\d\-[{]|true|false|null))/;
const LIMO_EVENT = /^\[\d+\]\s+(?:call|return)\b/;
const LOG_OPERATION = /(?:^|\s)(?:\d+|:nemesis)\s+:(?:invoke|ok|fail|info)\s+:\S+/m;

/** The format that a file begins in; null where there is nothing but white space. */
function guessFormat(head: string, name: string): FormatName | null {
  const text = head.trimStart();
  if (text === '') return null;
  if (text.includes('\u0000'))
    throw usage(`${name}: expected the text of a history, got binary data`);
  if (JSON_OBJECT.test(text)) return 'jsonl';
  if (text.startsWith('[') && JSON_OBJECT.test(text.slice(1).trimStart())) return 'json';
  if (LIMO_EVENT.test(text) || /^#\s/.test(text) || /^#\s*@object/m.test(text)) return 'limo';
  if (/^[{[(;#]/.test(text)) return isKeyed(text) ? 'porcupine-kv' : 'jepsen-edn';
  if (LOG_OPERATION.test(text)) return 'jepsen-log';
  throw usage(
    `${name}: cannot tell the format of the history; name it with --format ` +
      `(${FORMAT_NAMES.join(', ')})`,
  );
}

/** Whether the first operation has a key of its own. */
function isKeyed(text: string): boolean {
  const first = /\{[^{}]*/.exec(text)?.[0] ?? '';
  return /[\s{,]:key\s/.test(first);
}
