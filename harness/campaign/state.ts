/**
 * The directory of a campaign: what it is to do, written before the first run, and one file for each
 * unit that is done. A kill loses what is under way, and nothing else.
 */

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { usage } from '../core/errors.ts';
import { makeDirectories, storing } from '../core/files.ts';
import { cell as hunt } from '../explore/matrix/matrix.ts';
import { decodeFile } from '../store/decode.ts';
import { jsonText, writeWhole } from '../store/files.ts';
import type { RunFile, SCHEMA } from '../store/format.ts';
import { circumstances } from '../store/stored-files.ts';
import type { RunsMade } from './runs.ts';
import type { Shard } from './unit.ts';
import type { UnitFailed, UnitResult } from './unit-lane.ts';
import type { CanaryMade } from './unit-thread.ts';

/** What a campaign follows from, and what it was begun with. */
export interface Plan extends Pick<RunFile, 'startedAt' | 'versions' | 'git'> {
  readonly schema: typeof SCHEMA;
  readonly kind: 'campaign-plan';
  readonly name: string;
  /** The file, as the user named it, and what stood in it. */
  readonly file: string;
  readonly source: string;
  /** Digest of the code that its runs follow from. */
  readonly code: string;
  readonly firstSeed: number;
  /** Time for runs, and seeds of each cell; null for what limits nothing. */
  readonly budgetS: number | null;
  readonly seeds: number | null;
  readonly shard: Shard;
}

const text = z.string();
const number = z.number();
const { schema, startedAt, versions, git } = circumstances;
export const signature = z.looseObject({ checker: text, property: text });
const counts = z.record(text, number);
const nested = z.record(text, counts);

const plan: z.ZodType<Plan> = z.looseObject({
  schema,
  kind: z.literal('campaign-plan'),
  startedAt,
  versions,
  git,
  name: text,
  file: text,
  source: text,
  code: text,
  firstSeed: number,
  budgetS: number.nullable(),
  seeds: number.nullable(),
  shard: z.looseObject({ index: number, of: number }),
});

const first = { because: text, seed: number, strategy: text, runs: number };
const runs: z.ZodType<RunsMade> = z.looseObject({
  kind: z.literal('runs'),
  valid: number,
  invalid: number,
  unknown: number,
  coreS: number,
  simulatedS: number,
  finds: z.array(z.looseObject({ signature, ...first })),
  doubts: z.array(z.looseObject({ reason: text, ...first })),
  variants: z.record(text, z.looseObject({ calls: number, changed: number })),
  tallies: z.looseObject({
    runs: number,
    nodes: counts,
    workloads: counts,
    options: nested,
    faults: counts,
    lanes: counts,
    steps: counts,
    pairs: counts,
    hits: nested,
    overlaps: counts,
    sometimes: counts,
  }),
  digest: text,
});
const canary: z.ZodType<CanaryMade> = z.intersection(
  z.looseObject({ kind: z.literal('canary') }),
  hunt,
);
const failed: z.ZodType<UnitFailed> = z.looseObject({
  kind: z.literal('failed'),
  failure: z.enum(['usage', 'infrastructure', 'bug']),
  message: text,
  attempts: number,
});
const unit: z.ZodType<UnitResult> = z.union([runs, canary, failed]);

const PLAN_FILE = 'plan.json';
const UNITS = 'units';
const LOCK = 'running';

/** A campaign in its directory. */
export class CampaignState {
  readonly directory: string;
  readonly plan: Plan;

  private constructor(directory: string, campaign: Plan) {
    this.directory = directory;
    this.plan = campaign;
  }

  /** In a new directory. */
  static begin(directory: string, campaign: Plan): CampaignState {
    storing(directory, () => makeDirectories(join(directory, UNITS)));
    writeWhole(join(directory, PLAN_FILE), jsonText(campaign));
    return new CampaignState(directory, campaign);
  }

  static isThere(directory: string): boolean {
    return existsSync(join(directory, PLAN_FILE));
  }

  /** Throws a usage error where a directory is not that of a campaign. */
  static open(directory: string): CampaignState {
    if (!CampaignState.isThere(directory)) {
      throw usage(`${directory}: is no campaign (it has no ${PLAN_FILE})`);
    }
    return new CampaignState(directory, decodeFile(join(directory, PLAN_FILE), plan));
  }

  /** What came of the units so far, by their ids. */
  results(): Map<string, UnitResult> {
    const folder = join(this.directory, UNITS);
    const names = existsSync(folder) ? readdirSync(folder).sort() : [];
    return new Map(
      names
        .filter((name) => /^[\w-]+\.json$/.test(name))
        .map((name) => [name.slice(0, -'.json'.length), decodeFile(join(folder, name), unit)]),
    );
  }

  write(id: string, result: UnitResult): void {
    writeWhole(join(this.directory, UNITS, `${id}.json`), jsonText(result));
  }

  /** Holds it against a second process that would go on with it; refused while another one does. */
  hold(): Disposable {
    const path = join(this.directory, LOCK);
    const other = holderOf(path);
    if (other !== null) {
      throw usage(
        `${this.directory}: process ${other} is at work on it (if it is not, remove ${path})`,
      );
    }
    storing(path, () => writeFileSync(path, `${process.pid}\n`));
    return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
  }
}

/** The process that holds a campaign; null where there is none any more. */
function holderOf(path: string): number | null {
  if (!existsSync(path)) return null;
  const holder = Number(readFileSync(path, 'utf8'));
  if (!Number.isInteger(holder) || holder < 1 || holder === process.pid) return null;
  try {
    process.kill(holder, 0);
    return holder;
  } catch (error) {
    // Somebody else's is alive as well.
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? holder : null;
  }
}
