/** The order of effects of a real node: barriers, trace, timers, panics. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { machineClock, SkewedClock } from '../../../harness/host/clock.ts';
import { HostEnv } from '../../../harness/host/env.ts';
import { TraceFile } from '../../../harness/host/trace-file.ts';
import { WriteAheadLog } from '../../../harness/host/wal.ts';
import type { AnyProtocol, Env } from '../../../systems/protocol.ts';

type Script = (env: Env<unknown, unknown>) => void;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ordeal-test-env-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** One life of a node whose protocol does what its messages, being functions, say. */
class Node {
  /** What has left the node, and what it was told, in order. */
  readonly seen: string[] = [];
  readonly env: HostEnv;
  readonly wal: WriteAheadLog;
  readonly trace: TraceFile;
  readonly records: readonly unknown[];
  panic: unknown = null;
  onTimer: (timer: number) => void = () => undefined;
  #wake: (() => void)[] = [];

  constructor(incarnation: number, start: Script = () => undefined) {
    this.wal = new WriteAheadLog({
      directory,
      log: () => undefined,
      onDurable: (_count, records) => {
        this.env.durable(records);
        for (const wake of this.#wake.splice(0)) wake();
      },
      onError: (error) => {
        throw error;
      },
    });
    this.records = this.wal.recovered;
    const path = join(directory, 'trace.jsonl');
    this.trace = new TraceFile({ path, node: 0, nodes: 3, incarnation, nowNs: () => 7 });
    this.env = new HostEnv({
      self: 0,
      members: [0, 1, 2],
      incarnation,
      seed: 1,
      protocol: this.#protocol(start),
      durability: (record) => (record === 'lazy' ? 'unsynced' : 'synced'),
      variants: ['some-variant'],
      clock: new SkewedClock(machineClock),
      wal: this.wal,
      trace: this.trace,
      wire: {
        send: (to, message) => {
          this.seen.push(`send ${to} ${String(message)} after ${this.#lines()} lines`);
        },
        reply: (_to, reply) => this.seen.push(`reply ${reply.status}`),
      },
      onPanic: (error) => {
        this.panic = error;
      },
    });
    this.env.start({}, this.records);
  }

  step(script: Script): void {
    this.env.message(1, { lamport: 0, lines: [] }, script);
  }

  async synced(): Promise<void> {
    while (this.wal.durable < this.wal.written) {
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  async close(): Promise<void> {
    this.env.stop();
    await this.wal.close();
    this.trace.close();
  }

  #lines(): number {
    return readTraceLines().length;
  }

  #protocol(start: Script): AnyProtocol {
    return {
      start: (env) => start(env),
      message: (_state, env, _from, message) => (message as Script)(env),
      timer: (_state, _env, timer) => {
        this.seen.push(`timer ${timer}`);
        this.onTimer(timer);
      },
      request: () => undefined,
      disconnected: (_state, _env, peer) => this.seen.push(`disconnected ${peer}`),
      durable: (_state, _env, record) => this.seen.push(`durable ${String(record)}`),
      view: () => ({ role: 'x', term: 0, leader: null, commit: 0, applied: 0 }),
      messageKind: () => 'script',
    };
  }
}

interface Line {
  readonly sequence: number;
  readonly lamport: number;
  readonly incarnation: number;
  readonly event: { readonly kind: string; readonly variants?: readonly string[] };
}

function readTraceLines(): Line[] {
  const text = readFileSync(join(directory, 'trace.jsonl'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

describe('the environment of a real node', () => {
  test('a broken connection takes with it what was to be sent on it once synced', async () => {
    const node = new Node(1);
    node.step((env) => {
      env.persist('vote');
      env.send(1, 'lost');
      env.send(2, 'kept');
    });
    node.env.disconnected(1);
    await node.synced();
    expect(node.seen).toEqual(['disconnected 1', 'send 2 kept after 0 lines', 'durable vote']);
    await node.close();
  });

  test('what comes after a persist leaves once it is durable, also from a later step', async () => {
    const node = new Node(1);
    node.step((env) => {
      env.send(1, 'before');
      env.persist('vote');
      env.send(1, 'promise');
    });
    node.step((env) => env.send(2, 'later step'));
    expect(node.seen).toEqual(['send 1 before after 0 lines']);
    await node.synced();
    await node.close();
    expect(node.seen).toEqual([
      'send 1 before after 0 lines',
      'send 1 promise after 0 lines',
      'send 2 later step after 0 lines',
      'durable vote',
    ]);
  });

  test('steps go on while a sync is under way, and their effects keep their order', async () => {
    const node = new Node(1);
    for (let i = 0; i < 20; i++) {
      node.step((env) => {
        env.persist(i);
        env.send(1, i);
      });
    }
    await node.synced();
    await node.close();
    const sent = node.seen.filter((line) => line.startsWith('send'));
    expect(sent).toEqual(Array.from({ length: 20 }, (_, i) => `send 1 ${i} after 0 lines`));
    expect(new Node(2).records).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test('an unsynced record holds nothing back, and is gone after a crash', async () => {
    const node = new Node(1);
    node.step((env) => {
      env.persist('lazy');
      env.send(1, 'promise');
    });
    expect(node.seen).toEqual(['send 1 promise after 0 lines']);
    await node.close();
    expect(new Node(2).records).toEqual([]);
  });

  test('a trace line is in the file before the message that follows from it leaves', async () => {
    const node = new Node(1);
    node.step((env) => {
      env.trace({ kind: 'term', term: 1 });
      env.send(1, 'a');
      env.trace({ kind: 'term', term: 2 });
      env.send(1, 'b');
    });
    await node.close();
    expect(node.seen).toEqual(['send 1 a after 1 lines', 'send 1 b after 2 lines']);
  });

  test('a restart continues the Lamport clock, numbers lines anew, and cuts a torn line', async () => {
    const first = new Node(1);
    first.step((env) => env.trace({ kind: 'term', term: 1 }));
    const heard = { lamport: 40, lines: [0, 9, 0] };
    first.env.message(1, heard, (env: Env<unknown, unknown>) =>
      env.trace({ kind: 'term', term: 2 }),
    );
    await first.close();
    const path = join(directory, 'trace.jsonl');
    writeFileSync(path, '{"time":3,"no', { flag: 'a' });
    const second = new Node(2, (env) => env.trace({ kind: 'term', term: 3 }));
    await second.close();
    expect(
      readTraceLines().map(({ incarnation, sequence, lamport }) => [
        incarnation,
        sequence,
        lamport,
      ]),
    ).toEqual([
      [1, 0, 1],
      [1, 1, 41],
      [2, 0, 42],
    ]);
  });

  test('a boot names the variants in force', async () => {
    const recovered = { term: 0, votedFor: null, snapshot: { term: 0, index: 0 }, entries: [] };
    const boot = { kind: 'boot', protocol: 'x', nodes: [0], recovered, variants: [] } as const;
    await new Node(1, (env) => env.trace(boot)).close();
    expect(readTraceLines()[0]?.event.variants).toEqual(['some-variant']);
  });

  test('a protocol that throws is stopped, and what waited for a barrier never leaves', async () => {
    const node = new Node(1);
    node.step((env) => {
      env.send(1, 'before');
      env.persist('vote');
      env.send(1, 'promise');
      throw new Error('broken');
    });
    node.step((env) => env.send(2, 'after'));
    await node.synced();
    await node.close();
    expect(node.panic).toEqual(new Error('broken'));
    expect(node.seen.filter((line) => line.startsWith('send 1 p'))).toEqual([]);
    expect(node.seen.filter((line) => line.startsWith('send 2'))).toEqual([]);
  });

  test('a timer fires once, and one that was cancelled does not', async () => {
    const node = new Node(1);
    await new Promise<void>((resolve) => {
      node.onTimer = (timer) => {
        if (timer === 2) resolve();
      };
      node.step((env) => {
        env.setTimer(0, 1000);
        env.setTimer(1, 1000);
        env.cancelTimer(1);
        env.setTimer(2, 20_000);
      });
    });
    await node.close();
    expect(node.seen).toEqual(['timer 0', 'timer 2']);
  });
});
