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

/**
 * Runs code in which these sources are told by name to `onAsked`, which must throw. They are put
 * back whatever happens.
 */
export class Banned {
  readonly #replacements: readonly unknown[];
  readonly #kept: unknown[] = [];
  #depth = 0;
  /** Whether code of ours is at work, which what is banned asked for. */
  #lifted = false;

  constructor(onAsked: (name: string) => never) {
    const refuse = (name: string): void => {
      if (!this.#lifted) onAsked(name);
    };
    this.#replacements = SOURCES.map(({ name, owner, key }) =>
      name === 'Date' ? dateWithoutClock(refuse) : refusing(name, owner[key] as Method, refuse),
    );
  }

  during<Result>(code: () => Result): Result {
    // What ours asked for may call the user's again.
    const lifted = this.#lifted;
    this.#lifted = false;
    if (this.#depth++ === 0) this.#install();
    try {
      return code();
    } finally {
      this.#lifted = lifted;
      if (--this.#depth === 0) this.#restore();
    }
  }

  /** Runs code of ours within: it may ask. */
  lifted<Result>(code: () => Result): Result {
    const before = this.#lifted;
    this.#lifted = true;
    try {
      return code();
    } finally {
      this.#lifted = before;
    }
  }

  #install(): void {
    for (const [at, { owner, key }] of SOURCES.entries()) {
      this.#kept[at] = owner[key];
      owner[key] = this.#replacements[at];
    }
  }

  #restore(): void {
    for (const [at, { owner, key }] of SOURCES.entries()) owner[key] = this.#kept[at];
  }
}

function refusing(name: string, method: Method, refuse: (name: string) => void): unknown {
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
function dateWithoutClock(refuse: (name: string) => void): unknown {
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
