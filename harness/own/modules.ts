/**
 * A user's own systems, workloads and nemeses, named by the path of their module where built-in ones
 * are named by name. What a module exports is checked when it is loaded: a mistake in it is one
 * line with file and field, and not a stack out of the middle of a run.
 */

import { resolve } from 'node:path';
import type { Nemesis } from '../../nemesis/fault.ts';
import type { System } from '../../systems/system.ts';
import type { Workload } from '../../workloads/workload.ts';
import type { Catalogue } from '../config/catalogue.ts';
import type { RunRequest } from '../config/config.ts';
import { messageOf, usage } from '../core/errors.ts';
import { importOwn } from './import.ts';
import { supervisedNemesis, supervisedSystem, supervisedWorkload } from './parts.ts';
import { fromHere } from './paths.ts';
import { type Kind, SHAPES } from './shapes.ts';
import { checkVariant } from './variants.ts';

/** Whether a name is that of a file: it has a slash, or ends as code does. */
export function isModulePath(name: string): boolean {
  return /[\\/]|\.[cm]?[jt]s$/.test(name);
}

/** The same part, its code held to what it may do. */
const SUPERVISED: Readonly<Record<Kind, (part: unknown) => object>> = {
  systems: (part) => supervisedSystem(part as System),
  workloads: (part) => supervisedWorkload(part as Workload),
  nemeses: (part) => supervisedNemesis(part as Nemesis),
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
    parts[kind][(value as { name: string }).name] = SUPERVISED[kind](value);
  }
  return parts as unknown as Catalogue;
}

function kindOf(value: unknown): Kind | null {
  if (typeof value !== 'object' || value === null) return null;
  const kinds = Object.keys(SHAPES) as Kind[];
  return kinds.find((kind) => SHAPES[kind].mark in value) ?? null;
}

/** Throws a usage error that names what is wrong with a part, and where it comes from. */
export function checkPart(
  kind: Kind,
  from: string,
  value: object,
  name = String((value as { readonly name?: unknown }).name),
): void {
  const { one, check } = SHAPES[kind];
  const wrong = check(value, '');
  if (wrong !== null) throw usage(`${from}: ${one} ${name}: ${wrong}`);
  if (kind !== 'systems') return;
  for (const variant of (value as System).variants) {
    if (typeof variant.id !== 'string') {
      throw usage(`${from}: system ${name}: a variant has no field "id" (a text is needed)`);
    }
    checkVariant(variant);
  }
  checkHandlers(from, name, value as System);
}

function checkHandlers(file: string, name: string, system: System): void {
  let protocol: unknown;
  try {
    protocol = system.protocol(system.rules);
  } catch (error) {
    throw usage(`${file}: system ${name}: protocol() fails (${messageOf(error)})`);
  }
  const lacking = HANDLERS.find((handler) => {
    return typeof (protocol as Record<string, unknown> | null)?.[handler] !== 'function';
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
