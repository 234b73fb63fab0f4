/**
 * YAML files of the user: all that is wrong in one is told at once, each with line and snippet, also
 * where only the reader of its contents can tell.
 */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { EVENT_ID, type Event, getScalarValue, load, parseEvents, YAMLException } from 'js-yaml';
import { z } from 'zod';
import { fileProblem, type HarnessError, suggestion, usage } from '../core/errors.ts';
import { requireFile } from '../core/files.ts';

/** A file whose contents fit their schema. */
export interface YamlFile<Contents> {
  readonly contents: Contents;
  /** What is wrong with the value at this path, as an error to throw. */
  problem(path: readonly (string | number)[], message: string): HarnessError;
}

/**
 * Reads a file. `named` begins the message when it cannot be read (a flag and its argument, say);
 * `fields` is what the entries of such a file are called: options, fields. `further` finds what no
 * schema can.
 */
export function readYamlFile<Contents>(
  file: string,
  named: string,
  schema: z.ZodType<Contents>,
  fields: { readonly one: string; readonly many: string },
  further: (given: unknown) => readonly Complaint[] = () => [],
): YamlFile<Contents> {
  let source: string;
  try {
    requireFile(file);
    source = readFileSync(file, 'utf8');
  } catch (error) {
    throw usage(`${named}: ${fileProblem(error)}`);
  }
  const at = (path: readonly string[], where: Complaint['at'], message: string): HarnessError => {
    try {
      YAMLException.throwAt(source, positionOf(source, path, where), message, basename(file));
    } catch (error) {
      return placed(file, error);
    }
  };
  let given: unknown;
  try {
    given = load(source, { filename: basename(file) });
  } catch (error) {
    throw placed(file, error);
  }
  if (valuesIn(given, VALUES_MAX) > VALUES_MAX) {
    throw usage(
      `${file}: more than ${VALUES_MAX} values, each alias counted as what it stands for`,
    );
  }
  const result = schema.safeParse(given);
  const issues = result.error?.issues ?? [];
  const complaints = [
    ...issues.flatMap((issue) => complaintsOf(issue, schema, fields)),
    ...further(given),
  ];
  if (!result.success || complaints.length > 0) {
    const placeOf = (one: Complaint) => positionOf(source, one.path, one.at);
    complaints.sort((a, b) => placeOf(a) - placeOf(b));
    const told = complaints.map(({ path, at: where, message }) => at(path, where, message).message);
    throw usage(told.join('\n'));
  }
  return {
    contents: result.data,
    problem(path, message) {
      const names = path.map(String);
      return at(names, 'value', `${names.join('.')}: ${message}`);
    },
  };
}

/** Far more than anybody writes; aliases of aliases come to any number with a few lines. */
const VALUES_MAX = 1_000_000;

/** How many values there are, as a reader meets them; counts to `max` and a little beyond. */
function valuesIn(given: unknown, max: number): number {
  const open: unknown[] = [given];
  let values = 0;
  while (open.length > 0 && values <= max) {
    const value = open.pop();
    values++;
    if (typeof value !== 'object' || value === null) continue;
    for (const inner of Object.values(value)) open.push(inner);
  }
  return values;
}

/** The usage error of what the parser found, or was made to find. */
function placed(file: string, error: unknown): HarnessError {
  if (!(error instanceof YAMLException)) throw error;
  const { mark } = error;
  if (mark === undefined) return usage(`${file}: ${error.reason}`);
  const snippet = mark.snippet === undefined ? '' : `\n${mark.snippet}`;
  return usage(`${file}:${mark.line + 1}:${mark.column + 1}: ${error.reason}${snippet}`);
}

/** What is wrong, and whether it is the key at the path or its value. */
export interface Complaint {
  readonly path: readonly string[];
  readonly at: 'key' | 'value';
  readonly message: string;
}

function complaintsOf(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  fields: { readonly one: string; readonly many: string },
): Complaint[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') {
    const where = path.length === 0 ? `${fields.many} by name are needed` : path.join('.');
    return [{ path, at: 'value', message: `${where}: ${issue.message}` }];
  }
  const inside = path.length === 0 ? '' : `${path.join('.')}: `;
  return issue.keys.map((key) => {
    const hint = suggestion(key, keysAt(schema, path));
    const message = `${inside}unknown ${fields.one} "${key}" (${hint})`;
    return { path: [...path, key], at: 'key', message };
  });
}

/** The keys that a schema allows at a path. */
function keysAt(schema: unknown, path: readonly string[]): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodReadonly) {
    return keysAt(schema.unwrap(), path);
  }
  if (schema instanceof z.ZodLazy) return keysAt(schema.unwrap(), path);
  if (schema instanceof z.ZodUnion) {
    return [...new Set(schema.options.flatMap((option) => keysAt(option, path)))];
  }
  const [first, ...rest] = path;
  if (schema instanceof z.ZodArray) return keysAt(schema.element, rest);
  if (!(schema instanceof z.ZodObject)) return [];
  return first === undefined ? Object.keys(schema.shape) : keysAt(schema.shape[first], rest);
}

/** The line, from 1, in which the value at a path stands, or what it is missing from. JSON is YAML. */
export function lineOf(source: string, path: readonly string[]): number {
  return source.slice(0, positionOf(source, path, 'value')).split('\n').length;
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
    } else if (event.type === EVENT_ID.ALIAS) {
      valueDone();
    } else if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) {
      // An item of a list has no key that could stand for its place.
      if (open.at(-1)?.mapping === false) visit(path(), event.start);
      open.push({ mapping: event.type === EVENT_ID.MAPPING, key: null, count: 0 });
    } else if (event.type === EVENT_ID.POP && open.length > 0) {
      open.pop();
      valueDone();
    }
  }
}
