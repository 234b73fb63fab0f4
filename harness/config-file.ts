/** The YAML file of `--config`: the options of `run` by the names that they have as flags. */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { EVENT_ID, type Event, getScalarValue, load, parseEvents, YAMLException } from 'js-yaml';
import { z } from 'zod';
import type { RunRequest } from './config.ts';
import { fileProblem, suggestion, usage } from './errors.ts';

const names = z.union([z.string(), z.array(z.string())], 'a name or a list of names is needed');
const setting = z.union([z.string(), z.number(), z.boolean()], 'one value is needed');

const schema = z.strictObject({
  system: z.string().optional(),
  backend: z.enum(['sim', 'docker']).optional(),
  workload: z.string().optional(),
  nodes: z.int().optional(),
  concurrency: z.int().optional(),
  rate: z.number().optional(),
  'time-limit': z.number().optional(),
  nemesis: names.optional(),
  'nemesis-interval': z.number().optional(),
  seed: z.int().optional(),
  mutant: names.optional(),
  rules: names.optional(),
  set: z.record(z.string(), setting).optional(),
});

/** Reads a file of run options; what is wrong in it is one usage error with file, line and column. */
export function readConfigFile(file: string): Partial<RunRequest> {
  const given = schemaChecked(file, sourceOf(file));
  const { mutant, nemesis, rules, ...rest } = given;
  const { 'time-limit': timeLimitS, 'nemesis-interval': nemesisIntervalS, ...same } = rest;
  const request = {
    ...same,
    timeLimitS,
    nemesisIntervalS,
    nemesis: listOf(nemesis),
    mutants: listOf(mutant),
    rules: listOf(rules),
  };
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}

function listOf(value: string | readonly string[] | undefined): readonly string[] | undefined {
  return typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value;
}

function sourceOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usage(`--config ${file}: ${fileProblem(error)}`);
  }
}

function schemaChecked(file: string, source: string): z.infer<typeof schema> {
  try {
    const result = schema.safeParse(load(source, { filename: basename(file) }));
    if (result.success) return result.data;
    const issue = result.error.issues[0] as z.core.$ZodIssue;
    const { path, at, message } = complaintOf(issue);
    YAMLException.throwAt(source, positionOf(source, path, at), message, basename(file));
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { mark } = error;
    const place = mark === undefined ? '' : `:${mark.line + 1}:${mark.column + 1}`;
    throw usage(`${file}${place}: ${error.reason}`);
  }
}

/** What is wrong, and whether it is the key at the path or its value. */
interface Complaint {
  readonly path: readonly string[];
  readonly at: 'key' | 'value';
  readonly message: string;
}

function complaintOf(issue: z.core.$ZodIssue): Complaint {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') {
    const where = path.length === 0 ? 'options by name are needed' : path.join('.');
    return { path, at: 'value', message: `${where}: ${issue.message}` };
  }
  const key = issue.keys[0] as string;
  const message = `unknown option "${key}" (${suggestion(key, Object.keys(schema.shape))})`;
  return { path: [...path, key], at: 'key', message };
}

/**
 * Where the key or the value at a path stands in the source: the key is met first. Where the value
 * has no place of its own, that of its key or of what it stands in.
 */
function positionOf(source: string, path: readonly string[], at: Complaint['at']): number {
  let best = 0;
  let found = false;
  walk(source, parseEvents(source, {}), (visited, position) => {
    if (found && at === 'key') return;
    if (visited.length > path.length || visited.some((name, i) => name !== path[i])) return;
    best = position;
    found = visited.length === path.length;
  });
  return best;
}

/** One open collection: a mapping waits for a key or for the value of `key`; a sequence counts. */
interface Open {
  readonly mapping: boolean;
  key: string | null;
  count: number;
}

function walk(
  source: string,
  events: readonly Event[],
  visit: (path: readonly string[], position: number) => void,
): void {
  const open: Open[] = [];
  const path = () => open.map((one) => (one.mapping ? (one.key ?? '') : String(one.count)));
  const valueDone = () => {
    const last = open.at(-1);
    if (last === undefined) return;
    last.key = null;
    last.count++;
  };
  for (const event of events) {
    if (event.type === EVENT_ID.SCALAR) {
      const last = open.at(-1);
      if (last?.mapping && last.key === null) last.key = getScalarValue(source, event);
      else {
        visit(path(), event.valueStart);
        valueDone();
        continue;
      }
      visit(path(), event.valueStart);
    } else if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) {
      open.push({ mapping: event.type === EVENT_ID.MAPPING, key: null, count: 0 });
    } else if (event.type === EVENT_ID.POP && open.length > 0) {
      open.pop();
      valueDone();
    }
  }
}
