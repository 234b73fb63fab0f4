/** Makes a small run once more, with everything that it records, judges it, and digests its bytes. */

import { createHash } from 'node:crypto';
import type { History } from '../../checkers/history.ts';
import type { TraceLine, Violation } from '../../checkers/trace.ts';
import { systemNamed } from '../config/catalogue.ts';
import { TraceFollower } from '../judge/trace-follower.ts';
import type { Simulation } from '../run/prepared.ts';
import { judgeSimulated, type SimulatedRun, virtualRun } from '../run/simulate.ts';
import { VirtualDriver } from '../run/virtual.ts';
import { historyLine, traceJson } from '../store/lines.ts';

/** SHA-256 of the lines of each file, without their headers. */
export interface Digests {
  readonly history: string;
  readonly trace: string;
}

export interface Recording extends Pick<SimulatedRun, 'checks' | 'verdict'> {
  readonly history: History;
  readonly trace: readonly TraceLine[];
  /** The first of each property, with their lines in `trace`. */
  readonly violations: readonly Violation[];
  readonly sha256: Digests;
}

/** Runs to the end at once, which its configuration may set at the first violation. */
export function record({ config, variants, catalogue }: Simulation): Recording {
  const follower = new TraceFollower(systemNamed(config.system, catalogue));
  const watching = { follower, record: true, stopAtViolation: false };
  using driver = new VirtualDriver(virtualRun(config, variants, watching, catalogue).run);
  driver.advance(Number.POSITIVE_INFINITY);
  const { history } = driver;
  const trace = driver.takeLines();
  const sha256 = {
    history: digestOf(Iterator.from(history).map(historyLine)),
    trace: digestOf(Iterator.from(trace).map(traceJson)),
  };
  const judged = judgeSimulated(config, driver.result(), follower, catalogue);
  return { ...judged, history, trace, violations: follower.violations, sha256 };
}

export function isIdentical(one: Digests, other: Digests): boolean {
  return one.history === other.history && one.trace === other.trace;
}

function digestOf(lines: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const line of lines) hash.update(line).update('\n');
  return hash.digest('hex');
}
