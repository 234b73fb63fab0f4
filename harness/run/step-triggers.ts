/**
 * Faults of a plan that wait for a step: the n-th time from now on that some node reports an event of
 * some kind in its trace. Kinds are those that this run has seen, so that it works for any protocol.
 * Pure: which step it is follows from the plan and the run.
 */

import { itemAt } from '../../checkers/item-at.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { PlannedFault } from '../../nemesis/fault.ts';
import { next } from '../../nemesis/targets.ts';

/** A rare step is worth waiting for once, a frequent one for longer. */
const TIMES = [1, 1, 2, 5, 20];
/** After a step, a fault comes at once or within this: what follows from the step may be under way. */
const DELAY_MAX_US = 3_000;

/** A fault that waits, or that has what it waited for. */
interface Waiting {
  readonly planned: PlannedFault;
  readonly kind: string;
  readonly delayUs: Micros;
  /** Then it begins all the same, so that it is in force for half of its time at least. */
  readonly untilUs: Micros;
  timesLeft: number;
  hit: NodeId | null;
}

/** A fault whose time has come: on which node, because of what; null where it waited in vain. */
export interface Due {
  readonly planned: PlannedFault;
  readonly hit: NodeId | null;
  readonly kind: string;
}

export class StepTriggers {
  /** Kinds of events in the order in which they were first reported. */
  readonly #kinds: string[] = [];
  readonly #waiting = new Map<number, Waiting>();

  copyFrom(original: StepTriggers): void {
    this.#kinds.push(...original.#kinds);
    for (const [id, waiting] of original.#waiting) this.#waiting.set(id, { ...waiting });
  }

  /** Lets a fault wait; returns the time at which it is to be asked for in any case. */
  wait(planned: PlannedFault, step: number, nowUs: Micros): Micros {
    const halfUs = Math.floor((planned.startUs + planned.endUs) / 2);
    const draws = [next(step), next(next(step)), next(next(next(step)))];
    const delay = itemAt(draws, 2);
    const untilUs = Math.max(nowUs, halfUs);
    this.#waiting.set(planned.id, {
      planned,
      // Nodes that report nothing are waited for in vain.
      kind: this.#kinds[step % this.#kinds.length] ?? 'anything',
      delayUs: (itemAt(draws, 1) & 1) === 0 ? 0 : delay % DELAY_MAX_US,
      untilUs,
      timesLeft: itemAt(TIMES, itemAt(draws, 0) % TIMES.length),
      hit: null,
    });
    return untilUs;
  }

  /** A node reports an event; told of each fault that waited for it, and how long it waits on. */
  reported(kind: string, node: NodeId, due: (id: number, delayUs: Micros) => void): void {
    if (!this.#kinds.includes(kind)) this.#kinds.push(kind);
    for (const [id, waiting] of this.#waiting) {
      if (waiting.kind !== kind || waiting.hit !== null) continue;
      waiting.timesLeft--;
      if (waiting.timesLeft > 0) continue;
      waiting.hit = node;
      due(id, waiting.delayUs);
    }
  }

  /** Takes a fault whose time has come; null where it has begun already, or waits on. */
  take(id: number, nowUs: Micros): Due | null {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined || (waiting.hit === null && nowUs < waiting.untilUs)) return null;
    this.#waiting.delete(id);
    return waiting;
  }

  /** It is to end: whatever it waited for. */
  forget(id: number): void {
    this.#waiting.delete(id);
  }
}
