/** Follows a trace, live or from disk, and keeps what the checkers of a run need of it. */

import {
  GapFinder,
  hasTraceChecker,
  livenessObserver,
  traceChecker,
} from '../checkers/agreement/index.ts';
import type { LivenessObserver } from '../checkers/agreement/liveness.ts';
import type { TraceChecker, TraceEvent, TraceLine, Violation } from '../checkers/trace.ts';
import type { System } from '../systems/system.ts';

export class TraceFollower {
  /** The system's own checker, or that of the protocol of its name; null for none. */
  readonly checker: TraceChecker | null;
  /** Null where nothing is known of the protocol's leaders. */
  readonly liveness: LivenessObserver | null;

  constructor(system: System) {
    const own = system.traceChecker?.();
    this.checker = own ?? (hasTraceChecker(system.name) ? traceChecker(system.name) : null);
    this.liveness = livenessObserver(system.name);
  }

  get violations(): readonly Violation[] {
    return this.checker?.violations ?? [];
  }

  feed(event: TraceEvent, node: number, incarnation: number, timeNs: number): void {
    this.checker?.feed(event, node, incarnation, timeNs);
    this.liveness?.feed(event, node, incarnation, timeNs);
  }

  /** The last fault has been undone. */
  quiet(timeNs: number): void {
    this.liveness?.quiet(timeNs);
  }

  /**
   * Follows a whole stored trace and says why it may be incomplete; null where it is whole.
   * `quietAtNs` is null when the run never came to its quiet end.
   */
  feedAll(lines: Iterable<TraceLine>, quietAtNs: number | null): string | null {
    const gaps = new GapFinder();
    let quiet = quietAtNs === null;
    let count = 0;
    for (const line of lines) {
      count++;
      gaps.next(line);
      if (!quiet && quietAtNs !== null && line.time > quietAtNs) {
        this.quiet(quietAtNs);
        quiet = true;
      }
      this.feed(line.event, line.node, line.incarnation, line.time);
    }
    if (!quiet && quietAtNs !== null) this.quiet(quietAtNs);
    return count === 0 ? 'the trace is empty' : gaps.gap;
  }
}
