/**
 * Decoders of `run.json` and `results.json`: the types of `format.ts` as schemas, which `tsc` holds to
 * one another. Fields that were added later have what their absence meant; unknown ones stay.
 */

import { z } from 'zod';
import type { Verdict, Witness } from '../../checkers/verdict.ts';
import type { PlannedFault } from '../../nemesis/fault.ts';
import type { Met } from '../../systems/expectation.ts';
import { OPERATIONS } from '../../systems/operations.ts';
import type { Options } from '../../systems/protocol.ts';
import type { PlannedOperation } from '../../workloads/workload.ts';
import { BACKEND_NAMES } from '../config/backends.ts';
import type { RunConfig } from '../config/config.ts';
import type { Ending } from '../core/ending.ts';
import type { GitState } from '../core/git.ts';
import type { Plan } from '../core/plan.ts';
import {
  type Divergence,
  type LaneFigures,
  type ResultsFile,
  type RunFigures,
  type RunFile,
  SCHEMA,
  type TimedCheck,
} from './format.ts';

const text = z.string();
const texts = z.array(text);
const number = z.number();
/** How often a rule was asked, and decided otherwise. */
export const counts = z.looseObject({ calls: number, changed: number });
export const schema = z.literal(SCHEMA);
export const settings: z.ZodType<Options> = z.record(text, z.union([number, text, z.boolean()]));

const plannedOperation: z.ZodType<PlannedOperation> = z.looseObject({
  id: number,
  client: number,
  atUs: number,
  f: z.enum(OPERATIONS),
  key: text,
  value: z.json(),
});

const plannedFault: z.ZodType<PlannedFault> = z.looseObject({
  id: number,
  lane: text,
  form: text,
  draw: number,
  startUs: number,
  endUs: number,
  step: number.exactOptional(),
});

/** `plan.json`, and the plan of a run that was made smaller. */
export const plan: z.ZodType<Plan> = z.looseObject({
  operations: z.array(plannedOperation),
  faults: z.array(plannedFault),
});

export const config: z.ZodType<RunConfig> = z.looseObject({
  system: text,
  backend: z.enum(BACKEND_NAMES),
  workload: text,
  nodes: number,
  concurrency: number,
  rate: number,
  timeLimitS: number,
  nemesis: texts,
  nemesisIntervalS: number,
  beyond: z.record(z.string(), text).exactOptional(),
  recoveryMinS: number,
  recoveryMaxS: number,
  startupTimeoutS: number.nullable().default(null),
  seed: number,
  stopAtViolation: z.boolean().default(false),
  mutants: texts.default([]),
  modules: texts.exactOptional(),
  program: texts.exactOptional(),
  rules: texts.default([]),
  set: settings,
  plan: plan.exactOptional(),
});

const git: z.ZodType<GitState> = z.looseObject({ commit: text, dirty: text.nullable() });

/** What surrounded whatever was stored. */
export const circumstances = {
  schema,
  startedAt: text,
  startedIn: text.exactOptional(),
  command: text,
  versions: z.looseObject({ ordeal: text, node: text }),
  git: git.nullable().default(null),
  project: git.nullable().exactOptional(),
  machine: z.looseObject({ platform: text, arch: text, cpus: number, memoryBytes: number }),
};

export const runFile: z.ZodType<RunFile> = z.looseObject({
  kind: z.literal('run'),
  ...circumstances,
  config,
  byValue: texts.default([]),
  backend: z.record(text, text).default({}),
});

const witness: z.ZodType<Witness> = z.looseObject({
  key: text.exactOptional(),
  operations: z.array(
    z.looseObject({
      invoke: number,
      complete: number.nullable(),
      order: number.exactOptional(),
      stateAfter: text.exactOptional(),
      why: text.exactOptional(),
    }),
  ),
  sentences: texts,
  culprit: number.exactOptional(),
  isCycle: z.literal(true).exactOptional(),
});
const stats = z.record(text, z.union([number, text]));

type Unknown = Extract<Verdict, { kind: 'unknown' }>;

/** What hindered a system stood in the reason, behind a word, until it had a field of its own. */
function asHindered(verdict: Unknown): Unknown {
  const { reason, ...unhindered } = verdict;
  const hindrance = /^hopeless: (.+)$/.exec(reason ?? '')?.[1];
  return hindrance === undefined ? verdict : { ...unhindered, hindrance };
}

export const verdict: z.ZodType<Verdict> = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('valid'), note: text.exactOptional() }),
  z
    .looseObject({
      kind: z.literal('unknown'),
      because: text,
      reason: text.exactOptional(),
      hindrance: text.exactOptional(),
    })
    .transform(asHindered),
  z.looseObject({
    kind: z.literal('invalid'),
    because: text,
    note: text.exactOptional(),
    detail: text.exactOptional(),
    events: z.array(number),
    trace: z.array(number).exactOptional(),
    property: text.exactOptional(),
    properties: texts.exactOptional(),
    witness: witness.exactOptional(),
  }),
]);

const check: z.ZodType<TimedCheck> = z.looseObject({
  checker: text,
  verdict,
  stats: stats.exactOptional(),
  seconds: number,
});

const because = { because: text };
const ending: z.ZodType<Ending> = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('finished') }),
  z.looseObject({ kind: z.literal('unformed') }),
  z.looseObject({ kind: z.literal('violated'), atUs: number }),
  z.looseObject({ kind: z.literal('flooded'), atUs: number, pending: number }),
  z.looseObject({ kind: z.literal('interrupted') }),
  z.looseObject({ kind: z.literal('failed'), ...because }),
  z.looseObject({ kind: z.literal('broken-off'), ...because }),
]);

const lane: z.ZodType<LaneFigures> = z.looseObject({
  lane: text,
  installed: number,
  skipped: number,
  indeterminate: number,
});

const parting: z.ZodType<Divergence> = z.looseObject({
  file: text,
  event: number,
  stored: text.nullable(),
  replayed: text.nullable(),
});

const figures: z.ZodType<RunFigures> = z.looseObject({
  operations: z.looseObject({ invoked: number, ok: number, fail: number, info: number }),
  faults: z.array(lane),
  leaderChanges: number.nullable().default(null),
  recoveryS: number.nullable().default(null),
  idle: z.array(number).nullable().exactOptional(),
  simulatedS: number.nullable().default(null),
  realS: number.default(0),
  reached: z.record(text, counts).nullable().default(null),
  determinism: z
    .looseObject({ replays: number, identical: number, parting: parting.exactOptional() })
    .nullable()
    .default(null),
  ending: ending.exactOptional(),
  cutShort: text.nullable().default(null),
  interrupted: z.boolean().default(false),
  failure: text.nullable().default(null),
});

const expectation: z.ZodType<Met> = z.looseObject({
  expected: z.enum(['valid', 'invalid', 'either']),
  outcome: z.enum(['as-expected', 'news', 'issue']),
  because: text,
  source: text,
  issues: texts.exactOptional(),
});

export const resultsFile: z.ZodType<ResultsFile> = z.looseObject({
  kind: z.literal('results'),
  schema,
  judgedAt: text,
  verdict,
  exitStatus: number,
  checks: z.array(check),
  figures,
  expectation: expectation.exactOptional(),
});
