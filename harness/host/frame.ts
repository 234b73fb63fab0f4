/**
 * Frames: u32 length, u32 CRC-32, JSON payload; big-endian. On sockets and in the write-ahead log.
 *
 * The checksum covers the length too, so that a damaged length is not taken for a short frame.
 */

import type { Socket } from 'node:net';
import { crc32 } from 'node:zlib';

export const FRAME_HEADER_BYTES = 8;
/** Beyond any frame of ours: a longer one is damage, or a stranger on the port. */
const FRAME_BYTES_MAX = 64 * 1024 * 1024;
/** A longer first frame on a connection is no greeting: a stranger gets no more of our memory. */
export const GREETING_BYTES_MAX = 1024;

/** What stands at an offset. `incomplete`: a frame may begin here, but its end is missing. */
export type Decoded =
  | { readonly kind: 'frame'; readonly value: unknown; readonly end: number }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'corrupt'; readonly reason: string };

export function encodeFrame(value: unknown): Buffer {
  const text = JSON.stringify(value);
  const length = Buffer.byteLength(text);
  if (length > FRAME_BYTES_MAX) throw new RangeError(`frame of ${length} bytes is too long`);
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + length);
  frame.writeUInt32BE(length, 0);
  frame.write(text, FRAME_HEADER_BYTES);
  frame.writeUInt32BE(checksum(frame, 0, length), 4);
  return frame;
}

export function decodeFrame(
  bytes: Buffer,
  offset: number,
  bytesMax: number = FRAME_BYTES_MAX,
): Decoded {
  if (bytes.length - offset < FRAME_HEADER_BYTES) return { kind: 'incomplete' };
  const length = bytes.readUInt32BE(offset);
  if (length === 0 || length > bytesMax) {
    return { kind: 'corrupt', reason: `impossible length ${length}` };
  }
  const end = offset + FRAME_HEADER_BYTES + length;
  if (end > bytes.length) return { kind: 'incomplete' };
  if (bytes.readUInt32BE(offset + 4) !== checksum(bytes, offset, length)) {
    return { kind: 'corrupt', reason: 'checksum does not match' };
  }
  const text = bytes.toString('utf8', offset + FRAME_HEADER_BYTES, end);
  try {
    return { kind: 'frame', value: JSON.parse(text), end };
  } catch {
    return { kind: 'corrupt', reason: 'payload is not JSON' };
  }
}

function checksum(frame: Buffer, offset: number, length: number): number {
  const start = offset + FRAME_HEADER_BYTES;
  return crc32(frame.subarray(start, start + length), crc32(frame.subarray(offset, offset + 4)));
}

/** Cuts a stream of bytes into frames. Throws a `TypeError` on a frame that is damaged. */
export class FrameReader {
  #bytes: Buffer = Buffer.alloc(0);
  /** Of the next frame. */
  #bytesMax: number;

  constructor(firstBytesMax: number = FRAME_BYTES_MAX) {
    this.#bytesMax = firstBytesMax;
  }

  /** The values of all frames that `chunk` completes, in order. */
  push(chunk: Buffer): unknown[] {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const values: unknown[] = [];
    let offset = 0;
    for (;;) {
      const decoded = decodeFrame(this.#bytes, offset, this.#bytesMax);
      if (decoded.kind === 'corrupt') throw new TypeError(`damaged frame: ${decoded.reason}`);
      if (decoded.kind === 'incomplete') break;
      values.push(decoded.value);
      this.#bytesMax = FRAME_BYTES_MAX;
      offset = decoded.end;
    }
    this.#bytes = this.#bytes.subarray(offset);
    return values;
  }
}

/**
 * Calls `onValue` for every frame that arrives on `socket`, and closes the socket when it carries
 * anything else: every frame of ours is an object, and the first one no longer than
 * `firstBytesMax`. Errors of the socket only end in its `close` event.
 */
export function readFrames(
  socket: Socket,
  onValue: (value: object) => void,
  firstBytesMax?: number,
): void {
  const reader = new FrameReader(firstBytesMax);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    let values: unknown[];
    try {
      values = reader.push(chunk);
    } catch {
      socket.destroy();
      return;
    }
    for (const value of values) {
      if (socket.destroyed) return;
      if (typeof value === 'object' && value !== null) onValue(value);
      else socket.destroy();
    }
  });
}
