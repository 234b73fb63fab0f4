/**
 * The faults of a plan, each on its way from being asked for to being undone: which are to start or
 * to end by now, and when it is worth to look again. Told of receipts; carries nothing out.
 */

import { assert } from '../../checkers/assert.ts';
import type { Micros } from '../../checkers/units.ts';
import type { PlannedFault, Receipt } from '../../nemesis/fault.ts';
import { correction, dueUs } from './fault-time.ts';

/** How long a fault that found nobody to act on waits before it looks again. */
const SEEK_US = 250_000;

export interface ScheduleConfig {
  /** The end of the load, which ends every fault. */
  readonly loadEndUs: Micros;
  /** Whether a fault that finds nobody looks on until then, and not only while it was planned for. */
  readonly seeksOn: boolean;
}

/** What a fault that found nobody to act on was told last. */
export interface Unfound {
  readonly receipt: Receipt;
  readonly targets: string;
}

/** A fault that is to be undone; `unfound` where it never found anybody to act on. */
export interface FaultEnd {
  readonly fault: PlannedFault;
  readonly unfound: Unfound | null;
}

/** What the latest attempt to carry a fault out has come to. */
type Attempt =
  /** It is under way: nobody knows yet whether the fault is in force. */
  | { readonly kind: 'pending'; readonly sinceUs: Micros }
  /** It found nobody; another follows. */
  | { readonly kind: 'seeking'; readonly againUs: Micros; readonly unfound: Unfound }
  /** A receipt has told. */
  | { readonly kind: 'told' };

interface Active {
  readonly fault: PlannedFault;
  attempt: Attempt;
  /** When a receipt said that it is in force; null where none did. */
  inForceUs: Micros | null;
  /** Whether it is in force only some time after it was asked for, for the machine's sake. */
  isLate: boolean;
  /** When its end was asked for; null before that. */
  endAskedUs: Micros | null;
}

export class FaultSchedule {
  readonly #planned: readonly PlannedFault[];
  readonly #config: ScheduleConfig;
  /** By id, in the order in which they were first asked for. */
  readonly #active = new Map<number, Active>();
  #next = 0;

  /** `planned`: in the order of their starts. */
  constructor(planned: readonly PlannedFault[], config: ScheduleConfig) {
    this.#planned = planned;
    this.#config = config;
  }

  /** Takes on how far another one of the same plan is. */
  copyFrom(original: FaultSchedule): void {
    for (const [id, active] of original.#active) this.#active.set(id, { ...active });
    this.#next = original.#next;
  }

  /** Whether nothing is in force or on its way. */
  get isIdle(): boolean {
    return this.#active.size === 0;
  }

  /** The faults to be carried out now: those that look for somebody again, and new ones. */
  takeStarts(nowUs: Micros): PlannedFault[] {
    const starts: PlannedFault[] = [];
    for (const active of this.#active.values()) {
      if (active.attempt.kind !== 'seeking' || active.attempt.againUs > nowUs) continue;
      active.attempt = { kind: 'pending', sinceUs: nowUs };
      if (this.#config.seeksOn) active.isLate = true;
      starts.push(active.fault);
    }
    for (;;) {
      const fault = this.#planned[this.#next];
      if (fault === undefined || fault.startUs > nowUs) return starts;
      this.#next++;
      const attempt = { kind: 'pending', sinceUs: nowUs } as const;
      const active = { fault, attempt, inForceUs: null, isLate: false, endAskedUs: null };
      this.#active.set(fault.id, active);
      starts.push(fault);
    }
  }

  /** The faults to be undone now, each told of once. */
  takeEnds(nowUs: Micros): FaultEnd[] {
    const isDue = (active: Active) =>
      active.attempt.kind !== 'pending' && this.#dueUs(active) <= nowUs;
    return this.#end([...this.#active.values()].filter(isDue), nowUs);
  }

  /** All that are left, due or not. */
  takeAll(nowUs: Micros): FaultEnd[] {
    return this.#end([...this.#active.values()], nowUs);
  }

  /** A fault has been carried out, or could not be. */
  started({ id }: PlannedFault, { status }: Receipt, nowUs: Micros): void {
    const active = this.#of(id);
    if (status === 'installed') {
      active.inForceUs = nowUs;
      const { attempt } = active;
      if (attempt.kind === 'pending' && nowUs > attempt.sinceUs) active.isLate = true;
    }
    active.attempt = { kind: 'told' };
  }

  /** A fault found nobody to act on, and holds nothing. Returns whether it looks again. */
  skipped(fault: PlannedFault, unfound: Unfound, nowUs: Micros): boolean {
    const active = this.#of(fault.id);
    const againUs = nowUs + SEEK_US;
    if (active.endAskedUs !== null || againUs >= this.#seekEndUs(fault)) return false;
    active.attempt = { kind: 'seeking', againUs, unfound };
    return true;
  }

  /** A fault has been undone. Returns what its end shows that its start could not. */
  ended(fault: PlannedFault, receipt: Receipt, nowUs: Micros): 'held' | 'short' | null {
    const { inForceUs, endAskedUs } = this.#of(fault.id);
    this.#active.delete(fault.id);
    return correction(fault, receipt, inForceUs ?? undefined, endAskedUs ?? nowUs);
  }

  /** The next time at which a fault starts; infinite where none is left. */
  get nextStartUs(): Micros {
    return this.#planned[this.#next]?.startUs ?? Number.POSITIVE_INFINITY;
  }

  /** The next time at which one of those on their way ends or looks again. */
  nextChangeUs(nowUs: Micros): Micros {
    let atUs = Number.POSITIVE_INFINITY;
    for (const active of this.#active.values()) {
      const endUs = this.#dueUs(active);
      // What is due and still being carried out is seen to once that is over.
      const waits = active.attempt.kind === 'pending' && endUs <= nowUs;
      if (active.endAskedUs === null && !waits) atUs = Math.min(atUs, endUs);
      if (active.attempt.kind === 'seeking') atUs = Math.min(atUs, active.attempt.againUs);
    }
    return atUs;
  }

  #end(due: readonly Active[], nowUs: Micros): FaultEnd[] {
    const endings: FaultEnd[] = [];
    for (const active of due) {
      if (active.endAskedUs !== null) continue;
      active.endAskedUs = nowUs;
      const { fault, attempt } = active;
      const unfound = attempt.kind === 'seeking' ? attempt.unfound : null;
      if (unfound !== null) active.attempt = { kind: 'told' };
      endings.push({ fault, unfound });
    }
    return endings;
  }

  #dueUs({ fault, attempt, inForceUs, isLate }: Active): Micros {
    if (attempt.kind === 'seeking') return this.#seekEndUs(fault);
    const inForce = { sinceUs: inForceUs ?? undefined, late: isLate };
    return dueUs(fault, inForce, this.#config.loadEndUs);
  }

  /** Until when a fault that finds nobody looks for somebody. */
  #seekEndUs({ endUs }: PlannedFault): Micros {
    return this.#config.seeksOn ? this.#config.loadEndUs : endUs;
  }

  #of(id: number): Active {
    const active = this.#active.get(id);
    assert(active !== undefined, 'a receipt is of a fault that was asked for');
    return active;
  }
}
