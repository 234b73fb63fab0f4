/** Follows a run's trace as its checkers do, and counts what was reached and hashes what was said. */

import type { TraceEvent } from '../../checkers/trace.ts';
import type { Nanos } from '../../checkers/units.ts';
import { TraceFollower } from '../judge/trace-follower.ts';

export class TraceObserver extends TraceFollower {
  /** How often each kind of event was reported. */
  readonly steps = new Map<string, number>();
  /** 32 bits of what every node reported when, in order. */
  hash = 0x811c_9dc5;
  readonly #ids = new Map<string, number>();

  override feed(event: TraceEvent, node: number, incarnation: number, timeNs: Nanos): void {
    const { kind } = event;
    const known = this.#ids.get(kind);
    const id = known ?? this.#ids.size;
    if (known === undefined) this.#ids.set(kind, id);
    this.steps.set(kind, (this.steps.get(kind) ?? 0) + 1);
    let hash = Math.imul(this.hash ^ (id * 64 + node), 0x0100_0193);
    hash = Math.imul(hash ^ (timeNs % 0x7fff_ffff), 0x0100_0193);
    this.hash = hash ^ (hash >>> 15);
    super.feed(event, node, incarnation, timeNs);
  }
}
