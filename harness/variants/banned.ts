/**
 * Sources that no code of a variant may ask while it decides: a clock or random numbers of its own
 * would decide otherwise when the run is made again.
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
];

/**
 * Runs code in which these sources are told by name to `onAsked`, which must throw. They are put
 * back whatever happens.
 */
export class Banned {
  readonly #replacements: readonly unknown[];
  readonly #kept: unknown[] = [];
  #depth = 0;

  constructor(onAsked: (name: string) => never) {
    this.#replacements = SOURCES.map(({ name }) =>
      name === 'Date' ? dateWithoutClock(onAsked) : (): never => onAsked(name),
    );
  }

  during<Result>(code: () => Result): Result {
    if (this.#depth++ === 0) this.#install();
    try {
      return code();
    } finally {
      if (--this.#depth === 0) this.#restore();
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

/** `Date` of a given time still works. */
function dateWithoutClock(onAsked: (name: string) => never): unknown {
  return new Proxy(Date, {
    get: (date, key) => {
      if (key === 'now') return (): never => onAsked('Date.now');
      return Reflect.get(date, key) as unknown;
    },
    apply: () => onAsked('Date()'),
    construct: (date, parameters: unknown[], target: Method) => {
      if (parameters.length === 0) return onAsked('new Date()');
      return Reflect.construct(date, parameters, target) as object;
    },
  });
}
