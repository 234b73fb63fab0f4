/**
 * Sources that no code of a user's may ask while it decides: a clock, random numbers or timers of
 * its own would decide otherwise when the run is made again.
 */

type Method = (...parameters: unknown[]) => unknown;

interface Source {
  readonly name: string;
  readonly owner: Record<string, unknown>;
  readonly key: string;
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
  source('setTimeout', globalThis, 'setTimeout'),
  source('setInterval', globalThis, 'setInterval'),
  source('setImmediate', globalThis, 'setImmediate'),
  source('queueMicrotask', globalThis, 'queueMicrotask'),
  source('process.nextTick', process, 'nextTick'),
  source('fetch', globalThis, 'fetch'),
];

/** Told by name of what is asked; null while code of ours is at work, which may ask. */
let watcher: ((name: string) => never) | null = null;

/** Code in which these sources are told by name to `onAsked`, which must throw. */
export class Banned {
  readonly #onAsked: (name: string) => never;

  constructor(onAsked: (name: string) => never) {
    this.#onAsked = onAsked;
  }

  during<Result>(code: () => Result): Result {
    install();
    return under(this.#onAsked, code);
  }

  /** Runs code of ours within. */
  lifted<Result>(code: () => Result): Result {
    return under(null, code);
  }
}

function under<Result>(next: typeof watcher, code: () => Result): Result {
  const before = watcher;
  watcher = next;
  try {
    return code();
  } finally {
    watcher = before;
  }
}

function refuse(name: string): void {
  watcher?.(name);
}

const afterwards = setImmediate;
const replacements = SOURCES.map(({ name, owner, key }) =>
  name === 'Date' ? dateWithoutClock() : refusing(name, owner[key] as Method),
);
const kept: unknown[] = [];
let installed = false;

/** Until the loop turns: putting them in place costs more than what most rules decide. */
function install(): void {
  if (installed) return;
  installed = true;
  for (const [at, { owner, key }] of SOURCES.entries()) {
    kept[at] = owner[key];
    owner[key] = replacements[at];
  }
  afterwards(restore);
}

function restore(): void {
  installed = false;
  for (const [at, { owner, key }] of SOURCES.entries()) {
    // A test may have put its own clock there meanwhile.
    if (owner[key] === replacements[at]) owner[key] = kept[at];
  }
}

function refusing(name: string, method: Method): unknown {
  return new Proxy(method, {
    apply: (target, self, parameters) => {
      refuse(name);
      return Reflect.apply(target, self, parameters) as unknown;
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
