/**
 * What of Node's own modules asks the world: files, processes, the network, random numbers, timers.
 * Modules that import such a function see it through its guard from then on.
 */

import { createRequire, syncBuiltinESMExports } from 'node:module';

type Method = (...parameters: unknown[]) => unknown;
type Trap = NonNullable<ProxyHandler<Method>['apply']>;

/** By module, the names of the functions that do; those that only reckon are not among them. */
const ASKING: Readonly<Record<string, RegExp>> = {
  fs: /^[a-z]/,
  'fs/promises': /^[a-z]/,
  child_process: /^[a-z]/,
  os: /^[a-z]/,
  net: /^(connect|create)/,
  tls: /^(connect|createServer)/,
  dgram: /^create/,
  http: /^(get|request|createServer)$/,
  https: /^(get|request|createServer)$/,
  http2: /^(connect|create)/,
  dns: /^(lookup|resolve|reverse)/,
  crypto: /^(random|generate|getRandomValues)/,
  timers: /^set/,
};

/** Of Node's functions behind these, the innermost frame that is seen is the one that calls. */
const FRAMES = 2;

/**
 * Puts a guard before each of them, for good: `asked` is told by name whenever one is called by code
 * that is no part of Node, before it does anything. `isWatched` says whether anybody listens, and
 * nobody does to what is looked at `unwatched`.
 */
export function guardBuiltins(
  isWatched: () => boolean,
  asked: (name: string) => void,
  unwatched: <Result>(look: () => Result) => Result,
): void {
  const require = createRequire(import.meta.url);
  for (const [module, names] of Object.entries(ASKING)) {
    const exported = require(`node:${module}`) as Record<string, unknown>;
    for (const key of Object.keys(exported)) {
      const descriptor = Object.getOwnPropertyDescriptor(exported, key);
      const method: unknown = descriptor?.value;
      if (!names.test(key) || typeof method !== 'function' || descriptor?.writable !== true) {
        continue;
      }
      const isAsked = (trap: Trap) => isWatched() && !unwatched(() => isCalledByNode(trap));
      exported[key] = guarded(method as Method, isAsked, () => asked(`${module}.${key}`));
    }
  }
  syncBuiltinESMExports();
}

function guarded(method: Method, isAsked: (trap: Trap) => boolean, asked: () => void): Method {
  const apply: Trap = (target, self, parameters) => {
    if (isAsked(apply)) asked();
    return Reflect.apply(target, self, parameters);
  };
  return new Proxy(method, { apply });
}

/** Node reads source maps, say, on behalf of code that throws. */
function isCalledByNode(trap: Trap): boolean {
  const frames = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, trap);
  const caller = here.stack?.split('\n')[1] ?? '';
  Error.stackTraceLimit = frames;
  return /\bnode:/.test(caller);
}
