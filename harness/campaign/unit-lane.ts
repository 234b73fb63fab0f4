/** A thread that makes units, with another in its place where it dies: what fails is told, and ends nothing else. */

import { HarnessError } from '../core/errors.ts';
import type { CrewLane } from '../explore/crew.ts';
import { Lane } from '../explore/lane.ts';
import type { Unit } from './unit.ts';
import type { UnitAsked, UnitMade } from './unit-thread.ts';

/** A unit to make, by the first seed of the campaign. */
export interface UnitQuestion {
  readonly unit: Unit;
  readonly firstSeed: number;
}

/** A unit that could not be made, and by whose fault; `bug` is ours. */
export interface UnitFailed {
  readonly kind: 'failed';
  readonly failure: HarnessError['failure'] | 'bug';
  readonly message: string;
  /** Times that it was tried. */
  readonly attempts: number;
}

export type UnitResult = UnitMade | UnitFailed;

/** What came of a unit. */
export interface UnitDone {
  readonly unit: Unit;
  readonly result: UnitResult;
}

export class UnitLane implements CrewLane<UnitQuestion, UnitDone> {
  readonly #retries: number;
  readonly #makeLane: () => CrewLane<UnitAsked, UnitMade>;
  #lane: CrewLane<UnitAsked, UnitMade>;

  /** `retries`: times that a unit is tried again which the machine did not make. */
  constructor(
    retries: number,
    makeLane: () => CrewLane<UnitAsked, UnitMade> = () => new Lane('unit'),
  ) {
    this.#retries = retries;
    this.#makeLane = makeLane;
    this.#lane = makeLane();
  }

  /** Never rejects: one unit that fails keeps none from being made. */
  async ask({ unit, firstSeed }: UnitQuestion): Promise<UnitDone> {
    for (let attempts = 1; ; attempts++) {
      try {
        return { unit, result: await this.#lane.ask(askedOf(unit, firstSeed), unit.id) };
      } catch (error) {
        const failed = failedBy(error, attempts);
        // The same code makes the same mistake again.
        const isFinal = failed.failure !== 'infrastructure' || attempts > this.#retries;
        if (isFinal) return { unit, result: failed };
      }
      await this.#lane.end();
      this.#lane = this.#makeLane();
    }
  }

  end(): Promise<void> {
    return this.#lane.end();
  }
}

/** What a thread is asked, as plain data. */
function askedOf(unit: Unit, firstSeed: number): UnitAsked {
  if (unit.kind === 'runs') {
    const { cell, offset, seeds } = unit;
    const { asked, strategies } = cell;
    return { kind: 'runs', runs: { asked, strategies, firstSeed, offset, seeds } };
  }
  const { asked, id, strategies, seeds, budgetS } = unit.canary;
  const limits = { firstSeed, seeds, budgetS, shrinkS: 0 };
  return { kind: 'canary', hunt: { asked, only: id, kind: 'mutant', strategies, ...limits } };
}

function failedBy(error: unknown, attempts: number): UnitFailed {
  if (error instanceof HarnessError) {
    return { kind: 'failed', failure: error.failure, message: error.message, attempts };
  }
  // Of a bug of ours the stack is what helps.
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: 'failed', failure: 'bug', message, attempts };
}
