/** Synthetic histories for the benchmark: closed loop, every client always busy. */

import { History, type Value } from '../../checkers/history.ts';

export interface Synthetic {
  readonly operations: number;
  readonly clients: number;
  /** Values written: each once, or this many at random. */
  readonly values: 'unique' | number;
  /** Whether a third of the operations are compare-and-sets. */
  readonly cas: boolean;
  /** Every so many operations, one never answers (0: none). */
  readonly crashEvery: number;
  /** Whether one read, at 90% of the history, answers a wrong value. */
  readonly bad: boolean;
  readonly seed: number;
}

/** A register under load; each operation takes effect at a random point while it is open. */
export function registerHistory(options: Synthetic): History {
  const random = mulberry(options.seed);
  const history = new History();
  const { operations, clients } = options;
  let content: Value = null;
  let unique = 0;
  let spoilt = !options.bad;
  const open: Client[] = Array.from({ length: clients }, (_, process) => idle(process));
  let started = 0;
  let nextProcess = clients;
  let busy = 0;
  while (started < operations || busy > 0) {
    const client = open[Math.floor(random() * clients)] as Client;
    const { process } = client;
    if (client.stage === 'idle') {
      if (started >= operations) continue;
      const dice = random();
      const f = options.cas
        ? dice < 1 / 3 ? 'read' : dice < 2 / 3 ? 'write' : 'cas'
        : dice < 1 / 2 ? 'read' : 'write';
      const value = (): number =>
        options.values === 'unique' ? unique++ : Math.floor(random() * options.values);
      client.f = f;
      client.value = f === 'read' ? null : f === 'write' ? value() : [value(), value()];
      client.stage = 'called';
      client.crashes = options.crashEvery > 0 && started % options.crashEvery === options.crashEvery - 1;
      push(history, 'invoke', process, f, client.value);
      started++;
      busy++;
    } else if (client.stage === 'called') {
      if (client.crashes) {
        if (random() < 0.5 && client.f === 'write') content = client.value;
        push(history, 'info', process, client.f, client.value);
        Object.assign(client, idle(nextProcess++));
        busy--;
        continue;
      }
      client.stage = 'done';
      client.answer = 'ok';
      if (client.f === 'write') content = client.value;
      if (client.f === 'read') client.value = content;
      if (client.f === 'cas') {
        const [from, to] = client.value as readonly [Value, Value];
        if (content === from) content = to;
        else client.answer = 'fail';
      }
    } else {
      if (!spoilt && client.f === 'read' && history.length > operations * 2 * 0.9) {
        spoilt = true;
        client.value = wrong(options, client.value);
      }
      push(history, client.answer, process, client.f, client.value);
      client.stage = 'idle';
      busy--;
    }
  }
  return history;
}

interface Client {
  process: number;
  stage: 'idle' | 'called' | 'done';
  f: string;
  value: Value;
  answer: 'ok' | 'fail';
  crashes: boolean;
}

function idle(process: number): Client {
  return { process, stage: 'idle', f: '', value: null, answer: 'ok', crashes: false };
}

/** An old value where values are unique, another one where they are not. */
function wrong({ values }: Synthetic, value: Value): Value {
  return values === 'unique' ? Math.floor(Number(value) / 2) : (Number(value) + 1) % values;
}

function push(
  history: History,
  type: 'invoke' | 'ok' | 'fail' | 'info',
  process: number,
  f: string,
  value: Value,
): void {
  history.push({ time: history.length * 1000, type, process, f, value });
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

/**
 * Keys that hold texts, appended to and read, as the key-value test of MIT 6.824 leaves them:
 * pieces `x <client> <n> y`, all different.
 */
export function textHistory(options: {
  readonly operations: number;
  readonly clients: number;
  readonly keys: number;
  readonly bad: boolean;
  readonly seed: number;
}): History {
  const random = mulberry(options.seed);
  const history = new History();
  const content = Array.from({ length: options.keys }, () => '');
  const clients = Array.from({ length: options.clients }, (_, process) => ({
    ...idle(process),
    key: 0,
    n: 0,
  }));
  let started = 0;
  let busy = 0;
  let spoilt = !options.bad;
  while (started < options.operations || busy > 0) {
    const client = clients[Math.floor(random() * options.clients)];
    if (client === undefined) continue;
    const key = String(client.key);
    const note = (type: 'invoke' | 'ok'): number =>
      history.push({
        time: history.length * 1000,
        type,
        process: client.process,
        f: client.f,
        key: String(client.key),
        value: client.value,
      });
    if (client.stage === 'idle') {
      if (started++ >= options.operations) continue;
      client.key = Math.floor(random() * options.keys);
      client.f = random() < 0.5 ? 'append' : 'get';
      client.value = client.f === 'get' ? null : `x ${client.process} ${client.n++} y`;
      client.stage = 'called';
      note('invoke');
      busy++;
    } else if (client.stage === 'called') {
      const at = Number(key);
      if (client.f === 'append') content[at] += String(client.value);
      else client.value = content[at] as string;
      client.stage = 'done';
    } else {
      if (!spoilt && client.f === 'get' && history.length > options.operations) {
        const text = String(client.value);
        if (text.length > 40) {
          spoilt = true;
          client.value = text.slice(0, text.lastIndexOf('x', text.length - 20));
        }
      }
      note('ok');
      client.stage = 'idle';
      busy--;
    }
  }
  return history;
}
