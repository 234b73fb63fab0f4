/** What may stand in the file of a campaign: one source for whoever reads it and for editors (`ordeal schema`). */

import { z } from 'zod';
import { BACKEND_NAMES, BACKENDS } from '../config/backends.ts';
import { builtIn } from '../config/catalogue.ts';
import { strategies } from '../explore/strategies/index.ts';
import { clients, duration, names, parsed, setting } from './config-file.ts';

/** A share, from 0 to 1. */
const share = parsed((text) => {
  const [, percent] = /^(\d+(?:\.\d+)?) ?%$/.exec(text.trim()) ?? [];
  return percent === undefined ? null : Number(percent) / 100;
}, 'a share is needed: 5% or 0.05').refine((value) => value >= 0 && value <= 1, {
  error: 'a share is from 0% to 100%',
});

/** Editors complete the names; what else may stand there is a path, and told by whoever reads it. */
const named = (known: Readonly<Record<string, unknown>>) =>
  z.union([z.enum(Object.keys(known)), z.string()], 'a name or a path is needed');
const oneOrMore = <Item extends z.ZodType>(item: Item, needed: string) =>
  z.union([item, z.array(item).min(1)], needed);
const MANY = 'a name or a list of names is needed';

/** Where the same seed gives the same bytes. */
const VIRTUAL = BACKEND_NAMES.filter((name) => BACKENDS[name].time === 'virtual');

const variant = z.strictObject({
  name: z.string().min(1).optional().describe('by which people know it'),
  rules: names.optional().describe('modules with own variants of the rules'),
  set: z
    .record(z.string(), setting)
    .optional()
    .describe('options of the system, see: ordeal list options'),
});

const entry = z.strictObject({
  system: oneOrMore(named(builtIn.systems), MANY).describe('a name, or the path of a module'),
  backend: z
    .enum(VIRTUAL, `campaigns run in virtual time alone, for now (allowed: ${VIRTUAL.join(', ')})`)
    .optional(),
  variants: z.array(variant).min(1).optional().describe('of each system; {} is as it is'),
  workload: oneOrMore(named(builtIn.workloads), MANY).optional().describe('drawn, where absent'),
  nemesis: z
    .union([z.string(), z.array(names).min(1)], MANY)
    .optional()
    .describe('each item is a set of faults, by comma; drawn, where absent'),
  nodes: z.int().exactOptional(),
  concurrency: clients.exactOptional(),
  rate: z.number().exactOptional(),
  'time-limit': duration.exactOptional(),
  'nemesis-interval': duration.exactOptional(),
});

const canary = z.strictObject({
  system: named(builtIn.systems),
  mutant: names.optional().describe('planted bugs by id; all of them, where absent'),
  rules: names.optional().describe('modules whose variants are planted bugs'),
  seeds: z.int().min(1).max(100_000).optional().describe('runs at most, 200 where absent'),
  budget: duration.optional().describe('of one core at most, 60s where absent'),
});

const known = z.strictObject({
  system: z.string().describe('as summaries print it, such as raft or raft:lease'),
  signature: z.string().describe('as summaries print it, such as agreement: ElectionSafety'),
  issue: z.string().min(1).describe('where somebody is at work on it'),
});

export const campaignSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]{1,40}$/, 'a name of letters, digits, . _ and - is needed')
    .optional()
    .describe('campaigns of one name follow one another; the name of the file, where absent'),
  budget: duration.optional().describe('time for runs: 60, 60s, 5m, 8h'),
  seeds: z
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .describe('runs of each cell of the matrix at most'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 50)
    .optional()
    .describe('the first seed; where absent, after those of the last campaign of this name'),
  strategies: z
    .array(z.enum(Object.keys(strategies)))
    .min(1)
    .optional(),
  matrix: z.array(entry).min(1).describe('what to run: each entry is all of its combinations'),
  canaries: z.array(canary).optional().describe('planted bugs that must be found'),
  known: z.array(known).optional().describe('violations that have an issue'),
  thresholds: z
    .strictObject({
      valid: z.int().min(0).optional().describe('valid runs of each cell at least (1)'),
      unknown: share.optional().describe('share of the runs of a cell at most (50%)'),
    })
    .optional(),
  retries: z
    .int()
    .min(0)
    .max(10)
    .optional()
    .describe('tries more where the machine failed, 2 where absent'),
});

export type CampaignFile = z.infer<typeof campaignSchema>;
