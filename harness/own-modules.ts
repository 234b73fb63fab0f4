/**
 * A user's own systems, workloads and nemeses, named by the path of their module where built-in ones
 * are named by name. What a module exports is checked when it is loaded: a mistake in it is one
 * line with file and field, and not a stack out of the middle of a run.
 */

import { resolve } from 'node:path';
import type { Nemesis } from '../nemesis/fault.ts';
import { OPERATIONS } from '../systems/operations.ts';
import type { System } from '../systems/system.ts';
import type { Workload } from '../workloads/workload.ts';
import type { Catalogue } from './catalogue.ts';
import type { RunRequest } from './config.ts';
import { messageOf, usage } from './errors.ts';
import { supervisedNemesis, supervisedSystem, supervisedWorkload } from './own/parts.ts';
import { importOwn } from './own-import.ts';
import { fromHere } from './own-paths.ts';

/** Whether a name is that of a file: it has a slash, or ends as code does. */
export function isModulePath(name: string): boolean {
  return /[\\/]|\.[cm]?[jt]s$/.test(name);
}

/** What a user can bring of their own. */
export type Kind = keyof Catalogue;

/** What is wrong with a field, as what is needed; null where nothing is. */
type FieldCheck = readonly [field: string, needed: string, right: (value: unknown) => boolean];

const isFunction = (value: unknown) => typeof value === 'function';
const isObject = (value: unknown) => typeof value === 'object' && value !== null;
const isText = (value: unknown) => typeof value === 'string' && value !== '';
const isName = (value: unknown) => typeof value === 'string' && /^[\w.-]+$/.test(value);
const isOperations = (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.every((f) => OPERATIONS.includes(f));

const NAMED: readonly FieldCheck[] = [
  ['name', 'a name of letters, digits, dots and dashes', isName],
  ['describe', 'a text', isText],
];
const OPERATED: readonly FieldCheck[] = [
  ['operations', `a list of operations (${OPERATIONS.join(', ')})`, isOperations],
  ['options', 'an object of options', isObject],
];

interface Shape {
  readonly one: string;
  /** Tells an export that is meant to be one of these. */
  readonly mark: string;
  readonly fields: readonly FieldCheck[];
  /** The same part, its code held to what it may do. */
  readonly supervised: (part: unknown) => object;
}

const SHAPES: Readonly<Record<Kind, Shape>> = {
  systems: {
    one: 'system',
    mark: 'protocol',
    fields: [
      ...NAMED,
      ...OPERATED,
      ['rules', 'an object', isObject],
      ['protocol', 'a function', isFunction],
      ['client', 'a function', isFunction],
      ['electionTimeoutMs', 'a number above 0', (value) => typeof value === 'number' && value > 0],
      ['variants', 'a list', Array.isArray],
    ],
    supervised: (part) => supervisedSystem(part as System),
  },
  workloads: {
    one: 'workload',
    mark: 'plan',
    fields: [
      ...NAMED,
      ...OPERATED,
      ['model', 'the name of a model, or a model', (value) => isText(value) || isObject(value)],
      ['plan', 'a function', isFunction],
      ['settle', 'a function', isFunction],
      ['finalReads', 'a function', isFunction],
    ],
    supervised: (part) => supervisedWorkload(part as Workload),
  },
  nemeses: {
    one: 'nemesis',
    mark: 'forms',
    fields: [
      ...NAMED,
      ['needs', 'the kind of its faults', isText],
      ['forms', 'a list of forms', (value) => Array.isArray(value) && value.length > 0],
      ['resolve', 'a function', isFunction],
    ],
    supervised: (part) => supervisedNemesis(part as Nemesis),
  },
};

/** What the node code that a system builds must be able to do. */
const HANDLERS = ['start', 'message', 'timer', 'request', 'durable', 'view', 'messageKind'];

/** Everything that a module brings, checked. Throws a usage error with file and field. */
async function loadModule(file: string): Promise<Catalogue> {
  const { exported } = await importOwn(file);
  const parts: Record<Kind, Record<string, object>> = { systems: {}, workloads: {}, nemeses: {} };
  for (const [name, value] of Object.entries(exported)) {
    const kind = kindOf(value);
    if (kind === null) continue;
    checkPart(kind, file, value as object, name);
    parts[kind][(value as { name: string }).name] = SHAPES[kind].supervised(value);
  }
  return parts as unknown as Catalogue;
}

function kindOf(value: unknown): Kind | null {
  if (!isObject(value)) return null;
  const kinds = Object.keys(SHAPES) as Kind[];
  return kinds.find((kind) => SHAPES[kind].mark in (value as object)) ?? null;
}

/** Throws a usage error that names what is wrong with a part, and where it comes from. */
export function checkPart(
  kind: Kind,
  from: string,
  value: object,
  name = String((value as { readonly name?: unknown }).name),
): void {
  checkFields(from, name, SHAPES[kind], value as Record<string, unknown>);
  if (kind === 'systems') checkHandlers(from, name, value as System);
}

function checkFields(
  file: string,
  name: string,
  { one, fields }: Shape,
  value: Record<string, unknown>,
): void {
  for (const [field, needed, right] of fields) {
    if (right(value[field])) continue;
    const what = field in value ? 'is wrong' : 'is missing';
    throw usage(`${file}: ${one} ${name}: field "${field}" ${what} (${needed} is needed)`);
  }
}

function checkHandlers(file: string, name: string, system: System): void {
  let protocol: unknown;
  try {
    protocol = system.protocol(system.rules);
  } catch (error) {
    throw usage(`${file}: system ${name}: protocol() fails (${messageOf(error)})`);
  }
  const lacking = HANDLERS.find((handler) => {
    return !isFunction((protocol as Record<string, unknown> | null)?.[handler]);
  });
  if (lacking === undefined) return;
  throw usage(`${file}: system ${name}: protocol() returns no "${lacking}" (a function is needed)`);
}

/** The one of its kind that a module brings. */
function onlyOf(kind: Kind, file: string, module: Catalogue): string {
  const { one, mark } = SHAPES[kind];
  const [name, ...more] = Object.keys(module[kind]);
  if (name === undefined) {
    throw usage(`${file}: exports no ${one} (an object with name, describe, ${mark} ...)`);
  }
  if (more.length === 0) return name;
  throw usage(`${file}: exports more than one ${one} (${[name, ...more].join(', ')})`);
}

/** A request by names alone, and what the names stand for. */
export interface Named {
  readonly request: RunRequest;
  readonly catalogue: Catalogue;
}

/**
 * Loads the modules that a request names by path, or that a stored run names in `modules`: names
 * take the place of paths, and what the modules bring goes before what is built in, so that an own
 * workload is the default of an own system.
 */
export async function withOwnModules(request: RunRequest, base: Catalogue): Promise<Named> {
  let catalogue = base;
  const files = new Set<string>();
  const load = async (file: string): Promise<Catalogue> => {
    const module = await loadModule(file);
    catalogue = {
      systems: { ...catalogue.systems, ...module.systems },
      workloads: { ...module.workloads, ...catalogue.workloads, ...module.workloads },
      nemeses: { ...catalogue.nemeses, ...module.nemeses },
    };
    files.add(file);
    return module;
  };
  const name = async (kind: Kind, given: string): Promise<string> => {
    if (!isModulePath(given)) return given;
    const file = resolve(given);
    return onlyOf(kind, file, await load(file));
  };
  for (const file of request.modules ?? []) await load(resolve(file));
  const system = await name('systems', request.system);
  const parts: { workload?: string; nemesis?: readonly string[] } = {};
  if (request.workload !== undefined) parts.workload = await name('workloads', request.workload);
  if (request.nemesis !== undefined) {
    const nemesis: string[] = [];
    for (const one of request.nemesis) nemesis.push(await name('nemeses', one));
    parts.nemesis = nemesis;
  }
  const modules = files.size === 0 ? {} : { modules: [...files].map(fromHere) };
  return { request: { ...request, system, ...parts, ...modules }, catalogue };
}
