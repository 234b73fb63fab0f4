/** Makes the units of a campaign on the machine's cores, and keeps what comes of each at once. */

import { Crew, type CrewFigures, type CrewLane, type Progress } from '../explore/crew.ts';
import type { CampaignSpec } from './spec.ts';
import type { CampaignState } from './state.ts';
import { type Unit, unitsOf } from './unit.ts';
import { type UnitDone, UnitLane, type UnitQuestion, type UnitResult } from './unit-lane.ts';

/** The same unit came out otherwise in another thread. */
export interface Differs {
  readonly kind: 'differs';
  /** Which, as people would call it. */
  readonly where: string;
}

/** What the threads did this time; what came of it stands in the campaign's directory. */
export type Work = CrewFigures<Differs>;

export interface Limits {
  readonly workers: number;
  /** Time that is left for runs; null for as long as it takes. */
  readonly budgetS: number | null;
}

/** Told of each unit that is done; whether it is to be made again in another thread in any case. */
export type Told = (done: UnitDone, progress: Progress) => boolean;

export async function makeUnits(
  spec: CampaignSpec,
  state: CampaignState,
  limits: Limits,
  signal: AbortSignal,
  told: Told,
  makeLane: () => CrewLane<UnitQuestion, UnitDone> = () => new UnitLane(spec.retries),
): Promise<Work> {
  const { firstSeed, seeds, shard } = state.plan;
  const before = state.results();
  // What failed is tried again.
  const isDone = ({ id }: Unit) => (before.get(id)?.kind ?? 'failed') !== 'failed';
  const left = () => unitsOf({ ...spec, seeds }, shard).filter((unit) => !isDone(unit));
  const total = seeds === null ? null : [...left()].length;
  if (total === 0) return { wallS: 0, repeated: 0, identical: 0, stop: null };
  const next = left();
  const begun: Unit[] = [];
  const unitAt = (at: number): Unit => {
    const unit = begun[at];
    if (unit === undefined) throw new Error('a unit was never begun');
    return unit;
  };
  const crew: Crew<UnitQuestion, UnitDone, Differs> = new Crew(
    // A crew counts its work by seeds: of units, the first is number 0.
    { ...limits, firstSeed: 0, seeds: total },
    signal,
    {
      strategy: () => {
        const { value } = next.next();
        if (value === undefined) throw new Error('there is no unit left');
        begun.push(value);
        return value.id;
      },
      question: (task) => ({ unit: unitAt(task.seed), firstSeed }),
      made: (done) => {
        state.write(done.unit.id, done.result);
        return told(done, crew.progress);
      },
      isEnough: () => false,
      isSame: (one, other) => isSame(one.result, other.result),
      differs: (task) => ({ kind: 'differs', where: placeOf(unitAt(task.seed), firstSeed) }),
    },
    makeLane,
  );
  return crew.run();
}

function placeOf(unit: Unit, firstSeed: number): string {
  if (unit.kind === 'canary') return unit.canary.name;
  const from = firstSeed + unit.offset;
  return `${unit.cell.name}, seeds ${from} to ${from + unit.seeds - 1}`;
}

/** What depends on the time that it took, or was not made at all, says nothing. */
function isSame(one: UnitResult, other: UnitResult): boolean {
  if (one.kind === 'runs' && other.kind === 'runs') return one.digest === other.digest;
  if (one.kind !== 'canary' || other.kind !== 'canary') return true;
  return one.kill === null || other.kill === null || one.kill.seed === other.kill.seed;
}
