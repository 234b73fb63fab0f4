/** Makes a small run once more, with everything that it records, and compares it with itself. */

import { createHash, type Hash } from 'node:crypto';
import type { History } from '../../checkers/history.ts';
import type { TraceLine } from '../../checkers/trace.ts';
import type { PreparedRun } from '../run/prepared.ts';
import { virtualRun } from '../run/simulate.ts';
import { VirtualDriver } from '../run/virtual.ts';
import { historyLine, traceJson } from '../store/lines.ts';

/** SHA-256 of the lines of each file, without their headers. */
export interface Digests {
  readonly history: string;
  readonly trace: string;
}

export interface Recording {
  readonly history: History;
  readonly trace: readonly TraceLine[];
  readonly sha256: Digests;
}

/** Runs to the end at once. */
export function record({
  config,
  variants,
  catalogue,
}: Pick<PreparedRun, 'config' | 'variants' | 'catalogue'>): Recording {
  const watching = { follower: null, record: true, stopAtViolation: false };
  const driver = new VirtualDriver(virtualRun(config, variants, watching, catalogue).run);
  driver.advance(Number.POSITIVE_INFINITY);
  const { history } = driver;
  const trace = driver.takeLines();
  const sha256 = {
    history: digestOf(Iterator.from(history).map(historyLine)),
    trace: digestOf(Iterator.from(trace).map(traceJson)),
  };
  return { history, trace, sha256 };
}

export function isIdentical(one: Digests, other: Digests): boolean {
  return one.history === other.history && one.trace === other.trace;
}

function digestOf(lines: Iterable<string>): string {
  const hash: Hash = createHash('sha256');
  for (const line of lines) hash.update(line).update('\n');
  return hash.digest('hex');
}
