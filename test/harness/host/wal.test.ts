/** The write-ahead log and the incarnation counter, on real files. */

import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nextIncarnation } from '../../../harness/host/durable-file.ts';
import { encodeFrame } from '../../../harness/host/frame.ts';
import { WriteAheadLog } from '../../../harness/host/wal.ts';

let directory: string;
const lines: string[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ordeal-test-wal-'));
  lines.length = 0;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** An open log whose syncs can be waited for. */
class Opened {
  readonly wal: WriteAheadLog;
  readonly durable: unknown[] = [];
  readonly counts: number[] = [];
  #wake: (() => void)[] = [];

  constructor(lamport = 0) {
    this.wal = new WriteAheadLog({
      directory,
      stamp: () => ({ lamport, lines: [] }),
      log: (line) => lines.push(line),
      onDurable: (count, records) => {
        this.counts.push(count);
        this.durable.push(...records);
        for (const wake of this.#wake.splice(0)) wake();
      },
      onError: (error) => {
        throw error;
      },
    });
  }

  async sync(): Promise<void> {
    this.wal.requestSync();
    while (this.wal.durable < this.wal.written) {
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }
}

/** Writes these records, each with a sync of its own, and closes the log. */
async function write(...records: unknown[]): Promise<void> {
  for (const record of records) {
    const log = new Opened();
    log.wal.append(record);
    await log.sync();
    await log.wal.close();
  }
}

/** Of a frame with this record alone, and the stamp of one who knows nothing, behind eight bytes of header. */
function frameBytes(record: string): number {
  return 8 + JSON.stringify([{ lamport: 0, lines: [] }, [record]]).length;
}

/** How far the log goes, by the last word on it. */
function acknowledged(): string {
  return join(directory, 'acknowledged');
}

async function recover(): Promise<readonly unknown[]> {
  const { wal } = new Opened();
  await wal.close();
  return wal.recovered;
}

function file(): string {
  const name = readdirSync(directory).find((entry) => entry.startsWith('wal-'));
  return join(directory, name as string);
}

/** The bytes with each byte flipped, one at a time, and cut off before each. */
function damages(whole: Buffer): Buffer[] {
  return [...whole.keys()].flatMap((at) => {
    const flipped = Buffer.from(whole);
    flipped.writeUInt8(flipped.readUInt8(at) ^ 0x5a, at);
    return [flipped, whole.subarray(0, at)];
  });
}

describe('the write-ahead log', () => {
  test('a reopened log holds what appends, syncs and checkpoints have left, in order', async () => {
    const step = fc.oneof(
      fc.record({ append: fc.jsonValue() }),
      fc.record({ replace: fc.array(fc.jsonValue(), { maxLength: 3 }) }),
      fc.constant({ sync: true }),
      fc.constant({ reopen: true }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        rmSync(directory, { recursive: true });
        directory = mkdtempSync(join(tmpdir(), 'ordeal-test-wal-'));
        let log = new Opened();
        let expected: unknown[] = [];
        for (const action of steps) {
          if ('append' in action) {
            expected.push(action.append);
            log.wal.append(action.append);
          } else if ('replace' in action) {
            expected = [...action.replace];
            log.wal.replace(action.replace);
          } else {
            await log.sync();
            if (!('reopen' in action)) continue;
            await log.wal.close();
            log = new Opened();
          }
        }
        await log.sync();
        await log.wal.close();
        expect(await recover()).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
      { numRuns: 40 },
    );
  });

  test('records of several steps share a sync, and are told durable in order', async () => {
    const log = new Opened();
    for (let i = 0; i < 50; i++) {
      log.wal.append(i);
      log.wal.requestSync();
    }
    await log.sync();
    await log.wal.close();
    expect(log.durable).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(log.counts.length).toBeLessThan(4);
  });

  test('a record whose sync nobody asked for is not on the disk', async () => {
    const log = new Opened();
    log.wal.append('unsynced');
    await log.wal.close();
    expect(await recover()).toEqual([]);
  });

  test('what its writer knew comes back as it was with the last records', async () => {
    expect(new Opened().wal.recoveredStamp).toBeNull();
    for (const [at, record] of ['a', 'b'].entries()) {
      const log = new Opened(at);
      log.wal.append(record);
      await log.sync();
      await log.wal.close();
    }
    const log = new Opened(7);
    expect(log.wal.recoveredStamp).toEqual({ lamport: 1, lines: [] });
    log.wal.replace(['ab']);
    await log.sync();
    await log.wal.close();
    expect(new Opened().wal.recoveredStamp).toEqual({ lamport: 7, lines: [] });
  });

  test('a whole frame whose stamp is none is no torn one: the log is refused', async () => {
    await write('a');
    appendFileSync(file(), encodeFrame([{ lamport: 'late', lines: [] }, ['b']]));
    expect(() => new Opened()).toThrow(
      /the frame at byte \d+ has no stamp: field "lamport" is wrong \(a whole number from 0 on/,
    );
  });

  test('a torn last frame is cut at every length, said so, and never comes back', async () => {
    await write('a', 'b');
    const word = readFileSync(acknowledged());
    await write('c');
    writeFileSync(acknowledged(), word);
    const whole = readFileSync(file());
    const lastFrame = frameBytes('c');
    for (let kept = 0; kept < lastFrame; kept++) {
      writeFileSync(file(), whole.subarray(0, whole.length - lastFrame + kept));
      lines.length = 0;
      expect(await recover()).toEqual(['a', 'b']);
      expect(lines).toHaveLength(kept === 0 ? 0 : 1);
      expect(await recover()).toEqual(['a', 'b']);
    }
  });

  test('damage of one byte, or the loss of all behind it, loses nothing acknowledged unsaid', async () => {
    const step = fc.oneof(
      fc.record({ append: fc.nat(99) }),
      fc.record({ replace: fc.array(fc.nat(99), { maxLength: 2 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (steps, heard) => {
          rmSync(directory, { recursive: true });
          directory = mkdtempSync(join(tmpdir(), 'ordeal-test-wal-'));
          const states: unknown[][] = [[]];
          let word: Buffer | null = null;
          const log = new Opened();
          for (const action of steps) {
            word = readFileSync(acknowledged());
            const before = states.at(-1) ?? [];
            if ('append' in action) log.wal.append(action.append);
            else log.wal.replace(action.replace);
            await log.sync();
            states.push('append' in action ? [...before, action.append] : [...action.replace]);
          }
          await log.wal.close();
          // Nobody heard of the last sync: the crash came first.
          if (!heard && word !== null) writeFileSync(acknowledged(), word);
          const allowed = heard ? states.slice(-1) : states.slice(-2);
          for (const path of [file(), acknowledged()]) {
            const name = basename(path);
            const whole = readFileSync(path);
            const others = readdirSync(directory).map(
              (entry) => [entry, readFileSync(join(directory, entry))] as const,
            );
            for (const bytes of damages(whole)) {
              for (const entry of readdirSync(directory)) rmSync(join(directory, entry));
              for (const [entry, kept] of others) writeFileSync(join(directory, entry), kept);
              writeFileSync(join(directory, name), bytes);
              const found = await recover().catch((error: unknown) => error);
              if (found instanceof Error) expect(found.message).toMatch(/damaged|no stamp/);
              else expect(allowed).toContainEqual(found);
            }
            for (const [entry, kept] of others) writeFileSync(join(directory, entry), kept);
          }
        },
      ),
      { numRuns: 8 },
    );
  }, 60_000);

  test('damage to what a checkpoint has just written is found before anybody heard of it', async () => {
    await write('a', 'b');
    const word = readFileSync(acknowledged());
    const log = new Opened();
    log.wal.replace(['ab']);
    await log.sync();
    await log.wal.close();
    writeFileSync(acknowledged(), word);
    const whole = readFileSync(file());
    for (const bytes of damages(whole)) {
      writeFileSync(file(), bytes);
      expect(() => new Opened()).toThrow(/damaged/);
    }
  });

  test('a log that is gone, and had been acknowledged, is not begun anew', async () => {
    await write('a');
    rmSync(file());
    expect(() => new Opened()).toThrow(/is not there/);
  });

  test('a tail of zeros, as a crash leaves where only the length was written, is cut', async () => {
    await write('a');
    appendFileSync(file(), Buffer.alloc(512));
    expect(await recover()).toEqual(['a']);
    expect(lines[0]).toContain('cut 512 bytes');
  });

  test('damage anywhere before the last frame refuses the start, and changes nothing', async () => {
    await write('first', 'second', 'third');
    const whole = readFileSync(file());
    const lastFrame = frameBytes('third');
    for (let at = 0; at < whole.length - lastFrame; at++) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 0x5a, at);
      writeFileSync(file(), damaged);
      expect(() => new Opened(), `byte ${at}`).toThrow(/damaged/);
      expect(readFileSync(file())).toEqual(damaged);
    }
  });

  test('a checkpoint that a crash interrupted before its rename is forgotten', async () => {
    await write('a');
    writeFileSync(join(directory, 'wal-2.log.tmp'), 'half a file');
    expect(await recover()).toEqual(['a']);
    expect(readdirSync(directory)).toEqual(['acknowledged', 'wal-1.log']);
  });

  test('the older log that a crash left beside a finished checkpoint is dropped', async () => {
    await write('a', 'b');
    const old = readFileSync(file());
    const log = new Opened();
    log.wal.replace(['ab']);
    await log.sync();
    await log.wal.close();
    writeFileSync(join(directory, 'wal-1.log'), old);
    expect(await recover()).toEqual(['ab']);
    expect(readdirSync(directory)).toEqual(['acknowledged', 'wal-2.log']);
  });
});

describe('the incarnation counter', () => {
  test('counts every start, also over a crash between its write and its rename', () => {
    const path = join(directory, 'incarnation');
    expect(nextIncarnation(path)).toBe(1);
    writeFileSync(`${path}.tmp`, '2');
    expect(nextIncarnation(path)).toBe(2);
    expect(nextIncarnation(path)).toBe(3);
  });

  test('refuses to guess when its file is damaged', () => {
    const path = join(directory, 'incarnation');
    nextIncarnation(path);
    truncateSync(path, 0);
    expect(() => nextIncarnation(path)).toThrow(/not a count/);
  });
});
