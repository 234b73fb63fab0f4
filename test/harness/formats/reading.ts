/** Reads texts as if they were files. */

import { ByteStream } from '../../../harness/formats/bytes.ts';
import {
  type ForeignHistory,
  type ReadOptions,
  readForeignHistory,
} from '../../../harness/formats/index.ts';

/** `chunkBytes` cuts the text, so that every token stands across a border somewhere. */
export function read(
  text: string | Uint8Array,
  options: ReadOptions & { readonly chunkBytes?: number } = {},
): ForeignHistory {
  const bytes = Buffer.from(text);
  const size = options.chunkBytes ?? 1 << 16;
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return readForeignHistory(new ByteStream('file', chunks), options);
}

/** The events as plain objects. */
export function eventsOf(text: string | Uint8Array, options: ReadOptions = {}): object[] {
  return [...read(text, options).history];
}

/** The message with which a text is refused. */
export function refusal(text: string | Uint8Array, options: ReadOptions = {}): string {
  try {
    read(text, options);
  } catch (error) {
    if (error instanceof Error && error.name === 'HarnessError') return error.message;
    throw error;
  }
  throw new Error('expected the text to be refused');
}
