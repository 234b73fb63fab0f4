/** Where the bytes of a history come from: a file, a pipe or standard input, packed or not. */

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Millis } from '../../checkers/units.ts';
import { usage } from '../core/errors.ts';
import { ByteStream } from './bytes.ts';

const CHUNK_BYTES = 1 << 18;
/** A pipe whose writer says nothing for so long is given up. */
const SILENCE_MAX_MS = 30_000;
const POLL_MS = 10;
/** What a packed file may unpack to, at most. */
const UNPACKED_MAX_BYTES = 4 * 1024 ** 3;

/** How standard input is named on the command line. */
export const STDIN = '-';

/** Opens a file, or standard input for `-`, hands over its bytes unpacked, and closes it again. */
export function withFile<Result>(path: string, use: (stream: ByteStream) => Result): Result {
  if (path === STDIN) return use(unpacked('standard input', chunksOf(0, 'standard input', false)));
  const { fd, isPipe } = openFile(path);
  try {
    return use(unpacked(path, chunksOf(fd, path, isPipe)));
  } finally {
    closeSync(fd);
  }
}

/**
 * What can end: a file, or a pipe that has a writer. A device may go on for ever, and a pipe that is
 * opened in the ordinary way waits for a writer.
 */
function openFile(path: string): { readonly fd: number; readonly isPipe: boolean } {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    throw usage(
      codeOf(error) === 'ENOENT' ? `${path}: no such file` : `${path}: ${unreadable(error)}`,
    );
  }
  const stat = fstatSync(fd);
  if (stat.isFile() || stat.isFIFO()) return { fd, isPipe: stat.isFIFO() };
  closeSync(fd);
  const what = stat.isDirectory() ? 'a directory' : stat.isSocket() ? 'a socket' : 'a device';
  throw usage(`${path}: expected the file of a history, got ${what}`);
}

function* chunksOf(fd: number, path: string, isPipe: boolean): Generator<Uint8Array> {
  let silentMs = 0;
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    let count: number;
    try {
      count = readSync(fd, chunk, 0, chunk.length, null);
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw usage(`${path}: ${unreadable(error)}`);
      if (isPipe && silentMs >= SILENCE_MAX_MS) {
        throw usage(`${path}: nothing came through this pipe for ${SILENCE_MAX_MS / 1000} s`);
      }
      pause(POLL_MS);
      silentMs += POLL_MS;
      continue;
    }
    silentMs = 0;
    total += count;
    if (count === 0 && isPipe && total === 0) {
      throw usage(`${path}: expected the file of a history, got a pipe that nobody writes to`);
    }
    if (count === 0) return;
    yield chunk.subarray(0, count);
  }
}

/** Nothing else runs while a history is read. */
function pause(ms: Millis): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

const PACKED = [
  { name: 'gzip', magic: [0x1f, 0x8b], unpack: gunzipSync },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], unpack: zstdDecompressSync },
] as const;

/** Whether what begins with these bytes is packed. */
export function isPacked(head: Uint8Array | undefined): boolean {
  return packingOf(head) !== undefined;
}

function packingOf(head: Uint8Array | undefined): (typeof PACKED)[number] | undefined {
  return PACKED.find(({ magic }) => magic.every((byte, at) => head?.[at] === byte));
}

/** The bytes behind gzip or zstd, told from how they begin. Packed files are held in memory. */
export function unpacked(name: string, chunks: Iterable<Uint8Array>): ByteStream {
  const iterator = chunks[Symbol.iterator]();
  const stream = new ByteStream(name, { [Symbol.iterator]: () => iterator });
  const packed = packingOf(stream.peek(4));
  if (packed === undefined) return stream;
  const pieces: Buffer[] = [];
  for (let piece = stream.next(); piece !== null; piece = stream.next()) pieces.push(piece);
  let whole: Buffer;
  try {
    whole = packed.unpack(Buffer.concat(pieces), { maxOutputLength: UNPACKED_MAX_BYTES });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usage(`${name}: cannot be unpacked as ${packed.name} (${why}): is the file whole?`);
  }
  return new ByteStream(name, [whole]);
}

function unreadable(error: unknown): string {
  return `cannot be read (${error instanceof Error ? error.message : String(error)})`;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
