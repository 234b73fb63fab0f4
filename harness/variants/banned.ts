/**
 * What no code of a user's may ask while it decides: a clock, random numbers, timers, files, the
 * network or other processes (`builtins.ts`), which would decide otherwise when the run is made again, and
 * the end of the process, which is ours. What a module asks while it is loaded is its own affair: where
 * that decides anything, a run made again in another thread comes out otherwise (`explore/`).
 * What it prints goes to standard error, since the answer of a command stands on standard output.
 */

import type { Place } from '../core/panics.ts';
import { guardBuiltins } from './builtins.ts';

type Method = (...parameters: unknown[]) => unknown;

interface Source {
  readonly name: string;
  readonly owner: Record<string, unknown>;
  readonly key: string;
  /** Why it may not be asked, where the watcher cannot know. */
  readonly why?: string;
}

function source(name: string, owner: object, key: string): Source {
  return { name, owner: owner as Record<string, unknown>, key };
}

const SOURCES: readonly Source[] = [
  source('Math.random', Math, 'random'),
  source('Date', globalThis, 'Date'),
  source('performance.now', performance, 'now'),
  source('crypto.getRandomValues', crypto, 'getRandomValues'),
  source('crypto.randomUUID', crypto, 'randomUUID'),
  source('process.hrtime', process, 'hrtime'),
  source('process.uptime', process, 'uptime'),
  source('process.cpuUsage', process, 'cpuUsage'),
  source('process.memoryUsage', process, 'memoryUsage'),
  ...temporalClocks(),
  source('setTimeout', globalThis, 'setTimeout'),
  source('setInterval', globalThis, 'setInterval'),
  source('setImmediate', globalThis, 'setImmediate'),
  source('queueMicrotask', globalThis, 'queueMicrotask'),
  source('process.nextTick', process, 'nextTick'),
  source('fetch', globalThis, 'fetch'),
  source('WebSocket', globalThis, 'WebSocket'),
  ...['exit', 'abort', 'kill'].map((key) => ({
    ...source(`process.${key}`, process, key),
    why: 'which would end Ordeal itself: a node ends where its code throws',
  })),
];

/** `Temporal.Now.instant` and its like, where Node has them. */
function temporalClocks(): readonly Source[] {
  const now: unknown = Reflect.get(Object(Reflect.get(globalThis, 'Temporal')), 'Now');
  if (typeof now !== 'object' || now === null) return [];
  return Object.getOwnPropertyNames(now).map((key) => source(`Temporal.Now.${key}`, now, key));
}

/** Whatever prints. */
const PRINTING: readonly Source[] = Object.keys(console).flatMap((key) =>
  typeof Reflect.get(console, key) === 'function' ? [source(`console.${key}`, console, key)] : [],
);
const OUTPUT = source('process.stdout.write', process.stdout, 'write');

/** Who answers for code of a user's while it is at work. */
export interface Watcher {
  /** Told by name of what the code asks, and why it may not, where that is not its own reason. */
  asked(name: string, why?: string): never;
  /** Which code it is; null between two parts. */
  place(): Place | null;
}

/** Of the innermost code of a user's that is at work. */
let atWork: Watcher | null = null;
/** Whether code of ours is at work on its behalf, which may ask. */
let isLifted = false;

/** Code in which these sources are told to the watcher. */
export class Banned {
  readonly #watcher: Watcher;

  constructor(watcher: Watcher) {
    this.#watcher = watcher;
  }

  during<Result>(code: () => Result): Result {
    install();
    return under(this.#watcher, false, code);
  }

  /** Runs code of ours within. */
  lifted<Result>(code: () => Result): Result {
    return under(atWork, true, code);
  }
}

/** Where the code of a user's stands that is at work; null where none is. */
export function placeAtWork(): Place | null {
  return atWork?.place() ?? null;
}

/** After code was ended from outside, without its `finally`. */
export function forgetAtWork(): void {
  atWork = null;
  isLifted = false;
}

function under<Result>(watcher: Watcher | null, lifted: boolean, code: () => Result): Result {
  const before = atWork;
  const wasLifted = isLifted;
  atWork = watcher;
  isLifted = lifted;
  try {
    return code();
  } finally {
    atWork = before;
    isLifted = wasLifted;
  }
}

function refuse(name: string, why?: string): void {
  if (!isLifted) atWork?.asked(name, why);
}

const afterwards = setImmediate;
const REPLACED: readonly Source[] = [...SOURCES, ...PRINTING, OUTPUT];
const replacements = [
  ...SOURCES.map(({ name, owner, key, why }) =>
    name === 'Date' ? dateWithoutClock() : refusing(name, owner[key] as Method, why),
  ),
  ...PRINTING.map(({ owner, key }) => printing(owner[key] as Method)),
  elsewhere(OUTPUT.owner[OUTPUT.key] as Method),
];
const kept: unknown[] = [];
let installed = false;
let areBuiltinsGuarded = false;

/** Until the loop turns: putting them in place costs more than what most rules decide. */
function install(): void {
  if (installed) return;
  installed = true;
  if (!areBuiltinsGuarded) {
    areBuiltinsGuarded = true;
    guardBuiltins(
      () => atWork !== null && !isLifted,
      (name) => refuse(name),
      (look) => under(atWork, true, look),
    );
  }
  for (const [at, { owner, key }] of REPLACED.entries()) {
    kept[at] = owner[key];
    owner[key] = replacements[at];
  }
  afterwards(restore);
}

function restore(): void {
  installed = false;
  for (const [at, { owner, key }] of REPLACED.entries()) {
    // A test may have put its own clock there meanwhile.
    if (owner[key] === replacements[at]) owner[key] = kept[at];
  }
}

/** A stream has its own use for what is banned. */
function printing(method: Method): unknown {
  return new Proxy(method, {
    apply: (target, self, parameters) =>
      under(atWork, true, () => Reflect.apply(target, self, parameters)),
  });
}

function elsewhere(write: Method): unknown {
  return new Proxy(write, {
    apply: (target, self, parameters) =>
      atWork === null
        ? Reflect.apply(target, self, parameters)
        : under(atWork, true, () =>
            Reflect.apply(
              Reflect.get(process.stderr, 'write') as Method,
              process.stderr,
              parameters,
            ),
          ),
  });
}

function refusing(name: string, method: Method, why?: string): unknown {
  return new Proxy(method, {
    apply: (target, self, parameters) => {
      refuse(name, why);
      return Reflect.apply(target, self, parameters) as unknown;
    },
    construct: (target, parameters) => {
      refuse(name, why);
      return Reflect.construct(target, parameters) as object;
    },
    // `process.hrtime.bigint`, say.
    get: (target, key) => {
      if (key === 'bigint') refuse(name);
      return Reflect.get(target, key) as unknown;
    },
  });
}

/** `Date` of a given time still works. */
function dateWithoutClock(): unknown {
  return new Proxy(Date, {
    get: (date, key) => {
      if (key === 'now') refuse('Date.now');
      return Reflect.get(date, key) as unknown;
    },
    apply: (date, self, parameters) => {
      refuse('Date()');
      return Reflect.apply(date, self, parameters) as unknown;
    },
    construct: (date, parameters: unknown[], target: Method) => {
      if (parameters.length === 0) refuse('new Date()');
      return Reflect.construct(date, parameters, target) as object;
    },
  });
}
