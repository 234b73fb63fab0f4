/** Frames: nothing is lost, nothing damaged gets through. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFrame, encodeFrame, FrameReader } from '../../../harness/host/frame.ts';

/** Values that JSON carries unchanged. */
const json = fc.jsonValue().filter((value) => !Object.is(value, -0));

describe('frames', () => {
  test('any values arrive in order, however the stream is cut into chunks', () => {
    fc.assert(
      fc.property(fc.array(json), fc.array(fc.nat(40)), (values, cuts) => {
        const clean: unknown = JSON.parse(JSON.stringify(values));
        const bytes = Buffer.concat(values.map(encodeFrame));
        const reader = new FrameReader();
        const arrived: unknown[] = [];
        let at = 0;
        for (const size of cuts) {
          arrived.push(...reader.push(bytes.subarray(at, at + size)));
          at += size;
        }
        arrived.push(...reader.push(bytes.subarray(at)));
        expect(arrived).toEqual(clean);
      }),
      { numRuns: 200 },
    );
  });

  test('no single flipped bit of a frame goes unnoticed', () => {
    const frame = encodeFrame({ kind: 'vote', term: 7 });
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const damaged = Buffer.from(frame);
      damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(decodeFrame(damaged, 0).kind).not.toBe('frame');
    }
  });

  test('a damaged frame in a stream is an error, not a frame', () => {
    const frame = encodeFrame('hello');
    frame.writeUInt8(frame.readUInt8(9) ^ 1, 9);
    expect(() => new FrameReader().push(frame)).toThrow(TypeError);
  });

  test('a limit holds for the first frame only', () => {
    const long = encodeFrame('x'.repeat(100));
    const reader = new FrameReader(50);
    expect(reader.push(Buffer.concat([encodeFrame('hello'), long]))).toHaveLength(2);
    expect(() => new FrameReader(50).push(long.subarray(0, 8))).toThrow(TypeError);
  });

  test('an absurd length is damage and not a frame to wait for', () => {
    expect(decodeFrame(Buffer.alloc(8, 0xff), 0).kind).toBe('corrupt');
    expect(decodeFrame(Buffer.alloc(8), 0).kind).toBe('corrupt');
  });
});
