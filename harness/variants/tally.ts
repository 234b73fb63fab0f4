/** How often the parts of variants were asked, and decided otherwise than what they replace. */

import type { Variant } from '../../systems/system.ts';

/** Tells a weak schedule from a weak checker. */
export interface Reach {
  calls: number;
  /** Times that it decided otherwise than what it replaces; throwing is otherwise, too. */
  changed: number;
}

export class Tally {
  /** By `variant: part`. */
  readonly reached: Record<string, Reach> = {};
  /** A question is asked again to see that the answer is the same: nothing counts meanwhile. */
  repeating = false;

  of(variant: Variant, part: string): Reach {
    const reach: Reach = { calls: 0, changed: 0 };
    this.reached[`${variant.id}: ${part}`] = reach;
    return reach;
  }

  /** A part is asked; what it decides is otherwise until it is known. */
  asked(reach: Reach): void {
    if (this.repeating) return;
    reach.calls++;
    reach.changed++;
  }

  /** What it decided is what it replaces. */
  asBefore(reach: Reach): void {
    if (!this.repeating) reach.changed--;
  }
}

/** Adds counts to a sum, by name. */
export function addReach(
  sum: Record<string, Reach>,
  more: Readonly<Record<string, Readonly<Reach>>>,
): void {
  for (const [name, { calls, changed }] of Object.entries(more)) {
    const total = sum[name] ?? { calls: 0, changed: 0 };
    sum[name] = { calls: total.calls + calls, changed: total.changed + changed };
  }
}
