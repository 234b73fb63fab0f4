/** What reads, rounds of confirmations and leases of the Paxos family rest on. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outlasts } from '../../../../checkers/agreement/leases.ts';
import { paxosChecker } from '../../../../checkers/agreement/paxos/checker.ts';
import type { TraceEvent } from '../../../../checkers/trace.ts';

/** A line: the node, and what it reports. */
type Line = readonly [number, TraceEvent];

const NODES = [0, 1, 2];
const LEASE = { us: 100_000, driftPpm: 0 };

const BOOTS = NODES.map((node): Line => {
  const recovered = { ballot: -1, promised: [], accepted: [], snapshot: { term: 0, index: 0 } };
  const boot = { protocol: 'multi-paxos', nodes: NODES, variants: [], recovered, lease: LEASE };
  return [node, { kind: 'boot', ...boot }];
});

function broken(promises: 'each' | 'all', lines: readonly Line[]): string[] {
  const checker = paxosChecker(promises);
  for (const [at, [node, event]] of lines.entries()) checker.feed(event, node, 1, at);
  return checker.violations.map(({ property }) => property);
}

describe('a leader’s word', () => {
  type Promised = Extract<TraceEvent, { kind: 'promise' }>;
  const promise = (node: number, ballot: number, lease?: Promised['lease']): Line => [
    node,
    {
      kind: 'promise',
      ballot,
      instance: null,
      from: 1,
      accepted: [],
      chosen: [],
      ...(lease === undefined ? {} : { lease }),
    },
  ];
  /** Node 0 leads ballot 0. */
  const LED: readonly Line[] = [
    ...BOOTS,
    [0, { kind: 'prepare', ballot: 0, from: 1 }],
    promise(0, 0),
    promise(1, 0),
    [
      0,
      {
        kind: 'prepared',
        ballot: 0,
        from: 1,
        promises: [0, 1].map((node) => ({ node, ballot: 0 })),
      },
    ],
    [0, { kind: 'leader', term: 0, certificate: [0, 1], last: { term: 0, index: 0 } }],
  ];
  const round = (number: number): Line => [0, { kind: 'round', term: 0, round: number }];
  const acks = (number: number) => [0, 1].map((node) => ({ node, round: number }));
  const read = (number: number, grounds: { since?: number; ageUs?: number } = {}): Line => {
    const mode = grounds.ageUs === undefined ? 'index' : 'lease';
    const base = { kind: 'read-cert', mode, term: 0, readPosition: 0, applied: 0 } as const;
    return [0, { ...base, round: number, acks: acks(number), ...grounds }];
  };
  const lease = (number: number, ageUs: number, lastsUs: number): Line => [
    0,
    { kind: 'lease', term: 0, round: number, acks: acks(number), ageUs, lastsUs },
  ];

  test('holds on answers to a round that it has begun', () => {
    expect(broken('all', [...LED, round(1), read(1), round(2), read(2, { since: 1 })])).toEqual([]);
  });

  test('does not rest on a round that it has not begun', () => {
    expect(broken('all', [...LED, round(1), read(2)])).toEqual(['J:ReadCert']);
  });

  test('does not rest on who had promised more before the round began', () => {
    expect(broken('all', [...LED, promise(1, 1), round(1), read(1)])).toEqual(['J:ReadCert']);
    expect(broken('all', [...LED, round(1), promise(1, 1), read(1)])).toEqual([]);
  });

  test('does not rest on a round that was under way when the read came', () => {
    expect(broken('all', [...LED, round(1), read(1, { since: 1 })])).toEqual(['J:ReadCert']);
  });

  test('by lease holds as long as it was granted, counted from the question', () => {
    expect(broken('all', [...LED, round(1), lease(1, 10_000, 90_000)])).toEqual([]);
    expect(broken('all', [...LED, round(1), lease(1, 10_000, 100_000)])).toEqual(['J:LeaseCert']);
    expect(broken('all', [...LED, round(1), read(1, { ageUs: 99_000 })])).toEqual([]);
    expect(broken('all', [...LED, round(1), read(1, { ageUs: 101_000 })])).toEqual(['J:ReadCert']);
  });

  test('by lease rests on a quorum that can have granted it', () => {
    const lines = [...LED, promise(1, 1), round(1), lease(1, 10_000, 90_000)];
    expect(broken('all', lines)).toEqual(['J:LeaseCert']);
  });

  test('is kept to by an acceptor until the lease is over that it has granted', () => {
    const early = promise(1, 1, { to: 0, leftUs: 40_000 });
    expect(broken('all', [...LED, round(1), early])).toEqual(['LeaseRespected']);
    const restarted = promise(1, 1, { to: null, leftUs: 40_000 });
    expect(broken('all', [...LED, round(1), restarted])).toEqual(['LeaseRespected']);
  });
});

test('a lease outlasts a grant exactly when its age and its rest are more than the slowest clock grants', () => {
  const us = fc.integer({ min: 1, max: 60_000_000 });
  fc.assert(
    fc.property(
      us,
      fc.nat({ max: 1_000_000 }),
      fc.nat({ max: 100_000_000 }),
      fc.nat(),
      (...drawn) => {
        const [grantedUs, driftPpm, ageUs, lastsUs] = drawn;
        // The leader's clock may run so much faster than that of who granted the lease.
        const grantedForUs = grantedUs / (1 + driftPpm / 1_000_000);
        fc.pre(Math.abs(ageUs + lastsUs - grantedForUs) > 2);
        const fault = outlasts({ us: grantedUs, driftPpm }, { ageUs, lastsUs });
        expect(fault !== null).toBe(ageUs + lastsUs > grantedForUs);
      },
    ),
  );
});

describe('a read of Basic Paxos', () => {
  const K = 'k';
  const prepare = (node: number, ballot: number): Line => [
    node,
    { kind: 'prepare', ballot, from: K },
  ];
  const promise = (node: number, ballot: number): Line => [
    node,
    { kind: 'promise', ballot, instance: K, from: K, accepted: [], chosen: [] },
  ];
  const phase1 = (node: number, ballot: number): readonly Line[] => [
    prepare(node, ballot),
    promise(0, ballot),
    promise(1, ballot),
    [
      node,
      {
        kind: 'prepared',
        ballot,
        from: K,
        promises: [0, 1].map((each) => ({ node: each, ballot })),
      },
    ],
  ];
  const accept = (node: number): Line => [
    node,
    { kind: 'accept', ballot: 0, instance: K, valueHash: 7 },
  ];
  const read = (node: number, ballot: number, valueHash: number | null, since = ballot): Line => [
    node,
    { kind: 'read', instance: K, ballot, since, valueHash },
  ];
  const PROPOSED: readonly Line[] = [
    ...BOOTS,
    ...phase1(0, 0),
    [0, { kind: 'propose', ballot: 0, instance: K, valueHash: 7 }],
  ];

  test('is told what is chosen, and nothing else', () => {
    expect(broken('each', [...PROPOSED, accept(0), accept(1), read(0, 0, 7)])).toEqual([]);
    expect(broken('each', [...PROPOSED, accept(0), read(0, 0, 7)])).toEqual(['ReadChosen']);
    expect(broken('each', [...PROPOSED, accept(0), accept(1), read(0, 0, 8)])).toEqual([
      'ReadChosen',
    ]);
  });

  test('is told that there is nothing by a phase 1 that began after it came, and was ended', () => {
    expect(broken('each', [...BOOTS, ...phase1(0, 0), read(0, 0, null)])).toEqual([]);
    expect(broken('each', [...BOOTS, ...phase1(0, 0), read(0, 0, null, 1)])).toEqual([
      'J:ReadCert',
    ]);
    expect(broken('each', [...BOOTS, prepare(0, 0), read(0, 0, null)])).toEqual(['J:ReadCert']);
  });

  test('is not told that there is nothing once something was chosen before it looked', () => {
    const chosen = [...PROPOSED, accept(0), accept(1), prepare(1, 1)];
    expect(broken('each', [...chosen, read(1, 1, null)])).toEqual(['ReadChosen', 'J:ReadCert']);
    const meanwhile = [...PROPOSED, ...phase1(1, 1), accept(2), read(1, 1, null)];
    expect(broken('each', meanwhile)).toEqual([]);
  });
});
