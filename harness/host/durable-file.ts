/** Files whose contents survive a power cut, or are not there at all. */

import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** What is on the disk is not what this program wrote: the node must not start on it. */
export class CorruptionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CorruptionError';
  }
}

/** Atomically replaces a file: written beside it, synced, renamed, and the directory synced. */
export function replaceFile(path: string, bytes: Buffer | string): void {
  const temporary = `${path}.tmp`;
  writeFileSync(temporary, bytes, { flush: true });
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

/** Makes created and renamed names durable: syncing a file does not sync the name it goes by. */
function syncDirectory(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Writes all of `bytes`, however often the system has to be asked. */
export function writeAll(fd: number, bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(fd, bytes, written);
}

/**
 * Counts this start of the node and returns which it is, from 1. Durable before it returns, so
 * that no two lives of a node share a number.
 */
export function nextIncarnation(path: string): number {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '0\n';
  if (!/^\d{1,15}\n$/.test(text)) {
    throw new CorruptionError(`${path} holds ${JSON.stringify(text.slice(0, 40))}, not a count`);
  }
  const incarnation = Number(text) + 1;
  replaceFile(path, `${incarnation}\n`);
  return incarnation;
}
