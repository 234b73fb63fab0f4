/** JSON files of ours, decoded: what is wrong in one is a single line with file, line and field. */

import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { lineOf } from '../config/yaml-file.ts';
import { fileProblem, shorten, usage } from '../core/errors.ts';
import { requireFile } from '../core/files.ts';
import { SCHEMA } from './format.ts';

/** Throws a usage error where the file cannot be read, is no JSON, or does not fit its schema. */
export function decodeFile<Contents>(path: string, schema: z.ZodType<Contents>): Contents {
  let source: string;
  let json: unknown;
  try {
    requireFile(path);
    source = readFileSync(path, 'utf8');
    json = JSON.parse(source);
  } catch (error) {
    throw usage(`${path}: expected JSON (${fileProblem(error)})`);
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const { issues } = result.error;
  const isOfVersion = (one: z.core.$ZodIssue) => one.path.join('.') === 'schema';
  // A file of another version may have anything else in it.
  const issue = (issues.find(isOfVersion) ?? issues[0]) as z.core.$ZodIssue;
  if (isOfVersion(issue)) {
    const got = gotAt(json, issue.path);
    throw usage(`${path}: schema ${got} is not known (this version reads schema ${SCHEMA})`);
  }
  const line = lineOf(source, issue.path.map(String));
  throw usage(`${path}:${line}: ${problemOf(issue, json)}`);
}

/** `"config.nodes": expected a number, got "three"`. */
export function problemOf(issue: z.core.$ZodIssue, json: unknown): string {
  const field = issue.path.map(String).join('.');
  const named = field === '' ? '' : `"${field}": `;
  return `${named}expected ${expected(issue)}, got ${gotAt(json, issue.path)}`;
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function expected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return WORDS[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ');
    case 'invalid_union':
      return issue.discriminator === undefined ? 'another type' : 'a kind that is known';
    default:
      return issue.message;
  }
}

function gotAt(json: unknown, path: readonly PropertyKey[]): string {
  let value = json;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return 'nothing';
    value = (value as Readonly<Record<PropertyKey, unknown>>)[name];
  }
  return value === undefined ? 'nothing' : shorten(JSON.stringify(value));
}
