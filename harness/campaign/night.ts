/** What all units of a campaign came to: by cell, by canary, and each kind of violation once. */

import { type Signature, signatureText } from '../judge/signature.ts';
import type { RunFigures } from '../store/format.ts';
import { addReach } from '../variants/tally.ts';
import type { Doubt, RunsMade } from './runs.ts';
import type { CampaignSpec, Canary, Cell } from './spec.ts';
import type { Plan } from './state.ts';
import { hunts, roundsUntil, SEEDS, unitsOf, WHOLE } from './unit.ts';
import type { UnitFailed, UnitResult } from './unit-lane.ts';
import type { CanaryMade } from './unit-thread.ts';

export interface CellFigures {
  readonly cell: Cell;
  readonly valid: number;
  readonly invalid: number;
  readonly unknown: number;
  readonly coreS: number;
  readonly simulatedS: number;
  readonly doubts: readonly Doubt[];
  readonly variants: NonNullable<RunFigures['reached']>;
  readonly made: readonly RunsMade[];
}

/** A kind of violation of one subject, and the first run that shows it. */
export interface Violation {
  readonly subject: string;
  readonly signature: Signature;
  readonly cell: Cell;
  readonly seed: number;
  readonly strategy: string;
  readonly because: string;
  /** Runs that show it, over all cells, and the cells. */
  readonly runs: number;
  readonly cells: readonly string[];
}

export interface CanaryFigures {
  readonly canary: Canary;
  /** Null where nobody came to hunt it. */
  readonly made: CanaryMade | null;
}

export interface Failure extends UnitFailed {
  /** Of the unit that could not be made. */
  readonly unit: string;
  readonly name: string;
}

export interface Night {
  readonly cells: readonly CellFigures[];
  readonly canaries: readonly CanaryFigures[];
  readonly violations: readonly Violation[];
  readonly failures: readonly Failure[];
  /** The seed after the last one that a run may have had. */
  readonly nextSeed: number;
}

/** A kind of violation, whoever shows it: `raft agreement: ElectionSafety`. */
export function violationName({
  subject,
  signature,
}: Pick<Violation, 'subject' | 'signature'>): string {
  return `${subject} ${signatureText(signature)}`;
}

/** `results` by the ids of units; the order in which they were made does not matter. */
export function nightOf(
  spec: CampaignSpec,
  { firstSeed, seeds, shard }: Pick<Plan, 'firstSeed' | 'seeds' | 'shard'>,
  results: ReadonlyMap<string, UnitResult>,
): Night {
  const made = spec.cells.map((): RunsMade[] => []);
  const canaries = spec.canaries.map((canary): CanaryFigures => ({ canary, made: null }));
  const violations = new Map<string, Violation>();
  const failures: Failure[] = [];
  let nextSeed = firstSeed;
  const rounds = Math.max(0, ...[...results.keys()].map(roundsUntil));
  for (const unit of unitsOf({ ...spec, seeds: seeds ?? rounds * SEEDS }, WHOLE)) {
    const result = results.get(unit.id);
    if (result === undefined) continue;
    if (unit.kind === 'runs') nextSeed = Math.max(nextSeed, firstSeed + unit.offset + unit.seeds);
    if (result.kind === 'failed') {
      const { name } = unit.kind === 'runs' ? unit.cell : unit.canary;
      failures.push({ ...result, unit: unit.id, name });
    } else if (unit.kind === 'canary' && result.kind === 'canary') {
      canaries[unit.at] = { canary: unit.canary, made: result };
    } else if (unit.kind === 'runs' && result.kind === 'runs') {
      made[unit.at]?.push(result);
      for (const find of result.finds) note(violations, unit.cell, find);
    }
  }
  return {
    cells: spec.cells.map((cell, at) => cellFigures(cell, made[at] ?? [])),
    // What others hunt is not missed here.
    canaries: canaries.filter((_, at) => hunts(shard, at)),
    violations: [...violations.values()],
    failures,
    nextSeed,
  };
}

function note(
  violations: Map<string, Violation>,
  cell: Cell,
  find: RunsMade['finds'][number],
): void {
  const { subject, name } = cell;
  const { runs, ...first } = find;
  const key = violationName({ subject, signature: find.signature });
  const before = violations.get(key) ?? { subject, ...first, cell, runs: 0, cells: [] };
  const cells = before.cells.includes(name) ? before.cells : [...before.cells, name];
  violations.set(key, { ...before, runs: before.runs + runs, cells });
}

function cellFigures(cell: Cell, made: readonly RunsMade[]): CellFigures {
  const doubts = new Map<string, Doubt>();
  const variants: NonNullable<RunFigures['reached']> = {};
  for (const one of made) {
    addReach(variants, one.variants);
    for (const doubt of one.doubts) {
      const before = doubts.get(doubt.reason) ?? { ...doubt, runs: 0 };
      doubts.set(doubt.reason, { ...before, runs: before.runs + doubt.runs });
    }
  }
  const sum = (of: (one: RunsMade) => number) => made.reduce((total, one) => total + of(one), 0);
  return {
    cell,
    valid: sum((one) => one.valid),
    invalid: sum((one) => one.invalid),
    unknown: sum((one) => one.unknown),
    coreS: sum((one) => one.coreS),
    simulatedS: sum((one) => one.simulatedS),
    doubts: [...doubts.values()].sort((a, b) => b.runs - a.runs),
    variants,
    made,
  };
}
