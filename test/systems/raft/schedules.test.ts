/** Raft under arbitrary schedules: no invariant breaks, and nodes are plain data. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { between, Script } from './script.ts';

const steps = fc.array(
  fc.record({
    what: fc.constantFrom(
      'deliver',
      'deliver',
      'deliver',
      'deliver',
      'drop',
      'duplicate',
      'time-out',
      'heartbeat',
      'write',
      'read',
      'sync',
      'sync',
      'restart',
    ),
    which: fc.nat(1000),
  }),
  { minLength: 50, maxLength: 300 },
);

const clusters = fc.record({
  nodes: fc.constantFrom(1, 2, 3, 4, 5),
  options: fc.record({
    preVote: fc.boolean(),
    checkQuorum: fc.boolean(),
    reads: fc.constantFrom('index', 'log', 'follower'),
    snapshotEvery: fc.constantFrom(0, 1, 3),
    snapshotChunkBytes: fc.constantFrom(256, 65_536),
    batch: fc.constantFrom(1, 3),
    inFlight: fc.constantFrom(0, 1, 2),
    membership: fc.constantFrom('off', 'single', 'joint'),
    reconfigureEvery: fc.constantFrom(1, 3),
    transferEvery: fc.constantFrom(0, 2),
  }),
});

function play(script: Script, what: string, which: number): void {
  const { network, members } = script;
  const node = which % members.length;
  const flight = network[which % Math.max(1, network.length)];
  switch (what) {
    case 'deliver':
      script.deliver((candidate) => candidate === flight);
      break;
    case 'drop':
      script.drop((candidate) => candidate === flight);
      break;
    case 'duplicate':
      if (flight !== undefined) network.push({ ...flight });
      break;
    case 'time-out':
      script.timeOut(node);
      break;
    case 'heartbeat':
      script.heartbeat(node);
      break;
    case 'write':
      script.request(node, { f: 'append', key: 'x', value: which });
      break;
    case 'read':
      script.request(node, { f: 'read', key: 'x', value: null });
      break;
    case 'sync':
      script.sync(node);
      break;
    case 'restart':
      script.restart(node);
      break;
  }
}

describe('any schedule of deliveries, losses, duplicates, timeouts, syncs and crashes', () => {
  test('breaks no invariant, and the cluster works again when it is over', () => {
    fc.assert(
      fc.property(clusters, steps, ({ nodes, options }, schedule) => {
        const script = new Script({ nodes, options });
        script.autoSync = false;
        for (const { what, which } of schedule) play(script, what, which);
        expect(script.checker.violations).toEqual([]);
        const messages = script.network.map(({ message }) => message);
        expect(JSON.parse(JSON.stringify(messages))).toEqual(messages);
        script.autoSync = true;
        for (const node of script.members) script.sync(node);
        // Wherever it stands, some node can win an election in a few attempts.
        for (let attempt = 0; attempt < 40; attempt++) {
          if (script.members.some((node) => isLeaderOfAll(script, node))) break;
          script.timeOut(attempt % nodes);
          script.settle();
          // Followers learn of a commitment with the heartbeat after it.
          for (let round = 0; round < 4; round++) {
            for (const node of script.members) script.heartbeat(node);
            script.settle();
          }
        }
        expect(script.members.filter((node) => isLeaderOfAll(script, node))).toHaveLength(1);
        expect(script.checker.violations).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});

/** Whether everybody that it has to do with follows this node and has executed what it has. */
function isLeaderOfAll(script: Script, node: number): boolean {
  const { role, term, applied, peers } = script.state(node);
  const all = [node, ...peers].map((member) => script.state(member));
  return (
    role === 'leader' &&
    all.every((state) => state.term === term && state.leader === node && state.applied === applied)
  );
}

describe('a node', () => {
  test('is plain data: its copy is equal', () => {
    const script = new Script({ nodes: 3, options: { snapshotEvery: 3 } });
    script.elect(0);
    for (let value = 0; value < 5; value++) {
      script.request(0, { f: 'append', key: 'x', value });
      script.settle(between(0, 1));
    }
    for (const node of script.members) {
      expect(structuredClone(script.state(node))).toEqual(script.state(node));
    }
  });

  test('sends messages that survive a journey as JSON', () => {
    const script = new Script({ nodes: 3, options: { snapshotEvery: 3 } });
    const seen = new Set<string>();
    const look = (): boolean => {
      for (const { message } of script.network) {
        seen.add(message.kind);
        expect(JSON.parse(JSON.stringify(message))).toEqual(message);
      }
      return true;
    };
    script.elect(0, look);
    for (let value = 0; value < 10; value++) {
      script.request(0, { f: 'append', key: 'x', value });
      script.settle((flight) => look() && between(0, 1)(flight));
    }
    script.drop();
    script.heartbeat(0);
    script.settle(look);
    expect([...seen].sort()).toEqual([
      'append-entries',
      'append-reply',
      'install-snapshot',
      'request-vote',
      'vote',
    ]);
  });
});
