/**
 * Maelstrom's services: nodes of the harness that programs may build on (its page on services). `lin-kv` is
 * linearizable, `seq-kv` sequential and as stale as that allows, `lww-kv` keeps of concurrent writes
 * the last one and agrees at some time, `lin-tso` hands out times.
 */

import { drawAt, streamBase } from '../core/draw.ts';

declare global {
  // What the library of TypeScript does not know yet: a text that goes into JSON as it is.
  interface JSON {
    rawJSON(text: string): object;
    isRawJSON(value: unknown): boolean;
  }
}

/** Text of JSON by name, so that what a program stores comes back as it was. */
type Fields = ReadonlyMap<string, string>;

/** Answers one request: the text of a body without `in_reply_to`. */
export interface Service {
  handle(from: string, type: string, fields: Fields): string;
}

const MISSING = error(20, 'key does not exist');
/** So many states back a client of `seq-kv` may read, at most. */
const STATES = 32;
const REPLICAS = 5;

/** Whole domain of draws. */
const DRAWS = 0x1_0000_0000;

type Pick = (below: number) => number;

/** The services by their names, under a seed. */
export function services(seed: number): ReadonlyMap<string, Service> {
  const picker = (domain: number): Pick => {
    const base = streamBase(seed, domain, 0);
    let counter = 0;
    return (below) => Math.floor((drawAt(base, counter++) / DRAWS) * below);
  };
  return new Map<string, Service>([
    ['lin-kv', new LinearizableKv()],
    ['seq-kv', new SequentialKv(picker(0x5e9))],
    ['lww-kv', new LastWriteWinsKv(picker(0x1a57))],
    ['lin-tso', new TimestampOracle()],
  ]);
}

type Store = ReadonlyMap<string, string>;

/** What a request comes to in a state: the next state, or null where it stays; and the answer. */
function execute(store: Store, type: string, fields: Fields): readonly [Store | null, string] {
  const key = fields.get('key') ?? 'null';
  const found = store.get(key);
  switch (type) {
    case 'read':
      return [null, found === undefined ? MISSING : `{"type":"read_ok","value":${found}}`];
    case 'write':
      return [new Map(store).set(key, fields.get('value') ?? 'null'), '{"type":"write_ok"}'];
    case 'cas': {
      const from = fields.get('from') ?? 'null';
      if (found === undefined && fields.get('create_if_not_exists') !== 'true')
        return [null, MISSING];
      if (found !== undefined && found !== from) {
        return [null, error(22, `current value ${found} is not ${from}`)];
      }
      return [new Map(store).set(key, fields.get('to') ?? 'null'), '{"type":"cas_ok"}'];
    }
    default:
      return [null, error(10, `this service knows no ${type}`)];
  }
}

class LinearizableKv implements Service {
  #store: Store = new Map();

  handle(_from: string, type: string, fields: Fields): string {
    const [next, answer] = execute(this.#store, type, fields);
    this.#store = next ?? this.#store;
    return answer;
  }
}

/** Each client sees states in order; what changes one is done to the latest. */
class SequentialKv implements Service {
  readonly #pick: Pick;
  #states: Store[] = [new Map()];
  /** Of the first state that is kept. */
  #first = 0;
  readonly #seen = new Map<string, number>();

  constructor(pick: Pick) {
    this.#pick = pick;
  }

  handle(from: string, type: string, fields: Fields): string {
    const last = this.#first + this.#states.length - 1;
    const least = Math.max(this.#first, this.#seen.get(from) ?? 0);
    const at = least + this.#pick(last - least + 1);
    const [changed, answer] = execute(this.#state(at), type, fields);
    if (changed === null) {
      this.#seen.set(from, at);
      return answer;
    }
    const [next, said] = execute(this.#state(last), type, fields);
    if (next !== null) this.#states.push(next);
    if (this.#states.length > STATES) {
      this.#states.shift();
      this.#first++;
    }
    this.#seen.set(from, next === null ? last : last + 1);
    return said;
  }

  #state(at: number): Store {
    return this.#states[at - this.#first] ?? new Map();
  }
}

interface Replica {
  clock: number;
  readonly values: Map<string, { readonly ts: number; readonly value: string }>;
}

/** Several replicas, of which any answers; two of them meet at every request. */
class LastWriteWinsKv implements Service {
  readonly #pick: Pick;
  readonly #replicas: readonly Replica[] = Array.from({ length: REPLICAS }, () => ({
    clock: 0,
    values: new Map(),
  }));

  constructor(pick: Pick) {
    this.#pick = pick;
  }

  handle(_from: string, type: string, fields: Fields): string {
    const [source, target, asked] = [this.#any(), this.#any(), this.#any()];
    merge(source, target);
    const plain = new Map([...asked.values].map(([key, { value }]) => [key, value]));
    const [next, answer] = execute(plain, type, fields);
    const key = fields.get('key') ?? 'null';
    const value = next?.get(key);
    if (value !== undefined) asked.values.set(key, { ts: asked.clock++, value });
    return answer;
  }

  #any(): Replica {
    return this.#replicas[this.#pick(REPLICAS)] as Replica;
  }
}

function merge(source: Replica, target: Replica): void {
  target.clock = Math.max(target.clock, source.clock);
  for (const [key, theirs] of source.values) {
    const ours = target.values.get(key);
    const isLater =
      ours === undefined ||
      theirs.ts > ours.ts ||
      (theirs.ts === ours.ts && theirs.value > ours.value);
    if (isLater) target.values.set(key, theirs);
  }
}

class TimestampOracle implements Service {
  #ts = 0;

  handle(_from: string, type: string): string {
    return type === 'ts' ? `{"type":"ts_ok","ts":${this.#ts++}}` : error(10, `knows no ${type}`);
  }
}

function error(code: number, text: string): string {
  return JSON.stringify({ type: 'error', code, text });
}

/**
 * The fields of a message's body as texts of JSON: whole numbers of any size as they came, and the
 * names of objects in order, so that equal values have equal texts.
 */
export function fieldsOf(line: string): Fields {
  const parsed = JSON.parse(line, keepRaw as (key: string, value: unknown) => unknown) as {
    body: Record<string, unknown>;
  };
  return new Map(
    Object.entries(parsed.body).map(([name, value]) => [name, JSON.stringify(value) ?? 'null']),
  );
}

function keepRaw(_key: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value === 'number' && source !== undefined && !Number.isSafeInteger(value)) {
    return /^-?\d+$/.test(source) ? JSON.rawJSON(source) : value;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (JSON.isRawJSON(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
