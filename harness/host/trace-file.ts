/**
 * The node's trace: JSON lines in one file over all its lives, numbered, and stamped with what came
 * before (`causality.ts`).
 *
 * A line is handed to the system (`write`) before the effects that follow from it leave the node;
 * it is not synced, because it has to survive `kill -9`, not a power cut.
 */

import { closeSync, existsSync, openSync, readFileSync, truncateSync } from 'node:fs';
import type { TraceEvent } from '../../checkers/trace.ts';
import type { Nanos, NodeId } from '../../checkers/units.ts';
import { count, fields } from '../core/shape.ts';
import { CausalClock, type Stamp, type StampedLine } from './causality.ts';
import { CorruptionError, writeAll } from './durable-file.ts';

export interface TraceFileOptions {
  readonly path: string;
  readonly node: NodeId;
  /** How many nodes there are. */
  readonly nodes: number;
  readonly incarnation: number;
  /** Nanoseconds for the lines' `time`: a clock that no fault skews. */
  readonly nowNs: () => number;
}

export class TraceFile {
  readonly #options: TraceFileOptions;
  readonly #fd: number;
  readonly #clock: CausalClock;
  #sequence = 0;
  /** Whether somebody else's lines have been heard of since the last line. */
  #hasNews = false;
  #pending = '';

  constructor(options: TraceFileOptions) {
    this.#options = options;
    this.#clock = new CausalClock(options.nodes);
    // Continued from the last line: else what a restarted node says would sort before its past.
    const before = cutTornLine(options.path);
    const lines = Array.from({ length: options.nodes }, (_, node) =>
      node === options.node ? before.lines : 0,
    );
    this.#clock.witness({ lamport: before.lamport, lines });
    this.#fd = openSync(options.path, 'a');
  }

  /** The stamp for a frame that leaves now. */
  stamp(): Stamp {
    return this.#clock.stamp();
  }

  /** The time that a line would have now. */
  nowNs(): Nanos {
    return this.#options.nowNs();
  }

  /** A frame with this stamp has arrived: what happens from now on happened after it. */
  witness(stamp: Stamp): void {
    if (this.#clock.witness(stamp)) this.#hasNews = true;
  }

  record(event: TraceEvent): void {
    const { node, incarnation, nowNs } = this.#options;
    const news = this.#hasNews ? { after: this.#clock.stamp().lines } : {};
    this.#hasNews = false;
    const lamport = this.#clock.tick(node);
    const sequence = this.#sequence++;
    const line: StampedLine = {
      time: nowNs(),
      node,
      incarnation,
      sequence,
      lamport,
      ...news,
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

/** What the next line of a trace goes on from. */
interface Before {
  readonly lamport: number;
  readonly lines: number;
}

const stampedWith = fields<Pick<StampedLine, 'lamport'>>({ lamport: count });

/** Cuts off a line that a kill left without its end; returns what the last whole one came to. */
function cutTornLine(path: string): Before {
  if (!existsSync(path)) return { lamport: 0, lines: 0 };
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf('\n') + 1;
  if (end < bytes.length) truncateSync(path, end);
  if (end === 0) return { lamport: 0, lines: 0 };
  let lines = 1;
  for (let at = bytes.indexOf('\n'); at < end - 1; at = bytes.indexOf('\n', at + 1)) lines++;
  const start = bytes.lastIndexOf('\n', end - 2) + 1;
  const refuse = (wrong: string) => new CorruptionError(`${path}:${lines}: ${wrong}`);
  const { lamport } = stampedWith.fromJson(bytes.toString('utf8', start, end), refuse);
  return { lamport, lines };
}
