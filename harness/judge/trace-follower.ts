/** Follows a trace, live or from disk, and keeps what the checkers of a run need of it. */

import {
  beforeGap,
  GapFinder,
  hasTraceChecker,
  livenessObserver,
  panicChecker,
  traceChecker,
} from '../../checkers/agreement/index.ts';
import type { LivenessObserver } from '../../checkers/agreement/liveness/observer.ts';
import { VotersInForce } from '../../checkers/agreement/voters-in-force.ts';
import {
  nodeName,
  type TraceChecker,
  type TraceEvent,
  type TraceLine,
  type Violation,
} from '../../checkers/trace.ts';
import type { Nanos } from '../../checkers/units.ts';
import type { System } from '../../systems/system.ts';
import { shorten, usage } from '../core/errors.ts';
import { decoderOf } from '../store/trace-events.ts';

export class TraceFollower {
  /** The system's own checker, or that of the protocol of its name; null for none. */
  checker: TraceChecker | null = null;
  /** Tells of nodes that stopped by an error of their own; null where `checker` is ours, and does. */
  panics: TraceChecker | null = null;
  /** Who may have to agree to what, and when. */
  voters = new VotersInForce();
  #liveness: LivenessObserver | null = null;
  /** The quiet end, until a later line comes: a store has no order within one instant. */
  #quietAtNs: Nanos | null = null;

  readonly #system: System;

  constructor(system: System) {
    this.#system = system;
    this.#begin();
  }

  #begin(): void {
    const system = this.#system;
    const own = system.traceChecker?.();
    const ours = own === undefined && hasTraceChecker(system.name);
    this.checker = own ?? (hasTraceChecker(system.name) ? traceChecker(system.name) : null);
    this.panics = ours ? null : panicChecker();
    this.#liveness = livenessObserver(system.name);
    this.voters = new VotersInForce();
  }

  get violations(): readonly Violation[] {
    if (this.panics === null) return this.checker?.violations ?? [];
    return [...(this.checker?.violations ?? []), ...this.panics.violations];
  }

  /** To be asked once the trace is whole; null where nothing is known of the protocol's leaders. */
  get liveness(): LivenessObserver | null {
    this.#tellQuiet();
    return this.#liveness;
  }

  feed(event: TraceEvent, node: number, incarnation: number, timeNs: Nanos): void {
    if (this.#quietAtNs !== null && timeNs > this.#quietAtNs) this.#tellQuiet();
    if (this.checker?.isOwn !== undefined) this.#requireKnown(this.checker, event, node);
    this.checker?.feed(event, node, incarnation, timeNs);
    this.panics?.feed(event, node, incarnation, timeNs);
    this.voters.feed(event, node, timeNs);
    this.#liveness?.feed(event, node, incarnation, timeNs);
  }

  /** What is neither of the system's own kinds nor of ours is a mistake of its module. */
  #requireKnown(checker: TraceChecker, event: TraceEvent, node: number): void {
    if (checker.isOwn?.(event) === true) return;
    if (decoderOf(event.kind)?.safeParse(event).success === true) return;
    throw usage(
      `${this.#system.name}: ${nodeName(node)} traced ${shorten(JSON.stringify(event))}, which is no ` +
        'event that its trace checker knows (`isOwn` says no, and it is none of ours)',
    );
  }

  /** The last fault had been undone at this time: what comes later counts as after it. */
  quiet(timeNs: Nanos): void {
    this.#quietAtNs = timeNs;
  }

  /**
   * Follows a whole stored trace and says why it may be incomplete; null where it is whole.
   * What comes after a gap may rest on what is missing, and is left out: then the lines are gone
   * through twice. `quietAtNs` is null when the run never came to its quiet end.
   */
  feedAll(lines: Iterable<TraceLine>, quietAtNs: Nanos | null): string | null {
    const gaps = new GapFinder();
    const count = this.#feedEach(lines, quietAtNs, gaps);
    if (gaps.gap !== null) {
      this.#begin();
      this.#feedEach(beforeGap(lines, gaps), quietAtNs);
    }
    return count === 0 ? 'the trace is empty' : gaps.gap;
  }

  #feedEach(lines: Iterable<TraceLine>, quietAtNs: Nanos | null, gaps?: GapFinder): number {
    let count = 0;
    if (quietAtNs !== null) this.quiet(quietAtNs);
    for (const line of lines) {
      gaps?.next(line);
      count++;
      this.feed(line.event, line.node, line.incarnation, line.time);
    }
    return count;
  }

  #tellQuiet(): void {
    if (this.#quietAtNs === null) return;
    this.#liveness?.quiet(this.#quietAtNs);
    this.#quietAtNs = null;
  }
}
