/** Everything of a world that a copy must take on, with each kind of fault in force at that moment. */

import { describe, expect, test } from 'vitest';
import { simulatorOptions } from '../../../harness/config/config.ts';
import { DataCopying } from '../../../harness/core/copying.ts';
import { SimFaults } from '../../../harness/sim/faults.ts';
import { World } from '../../../harness/sim/world.ts';
import type { WorldSpec } from '../../../harness/sim/world-spec.ts';
import type { Fault } from '../../../nemesis/fault.ts';
import type { ClientProtocol } from '../../../systems/client.ts';
import type { AnyProtocol, Env } from '../../../systems/protocol.ts';

const { network, disk } = simulatorOptions({
  'network.latencyMinUs': 100,
  'network.latencyMaxUs': 3000,
  'network.lossPpm': 50_000,
  'network.duplicatePpm': 50_000,
  'network.latePpm': 50_000,
  'network.lateMaxUs': 20_000,
  'network.resends': 1,
  'disk.syncMinUs': 100,
  'disk.syncMaxUs': 4000,
});

type AnyEnv = Env<unknown, unknown>;

interface State {
  ticks: number;
  heard: readonly (string | number)[];
}

/** Says all it sees: its clocks, its draws, what it heard, what a start finds on the disk. */
const talkative: AnyProtocol = {
  start(env: AnyEnv, _options, records): State {
    say(env, ['start', ...records.map((record) => JSON.stringify(record))]);
    env.setTimer(0, 500);
    return { ticks: 0, heard: [] };
  },
  timer(state: State, env: AnyEnv) {
    state.ticks++;
    const draw = env.random();
    for (const peer of env.members) {
      if (peer !== env.self) env.send(peer, { from: env.self, draw, at: env.nowUs() });
      // Twice in one microsecond: the second draw of a moment is another one.
      if (peer !== env.self && state.ticks % 3 === 0) env.send(peer, { again: env.random() });
    }
    env.persist({ tick: state.ticks, of: env.incarnation });
    if (state.ticks % 9 === 0) env.checkpoint([{ upTo: state.ticks }]);
    say(env, ['tick', state.ticks, env.nowUs(), env.wallUs()]);
    env.setTimer(0, 500 + (draw % 700));
  },
  message(state: State, env: AnyEnv, from, message) {
    state.heard = [from, JSON.stringify(message)];
    say(env, ['hear', ...state.heard, env.wallUs()]);
  },
  disconnected: (_state, env: AnyEnv, peer) => say(env, ['disconnected', peer]),
  request: (_state, env: AnyEnv, { from }) =>
    env.reply(from, { status: 'ok', value: env.nowUs(), position: null }),
  durable: (_state, env: AnyEnv, record) => say(env, ['durable', JSON.stringify(record)]),
  view: () => ({ role: 'any', term: 0, leader: null, commit: 0, applied: 0 }),
  messageKind: () => 'any',
};

function say(env: AnyEnv, what: readonly (string | number)[]): void {
  env.trace({ kind: 'said', what: [env.incarnation, ...what] } as never);
}

/** Asks again as soon as it was answered, and twice in one microsecond. */
const asking: ClientProtocol = {
  start: (env) => ({
    operation: null,
    requestId: 0,
    session: 0,
    sequence: 0,
    target: env.client % env.nodes.length,
    deadlineUs: 0,
    indefinite: false,
    attempts: 0,
  }),
  invoke: (state, env) => {
    state.requestId++;
    const from = { client: env.client, id: state.requestId };
    env.send(state.target, { kind: 'open', from });
    env.send(env.random() % env.nodes.length, { kind: 'open', from });
    env.setTimer(7_000 + (env.random() % 500));
  },
  reply: (state, env, from, to, reply) => {
    env.setTimer(1_000);
    env.complete({ type: 'info', error: JSON.stringify([from, to, reply, state.requestId]) });
  },
  timer: (state, env) => asking.invoke(state, env, { f: 'read', key: 'x', value: null }),
};

/** A world and all that has been said in it. */
class Recorded {
  readonly said: string[] = [];
  readonly world: World;
  readonly faults: SimFaults;

  constructor(spec: WorldSpec) {
    this.world = new World(spec, {
      trace: (event, node, incarnation, sequence, step, timeUs) =>
        this.said.push(JSON.stringify([event, node, incarnation, sequence, step, timeUs])),
      completed: (client, outcome) => this.said.push(JSON.stringify([client, outcome])),
      wake: (client) => {
        this.said.push(`wake ${client}`);
        if (client < 0) this.faults.turn(-1 - client);
      },
    });
    this.faults = new SimFaults(this.world, 'torn', (id, atUs) => this.world.wakeAt(atUs, -1 - id));
  }

  run(steps: number): void {
    for (let step = 0; step < steps; step++) this.world.step();
  }
}

const FAULTS: readonly Fault[] = [
  { kind: 'kill', nodes: [0] },
  { kind: 'pause', nodes: [1] },
  { kind: 'partition', shape: 'any', cuts: [{ from: 2, to: 1 }] },
  clock('drift', [2]),
  clock('bump', [1, 2]),
  clock('strobe', [0, 2]),
  clock('strobe', [2]),
  { kind: 'clock-freeze', nodes: [1] },
  { kind: 'restarts', how: 'kill', groups: [[1], [2]], downMs: 1, upMs: 1 },
  links('cut'),
  links('slow'),
  links('lossy'),
  links('hold'),
  {
    kind: 'client-links',
    nodes: [0, 1],
    lossPpm: 100_000,
    duplicatePpm: 500_000,
    latePpm: 500_000,
    delayMs: 2,
  },
  { kind: 'messages', how: 'duplicate', nodes: [0, 1, 2], pick: 2, count: 9, delayMs: 2 },
  { kind: 'priorities', chains: 'both', pick: 3, levels: 3, delayMs: 2, everyMs: 1 },
  { kind: 'slow-disk', nodes: [0, 1], delayMs: 2 },
  { kind: 'failing-disk', how: 'full', nodes: [2] },
  { kind: 'bit-rot', nodes: [1], place: 7 },
  { kind: 'lost-disk', how: 'stale', nodes: [0] },
];

function links(effect: 'cut' | 'slow' | 'lossy' | 'hold'): Fault {
  const cuts = [{ from: 0, to: 1 }];
  return { kind: 'links', effect, cuts, onMs: 1, offMs: 1, delayMs: 1, ppm: 300_000 };
}

function clock(mode: 'drift' | 'bump' | 'strobe', nodes: readonly number[]): Fault {
  return { kind: 'clock', mode, nodes, offsetMs: 3, periodMs: 2, ratePpm: 200_000 };
}

/** The rest of a run: one fault after the other ends, and begins once more. */
function goOn(recorded: Recorded, receipts: string[]): void {
  const { world, faults } = recorded;
  for (const [id, fault] of FAULTS.entries()) {
    receipts.push(JSON.stringify(faults.end(id)));
    world.wakeAt(world.nowUs + 50, id);
    world.client(id % 2).invoke({ f: 'read', key: 'x', value: null });
    recorded.run(40);
    receipts.push(JSON.stringify(faults.start(id, fault)));
    recorded.run(40);
    receipts.push(JSON.stringify(faults.end(id)));
    recorded.run(40);
  }
}

describe.each(['datagrams', 'connections'] as const)('a copy of a world over %s', (links) => {
  const variants: Partial<WorldSpec>[] = [
    {},
    { diskHabits: { tornTail: 'accept', rename: 'unsynced', reach: { calls: 0, changed: 0 } } },
    { durability: (record) => (JSON.stringify(record).includes('7') ? 'unsynced' : 'synced') },
  ];
  test.each(variants)('with any faults in force goes on as the world itself (%#)', (more) => {
    const spec: WorldSpec = {
      nodes: 3,
      seed: 11,
      protocol: talkative,
      client: asking,
      options: {},
      variants: [],
      durability: null,
      diskHabits: null,
      network,
      disk,
      links,
      ...more,
    };
    for (let at = 0; at < 300; at += 13) {
      const one = new Recorded(spec);
      one.world.boot();
      for (const client of [0, 1, 4]) {
        one.world.client(client).invoke({ f: 'read', key: 'x', value: null });
      }
      one.run(60);
      const begun = FAULTS.filter((_, id) => (at >> id) % 2 === 0);
      for (const fault of begun) one.faults.start(FAULTS.indexOf(fault), fault);
      one.run(at);
      // In the microsecond of the copy, draws go on where they were.
      one.world.client(0).invoke({ f: 'read', key: 'x', value: null });
      const copy = new Recorded(spec);
      copy.world.copyFrom(one.world, new DataCopying(spec.seed));
      copy.faults.copyFrom(one.faults);
      const before = one.said.length;
      const receipts: { one: string[]; copy: string[] } = { one: [], copy: [] };
      goOn(copy, receipts.copy);
      goOn(one, receipts.one);
      expect(copy.said).toEqual(one.said.slice(before));
      expect(receipts.copy).toEqual(receipts.one);
      expect(copy.said.length).toBeGreaterThan(100);
      expect([copy.world.syncs, copy.world.network.sent, copy.world.queue.deliveredUs]).toEqual([
        one.world.syncs,
        one.world.network.sent,
        one.world.queue.deliveredUs,
      ]);
    }
  });
});
