/**
 * The write-ahead log: `wal-<generation>.log`, one frame per sync: `[stamp, records]`, where the
 * stamp is what its writer knew then; null where nobody asked for one.
 *
 * A frame is written only after the sync of the one before it has ended, so a power cut can tear
 * the last frame and no other. Hence the rule at start: a bad frame with nothing valid after it
 * was never acknowledged, and is cut; a bad frame before a valid one is damage to records that
 * were promised durable, and the node refuses to start.
 *
 * Two things tell damage to the last frame from a torn one. A file gets its name once all that it is
 * created with is durable, and its header says how much that is: none of it can be torn. And once a
 * sync has ended, and before anybody hears of it, the file `acknowledged` says how far the log goes. It
 * is not synced: a power cut may take it back to an earlier word, which is as true as it was, or leave
 * none that its checksum bears out, which says nothing.
 */

import {
  closeSync,
  constants,
  existsSync,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fieldsOf, isWhole } from '../core/guards.ts';
import { nullable } from '../core/shape.ts';
import { type Stamp, stamp } from './causality.ts';
import { CorruptionError, replaceFile, writeAll } from './durable-file.ts';
import { decodeFrame, encodeFrame, FRAME_HEADER_BYTES } from './frame.ts';

const HEADER = 'ordeal-wal-3';
const ACKNOWLEDGED = 'acknowledged';
const sync = promisify(fdatasync);

interface Header {
  readonly format: typeof HEADER;
  readonly generation: number;
  /** How many bytes behind the header the file was created with. */
  readonly bytes: number;
}

/** How far the log goes by the word of an acknowledgement; nothing is known where there is none. */
interface Acknowledged {
  readonly generation: number;
  readonly bytes: number;
}

type Frame = readonly [stamp: Stamp | null, records: readonly unknown[]];

/** What is waiting to be written, in order. A replacement makes everything before it moot. */
interface Batch {
  replace: readonly unknown[] | null;
  readonly append: unknown[];
  /** Records of the batch for `onDurable`, replaced ones included: they were durable in effect. */
  readonly records: unknown[];
}

export interface WalOptions {
  readonly directory: string;
  /** Asked whenever records are written; comes back as `recoveredStamp` at the next start. */
  readonly stamp?: () => Stamp;
  /** Told what was cut off a torn tail. */
  readonly log: (line: string) => void;
  /** A sync has ended: writes up to number `count` are durable, `records` being those it added. */
  readonly onDurable: (count: number, records: readonly unknown[]) => void;
  /** The disk failed. What is on it is unknown now: the node must stop (no retry of a sync). */
  readonly onError: (error: unknown) => void;
}

export class WriteAheadLog {
  /** Records found at start, oldest first. */
  readonly recovered: readonly unknown[];
  /** What was written with the last of them; null for nothing. */
  readonly recoveredStamp: Stamp | null;
  /** Writes so far, and those of them that are durable. */
  written = 0;
  durable = 0;

  readonly #options: WalOptions;
  #generation: number;
  #fd: number;
  /** How long the log is, of what is valid and written. */
  #bytes: number;
  readonly #acknowledgedFd: number;
  #batch: Batch = emptyBatch();
  #wanted = false;
  #syncing: Promise<void> | null = null;

  /** Opens or creates the log. Throws a `CorruptionError` when promised records are damaged. */
  constructor(options: WalOptions) {
    this.#options = options;
    const { directory } = options;
    const generations = findGenerations(directory);
    const acknowledged = readAcknowledged(join(directory, ACKNOWLEDGED));
    this.#generation = generations.at(-1) ?? 1;
    if (acknowledged.generation > (generations.at(-1) ?? 0)) {
      throw new CorruptionError(
        `${this.#path(acknowledged.generation)}: is not there: records that were promised durable are lost`,
      );
    }
    this.#bytes = generations.length === 0 ? this.#create(this.#generation, []) : 0;
    const path = this.#path(this.#generation);
    const bytes = readFileSync(path);
    const { records, stamp: latest, validBytes } = replay(path, bytes, this.#generation);
    if (acknowledged.generation === this.#generation && validBytes < acknowledged.bytes) {
      throw new CorruptionError(
        `${path}: damaged at byte ${validBytes} of ${acknowledged.bytes} that had been acknowledged: ` +
          'records that were promised durable are lost',
      );
    }
    this.#bytes = validBytes;
    this.recovered = records;
    this.recoveredStamp = latest;
    // Leftovers of a checkpoint that a crash interrupted: the newest complete log counts.
    for (const old of generations.slice(0, -1)) rmSync(this.#path(old));
    rmSync(`${this.#path(this.#generation + 1)}.tmp`, { force: true });
    if (validBytes < bytes.length) {
      const cut = bytes.length - validBytes;
      options.log(`wal: torn tail of ${path}: cut ${cut} bytes after byte ${validBytes}`);
      truncateFile(path, validBytes);
    }
    this.#fd = openSync(path, 'a');
    this.#acknowledgedFd = openSync(
      join(directory, ACKNOWLEDGED),
      constants.O_RDWR | constants.O_CREAT,
    );
  }

  /** Appends a record. Becomes durable with the next sync that is asked for. */
  append(record: unknown): number {
    this.#batch.append.push(record);
    this.#batch.records.push(record);
    return ++this.written;
  }

  /** Replaces the whole log. */
  replace(records: readonly unknown[]): number {
    this.#batch.replace = [...records];
    this.#batch.append.length = 0;
    this.#batch.records.push(...records);
    return ++this.written;
  }

  /**
   * Asks that everything written so far be made durable. The sync starts when the step that asked
   * is over, or when the sync under way has ended: steps in between share one (group commit).
   */
  requestSync(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    if (this.#syncing === null) queueMicrotask(() => this.#start());
  }

  /** Waits for the sync under way and closes the file. */
  async close(): Promise<void> {
    this.#wanted = false;
    await this.#syncing;
    closeSync(this.#fd);
    closeSync(this.#acknowledgedFd);
  }

  #start(): void {
    if (!this.#wanted || this.#syncing !== null) return;
    this.#wanted = false;
    const batch = this.#batch;
    const count = this.written;
    this.#batch = emptyBatch();
    this.#syncing = this.#write(batch)
      .then(() => {
        this.#syncing = null;
        this.durable = count;
        this.#acknowledge();
        this.#options.onDurable(count, batch.records);
        this.#start();
      })
      .catch((error: unknown) => this.#options.onError(error));
  }

  async #write(batch: Batch): Promise<void> {
    if (batch.replace !== null) {
      const old = this.#generation;
      closeSync(this.#fd);
      this.#bytes = this.#create(old + 1, [...batch.replace, ...batch.append]);
      this.#generation = old + 1;
      this.#fd = openSync(this.#path(this.#generation), 'a');
      rmSync(this.#path(old));
      return;
    }
    if (batch.append.length === 0) return;
    const frame = this.#frame(batch.append);
    writeAll(this.#fd, frame);
    await sync(this.#fd);
    this.#bytes += frame.length;
  }

  /** Says how far the log goes, in the place of what was said before. */
  #acknowledge(): void {
    const word: Acknowledged = { generation: this.#generation, bytes: this.#bytes };
    const frame = encodeFrame(word);
    writeSync(this.#acknowledgedFd, frame, 0, frame.length, 0);
  }

  /** Returns how long the new file is. */
  #create(generation: number, records: readonly unknown[]): number {
    const frame = records.length > 0 ? this.#frame(records) : Buffer.alloc(0);
    const header: Header = { format: HEADER, generation, bytes: frame.length };
    const whole = Buffer.concat([encodeFrame(header), frame]);
    replaceFile(this.#path(generation), whole);
    return whole.length;
  }

  #frame(records: readonly unknown[]): Buffer {
    const frame: Frame = [this.#options.stamp?.() ?? null, records];
    return encodeFrame(frame);
  }

  #path(generation: number): string {
    return join(this.#options.directory, `wal-${generation}.log`);
  }
}

function emptyBatch(): Batch {
  return { replace: null, append: [], records: [] };
}

function truncateFile(path: string, bytes: number): void {
  const fd = openSync(path, 'r+');
  try {
    ftruncateSync(fd, bytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Generations present, oldest first. Names that are not ours are somebody else's business. */
function findGenerations(directory: string): number[] {
  return readdirSync(directory)
    .map((name) => /^wal-(\d+)\.log$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .toSorted((a, b) => a - b);
}

function replay(
  path: string,
  bytes: Buffer,
  generation: number,
): { records: unknown[]; stamp: Stamp | null; validBytes: number } {
  const header = decodeFrame(bytes, 0);
  if (header.kind !== 'frame' || !isHeader(header.value, generation)) {
    // The header was durable before the file got its name: nothing can have torn it.
    throw new CorruptionError(`${path}: the header is damaged`);
  }
  const sealed = header.end + header.value.bytes;
  const records: unknown[] = [];
  let latest: Stamp | null = null;
  let offset = header.end;
  while (offset < bytes.length) {
    const decoded = decodeFrame(bytes, offset);
    if (decoded.kind !== 'frame' || !isFrame(decoded.value)) {
      if (offset < sealed) throw new CorruptionError(damagedAt(path, offset, bytes.length));
      const next = findFrame(bytes, offset + 1);
      if (next === null) break;
      throw new CorruptionError(
        `${path}: damaged at byte ${offset} of ${bytes.length}, with a good frame at ${next} ` +
          'after it: records that were promised durable are lost',
      );
    }
    const [known, added] = decoded.value;
    latest = nullable(stamp).expect(known, (wrong) => {
      return new CorruptionError(`${path}: the frame at byte ${offset} has no stamp: ${wrong}`);
    });
    for (const record of added) records.push(record);
    offset = decoded.end;
  }
  if (offset < sealed) throw new CorruptionError(damagedAt(path, offset, bytes.length));
  return { records, stamp: latest, validBytes: offset };
}

function damagedAt(path: string, offset: number, length: number): string {
  return (
    `${path}: damaged at byte ${offset} of ${length}, within what the file was created with: records ` +
    'that were promised durable are lost'
  );
}

function isHeader(value: unknown, generation: number): value is Header {
  const header = fieldsOf(value);
  const isLong = isWhole(header['bytes'], 0, Number.MAX_SAFE_INTEGER);
  return header['format'] === HEADER && header['generation'] === generation && isLong;
}

function readAcknowledged(path: string): Acknowledged {
  const decoded = existsSync(path) ? decodeFrame(readFileSync(path), 0) : null;
  if (decoded?.kind !== 'frame') return { generation: 0, bytes: 0 };
  return decoded.value as Acknowledged;
}

function isFrame(value: unknown): value is readonly [unknown, readonly unknown[]] {
  return Array.isArray(value) && value.length === 2 && Array.isArray(value[1]);
}

/** The first offset from `start` on at which a whole valid frame of records stands. */
function findFrame(bytes: Buffer, start: number): number | null {
  const openBracket = '['.charCodeAt(0);
  for (let at = start; at + FRAME_HEADER_BYTES < bytes.length; at++) {
    if (bytes[at + FRAME_HEADER_BYTES] !== openBracket) continue;
    if (decodeFrame(bytes, at).kind === 'frame') return at;
  }
  return null;
}
