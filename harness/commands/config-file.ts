/** The YAML file of `--config`: the options of `run` by the names that they have as flags. */

import { z } from 'zod';
import { BACKEND_NAMES } from '../config/backends.ts';
import type { RunRequest } from '../config/config.ts';
import { readYamlFile } from '../config/yaml-file.ts';
import { clientsIn, secondsIn } from '../core/quantities.ts';
import { complaintsAbout } from './config-complaints.ts';

/** Names, by comma or in a list. */
export const names = z.union(
  [z.string(), z.array(z.string())],
  'a name or a list of names is needed',
);
export const setting = z.union([z.string(), z.number(), z.boolean()], 'one value is needed');

export const duration = parsed(secondsIn, 'a time is needed: 60, 60s, 5m, 1h or 500ms');
export const clients = parsed(clientsIn, 'a number is needed, or one for each node: 10 or 2n');

/** A number as it stands, or what a text stands for. */
export function parsed<Result>(parse: (text: string) => Result | null, needed: string) {
  return z.union([z.number(), z.string()], needed).transform((given, context) => {
    const result = typeof given === 'number' ? given : parse(given);
    if (result !== null) return result;
    context.addIssue(needed);
    return z.NEVER;
  });
}

/** What may stand in such a file. */
export const optionsSchema = z.strictObject({
  system: z.string().optional(),
  backend: z.enum(BACKEND_NAMES).optional(),
  workload: z.string().optional(),
  nodes: z.int().optional(),
  concurrency: clients.optional(),
  rate: z.number().optional(),
  'time-limit': duration.optional(),
  nemesis: names.optional(),
  'nemesis-interval': duration.optional(),
  'startup-timeout': duration.optional(),
  'recovery-min': duration.optional(),
  'recovery-max': duration.optional(),
  seed: z.int().optional(),
  'stop-at-violation': z.boolean().optional(),
  mutant: names.optional(),
  rules: names.optional(),
  set: z.record(z.string(), setting).optional(),
});

/**
 * Reads a file of run options; what is wrong in it is one usage error with file, line and column of
 * each mistake. `system` is what the command line names.
 */
export function readConfigFile(file: string, system?: string): Partial<RunRequest> {
  const words = { one: 'option', many: 'options' };
  const { contents: given } = readYamlFile(
    file,
    `--config ${file}`,
    optionsSchema,
    words,
    (contents) => complaintsAbout(contents, system),
  );
  const { mutant, nemesis, rules, ...rest } = given;
  const {
    'time-limit': timeLimitS,
    'nemesis-interval': nemesisIntervalS,
    'startup-timeout': startupTimeoutS,
    'recovery-min': recoveryMinS,
    'recovery-max': recoveryMaxS,
    'stop-at-violation': stopAtViolation,
    ...same
  } = rest;
  const request = {
    ...same,
    timeLimitS,
    nemesisIntervalS,
    startupTimeoutS,
    recoveryMinS,
    recoveryMaxS,
    stopAtViolation,
    nemesis: listOf(nemesis),
    mutants: listOf(mutant),
    rules: listOf(rules),
  };
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}

export function listOf(value: string | readonly string[]): readonly string[];
export function listOf(
  value: string | readonly string[] | undefined,
): readonly string[] | undefined;
export function listOf(
  value: string | readonly string[] | undefined,
): readonly string[] | undefined {
  return typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value;
}
