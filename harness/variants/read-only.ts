/**
 * Views of plain data through which nothing can be changed: what the rules of a user's variant are
 * handed. A view is the same for the same object, so comparing by identity keeps its meaning.
 */

type Key = string | symbol;
type AnyFunction = (...parameters: unknown[]) => unknown;

/** Methods of collections that change them. */
const CHANGING: ReadonlySet<Key> = new Set([
  'set',
  'add',
  'delete',
  'clear',
  'fill',
  'sort',
  'reverse',
  'copyWithin',
]);

/** How a view was come to: from which, by which key. Paths are put together only to be told. */
interface Step {
  readonly from: ViewHandler;
  readonly key: Key;
}

export class ReadOnlyViews {
  readonly #views = new WeakMap<object, object>();
  readonly #originals = new WeakMap<object, object>();
  /** Told of an attempt to write, under the path to what was to be written. Must throw. */
  readonly refuse: (what: string) => never;

  constructor(onWrite: (what: string) => never) {
    this.refuse = onWrite;
  }

  /**
   * The view of a value: of functions and of what is no object, the value itself. `at`: where it was
   * come to; a view is told by the way in which it was come to first.
   */
  of(value: unknown, at?: Step): unknown {
    if (typeof value !== 'object' || value === null || this.#originals.has(value)) return value;
    const known = this.#views.get(value);
    if (known !== undefined) return known;
    // The view's own target has nothing frozen in it, which a proxy would have to hand out as it is.
    const shadow = Array.isArray(value) ? [] : Object.create(Object.getPrototypeOf(value));
    const view = new Proxy<object>(shadow, new ViewHandler(this, value, at));
    this.#views.set(value, view);
    this.#originals.set(view, value);
    return view;
  }

  /** What an answer is made of, without views: in place where the answer itself is none. */
  original(answer: unknown, seen: Set<object> = new Set()): unknown {
    if (typeof answer !== 'object' || answer === null) return answer;
    const original = this.#originals.get(answer);
    if (original !== undefined) return original;
    if (seen.has(answer)) return answer;
    seen.add(answer);
    if (answer instanceof Map) {
      for (const [key, value] of answer) answer.set(key, this.original(value, seen));
      return answer;
    }
    if (ArrayBuffer.isView(answer)) return answer;
    for (const [key, value] of Object.entries(answer)) {
      const inner = this.original(value, seen);
      // A frozen answer cannot hold a view of itself: it is copied.
      if (inner === value) continue;
      if (Object.isFrozen(answer)) return this.#copied(answer, seen);
      (answer as Record<string, unknown>)[key] = inner;
    }
    return answer;
  }

  #copied(answer: object, seen: Set<object>): unknown {
    if (Array.isArray(answer)) return answer.map((item) => this.original(item, seen));
    return Object.fromEntries(
      Object.entries(answer).map(([key, value]) => [key, this.original(value, seen)]),
    );
  }
}

/** One for each view: an object with methods, since views are made in great numbers. */
class ViewHandler implements ProxyHandler<object> {
  readonly #views: ReadOnlyViews;
  readonly #original: object;
  readonly #at: Step | undefined;

  constructor(views: ReadOnlyViews, original: object, at: Step | undefined) {
    this.#views = views;
    this.#original = original;
    this.#at = at;
  }

  /** `log[0].term`; the key alone in what was handed over itself. */
  pathTo(key: Key): string {
    const path = this.#at === undefined ? '' : this.#at.from.pathTo(this.#at.key);
    const name = String(key);
    const isList = Array.isArray(this.#original) || ArrayBuffer.isView(this.#original);
    if (isList && /^\d+$/.test(name)) return `${path}[${name}]`;
    return path === '' ? name : `${path}.${name}`;
  }

  get(_: object, key: Key): unknown {
    const original = this.#original;
    const value: unknown = Reflect.get(original, key, original);
    if (typeof value !== 'function') return this.#views.of(value, { from: this, key });
    return isPlain(original) ? value : this.#method(original, key, value as AnyFunction);
  }

  has(_: object, key: Key): boolean {
    return Reflect.has(this.#original, key);
  }

  ownKeys(): Key[] {
    return Reflect.ownKeys(this.#original);
  }

  getOwnPropertyDescriptor(shadow: object, key: Key): PropertyDescriptor | undefined {
    const found = Reflect.getOwnPropertyDescriptor(this.#original, key);
    if (found === undefined) return undefined;
    // Only what the shadow has as well (the length of a list) may be called unchangeable.
    const configurable = Reflect.getOwnPropertyDescriptor(shadow, key)?.configurable !== false;
    const value = this.get(shadow, key);
    return { value, writable: true, enumerable: found.enumerable === true, configurable };
  }

  set(_: object, key: Key): never {
    return this.#views.refuse(this.pathTo(key));
  }

  defineProperty(_: object, key: Key): never {
    return this.#views.refuse(this.pathTo(key));
  }

  deleteProperty(_: object, key: Key): never {
    return this.#views.refuse(this.pathTo(key));
  }

  setPrototypeOf(): never {
    return this.#views.refuse(this.pathTo('its prototype'));
  }

  preventExtensions(): never {
    return this.#views.refuse(this.pathTo('its keys'));
  }

  /** A method of what is no plain object or list: it needs the real thing for its `this`. */
  #method(original: object, key: Key, method: AnyFunction): AnyFunction {
    const isCollection = original instanceof Map || original instanceof Set;
    if ((isCollection || ArrayBuffer.isView(original)) && CHANGING.has(key)) {
      return () => this.#views.refuse(this.pathTo(`${String(key)}()`));
    }
    const at: Step = { from: this, key: `${String(key)}(…)` };
    return (...parameters) => {
      const given = parameters.map((one) => {
        if (typeof one !== 'function') return this.#views.original(one);
        return (...inner: unknown[]) =>
          (one as AnyFunction)(...inner.map((item) => this.#views.of(item, at)));
      });
      const answer = Reflect.apply(method, original, given);
      return isIterator(answer) ? this.#iterated(answer, at) : this.#views.of(answer, at);
    };
  }

  *#iterated(items: Iterable<unknown>, at: Step): Generator<unknown> {
    for (const item of items) {
      // The pairs of a Map are made for whoever asks.
      yield Array.isArray(item)
        ? item.map((one) => this.#views.of(one, at))
        : this.#views.of(item, at);
    }
  }
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isIterator(value: unknown): value is IterableIterator<unknown> {
  return value instanceof Iterator;
}
