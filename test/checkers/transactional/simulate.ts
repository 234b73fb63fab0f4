/**
 * An in-memory database of known isolation, and clients that use it: histories whose level is
 * known by construction.
 */

import { History, type NewEvent, type Value } from '../../../checkers/history.ts';

export type Isolation = 'serializable' | 'snapshot-isolation' | 'read-committed';

export interface Simulation {
  readonly seed: number;
  readonly isolation: Isolation;
  readonly workload: 'list-append' | 'rw-register';
  readonly transactions: number;
  readonly clients: number;
  readonly keys: number;
  /** A key is retired for a new one after so many writes. */
  readonly writesPerKey: number;
  readonly mopsMax: number;
  /** Share of transactions whose client never learns the outcome. */
  readonly crashRate?: number;
}

interface Client {
  process: number;
  mops: [string, number, Value][];
  /** -1: idle; otherwise how many steps were taken. */
  step: number;
  snapshot: number;
  /** Writes not yet committed. */
  pending: [number, number][];
  aborted: boolean;
  committed: boolean;
}

/** mulberry32: the same numbers for the same seed. */
export function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function simulate(simulation: Simulation): History {
  return new Database(simulation).run();
}

class Database {
  readonly #plan: Simulation;
  readonly #draw: () => number;
  readonly #history = new History();
  readonly #versions = new Map<number, { at: number; value: number }[]>();
  readonly #locks = new Map<number, Client>();
  readonly #live: { key: number; written: number }[];
  #nextKey: number;
  #nextProcess: number;
  #clock = 0;
  #started = 0;

  constructor(plan: Simulation) {
    this.#plan = plan;
    this.#draw = random(plan.seed);
    this.#live = Array.from({ length: plan.keys }, (_, key) => ({ key, written: 0 }));
    this.#nextKey = plan.keys;
    this.#nextProcess = plan.clients;
  }

  run(): History {
    const { clients, transactions } = this.#plan;
    const all = Array.from({ length: clients }, (_, process): Client => fresh(process));
    for (;;) {
      const busy = all.filter(({ step }) => step >= 0);
      if (this.#started >= transactions && busy.length === 0) return this.#history;
      const choice = this.#started < transactions ? all : busy;
      this.#advance(choice[Math.floor(this.#draw() * choice.length)] as Client);
    }
  }

  #advance(client: Client): void {
    if (client.step === -1) this.#begin(client);
    else if (client.step < client.mops.length) this.#work(client);
    else if (!client.aborted && !client.committed) this.#commit(client);
    else this.#finish(client);
  }

  #begin(client: Client): void {
    this.#started++;
    client.mops = this.#transaction();
    client.step = 0;
    client.snapshot = this.#clock;
    client.pending = [];
    client.aborted = client.committed = false;
    this.#record(client, 'invoke');
  }

  #transaction(): [string, number, Value][] {
    const { mopsMax, writesPerKey, workload } = this.#plan;
    return Array.from({ length: 1 + Math.floor(this.#draw() * mopsMax) }, () => {
      const slot = Math.floor(this.#draw() * this.#live.length);
      const live = this.#live[slot] as { key: number; written: number };
      if (this.#draw() < 0.5) return ['r', live.key, null];
      const value = ++live.written;
      if (value >= writesPerKey) this.#live[slot] = { key: this.#nextKey++, written: 0 };
      return [workload === 'list-append' ? 'append' : 'w', live.key, value];
    });
  }

  #work(client: Client): void {
    const mop = client.mops[client.step++] as [string, number, Value];
    // A serializable database does everything at its commit.
    if (this.#plan.isolation !== 'serializable' && !client.aborted) this.#do(client, mop);
  }

  #do(client: Client, mop: [string, number, Value]): void {
    const [f, key, value] = mop;
    if (f === 'r') {
      mop[2] = this.#read(client, key);
      return;
    }
    if (this.#plan.isolation === 'read-committed') {
      const holder = this.#locks.get(key);
      if (holder !== undefined && holder !== client) {
        this.#abort(client);
        return;
      }
      this.#locks.set(key, client);
    }
    client.pending.push([key, value as number]);
  }

  #read(client: Client, key: number): Value {
    const versions = this.#versions.get(key) ?? [];
    let count = versions.length;
    if (this.#plan.isolation === 'snapshot-isolation') {
      while (count > 0 && (versions[count - 1]?.at ?? 0) > client.snapshot) count--;
    }
    const own = client.pending.filter(([other]) => other === key).map(([, value]) => value);
    if (this.#plan.workload === 'rw-register') {
      return own.at(-1) ?? (count === 0 ? null : (versions[count - 1]?.value ?? null));
    }
    const list = versions.slice(0, count).map(({ value }) => value);
    return list.length + own.length === 0 && this.#draw() < 0.5 ? null : [...list, ...own];
  }

  #commit(client: Client): void {
    const { isolation } = this.#plan;
    if (isolation === 'serializable') for (const mop of client.mops) this.#do(client, mop);
    const conflict = client.pending.some(
      ([key]) => (this.#versions.get(key)?.at(-1)?.at ?? 0) > client.snapshot,
    );
    // Some transactions fail, so that aborted ones have writes too.
    if ((isolation === 'snapshot-isolation' && conflict) || this.#draw() < 0.03) {
      this.#abort(client);
      return;
    }
    const at = ++this.#clock;
    for (const [key, value] of client.pending) {
      const versions = this.#versions.get(key);
      if (versions === undefined) this.#versions.set(key, [{ at, value }]);
      else versions.push({ at, value });
    }
    client.committed = true;
    this.#unlock(client);
  }

  #abort(client: Client): void {
    client.aborted = true;
    client.step = client.mops.length;
    this.#unlock(client);
  }

  #unlock(client: Client): void {
    for (const [key, holder] of this.#locks) if (holder === client) this.#locks.delete(key);
  }

  #finish(client: Client): void {
    if (this.#draw() < (this.#plan.crashRate ?? 0)) {
      this.#record(client, 'info');
      client.process = this.#nextProcess++;
    } else this.#record(client, client.aborted ? 'fail' : 'ok');
    client.step = -1;
  }

  #record(client: Client, type: NewEvent['type']): void {
    const value = client.mops.map(
      ([f, key, v]): Value => [f, key, f === 'r' && type !== 'ok' ? null : v],
    );
    const time = this.#history.length * 1_000_000;
    this.#history.push({ time, type, process: client.process, f: 'txn', value });
  }
}

function fresh(process: number): Client {
  return {
    process,
    mops: [],
    step: -1,
    snapshot: 0,
    pending: [],
    aborted: false,
    committed: false,
  };
}
