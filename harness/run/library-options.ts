/**
 * What a program passes to the library, held to what the command line is held to. TypeScript tells
 * most of it before, but not to JavaScript, and not of what was read from a file.
 */

import type { Nemesis } from '../../nemesis/fault.ts';
import type { System, Variant } from '../../systems/system.ts';
import type { Workload } from '../../workloads/workload.ts';
import { BACKEND_NAMES } from '../config/backends.ts';
import type { RunRequest } from '../config/config.ts';
import { suggestion, usage } from '../core/errors.ts';
import { clientsIn } from '../core/quantities.ts';
import { checkPart } from '../own/modules.ts';
import type { Kind } from '../own/shapes.ts';
import { checkVariant } from '../own/variants.ts';
import { shown } from '../variants/guard.ts';
import type { RunContext } from './prepared.ts';

/** What to run: as on the command line, with own systems, workloads and nemeses by value. */
export interface RunOptions
  extends Omit<RunRequest, 'system' | 'workload' | 'nemesis' | 'mutants' | 'rules' | 'modules'> {
  readonly system: System | string;
  readonly workload?: Workload | string;
  /** `['all']` and `['none']` as on the command line. */
  readonly nemesis?: readonly (Nemesis | string)[];
  /** Changes to the system's rules, in order; ids of built-in ones or own variants. */
  readonly variants?: readonly (Variant | string)[];
}

/** What an option must be, and whether it is. Limits of numbers are `config.ts`'s business. */
type Needed = readonly [needed: string, right: (value: unknown) => boolean];

const isText = (value: unknown): value is string => typeof value === 'string';
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPart = (value: unknown) => isText(value) || isObject(value);
const isPartList = (value: unknown) => Array.isArray(value) && value.every(isPart);
const isSetting = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);

const number: Needed = ['a number', (value) => typeof value === 'number'];
const truth: Needed = ['true or false', (value) => typeof value === 'boolean'];
const listener: Needed = ['a function', (value) => typeof value === 'function'];
const parts: Needed = ['a list of names or objects', isPartList];

const backendNames = new Intl.ListFormat('en', { type: 'disjunction' }).format(
  BACKEND_NAMES.map((name) => `"${name}"`),
);

const OPTIONS: Readonly<Record<keyof RunOptions, Needed>> = {
  system: ['the name of a system, or a system', isPart],
  workload: ['the name of a workload, or a workload', isPart],
  nemesis: parts,
  variants: parts,
  backend: [backendNames, (value) => BACKEND_NAMES.some((name) => name === value)],
  nodes: number,
  concurrency: [
    'a number, or one for each node, as in "2n"',
    (value) => typeof value === 'number' || (isText(value) && isText(clientsIn(value))),
  ],
  rate: number,
  timeLimitS: number,
  nemesisIntervalS: number,
  recoveryMinS: number,
  recoveryMaxS: number,
  startupTimeoutS: ['a number, or null', (value) => value === null || typeof value === 'number'],
  seed: number,
  stopAtViolation: truth,
  set: [
    'an object of settings by name',
    (value) => isObject(value) && Object.values(value).every(isSetting),
  ],
};

const CONTEXT: Readonly<Record<keyof RunContext, Needed>> = {
  store: ['the path of a directory', (value) => isText(value) && value !== ''],
  signal: ['an AbortSignal', (value) => value instanceof AbortSignal],
  progress: listener,
  onStart: listener,
};

/** Throws a usage error that names the option, and what it must be. */
export function checkRunOptions(options: RunOptions): void {
  checkFields('options', OPTIONS, options);
  const { system, workload, nemesis = [], variants = [] } = options;
  if (system === undefined) throw usage('options.system: is missing (a system is needed)');
  checkOwn('systems', 'options.system', system);
  checkOwn('workloads', 'options.workload', workload);
  for (const [at, one] of nemesis.entries()) checkOwn('nemeses', `options.nemesis[${at}]`, one);
  for (const [at, one] of variants.entries()) {
    if (isText(one)) continue;
    if (!isText(one.id)) throw usage(`options.variants[${at}]: has no id (a text is needed)`);
    checkVariant(one);
  }
}

export function checkRunContext(context: Partial<RunContext>): void {
  checkFields('context', CONTEXT, context);
}

/** How many runs a hunt makes at most. */
export function checkRuns(runs: unknown): void {
  if (Number.isSafeInteger(runs) && Number(runs) >= 1) return;
  throw usage(`runs: ${shown(runs)} is not allowed (a whole number from 1 on)`);
}

function checkFields(what: string, needs: Readonly<Record<string, Needed>>, given: unknown): void {
  if (!isObject(given))
    throw usage(`${what}: ${shown(given)} is not allowed (an object is needed)`);
  for (const [name, value] of Object.entries(given)) {
    const need = Object.hasOwn(needs, name) ? needs[name] : undefined;
    if (need === undefined) {
      throw usage(`${what}: unknown option "${name}" (${suggestion(name, Object.keys(needs))})`);
    }
    const [needed, right] = need;
    // What is undefined is left open, as what is not there.
    if (value === undefined || right(value)) continue;
    throw usage(`${what}.${name}: ${shown(value)} is not allowed (${needed} is needed)`);
  }
}

function checkOwn(kind: Kind, where: string, part: unknown): void {
  if (isObject(part)) checkPart(kind, where, part);
}
