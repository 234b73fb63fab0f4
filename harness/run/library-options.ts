/**
 * What a program passes to the library, held to what the command line is held to. TypeScript tells
 * most of it before, but not to JavaScript, and not of what was read from a file.
 */

import type { Sometimes } from '../../checkers/sometimes.ts';
import type { Nemesis } from '../../nemesis/fault.ts';
import type { Options } from '../../systems/protocol.ts';
import type { ProtocolSystem, Variant } from '../../systems/system.ts';
import type { Workload } from '../../workloads/workload.ts';
import { BACKEND_NAMES } from '../config/backends.ts';
import type { RunRequest } from '../config/config.ts';
import { suggestion, usage } from '../core/errors.ts';
import { isObject, isOneOf } from '../core/guards.ts';
import { clientsIn } from '../core/quantities.ts';
import {
  exactly,
  type FieldsOf,
  type Misfit,
  needs,
  optional,
  pathText,
  record,
  setting,
  text,
  truth,
  words,
} from '../core/shape.ts';
import { shown } from '../core/shown.ts';
import { checkPart } from '../own/modules.ts';
import type { Kind } from '../own/shapes.ts';
import { sometimesShape } from '../own/sometimes.ts';
import { checkVariant } from '../own/variants.ts';
import type { RunContext } from './prepared.ts';

/** What to run: as on the command line, with own systems, workloads and nemeses by value. */
export interface RunOptions
  extends Omit<
    RunRequest,
    'system' | 'workload' | 'nemesis' | 'mutants' | 'rules' | 'modules' | 'program' | 'plan'
  > {
  readonly system: ProtocolSystem | string;
  readonly workload?: Workload | string;
  /** `['all']` and `['none']` as on the command line. */
  readonly nemesis?: readonly (Nemesis | string)[];
  /** Changes to the system's rules, in order; ids of built-in ones or own variants. */
  readonly variants?: readonly (Variant | string)[];
}

/** Limits of numbers are `config.ts`'s business. */
const anyNumber = needs('a number', (value) => typeof value === 'number');
const listener = <Listener>() =>
  needs<Listener>('a function', (value) => typeof value === 'function');
/** What an object of a user's is shows when it is looked at as such a part. */
const isPart = (value: unknown) => text.is(value) || (isObject(value) && !Array.isArray(value));
const part = <Part>(needed: string) => needs<Part | string>(needed, isPart);
const parts = <Part>() =>
  needs<readonly (Part | string)[]>(
    'a list of names or objects',
    (value) => Array.isArray(value) && value.every(isPart),
  );

const backendNames = new Intl.ListFormat('en', { type: 'disjunction' }).format(
  BACKEND_NAMES.map((name) => `"${name}"`),
);

const RUN_OPTIONS: FieldsOf<RunOptions> = {
  system: part('the name of a system, or a system'),
  workload: optional(part('the name of a workload, or a workload')),
  nemesis: optional(parts()),
  variants: optional(parts()),
  backend: optional(needs(backendNames, (value) => isOneOf(value, BACKEND_NAMES))),
  nodes: optional(anyNumber),
  concurrency: optional(
    needs<NonNullable<RunOptions['concurrency']>>(
      'a number, or one for each node, as in "2n"',
      (value) => anyNumber.is(value) || (text.is(value) && text.is(clientsIn(value))),
    ),
  ),
  rate: optional(anyNumber),
  timeLimitS: optional(anyNumber),
  nemesisIntervalS: optional(anyNumber),
  recoveryMinS: optional(anyNumber),
  recoveryMaxS: optional(anyNumber),
  startupTimeoutS: optional(
    needs('a number, or null', (value) => value === null || typeof value === 'number'),
  ),
  seed: optional(anyNumber),
  stopAtViolation: optional(truth),
  set: optional(
    needs<Options>('an object of settings by name', (value) => record(setting).is(value)),
  ),
};
const runOptions = exactly<RunOptions>(RUN_OPTIONS);

const runContext = exactly<Partial<RunContext>>({
  store: optional(needs('the path of a directory', (value) => words.is(value))),
  signal: optional(needs('an AbortSignal', (value) => value instanceof AbortSignal)),
  progress: optional(listener()),
  onStart: optional(listener()),
});

/** Throws a usage error that names the option, and what it must be. */
export function checkRunOptions(options: RunOptions): void {
  refuseMisfit('options', runOptions.misfit(options));
  const { system, workload, nemesis = [], variants = [] } = options;
  checkOwn('systems', 'options.system', system);
  checkOwn('workloads', 'options.workload', workload);
  for (const [at, one] of nemesis.entries()) checkOwn('nemeses', `options.nemesis[${at}]`, one);
  for (const [at, one] of variants.entries()) {
    if (text.is(one)) continue;
    if (!text.is(one.id)) throw usage(`options.variants[${at}]: has no id (a text is needed)`);
    checkVariant(one);
  }
}

const exploreOptions = exactly<RunOptions & ExploreLimits>({
  ...RUN_OPTIONS,
  seeds: optional(needs('a whole number from 1 on', isCount)),
  budgetS: optional(needs('a time above 0 s', (value) => typeof value === 'number' && value > 0)),
  shrinkS: optional(needs('a time in seconds', (value) => typeof value === 'number' && value >= 0)),
  strategies: optional(
    needs(
      'a list of names',
      (value) => Array.isArray(value) && value.length > 0 && value.every((one) => text.is(one)),
    ),
  ),
  keepIn: optional(needs('the path of a directory', (value) => words.is(value))),
  sometimes: optional(sometimesShape),
});

/** How far an exploration goes, and what it does with what it finds. */
export interface ExploreLimits {
  /** Runs at most; 100, where there is no budget either. */
  readonly seeds?: number;
  /** Seconds at most. */
  readonly budgetS?: number;
  /** By name (`ordeal explore --help`); all that have something to choose, where absent. */
  readonly strategies?: readonly string[];
  /** Seconds for making a find small, at most: 5, where absent. */
  readonly shrinkS?: number;
  /** A directory for the `repro.json` of what is found; only where nothing is passed by value. */
  readonly keepIn?: string;
  /** Situations to come upon at least once, beside those that system and workloads name. */
  readonly sometimes?: readonly Sometimes[];
}

/** What a run has in common with others is checked as that of a run. */
export function checkExploreOptions(options: RunOptions & ExploreLimits): void {
  refuseMisfit('options', exploreOptions.misfit(options));
}

export function checkRunContext(context: Partial<RunContext>): void {
  refuseMisfit('context', runContext.misfit(context));
}

/** How many runs a hunt makes at most. */
export function checkRuns(runs: unknown): void {
  if (isCount(runs)) return;
  throw usage(`runs: ${shown(runs)} is not allowed (a whole number from 1 on)`);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function refuseMisfit(what: string, misfit: Misfit | null): void {
  if (misfit === null) return;
  const path = pathText(misfit.path);
  if (misfit.kind === 'stranger') {
    throw usage(`${what}: unknown option "${path}" (${suggestion(path, misfit.known)})`);
  }
  const { needed, given } = misfit;
  const where = path === '' ? what : `${what}.${path}`;
  const got = given === undefined && path !== '' ? 'is missing' : `${shown(given)} is not allowed`;
  throw usage(`${where}: ${got} (${needed} is needed)`);
}

function checkOwn(kind: Kind, where: string, one: unknown): void {
  if (isObject(one)) checkPart(kind, where, one);
}
