/** Synthetic histories for the benchmark: closed loop, every client always busy. */

import { History, type Value } from '../../checkers/history.ts';
import { textOf } from '../../checkers/value.ts';

export interface Load {
  readonly operations: number;
  readonly clients: number;
  readonly seed: number;
  /** Every so many operations, one never answers; default none. */
  readonly crashEvery?: number;
  /** Whether one answer, at 90% of the history, is spoilt. */
  readonly bad?: boolean;
}

interface Asked {
  readonly f: string;
  readonly value: Value;
  readonly key?: string;
}

/** A sequential object: what clients ask of it, what it answers, and a wrong answer or none. */
interface Subject {
  ask(random: () => number, client: number): Asked;
  effect(asked: Asked): { readonly type: 'ok' | 'fail'; readonly value: Value };
  spoil?(asked: Asked, answer: Value): Value | undefined;
}

interface Client {
  process: number;
  asked: Asked | undefined;
  crashes: boolean;
  answer: { type: 'ok' | 'fail'; value: Value } | undefined;
}

/** Each operation takes effect at a random moment while it is open. */
function closedLoop(load: Load, subject: Subject): History {
  const { operations, clients, crashEvery = 0 } = load;
  const random = mulberry(load.seed);
  const history = new History();
  const all = Array.from({ length: clients }, (_, process): Client => idle(process));
  let spoilt = load.bad !== true;
  let started = 0;
  let busy = 0;
  let nextProcess = clients;
  const push = (client: Client, type: 'invoke' | 'ok' | 'fail' | 'info', asked: Asked): void => {
    history.push({ time: history.length * 1000, type, process: client.process, ...asked });
  };
  while (started < operations || busy > 0) {
    const at = Math.floor(random() * clients);
    const client = all[at] as Client;
    if (client.asked === undefined) {
      if (started++ >= operations) continue;
      client.asked = subject.ask(random, at);
      client.crashes = crashEvery > 0 && started % crashEvery === 0;
      push(client, 'invoke', client.asked);
      busy++;
    } else if (client.crashes) {
      if (random() < 0.5) subject.effect(client.asked);
      push(client, 'info', client.asked);
      all[at] = idle(nextProcess++);
      busy--;
    } else if (client.answer === undefined) {
      client.answer = subject.effect(client.asked);
    } else {
      const { type, value } = client.answer;
      const due = !spoilt && history.length > operations * 1.8;
      const wrong = due ? subject.spoil?.(client.asked, value) : undefined;
      if (wrong !== undefined) spoilt = true;
      push(client, type, { ...client.asked, value: wrong ?? value });
      all[at] = idle(client.process);
      busy--;
    }
  }
  return history;
}

/** Reads, writes and, in a third each, compare-and-sets. */
export function registerHistory(
  load: Load & { readonly values: 'unique' | number; readonly cas: boolean },
): History {
  let content: Value = null;
  let next = 0;
  const { values, cas } = load;
  return closedLoop(load, {
    ask(random) {
      const dice = random();
      const draw = (): number => (values === 'unique' ? next++ : Math.floor(random() * values));
      if (dice < (cas ? 1 / 3 : 1 / 2)) return { f: 'read', value: null };
      if (!cas || dice < 2 / 3) return { f: 'write', value: draw() };
      return { f: 'cas', value: [draw(), draw()] };
    },
    effect({ f, value }) {
      if (f === 'read') return { type: 'ok', value: content };
      if (f === 'write') content = value;
      else {
        const [from, to] = value as readonly [Value, Value];
        if (content !== from) return { type: 'fail', value };
        content = to;
      }
      return { type: 'ok', value };
    },
    // A value written long ago; where there are few, one that is never written.
    spoil: ({ f }, answer) => {
      if (f !== 'read') return undefined;
      return values === 'unique' ? Math.floor(Number(answer) / 2) : (Number(answer) + 1) % values;
    },
  });
}

/** Keys that hold texts, appended to and read, as the test of MIT 6.824 leaves them. */
export function textHistory(load: Load & { readonly keys: number }): History {
  const content = new Map<string, string>();
  const counts = new Map<number, number>();
  return closedLoop(load, {
    ask(random, client) {
      const key = String(Math.floor(random() * load.keys));
      if (random() < 0.5) return { f: 'get', value: null, key };
      const n = counts.get(client) ?? 0;
      counts.set(client, n + 1);
      return { f: 'append', value: `x ${client} ${n} y`, key };
    },
    effect({ f, value, key = '' }) {
      const before = content.get(key) ?? '';
      if (f === 'get') return { type: 'ok', value: before };
      content.set(key, before + textOf(value));
      return { type: 'ok', value };
    },
    spoil({ f }, answer) {
      const text = textOf(answer);
      return f === 'get' && text.length > 60
        ? text.slice(0, text.lastIndexOf('x', text.length - 30))
        : undefined;
    },
  });
}

/** The objects that have a monitor of their own, with the values that the monitors need. */
export const collections: Readonly<Record<string, (load: Load) => History>> = {
  'fifo-queue': (load) => closedLoop(load, list('enqueue', 'dequeue', true)),
  stack: (load) => closedLoop(load, list('push', 'pop', false)),
  set: (load) => {
    const inside = new Set<number>();
    let next = 0;
    let oldest = 0;
    return closedLoop(load, {
      ask(random) {
        const dice = random();
        if (dice < 0.4) return { f: 'add', value: next++ };
        if (dice < 0.6 && oldest < next) return { f: 'remove', value: oldest++ };
        return { f: 'contains', value: Math.floor(random() * Math.max(1, next)) };
      },
      effect({ f, value }) {
        const element = Number(value);
        const before = inside.has(element);
        if (f === 'add') inside.add(element);
        if (f === 'remove') inside.delete(element);
        return { type: 'ok', value: f === 'add' ? !before : before };
      },
    });
  },
  counter: (load) => {
    let count = 0;
    return closedLoop(load, {
      ask: (random) => (random() < 0.5 ? { f: 'inc', value: 1 } : { f: 'read', value: null }),
      effect: ({ f, value }) => {
        if (f === 'inc') count++;
        return { type: 'ok', value: f === 'inc' ? value : count };
      },
    });
  },
  log: (load) => {
    const content: number[] = [];
    let next = 0;
    return closedLoop(load, {
      // Reads of the whole grow with the list: ten of them.
      ask: (random) =>
        random() < 10 / load.operations
          ? { f: 'read', value: null }
          : { f: 'append', value: next++ },
      effect({ f, value }) {
        if (f === 'append') content.push(Number(value));
        return { type: 'ok', value: f === 'append' ? value : content.slice() };
      },
    });
  },
};

/** One client after the other takes the lock, in turns that overlap while they wait. */
export function mutexHistory({ operations, clients }: Load): History {
  const history = new History();
  let time = 0;
  const push = (type: 'invoke' | 'ok', process: number, f: string): void => {
    history.push({ time: time++ * 1000, type, process, f, value: null });
  };
  for (let client = 0; client < clients; client++) push('invoke', client, 'acquire');
  for (let turn = 0; turn < operations / 2; turn++) {
    const holder = turn % clients;
    push('ok', holder, 'acquire');
    push('invoke', holder, 'release');
    push('ok', holder, 'release');
    push('invoke', holder, 'acquire');
  }
  return history;
}

function list(put: string, take: string, fifo: boolean): Subject {
  const content: number[] = [];
  let head = 0;
  let next = 0;
  return {
    ask: (random) => (random() < 0.5 ? { f: put, value: next++ } : { f: take, value: null }),
    effect({ f, value }) {
      if (f === put) {
        content.push(Number(value));
        return { type: 'ok', value };
      }
      if (content.length === head) return { type: 'ok', value: null };
      return { type: 'ok', value: (fifo ? content[head++] : content.pop()) ?? null };
    },
  };
}

function idle(process: number): Client {
  return { process, asked: undefined, crashes: false, answer: undefined };
}

function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
