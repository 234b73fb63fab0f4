import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ProcessFaults } from '../../../harness/process/faults.ts';
import { Guard } from '../../../harness/process/guard.ts';
import { messageOf } from '../../../harness/process/message.ts';
import { Network } from '../../../harness/process/network.ts';
import { NodeProcess } from '../../../harness/process/node-process.ts';
import type { Fault } from '../../../nemesis/fault.ts';

const LINKS = {
  kind: 'links',
  cuts: [{ from: 0, to: 1 }],
  onMs: 100,
  offMs: 0,
  delayMs: 0,
  ppm: 0,
} as const;

/** Three nodes that are never started, a client, and what each of them gets, in order. */
class Wires implements Disposable {
  readonly got: Record<string, string[]> = { n0: [], n1: [], n2: [], c1: [] };
  readonly #guard = new Guard();
  readonly faults: ProcessFaults;
  readonly network: Network;

  constructor(options = {}) {
    const listener = { message: () => undefined, breach: () => undefined, exit: () => undefined };
    const nodes = [0, 1, 2].map(
      (node) => new NodeProcess(`n${node}`, ['nothing'], '/dev/null', this.#guard, listener),
    );
    const restart = async () => null;
    this.faults = new ProcessFaults(nodes, 1, restart, () => this.network.letGo());
    this.network = new Network(1, options, this.faults, () => undefined);
    for (const [at, id] of ['n0', 'n1', 'n2', 'c1'].entries()) {
      const receive = ({ body }: { body: Readonly<Record<string, unknown>> }) => {
        this.got[id]?.push(String(body['type']));
      };
      this.network.join(id, { receive }, id === 'c1' ? null : at);
    }
  }

  say(src: string, dest: string, ...types: readonly string[]): void {
    for (const type of types) this.network.send(messageOf(src, dest, { type }));
  }

  begin(fault: Fault): Promise<unknown> {
    return this.faults.start(1, fault);
  }

  [Symbol.dispose](): void {
    this.network.close();
    this.faults.close();
    this.#guard.close();
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('links that hold', () => {
  test('keep back all that they carry until the fault ends, and then let it arrive in order', async () => {
    using wires = new Wires();
    await wires.begin({ ...LINKS, effect: 'hold' });
    wires.say('n0', 'n1', 'a', 'b');
    vi.advanceTimersByTime(60_000);
    wires.say('n0', 'n1', 'c');
    wires.say('n1', 'n0', 'back');
    expect(wires.got).toMatchObject({ n1: [], n0: ['back'] });
    await wires.faults.end(1);
    expect(wires.got['n1']).toEqual(['a', 'b', 'c']);
  });

  test('let go whenever the fault does not act, and hold again', async () => {
    using wires = new Wires();
    await wires.begin({ ...LINKS, effect: 'hold', offMs: 50 });
    wires.say('n0', 'n1', 'a');
    vi.advanceTimersByTime(99);
    expect(wires.got['n1']).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(wires.got['n1']).toEqual(['a']);
    wires.say('n0', 'n1', 'between');
    expect(wires.got['n1']).toEqual(['a', 'between']);
    vi.advanceTimersByTime(50);
    wires.say('n0', 'n1', 'b');
    expect(wires.got['n1']).not.toContain('b');
    vi.advanceTimersByTime(100);
    expect(wires.got['n1']).toContain('b');
  });
});

test('links that are cut carry nothing in that direction, also what is on its way', async () => {
  using wires = new Wires({ latencyMs: 10 });
  wires.say('n0', 'n1', 'under way');
  await wires.begin({ ...LINKS, effect: 'cut' });
  wires.say('n0', 'n1', 'later');
  wires.say('n1', 'n0', 'back');
  vi.advanceTimersByTime(100);
  expect(wires.got).toMatchObject({ n1: [], n0: ['back'] });
});

test('links that are slow or lossy are so for what they carry, and for nothing else', async () => {
  using slow = new Wires();
  await slow.begin({ ...LINKS, effect: 'slow', delayMs: 500 });
  slow.say('n0', 'n1', 'a');
  slow.say('n0', 'n2', 'other');
  expect(slow.got).toMatchObject({ n1: [], n2: ['other'] });
  vi.advanceTimersByTime(500);
  expect(slow.got['n1']).toEqual(['a']);
  using lossy = new Wires();
  await lossy.begin({ ...LINKS, effect: 'lossy', ppm: 1_000_000 });
  lossy.say('n0', 'n1', 'a');
  lossy.say('n0', 'n2', 'other');
  vi.advanceTimersByTime(500);
  expect(lossy.got).toMatchObject({ n1: [], n2: ['other'] });
});

test.each([
  ['drop', ['b', 'b']],
  ['hold', ['b', 'b', 'a', 'a']],
  ['duplicate', ['a', 'b', 'a', 'b', 'a', 'a']],
] as const)('the next messages of a kind are chosen: %s', async (how, arrived) => {
  using wires = new Wires();
  // Which kinds a draw chooses is by their names: of these two it is the first.
  await wires.begin({ kind: 'messages', how, nodes: [0], count: 2, pick: 1, delayMs: 300 });
  wires.say('n0', 'n1', 'a', 'b', 'a', 'b');
  vi.advanceTimersByTime(1000);
  expect(wires.got['n1']).toEqual(arrived);
  expect(await wires.faults.end(1)).toMatchObject({ evidence: expect.stringMatching(/2 of 2 a/) });
});

test('on links of clients answers may come twice, and requests never do', async () => {
  using wires = new Wires();
  const ppm = { lossPpm: 0, latePpm: 0, duplicatePpm: 1_000_000, delayMs: 20 };
  await wires.begin({ kind: 'client-links', nodes: [0], ...ppm });
  wires.say('c1', 'n0', 'ask');
  wires.say('n0', 'c1', 'answer');
  vi.advanceTimersByTime(100);
  expect(wires.got).toMatchObject({ n0: ['ask'], c1: ['answer', 'answer'] });
});

test('a client whose link loses all hears nothing, and is not heard', async () => {
  using wires = new Wires();
  const ppm = { lossPpm: 1_000_000, latePpm: 0, duplicatePpm: 0, delayMs: 20 };
  await wires.begin({ kind: 'client-links', nodes: [0], ...ppm });
  wires.say('c1', 'n0', 'ask');
  wires.say('n0', 'c1', 'answer');
  wires.say('c1', 'n1', 'ask');
  expect(wires.got).toMatchObject({ n0: [], c1: [], n1: ['ask'] });
});

test('messages between nodes are lost or come twice as options say', () => {
  const sent = Array.from({ length: 200 }, (_, at) => `${at}`);
  using lossy = new Wires({ lossPpm: 500_000 });
  lossy.say('n0', 'n1', ...sent);
  expect(lossy.got['n1']?.length).toBeLessThan(150);
  expect(lossy.got['n1']?.length).toBeGreaterThan(50);
  using twice = new Wires({ duplicatePpm: 1_000_000 });
  twice.say('n0', 'n1', ...sent);
  vi.advanceTimersByTime(1000);
  expect(twice.got['n1']?.length).toBe(400);
});
