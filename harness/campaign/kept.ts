/** What a campaign keeps of a violation: the run that shows it, stored, made small, explained, and confirmed by replays. */

import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { deadline } from '../core/deadline.ts';
import { EXIT, HarnessError, messageOf } from '../core/errors.ts';
import { makeDirectories, storing } from '../core/files.ts';
import { type Effort, keep } from '../explore/keep.ts';
import { Explored } from '../explore/trial.ts';
import { decisiveText } from '../report/explanation-words.ts';
import { plain } from '../report/text.ts';
import type { RunContext } from '../run/prepared.ts';
import type { CaseSize } from '../shrink/case.ts';
import { replayRepro } from '../shrink/replay-repro.ts';
import { storyLines } from '../shrink/shrunk-run.ts';
import { decodeFile } from '../store/decode.ts';
import { jsonText, writeWhole } from '../store/files.ts';
import { type Violation, violationName } from './night.ts';
import type { CampaignState } from './state.ts';
import type { Shard } from './unit.ts';

/** `shown` of so many replays show it. */
export interface Confirmed {
  readonly shown: number;
  readonly replays: number;
}

export interface SmallRun {
  readonly after: CaseSize;
  readonly isWhole: boolean;
  readonly story: readonly string[];
  /** What was decisive, in a sentence; null where there was no time to ask. */
  readonly decisive: string | null;
  /** From the directory of the campaign. */
  readonly repro: string;
}

export interface KeptViolation {
  /** The run: paths from the directory of the campaign. */
  readonly seed: number;
  readonly strategy: string;
  readonly command: string;
  readonly directory: string | null;
  readonly report: string | null;
  readonly small: SmallRun | null;
  readonly confirmed: Confirmed;
  /** What kept it from being stored or made small; null where nothing did. */
  readonly problem: string | null;
}

const text = z.string();
const number = z.number();
const size: z.ZodType<CaseSize> = z.looseObject({
  nodes: number,
  faults: number,
  operations: number,
});
export const keptViolation: z.ZodType<KeptViolation> = z.looseObject({
  seed: number,
  strategy: text,
  command: text,
  directory: text.nullable(),
  report: text.nullable(),
  small: z
    .looseObject({
      after: size,
      isWhole: z.boolean(),
      story: z.array(text),
      decisive: text.nullable(),
      repro: text,
    })
    .nullable(),
  confirmed: z.looseObject({ shown: number, replays: number }),
  problem: text.nullable(),
});

/** In a campaign's directory, what is known of each violation. */
export const VIOLATIONS = 'violations';

/** In a campaign's directory, where the runs of violations are stored: of each shard elsewhere. */
export function runsOf({ index, of }: Shard): string {
  return of === 1 ? 'runs' : `runs-${index}`;
}

/** Replays of each small run, by the code at hand. */
const REPLAYS = 5;

/** What is known of a violation as this run shows it: another shard may have another run. */
function fileOf(directory: string, violation: Violation): string {
  const name = violationName(violation).replace(/[^\w-]+/g, '-');
  return join(directory, VIOLATIONS, `${name}-${violation.seed}-${violation.strategy}.json`);
}

/** What was kept of a violation before; null where nothing was. */
export function keptBefore(directory: string, violation: Violation): KeptViolation | null {
  const path = fileOf(directory, violation);
  return existsSync(path) ? decodeFile(path, keptViolation) : null;
}

/** Null for `isAborted` leaves the run as large as it is. Never rejects for what the machine or the code under test does: a violation stays one, with its problem. */
export async function keepViolation(
  { directory, plan }: CampaignState,
  violation: Violation,
  context: Omit<RunContext, 'store'>,
  isAborted: (() => boolean) | null,
): Promise<KeptViolation> {
  const { seed, strategy, cell } = violation;
  const explored = await Explored.of(cell.asked);
  const command = explored.commandOf({ seed, strategy });
  const run = { seed, strategy, command };
  const folder = runsOf(plan.shard);
  let kept: KeptViolation;
  try {
    kept = {
      ...run,
      ...(await keptIn(directory, folder, violation, explored, context, isAborted)),
    };
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    const nothing = { directory: null, report: null, small: null };
    const confirmed = { shown: 0, replays: 0 };
    kept = { ...run, ...nothing, confirmed, problem: messageOf(error) };
  }
  if (isAborted?.() !== true) {
    storing(directory, () => makeDirectories(join(directory, VIOLATIONS)));
    writeWhole(fileOf(directory, violation), jsonText(kept));
  }
  return kept;
}

async function keptIn(
  directory: string,
  folder: string,
  violation: Violation,
  explored: Explored,
  context: Omit<RunContext, 'store'>,
  isAborted: (() => boolean) | null,
): Promise<Omit<KeptViolation, 'seed' | 'strategy' | 'command'>> {
  const { signature, seed, strategy, runs } = violation;
  const store = join(directory, folder);
  const trial = explored.try({ seed, strategy });
  const found = { kinds: [signature], trial, runs, coreS: trial.seconds };
  const { summary, small } = await keep(
    found,
    { ...context, store },
    isAborted === null ? null : inWork(isAborted),
  );
  const fromCampaign = (path: string) => relative(directory, path);
  const { directory: run, report } = summary.paths;
  const stored = {
    directory: run === null ? null : fromCampaign(run),
    report: report === null ? null : fromCampaign(report.path),
    problem: summary.results.exitStatus === EXIT.interrupted ? 'interrupted' : null,
  };
  if (small === null) return { ...stored, small, confirmed: { shown: 0, replays: 0 } };
  const { after, isWhole, story, repro, explanation } = small;
  return {
    ...stored,
    small: {
      after,
      isWhole,
      story: storyLines(story),
      decisive: explanation === null ? null : plain(decisiveText(explanation)),
      repro: fromCampaign(repro),
    },
    confirmed: await confirm(repro),
  };
}

/** So many smaller runs, and as many questions for what explains it. */
const SHRINK_RUNS = 1_500;
const EXPLAIN_QUESTIONS = 60;
/** Far more than that takes. */
const SHRINK_MS = 60_000;
const EXPLAIN_MS = 30_000;

/** Counted in work and not in time, so that each shard makes of a run what the whole would. */
function inWork(isAborted: () => boolean): Effort {
  const isShrinkPast = deadline(SHRINK_MS);
  let isExplainPast: (() => boolean) | null = null;
  let asked = 0;
  return {
    isShrunk: (runs) => runs >= SHRINK_RUNS || isAborted() || isShrinkPast(),
    isExplained: () => {
      isExplainPast ??= deadline(EXPLAIN_MS);
      return ++asked > EXPLAIN_QUESTIONS || isAborted() || isExplainPast();
    },
  };
}

/** Replays a kept schedule by the code at hand. */
export async function confirm(repro: string): Promise<Confirmed> {
  let shown = 0;
  for (let made = 0; made < REPLAYS; made++) {
    if ((await replayRepro(repro)).because !== null) shown++;
  }
  return { shown, replays: REPLAYS };
}
