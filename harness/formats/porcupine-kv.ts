/** Porcupine's key-value log: an EDN map a line, with `:key`, and `:put`, `:append` or `:get`. */

import type { HistoryFile } from './builder.ts';
import type { ByteStream } from './bytes.ts';
import { readEdnOperations } from './edn-operations.ts';

export function readPorcupineKv(stream: ByteStream): HistoryFile {
  return readEdnOperations(stream, true);
}
