/** The form of a scenario file: which fields there are, and what their values look like. */

import { z } from 'zod';
import type { Value } from '../../checkers/history.ts';

const names = z.union([z.string(), z.array(z.string())], 'a name or a list of names is needed');
const setting = z.union([z.string(), z.number(), z.boolean()], 'one value is needed');
const value: z.ZodType<Value> = z.lazy(() =>
  z.union(
    [z.null(), z.boolean(), z.number(), z.string(), z.array(value)],
    'a value or a list of values is needed',
  ),
);
/** Facts by node, and a few words that are no nodes; read in `compile-expect.ts`. */
const expectation = z.record(z.string(), z.json(), 'what is expected, by node, is needed');
const duration = z
  .string('a time is needed, as in 200 ms')
  .regex(/^\d+(\.\d+)? ?(ms|s)$/, 'a time is needed, as in 200 ms or 2 s');
const yes = z.literal(true, 'only true is allowed');

/** Which messages: all that are given must be so. */
export interface RawFilter {
  readonly kind?: string | string[] | undefined;
  readonly from?: string | string[] | undefined;
  readonly to?: string | string[] | undefined;
  readonly among?: string | string[] | undefined;
  readonly with?: Record<string, unknown> | undefined;
  readonly not?: RawFilter | undefined;
  readonly first?: number | undefined;
}

const filter: z.ZodType<RawFilter> = z.lazy(() => z.strictObject(filterFields));
const filterFields = {
  kind: names.optional(),
  from: names.optional(),
  to: names.optional(),
  among: names.optional(),
  with: z.record(z.string(), z.json()).optional(),
  not: filter.optional(),
  first: z.int().min(1).optional(),
};
/** Messages that are expected to be on their way. */
export const inFlightSchema = z.strictObject(
  { ...filterFields, first: z.never().optional(), count: z.int().min(0).optional() },
  {
    error: (issue) =>
      issue.code === 'invalid_type' ? 'a filter (kind, from, to ..., count) is needed' : undefined,
  },
);
/** `true` stands for every message. */
const anyFilter = z.union([yes, filter], 'true or a filter (kind, from, to, among ...) is needed');

const operations = {
  read: z.null('a read has no value: null').optional(),
  write: value.optional(),
  cas: value.optional(),
  append: value.optional(),
  inc: value.optional(),
  add: value.optional(),
  remove: value.optional(),
  propose: value.optional(),
  txn: value.optional(),
};

/** What a step may do; each step has one of these. */
const actions = {
  request: z
    .strictObject({
      at: z.string(),
      as: z.string().optional(),
      key: z.string().optional(),
      session: z.string().optional(),
      ...operations,
    })
    .optional(),
  open: z.strictObject({ at: z.string(), as: z.string() }).optional(),
  retry: z.strictObject({ at: z.string(), of: z.string() }).optional(),
  deliver: anyFilter.optional(),
  settle: anyFilter.optional(),
  drop: anyFilter.optional(),
  duplicate: anyFilter.optional(),
  hold: anyFilter.optional(),
  release: anyFilter.optional(),
  fire: z.strictObject({ at: z.string(), timer: z.string() }).optional(),
  crash: names.optional(),
  start: names.optional(),
  restart: names.optional(),
  isolate: names.optional(),
  partition: z.array(z.array(z.string())).optional(),
  heal: yes.optional(),
  disconnect: z.tuple([z.string(), z.string()]).optional(),
  wait: duration.optional(),
  run: z
    .union(
      [
        duration,
        z.strictObject({
          for: duration,
          until: expectation.optional(),
          only: filter.optional(),
        }),
      ],
      'a time, or { for, until, only }, is needed',
    )
    .optional(),
  forget: yes.optional(),
  note: z.string().optional(),
};

/** A step as it stands in the file. */
export type RawStep = z.infer<z.ZodObject<typeof actions, z.core.$strict>> & {
  readonly say?: string | undefined;
  readonly expect?: Record<string, unknown> | undefined;
  readonly repeat?: RawRepeat | undefined;
};

export interface RawRepeat {
  readonly times: number;
  readonly steps: readonly RawStep[];
  readonly until?: Record<string, unknown> | undefined;
}

const step: z.ZodType<RawStep> = z.lazy(() =>
  z.strictObject({
    ...actions,
    say: z.string().optional(),
    expect: expectation.optional(),
    repeat: z
      .strictObject({
        times: z.int().min(1).max(10_000),
        steps: z.array(step).min(1),
        until: expectation.optional(),
      })
      .optional(),
  }),
) as z.ZodType<RawStep>;

const claim = z.strictObject({
  row: z.int().min(1).optional(),
  says: z.string(),
  variants: z.array(z.string()).optional(),
  options: z.record(z.string(), setting).optional(),
  afterwards: z.array(step).optional(),
  breaks: z.union([z.literal('none'), z.array(z.string()).min(1)]).optional(),
  expect: expectation.optional(),
});

const circumstances = {
  roles: z.record(z.string(), z.string()).optional(),
  options: z.record(z.string(), setting).optional(),
  variants: z.array(z.string()).optional(),
  given: z.record(z.string(), z.record(z.string(), value)).optional(),
  down: names.optional(),
};

const play = {
  steps: z.array(step).min(1).optional(),
  expect: expectation.optional(),
  claims: z.array(claim).optional(),
};

export const scenarioSchema = z.strictObject({
  title: z.string(),
  system: z.string().optional(),
  source: z.string().optional(),
  about: z.string().optional(),
  rows: z.array(z.int().min(1)).optional(),
  seed: z.int().min(0).optional(),
  nodes: z.array(z.string()).min(1),
  ...circumstances,
  ...play,
  cases: z
    .array(z.strictObject({ title: z.string(), ...circumstances, ...play }))
    .min(1)
    .optional(),
});

export type RawScenario = z.infer<typeof scenarioSchema>;
export type RawCase = Omit<NonNullable<RawScenario['cases']>[number], 'title'>;
export type RawClaim = z.infer<typeof claim>;

/** The words of `actions` that say what a step does. */
export const ACTION_NAMES = [...Object.keys(actions), 'repeat'] as readonly (keyof RawStep)[];
