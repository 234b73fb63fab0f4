import { describe, expect, test } from 'vitest';
import { paxosChecker } from '../../../../checkers/agreement/paxos/checker.ts';
import type {
  AcceptedValue,
  Instance,
  PaxosRecovered,
} from '../../../../checkers/agreement/paxos/events.ts';
import type { TraceEvent } from '../../../../checkers/trace.ts';

/** A line: the node, and what it reports. */
type Line = readonly [number, TraceEvent];

const NODES = [0, 1, 2];
const K = 'k';

const NOTHING: PaxosRecovered = {
  ballot: -1,
  promised: [],
  accepted: [],
  snapshot: { term: 0, index: 0 },
};

const boot = (node: number, recovered: Partial<PaxosRecovered> = {}): Line => [
  node,
  {
    kind: 'boot',
    protocol: 'paxos',
    nodes: NODES,
    variants: [],
    recovered: { ...NOTHING, ...recovered },
  },
];
const BOOTS = NODES.map((node) => boot(node));

/** Basic Paxos about key k, unless another instance is named. */
const prepare = (node: number, ballot: number, from: Instance = K): Line => [
  node,
  { kind: 'prepare', ballot, from },
];
const promise = (
  node: number,
  ballot: number,
  accepted: readonly (readonly [number, number])[] = [],
): Line => [
  node,
  {
    kind: 'promise',
    ballot,
    instance: K,
    from: K,
    accepted: accepted.map(([of, valueHash]) => ({ instance: K, ballot: of, valueHash })),
    chosen: [],
  },
];
const prepared = (node: number, ballot: number, ...nodes: readonly number[]): Line => [
  node,
  { kind: 'prepared', ballot, from: K, promises: nodes.map((each) => ({ node: each, ballot })) },
];
const propose = (node: number, ballot: number, valueHash: number, instance: Instance = K): Line => [
  node,
  { kind: 'propose', ballot, instance, valueHash },
];
const accept = (node: number, ballot: number, valueHash: number, instance: Instance = K): Line => [
  node,
  { kind: 'accept', ballot, instance, valueHash },
];
const learn = (
  node: number,
  ballot: number,
  valueHash: number,
  certificate: readonly number[] = [],
): Line => [node, { kind: 'learn', ballot, instance: K, valueHash, certificate }];

/** The names of what is broken. */
function broken(lines: readonly Line[], promises: 'each' | 'all' = 'each'): string[] {
  return violations(lines, promises).map(({ property }) => property);
}

/** What is broken; a node's incarnation is how often it has booted. */
function violations(lines: readonly Line[], promises: 'each' | 'all' = 'each') {
  const checker = paxosChecker(promises);
  const starts = [0, 0, 0];
  for (const [node, event] of lines) {
    if (event.kind === 'boot') starts[node] = (starts[node] ?? 0) + 1;
    checker.feed(event, node, starts[node] ?? 0, 0);
  }
  return checker.violations;
}

/** Node 0 has value 7 chosen in ballot 0 by itself and node 1. */
const CHOSEN: readonly Line[] = [
  ...BOOTS,
  prepare(0, 0),
  promise(0, 0),
  promise(1, 0),
  prepared(0, 0, 0, 1),
  propose(0, 0, 7),
  accept(0, 0, 7),
  accept(1, 0, 7),
  learn(0, 0, 7, [0, 1]),
];

describe('a trace that follows the paper', () => {
  test('breaks nothing', () => {
    expect(broken(CHOSEN)).toEqual([]);
    expect(
      broken([
        ...CHOSEN,
        prepare(2, 2),
        promise(2, 2),
        promise(1, 2, [[0, 7]]),
        prepared(2, 2, 1, 2),
        propose(2, 2, 7),
        accept(2, 2, 7),
        learn(2, 0, 7),
      ]),
    ).toEqual([]);
  });

  test('may repeat a promise, because its answer may have been lost', () => {
    expect(broken([...BOOTS, prepare(0, 0), promise(1, 0), promise(1, 0)])).toEqual([]);
  });

  test('may begin with full disks, which count as accepted', () => {
    const accepted: AcceptedValue[] = [{ instance: K, ballot: 1, valueHash: 7 }];
    const disk = { promised: [{ instance: K, ballot: 1 }], accepted };
    const lines = [boot(0, disk), boot(1, disk), boot(2), learn(2, 1, 7)];
    expect(broken(lines)).toEqual([]);
  });

  test('may leave a value behind that no majority accepted', () => {
    const lines = [
      ...BOOTS,
      prepare(0, 0),
      promise(0, 0),
      promise(1, 0),
      prepared(0, 0, 0, 1),
      propose(0, 0, 7),
      accept(0, 0, 7),
      prepare(2, 2),
      promise(1, 2),
      promise(2, 2),
      prepared(2, 2, 1, 2),
      propose(2, 2, 8),
      accept(1, 2, 8),
      accept(2, 2, 8),
      learn(2, 2, 8, [1, 2]),
    ];
    expect(broken(lines)).toEqual([]);
  });
});

describe('promises', () => {
  test('that go back break PromiseMonotone', () => {
    expect(broken([...BOOTS, promise(1, 2), promise(1, 0)])).toEqual(['PromiseMonotone']);
  });

  test('that report another ballot or value, or nothing, break PromiseTruthful', () => {
    expect(broken([...CHOSEN, promise(1, 2, [[2, 7]])])).toEqual(['PromiseTruthful']);
    expect(broken([...CHOSEN, promise(1, 2, [[0, 8]])])).toEqual(['PromiseTruthful']);
    expect(broken([...CHOSEN, promise(1, 2)])).toEqual(['PromiseTruthful']);
    expect(broken([...CHOSEN, promise(2, 2, [[0, 7]])])).toEqual(['PromiseTruthful']);
  });

  test('bind what is accepted: AcceptRespectsPromise', () => {
    expect(
      broken([...BOOTS.slice(0, 3), ...CHOSEN.slice(3, 8), promise(2, 2), accept(2, 0, 7)]),
    ).toEqual(['AcceptRespectsPromise']);
  });

  test('of one node do not make a quorum, however often they are counted', () => {
    const lines = [...BOOTS, prepare(0, 0), promise(0, 0), prepared(0, 0, 0, 0)];
    expect(broken(lines)).toEqual(['J:QuorumCert']);
  });

  test('of an earlier ballot break J:StaleCert', () => {
    const promises = [
      { node: 0, ballot: 3 },
      { node: 1, ballot: 0 },
      { node: 2, ballot: 3 },
    ];
    const stale: Line = [0, { kind: 'prepared', ballot: 3, from: K, promises }];
    const lines = [...BOOTS, promise(1, 0), promise(0, 3), promise(2, 3), stale];
    expect(broken(lines)).toEqual(['J:StaleCert']);
  });

  test('of one ballot to two nodes that both end its phase 1 break BallotOwner', () => {
    const both = [promise(0, 4), promise(1, 4), prepared(0, 4, 0, 1), prepared(1, 4, 0, 1)];
    expect(broken([...BOOTS, ...both])).toEqual(['BallotOwner']);
  });
});

describe('proposals', () => {
  const PREPARED = [...CHOSEN, promise(1, 2, [[0, 7]]), promise(2, 2), prepared(2, 2, 1, 2)];

  test('of another value than the highest reported break J:HighestValue and SafeAt', () => {
    expect(broken([...PREPARED, propose(2, 2, 8)])).toEqual(['J:HighestValue', 'SafeAt']);
  });

  test('without phase 1 break J:NoCert', () => {
    expect(broken([...CHOSEN, propose(2, 2, 7)])).toEqual(['J:NoCert']);
    // In Basic Paxos nobody leads.
    expect(violations([...CHOSEN, propose(2, 2, 7)])[0]?.told).toBe(
      'n3 proposed a value before enough nodes had told it what they had accepted',
    );
  });

  test('of two values in one ballot break OneValuePerBallot', () => {
    expect(broken([...CHOSEN.slice(0, 8), propose(0, 0, 8)])).toEqual(['OneValuePerBallot']);
  });

  test('are safe only where nobody can choose otherwise any more', () => {
    // Node 1 has accepted 7 and node 2, which has promised nothing, still may.
    const risky = [
      ...CHOSEN.slice(0, 8),
      accept(1, 0, 7),
      promise(0, 3),
      prepared(0, 3, 0, 0),
      propose(0, 3, 8),
    ];
    expect(broken(risky)).toEqual(['J:QuorumCert', 'SafeAt']);
  });

  test('are what is accepted: nothing else is valid', () => {
    expect(broken([...BOOTS, accept(1, 0, 7)])).toEqual(['VoteAuthorized']);
    expect(broken([...CHOSEN.slice(0, 8), accept(1, 0, 8)])).toEqual(['OneValuePerBallot']);
  });
});

describe('learning', () => {
  test('on the word about another ballot it breaks J:StaleCert, whatever was chosen', () => {
    const noticed = (ballot: number): Line => [
      2,
      { kind: 'learn', ballot: 0, instance: K, valueHash: 7, certificate: [], noticed: ballot },
    ];
    expect(broken([...CHOSEN, noticed(0)])).toEqual([]);
    expect(broken([...CHOSEN, noticed(2)])).toEqual(['J:StaleCert']);
  });

  test('what no majority accepted in one ballot breaks LearnedNotChosen', () => {
    expect(broken([...CHOSEN.slice(0, 9), learn(1, 0, 7)])).toEqual(['LearnedNotChosen']);
  });

  test('on too few acceptors breaks J:QuorumCert, even if others have it chosen', () => {
    expect(broken([...CHOSEN, learn(2, 0, 7, [0, 2])])).toEqual(['J:QuorumCert']);
  });

  test('two values breaks ChosenStable', () => {
    expect(broken([...CHOSEN, learn(2, 0, 8)])).toEqual(['LearnedNotChosen', 'ChosenStable']);
  });

  test('two chosen values are no agreement', () => {
    const second = [propose(2, 2, 8), accept(1, 2, 8), accept(2, 2, 8)];
    const lines = [
      ...CHOSEN,
      promise(1, 2, [[0, 7]]),
      promise(2, 2),
      prepared(2, 2, 1, 2),
      ...second,
    ];
    expect(broken(lines)).toContain('Agreement');
  });
});

describe('a restart', () => {
  const DISK = {
    ballot: 0,
    promised: [{ instance: K, ballot: 0 }],
    accepted: [{ instance: K, ballot: 0, valueHash: 7 }],
  };

  test('with everything that was claimed breaks nothing', () => {
    expect(broken([...CHOSEN, boot(0, DISK)])).toEqual([]);
  });

  test('may find more than was claimed', () => {
    const more = { ...DISK, ballot: 3, promised: [{ instance: K, ballot: 3 }] };
    expect(broken([...CHOSEN, boot(0, more)])).toEqual([]);
  });

  test.each([
    ['D:BallotDurable', { ...DISK, ballot: -1 }],
    ['D:PromiseDurable', { ...DISK, promised: [] }],
    ['D:AcceptDurable', { ...DISK, accepted: [] }],
    ['D:AcceptDurable', { ...DISK, accepted: [{ instance: K, ballot: 0, valueHash: 8 }] }],
  ])('breaks %s if the disk knows less', (property, disk) => {
    expect(broken([...CHOSEN, boot(0, disk)])).toContain(property);
  });

  test('does not make a ballot new again', () => {
    expect(broken([...BOOTS, prepare(0, 0), boot(0, { ballot: 0 }), prepare(0, 0)])).toEqual([
      'BallotReused',
    ]);
  });
});

describe('a log of slots', () => {
  const promiseAll = (
    node: number,
    ballot: number,
    accepted: readonly AcceptedValue[] = [],
  ): Line => [node, { kind: 'promise', ballot, instance: null, from: 1, accepted, chosen: [] }];
  const preparedAll = (node: number, ballot: number, ...nodes: readonly number[]): Line => [
    node,
    { kind: 'prepared', ballot, from: 1, promises: nodes.map((each) => ({ node: each, ballot })) },
  ];
  const apply = (node: number, position: number, valueHash: number): Line => [
    node,
    { kind: 'apply', position, id: 'noop', valueHash, stateHash: position },
  ];
  const read = (readPosition: number, round: number, acks: readonly number[]): Line => [
    0,
    {
      kind: 'read-cert',
      mode: 'index',
      term: 0,
      readPosition,
      applied: readPosition,
      round,
      acks: acks.map((node) => ({ node, round: 1 })),
    },
  ];
  /** Node 0 leads ballot 0, slot 2 is its first own one, and slots 1 and 2 are chosen. */
  const LOG: readonly Line[] = [
    ...BOOTS,
    prepare(0, 0, 1),
    promiseAll(0, 0),
    promiseAll(1, 0),
    [
      0,
      {
        kind: 'prepared',
        ballot: 0,
        from: 1,
        promises: [
          { node: 0, ballot: 0 },
          { node: 1, ballot: 0 },
        ],
      },
    ],
    [0, { kind: 'leader', term: 0, certificate: [0, 1], last: { term: 0, index: 2 } }],
    ...[1, 2].flatMap((slot) => [
      propose(0, 0, slot, slot),
      accept(0, 0, slot, slot),
      accept(1, 0, slot, slot),
    ]),
    apply(0, 1, 1),
    apply(0, 2, 2),
  ];

  test('is executed in order and without gaps', () => {
    expect(broken(LOG, 'all')).toEqual([]);
    expect(broken([...LOG, apply(1, 2, 2)], 'all')).toEqual(['ApplyGap']);
    expect(broken([...LOG, apply(1, 1, 9)], 'all')).toEqual(['LearnedNotChosen', 'ApplyAgreement']);
  });

  test('is executed again after a restart, which is legal', () => {
    const accepted = [1, 2].map((slot) => ({ instance: slot, ballot: 0, valueHash: slot }));
    const disk = { ballot: 0, promised: [{ instance: null, ballot: 0 }], accepted };
    expect(broken([...LOG, boot(0, disk), apply(0, 1, 1), apply(0, 2, 2)], 'all')).toEqual([]);
    const less = { ...disk, accepted: accepted.slice(0, 1) };
    expect(broken([...LOG, boot(0, less)], 'all')).toEqual(['D:AppliedDurable']);
  });

  test('may be covered by a snapshot instead', () => {
    const snapshot = { term: 0, index: 2 };
    const disk = { ballot: 0, promised: [{ instance: null, ballot: 0 }], snapshot };
    expect(broken([...LOG, boot(0, disk)], 'all')).toEqual([]);
  });

  test('is proposed by every answer to a Prepare, also after a snapshot that covers a slot', () => {
    const one = (node: number, ballot: number, slot: number): Line[] => [
      prepare(node, ballot, 1),
      ...[node, (node + 1) % 3].map((each) => promiseAll(each, ballot)),
      preparedAll(node, ballot, node, (node + 1) % 3),
      propose(node, ballot, 5 + ballot, slot),
    ];
    const before = [
      ...BOOTS,
      ...one(0, 0, 1),
      accept(0, 0, 5, 1),
      ...one(1, 1, 1),
      accept(1, 1, 6, 1),
      accept(2, 1, 6, 1),
      apply(1, 1, 6),
      prepare(2, 2, 1),
      promiseAll(0, 2, [{ instance: 1, ballot: 0, valueHash: 5 }]),
      promiseAll(1, 2, [{ instance: 1, ballot: 1, valueHash: 6 }]),
      [1, { kind: 'snapshot', op: 'take', last: { term: 1, index: 1 }, stateHash: 1 }] as const,
      promiseAll(1, 2),
      preparedAll(2, 2, 0, 1),
    ];
    expect(broken([...before, propose(2, 2, 6, 1)], 'all')).toEqual([]);
    expect(broken([...before, propose(2, 2, 5, 1)], 'all')).toContain('J:HighestValue');
  });

  test('is promised as a whole: a ballot for slot 1 binds slot 2', () => {
    const accepted = [{ instance: 1, ballot: 0, valueHash: 1 }];
    expect(broken([...LOG, promiseAll(1, 1, accepted)], 'all')).toEqual(['PromiseTruthful']);
    const lower = [...LOG, promiseAll(2, 4), accept(2, 0, 2, 2)];
    expect(broken(lower, 'all')).toEqual(['AcceptRespectsPromise']);
  });

  test('is read on the word of a quorum, from the own first slot on', () => {
    expect(broken([...LOG, read(2, 1, [0, 1])], 'all')).toEqual([]);
    expect(broken([...LOG, read(2, 2, [0, 1])], 'all')).toEqual(['J:ReadCert']);
    expect(broken([...LOG, read(1, 1, [0, 1])], 'all')).toEqual(['PrefixRead']);
  });

  test('is led only by who has ended phase 1', () => {
    const leader = {
      kind: 'leader',
      term: 1,
      certificate: [],
      last: { term: 1, index: 3 },
    } as const;
    expect(broken([...LOG, [1, leader]], 'all')).toEqual(['J:NoCert']);
  });

  test('has voters that are settled before they are asked', () => {
    const voters = (from: number, ...nodes: readonly number[]): Line => [
      0,
      { kind: 'configuration', from, voters: nodes },
    ];
    expect(broken([...LOG, voters(3, 0, 1)], 'all')).toEqual([]);
    expect(broken([...LOG, voters(2, 0, 1)], 'all')).toEqual(['ConfigurationWindow']);
    const other = [...LOG, voters(3, 0, 1), voters(3, 0, 2)];
    expect(broken(other, 'all')).toEqual(['ConfigurationAgreement']);
  });

  test('has voters that a disk tells of whose line was lost with a crash', () => {
    const configurations = [
      { from: 1, voters: NODES },
      { from: 3, voters: [0, 1] },
    ];
    const snapshot = { term: 0, index: 2 };
    const disk = { ballot: 0, promised: [{ instance: null, ballot: 0 }], snapshot, configurations };
    const third = [propose(0, 0, 3, 3), accept(0, 0, 3, 3), accept(2, 0, 3, 3)];
    const learned: Line = [
      0,
      { kind: 'learn', ballot: 0, instance: 3, valueHash: 3, certificate: [0, 2] },
    ];
    expect(broken([...LOG, boot(1, disk), ...third, learned], 'all')).toEqual([
      'LearnedNotChosen',
      'J:QuorumCert',
    ]);
    const other = { ...disk, configurations: [{ from: 3, voters: [0, 2] }] };
    expect(broken([...LOG, boot(1, disk), boot(2, other)], 'all')).toContain(
      'ConfigurationAgreement',
    );
  });

  test('is decided in each slot by its own voters', () => {
    const alone: Line = [0, { kind: 'configuration', from: 3, voters: [0, 1] }];
    const third = [propose(0, 0, 3, 3), accept(0, 0, 3, 3), accept(2, 0, 3, 3)];
    const learned: Line = [
      0,
      { kind: 'learn', ballot: 0, instance: 3, valueHash: 3, certificate: [] },
    ];
    expect(broken([...LOG, ...third, learned], 'all')).toEqual([]);
    expect(broken([...LOG, alone, ...third, learned], 'all')).toEqual(['LearnedNotChosen']);
  });

  test('has snapshots of the state that executing it gives', () => {
    const take = (stateHash: number): Line => [
      0,
      { kind: 'snapshot', op: 'take', last: { term: 0, index: 2 }, stateHash },
    ];
    expect(broken([...LOG, take(2)], 'all')).toEqual([]);
    expect(broken([...LOG, take(3)], 'all')).toEqual(['SnapshotMatches']);
  });
});

test('lines of a node whose start is missing are counted, not judged', () => {
  const checker = paxosChecker('each');
  checker.feed({ kind: 'learn', ballot: 0, instance: K, valueHash: 1, certificate: [] }, 0, 1, 0);
  expect(checker.violations).toEqual([]);
  expect(checker.stats['orphans']).toBe(1);
});
