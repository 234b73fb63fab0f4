/**
 * The node's trace: JSON lines in one file over all its lives, numbered and Lamport-stamped.
 *
 * A line is handed to the system (`write`) before the effects that follow from it leave the node;
 * it is not synced, because it has to survive `kill -9`, not a power cut.
 */

import { closeSync, existsSync, openSync, readFileSync, truncateSync } from 'node:fs';
import type { TraceEvent, TraceLine } from '../../checkers/trace.ts';
import { writeAll } from './durable-file.ts';

export interface TraceFileOptions {
  readonly path: string;
  readonly node: number;
  readonly incarnation: number;
  /** Nanoseconds for the lines' `time`: a clock that no fault skews. */
  readonly nowNs: () => number;
}

export class TraceFile {
  readonly #options: TraceFileOptions;
  readonly #fd: number;
  #sequence = 0;
  #lamport: number;
  #pending = '';

  constructor(options: TraceFileOptions) {
    this.#options = options;
    // Continued from the last line: else what a restarted node says would sort before its past.
    this.#lamport = cutTornLine(options.path)?.lamport ?? 0;
    this.#fd = openSync(options.path, 'a');
  }

  /** The stamp for a frame that leaves now. */
  get lamport(): number {
    return this.#lamport;
  }

  /** A frame with this stamp has arrived: what happens from now on happened after it. */
  witness(lamport: number): void {
    if (lamport > this.#lamport) this.#lamport = lamport;
  }

  record(event: TraceEvent): void {
    this.#lamport++;
    const { node, incarnation, nowNs } = this.#options;
    const sequence = this.#sequence++;
    const line: TraceLine = {
      time: nowNs(),
      node,
      incarnation,
      sequence,
      lamport: this.#lamport,
      event,
    };
    this.#pending += `${JSON.stringify(line)}\n`;
  }

  /** Must be called before any effect leaves that comes after a recorded event. */
  flush(): void {
    if (this.#pending === '') return;
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    writeAll(this.#fd, bytes);
  }

  close(): void {
    this.flush();
    closeSync(this.#fd);
  }
}

/** Cuts off a line that a kill left without its end; returns the last whole one. */
function cutTornLine(path: string): TraceLine | null {
  if (!existsSync(path)) return null;
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf('\n') + 1;
  if (end < bytes.length) truncateSync(path, end);
  if (end === 0) return null;
  const start = bytes.lastIndexOf('\n', end - 2) + 1;
  return JSON.parse(bytes.toString('utf8', start, end)) as TraceLine;
}
