/** A campaign in the end: its violations new, known or seen before, what is gone, and what was reached. */

import { Coverage, type CoverageFigures } from '../explore/coverage.ts';
import { Explored } from '../explore/trial.ts';
import { signatureText } from '../judge/signature.ts';
import { isModulePath } from '../own/modules.ts';
import type { Work } from './campaign.ts';
import { type Confirmed, confirm, type KeptViolation } from './kept.ts';
import { type Night, type Violation, violationName } from './night.ts';
import type { Previous, PreviousViolation } from './previous.ts';
import type { CampaignSpec, Cell } from './spec.ts';
import type { Plan } from './state.ts';

/** `again`: the last campaign showed it, and no issue is named for it. */
export type Mark = 'new' | 'again' | 'known';

export interface Marked extends Violation {
  readonly mark: Mark;
  /** Where somebody is at work on it; null unless the file knows it. */
  readonly issue: string | null;
  /** Null for what is known, where another is kept with the same run, and where there was no time. */
  readonly kept: KeptViolation | null;
  /** The violation that is kept with the same run: most often they are one mistake. */
  readonly sameRunAs: string | null;
}

/** What the last campaign showed, and no run of this one. */
export interface Earlier extends Omit<PreviousViolation, 'repro'> {
  readonly repro: string | null;
  /** Its small run, replayed; null where none was kept, or it cannot be replayed any more. */
  readonly replayed: Confirmed | null;
}

/** What systems were explored together, by their name or module. */
export interface SystemCoverage {
  readonly system: string;
  readonly coverage: CoverageFigures;
}

export interface Campaign {
  readonly spec: CampaignSpec;
  readonly plan: Plan;
  /** Where it is stored. */
  readonly directory: string;
  readonly work: Work;
  readonly night: Night;
  readonly violations: readonly Marked[];
  readonly earlier: readonly Earlier[];
  /** The campaign that it is compared with; null for the first. */
  readonly since: Pick<Previous, 'path' | 'startedAt'> | null;
  readonly coverage: readonly SystemCoverage[];
}

/** Marks each violation; `previous` is the last campaign. */
export function markOf(
  violation: Pick<Violation, 'subject' | 'signature'>,
  spec: CampaignSpec,
  previous: Previous | null,
): Pick<Marked, 'mark' | 'issue'> {
  const issue = issueOf(violation, spec);
  if (issue !== null) return { mark: 'known', issue };
  const name = violationName(violation);
  const isBefore = previous?.violations.some((one) => violationName(one) === name) === true;
  return { mark: isBefore ? 'again' : 'new', issue };
}

function issueOf(
  { subject, signature }: Pick<Violation, 'subject' | 'signature'>,
  { known }: CampaignSpec,
): string | null {
  const name = signatureText(signature);
  const entry = known.find((one) => one.subject === subject && one.signature === name);
  return entry?.issue ?? null;
}

/** What was seen before and not now, of what was asked about now: its kept schedules are replayed. */
export async function earlierOf(
  { violations }: Night,
  spec: CampaignSpec,
  previous: Previous | null,
): Promise<readonly Earlier[]> {
  const now = new Set(violations.map(violationName));
  const subjects = new Set(spec.cells.map(({ subject }) => subject));
  const missing = (previous?.violations ?? []).filter(
    (one) => subjects.has(one.subject) && !now.has(violationName(one)),
  );
  return Promise.all(
    missing.map(async (one) => ({
      ...one,
      issue: issueOf(one, spec),
      replayed: one.repro === null ? null : await replayedBy(one.repro),
    })),
  );
}

/** What cannot be replayed any more says nothing. */
async function replayedBy(repro: string): Promise<Confirmed | null> {
  try {
    return await confirm(repro);
  } catch {
    return null;
  }
}

/** Of all cells of one system together: what one of them never reached, another may have. */
export async function coverageOf({ cells }: Night): Promise<readonly SystemCoverage[]> {
  const grounds = new Map<string, { readonly cell: Cell; readonly coverage: Coverage }>();
  for (const { cell, made } of cells) {
    const key = groundOf(cell);
    const before = grounds.get(key);
    const coverage = before?.coverage ?? new Coverage((await Explored.of(cell.asked)).ground);
    grounds.set(key, before ?? { cell, coverage });
    for (const { tallies } of made) coverage.absorb(tallies);
  }
  return [...grounds.values()].map(({ cell, coverage }) => {
    return { system: cell.asked.system, coverage: coverage.figures() };
  });
}

/** Parts of a user's own are known to the cells that name them alone. */
function groundOf({ asked: { system, workload = '', nemesis = [] } }: Cell): string {
  return [system, ...[workload, ...nemesis].filter(isModulePath)].join(' ');
}
