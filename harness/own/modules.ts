/**
 * A user's own systems, workloads and nemeses, named by the path of their module where built-in ones
 * are named by name. What a module exports is checked when it is loaded: a mistake in it is one
 * line with file and field, and not a stack out of the middle of a run.
 */

import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { programSystem } from '../../systems/program.ts';
import type { ProtocolSystem } from '../../systems/system.ts';
import { programWorkloads } from '../../workloads/programs/index.ts';
import type { Catalogue } from '../config/catalogue.ts';
import { type RunRequest, SIMULATOR } from '../config/config.ts';
import { type HarnessError, messageOf, usage } from '../core/errors.ts';
import { fieldsOf, isObject } from '../core/guards.ts';
import { importOwn } from './import.ts';
import { supervisedNemesis, supervisedSystem, supervisedWorkload } from './parts.ts';
import { fromHere } from './paths.ts';
import { KINDS, type Kind, type PartOf, SHAPES } from './shapes.ts';
import { checkVariant } from './variants.ts';

/** Whether a name is that of a file: it has a slash, or ends as code does. */
export function isModulePath(name: string): boolean {
  return /[\\/]|\.[cm]?[jt]s$/.test(name);
}

/**
 * Whether a name is that of a program, and not of a module to be loaded: a file that is no code of
 * ours, or that begins as a script does and may be executed.
 */
export function isProgramPath(name: string): boolean {
  if (!isModulePath(name)) return false;
  if (!/\.[cm]?[jt]s$/.test(name)) return true;
  try {
    accessSync(name, constants.X_OK);
    return readFileSync(name).subarray(0, 2).toString() === '#!';
  } catch {
    return false;
  }
}

/** What else is looked at in a part of a shape that is right, and the part held to what it may do. */
interface Reception<Part> {
  readonly check: (part: Part, from: string, name: string) => void;
  readonly supervised: (part: Part) => Part;
}

const RECEPTION: { readonly [Each in Kind]: Reception<PartOf<Each>> } = {
  systems: { check: checkSystem, supervised: supervisedSystem },
  workloads: { check: () => undefined, supervised: supervisedWorkload },
  nemeses: { check: () => undefined, supervised: supervisedNemesis },
};

/** What the node code that a system builds must be able to do. */
const HANDLERS = ['start', 'message', 'timer', 'request', 'durable', 'view', 'messageKind'];

type Parts = { readonly [Each in Kind]: Record<string, PartOf<Each>> };

/** Everything that a module brings, checked. Throws a usage error with file and field. */
async function loadModule(file: string): Promise<Catalogue> {
  const { exported } = await importOwn(file);
  const parts: Parts = { systems: {}, workloads: {}, nemeses: {} };
  const add = <Each extends Kind>(kind: Each, value: unknown, name: string) => {
    const part = checkPart(kind, file, value, name);
    const ofKind: Record<string, PartOf<Each>> = parts[kind];
    ofKind[part.name] = RECEPTION[kind].supervised(part);
  };
  for (const [name, value] of Object.entries(exported)) {
    const kind = kindOf(value);
    if (kind !== null) add(kind, value, name);
  }
  return parts;
}

function kindOf(value: unknown): Kind | null {
  return isObject(value) ? (KINDS.find((kind) => SHAPES[kind].mark in value) ?? null) : null;
}

/** The part, where it is one; else throws a usage error that names what is wrong, and where. */
export function checkPart<Each extends Kind>(
  kind: Each,
  from: string,
  value: unknown,
  name = String(fieldsOf(value)['name']),
): PartOf<Each> {
  const { one, shape } = SHAPES[kind];
  const part = shape.expect(value, (wrong) => usage(`${from}: ${one} ${name}: ${wrong}`));
  RECEPTION[kind].check(part, from, name);
  return part;
}

function checkSystem(system: ProtocolSystem, from: string, name: string): void {
  for (const variant of system.variants) {
    if (typeof variant.id !== 'string') {
      throw usage(`${from}: system ${name}: a variant has no field "id" (a text is needed)`);
    }
    checkVariant(variant);
  }
  let protocol: unknown;
  try {
    protocol = system.protocol(system.rules);
  } catch (error) {
    throw usage(`${from}: system ${name}: protocol() fails (${messageOf(error)})`);
  }
  const lacking = HANDLERS.find((handler) => typeof fieldsOf(protocol)[handler] !== 'function');
  if (lacking === undefined) return;
  throw usage(`${from}: system ${name}: protocol() returns no "${lacking}" (a function is needed)`);
}

/** A program by its command: its own system, and the workloads that programs can be asked. */
function withProgram(request: RunRequest, command: readonly string[], base: Catalogue): Named {
  const system = programSystem(request.system, command, request.backend === SIMULATOR);
  const { nemeses } = base;
  const systems = { [system.name]: system };
  return { request, catalogue: { systems, workloads: programWorkloads, nemeses } };
}

function notAModule(file: string): HarnessError {
  return usage(
    `${file}: is a program: it can be run (ordeal run ${file} --workload NAME) and explored ` +
      '(ordeal explore), and what is found replayed, but not looked into',
  );
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
  if (request.program !== undefined) return withProgram(request, request.program, base);
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
    // To import a program would be to run it.
    if (kind === 'systems' && existsSync(given) && isProgramPath(given)) throw notAModule(given);
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
