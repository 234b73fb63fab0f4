/**
 * What can leave a node of a user's own system: plain data, as JSON carries it. It is copied when it
 * leaves and when it arrives, so that in the simulator, too, no two nodes share an object.
 */

/** Deeper than this it is cyclic, or near enough. */
const DEPTH_MAX = 200;
const CYCLIC = 'cyclic, or nested too deeply';

/**
 * A copy that shares nothing with the original. Throws a `TypeError` that names what is not plain,
 * and where: `message.from.seen is a Map`. Fields that are undefined are left out, as JSON does.
 */
export function plainCopy<Data>(value: Data, named: string): Data;
export function plainCopy(value: unknown, named: string): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      throw notPlain(named, String(value));
    case 'object':
      return value === null ? null : copyOfObject(value, named, 0);
    default:
      throw notPlain(named, wordFor(value));
  }
}

function copyOfObject(value: object, named: string, depth: number): unknown {
  if (depth > DEPTH_MAX) throw notPlain(named, CYCLIC);
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    for (let at = 0; at < value.length; at++) list.push(copyOf(value[at], named, at, depth));
    return list;
  }
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype !== Object.prototype && prototype !== null) throw notPlain(named, wordFor(value));
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const field = (value as Record<string, unknown>)[key];
    if (field !== undefined) copy[key] = copyOf(field, named, key, depth);
  }
  return copy;
}

function copyOf(value: unknown, named: string, key: string | number, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      throw notPlain(pathTo(named, key), String(value));
    case 'object':
      return value === null ? null : nested(value, named, key, depth);
    default:
      throw notPlain(pathTo(named, key), wordFor(value));
  }
}

/** The path is put together only where it is told: most of what is copied is plain. */
function nested(value: object, named: string, key: string | number, depth: number): unknown {
  try {
    return copyOfObject(value, '', depth + 1);
  } catch (error) {
    if (!(error instanceof NotPlain)) throw error;
    // Round a cycle the path would go on for ever.
    throw notPlain(`${pathTo(named, key)}${error.is === CYCLIC ? '' : error.path}`, error.is);
  }
}

class NotPlain extends TypeError {
  readonly path: string;
  readonly is: string;

  constructor(path: string, is: string) {
    super(
      `${path} is ${is}: only plain data can be sent or stored (texts, finite numbers, true, false, ` +
        'null, lists and plain objects of these)',
    );
    this.path = path;
    this.is = is;
  }
}

function notPlain(path: string, is: string): NotPlain {
  return new NotPlain(path, is);
}

function pathTo(named: string, key: string | number): string {
  if (typeof key === 'number') return `${named}[${key}]`;
  return /^[\w$]+$/.test(key) ? `${named}.${key}` : `${named}[${JSON.stringify(key)}]`;
}

function wordFor(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'undefined';
    case 'bigint':
      return `a BigInt (${value}n)`;
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    default: {
      const name = (value as { constructor?: { name?: string } }).constructor?.name ?? '';
      if (value instanceof Promise)
        return 'a promise (an `await` is missing, and handlers have none)';
      return name === '' ? 'no plain object' : `a ${name}`;
    }
  }
}
