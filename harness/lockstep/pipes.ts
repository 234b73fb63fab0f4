/** Pipes between us and a process, of which our ends are read and written without waiting for anybody. */

import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { infrastructure } from '../core/errors.ts';

/** Both ends of a pipe: ours never blocks, the process's does. */
export interface Pipe {
  readonly ours: number;
  readonly theirs: number;
}

/** So many are made at a time: to start `mkfifo` takes longer than a message. */
const BATCH = 24;
/** What a pipe of Linux holds. */
const CHUNK_BYTES = 65_536;

const spare: number[] = [];
const chunk = Buffer.alloc(CHUNK_BYTES);

/** A pipe that the process reads (`in`) or writes (`out`). Nothing of it is left in any directory. */
export function openPipe(direction: 'in' | 'out'): Pipe {
  const ours = spare.pop() ?? made();
  const flags = direction === 'in' ? constants.O_RDONLY : constants.O_WRONLY;
  return { ours, theirs: openSync(`/proc/self/fd/${ours}`, flags) };
}

/** Ours is opened for both, so that nobody waits for another end, and none is ever at its end. */
function made(): number {
  const directory = mkdtempSync(join(tmpdir(), 'ordeal-lockstep-'));
  try {
    const paths = Array.from({ length: BATCH }, (_, at) => join(directory, String(at)));
    const { error, status } = spawnSync('mkfifo', ['-m', '600', ...paths]);
    if (error !== undefined || status !== 0) {
      throw infrastructure('lock-step needs mkfifo, which failed', error);
    }
    for (const path of paths) spare.push(openSync(path, constants.O_RDWR | constants.O_NONBLOCK));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return spare.pop() as number;
}

/** What has been written into a pipe by now; null where there is nothing. */
export function readNow(pipe: number): Buffer | null {
  try {
    const length = readSync(pipe, chunk, 0, CHUNK_BYTES, null);
    return length === 0 ? null : Buffer.from(chunk.subarray(0, length));
  } catch (error) {
    if (isFull(error)) return null;
    throw error;
  }
}

/** Writes what there is room for, and returns how much that was. */
export function writeNow(pipe: number, data: Buffer, from: number): number {
  try {
    return writeSync(pipe, data, from, Math.min(CHUNK_BYTES, data.length - from));
  } catch (error) {
    if (isFull(error)) return 0;
    throw error;
  }
}

export function closePipe(pipe: number): void {
  closeSync(pipe);
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
