import { describe, expect, test } from 'vitest';
import { NONE, recovered, type Z, ZabTrace } from './trace.ts';

const LOGGED: readonly Z[] = [
  [1, 1],
  [1, 2],
];

/** n1 leads five servers in epoch 1 and has had [1,1] committed by n1, n2 and n3. */
const five = (): ZabTrace =>
  ZabTrace.booted(5).lead(0, 1, [1, 2, 3, 4]).broadcast(0, [1, 1], 1, [1, 2]);

describe('elections', () => {
  test('votes that go round in a circle break VoteOrderTotal; any order without one does not', () => {
    const votes = ZabTrace.booted().looking(0).vote(0, 1, 0, 3, [2, 5]).vote(0, 1, 1, 2, [2, 9]);
    expect(votes.vote(0, 1, 2, 1, [2, 9]).broken()).toEqual([]);
    const same = ZabTrace.booted().looking(0).vote(0, 1, 0, 3, [2, 5]).vote(0, 1, 1, 2, [2, 9]);
    expect(same.vote(0, 1, 0, 3, [2, 5]).broken()).toEqual(['VoteOrderTotal']);
  });

  test('two servers that prefer opposite votes break VoteOrderTotal', () => {
    const trace = ZabTrace.booted().looking(0).looking(1);
    trace.vote(0, 1, 0, 1, NONE).vote(0, 1, 1, 1, NONE).vote(1, 1, 1, 1, NONE);
    expect(trace.vote(1, 1, 0, 1, NONE).broken()).toEqual(['VoteOrderTotal']);
  });

  test('in a new round of elections every vote may come again', () => {
    const trace = ZabTrace.booted().looking(0).vote(0, 1, 0, 1, NONE).vote(0, 1, 1, 1, NONE);
    trace.looking(0, 2);
    expect(trace.vote(0, 2, 0, 1, NONE).vote(0, 3, 0, 1, NONE).broken()).toEqual([]);
  });

  test('a leader elected by no quorum breaks J:QuorumCert and QuorumIntersection', () => {
    const trace = (voters: readonly number[]) => ZabTrace.booted().looking(0).elected(0, 0, voters);
    expect(trace([0]).broken()).toEqual(['J:QuorumCert', 'QuorumIntersection']);
    expect(trace([0, 0]).broken()).toEqual(['J:QuorumCert', 'QuorumIntersection']);
    expect(trace([0, 1]).broken()).toEqual([]);
  });
});

describe('epochs', () => {
  test('an accepted epoch that goes back breaks EpochMonotone; to repeat one does not', () => {
    expect(ZabTrace.booted().accept(0, 2).accept(0, 1).broken()).toEqual(['EpochMonotone']);
    expect(ZabTrace.booted().accept(0, 2).accept(0, 2).broken()).toEqual([]);
  });

  test('a current epoch that goes back breaks EpochMonotone', () => {
    const trace = ZabTrace.steady().accept(1, 2).enter(1, 2, [1, 2]);
    expect(trace.enter(1, 1, [1, 2]).broken()).toEqual(['EpochMonotone']);
  });

  test('a current epoch that was not accepted breaks CurrentEpochAccepted', () => {
    expect(ZabTrace.booted().accept(0, 1).enter(0, 2, NONE).broken()).toEqual([
      'CurrentEpochAccepted',
    ]);
    const disk = recovered(1, 2);
    expect(new ZabTrace(1).boot(0).boot(0, disk).broken()).toEqual(['CurrentEpochAccepted']);
  });

  test('an epoch proposed to fewer than a quorum breaks J:QuorumCert', () => {
    const proposed = (trace: ZabTrace, ...members: Z[]) => trace.newEpoch(0, 3, members).broken();
    expect(proposed(ZabTrace.booted().accept(1, 2), [0, 0])).toContain('J:QuorumCert');
    expect(proposed(ZabTrace.booted().accept(1, 2), [0, 0], [1, 2])).toEqual([]);
    // A lower epoch than somebody had accepted is refused by that one, and harms nobody.
    expect(proposed(ZabTrace.booted().accept(1, 5), [0, 0], [1, 5])).toEqual([]);
  });

  test('to report a higher epoch than was accepted breaks J:StaleCert', () => {
    const trace = ZabTrace.booted().accept(1, 2);
    const members: Z[] = [
      [0, 0],
      [1, 3],
    ];
    expect(trace.newEpoch(0, 4, members).broken()).toEqual(['J:StaleCert']);
  });

  test('two leaders of one epoch break EpochUnique', () => {
    const trace = ZabTrace.booted().lead(0, 1, [1, 2]);
    trace.looking(1).elected(1, 1, [1, 2]).establish(1, 1, NONE, 0, [1, 2]);
    expect(trace.broken()).toEqual(['EpochUnique']);
    const next = ZabTrace.booted().lead(0, 1, [1, 2]).lead(1, 2, [2]);
    expect(next.broken()).toEqual([]);
  });

  test('a leader that too few have joined breaks J:QuorumCert', () => {
    const trace = ZabTrace.booted().looking(0).elected(0, 0, [0, 1]).accept(0, 1).enter(0, 1, NONE);
    expect(trace.establish(0, 1, NONE, 0, [0, 1]).broken()).toContain('J:QuorumCert');
    const joined = ZabTrace.booted().lead(0, 1, [1]);
    expect(joined.broken()).toEqual([]);
  });

  test('a leader without what was committed breaks LeaderHistoryComplete', () => {
    const trace = five();
    expect(trace.lead(3, 2, [4, 0]).broken()).toContain('LeaderHistoryComplete');
    expect(five().lead(1, 2, [0, 2], [1, 1], 1).broken()).toEqual([]);
  });

  test('a delayed leader of a lower epoch may lack what a higher one has committed', () => {
    // n4 becomes the leader of epoch 2 only after epoch 3 was led and has committed [3,1].
    const trace = ZabTrace.booted(5);
    for (const node of [3, 4, 0]) trace.looking(node).elected(node, 3, [3, 4, 0]).accept(node, 2);
    trace.newEpoch(
      3,
      2,
      [3, 4, 0].map((node) => [node, 0]),
    );
    for (const node of [3, 4, 0]) trace.enter(node, 2, NONE);
    trace.lead(1, 3, [2, 0]).broadcast(1, [3, 1], 1, [2, 0]);
    expect(trace.establish(3, 2, NONE, 0, [3, 4, 0]).broken()).toEqual([]);
  });

  test('a commit that a later leader did not know of breaks PrimaryIntegrity', () => {
    const trace = ZabTrace.booted(5).lead(0, 1, [1, 2]).propose(0, [1, 1]);
    for (const node of [0, 1, 2]) trace.log(node, [1, 1]);
    trace.lead(3, 2, [4, 2]);
    expect(trace.commit(0, [1, 1], [0, 1, 2]).broken()).toContain('PrimaryIntegrity');
    const known = ZabTrace.booted(5).lead(0, 1, [1, 2, 3, 4]).propose(0, [1, 1]);
    for (const node of [0, 1, 2]) known.log(node, [1, 1]);
    known.lead(2, 2, [1], [1, 1], 1);
    expect(known.commit(0, [1, 1], [0, 1, 2]).broken()).not.toContain('PrimaryIntegrity');
  });

  test('to claim more than is on the disk breaks D:LogDurable', () => {
    const trace = ZabTrace.steady().accept(1, 2);
    expect(trace.enter(1, 2, [1, 3]).broken()).toEqual(['D:LogDurable']);
  });

  test('to join with less than the leader began with breaks D:LogDurable', () => {
    const trace = ZabTrace.steady().boot(2, recovered(1, 1, LOGGED));
    trace.lead(0, 2, [1], [1, 2], 2);
    trace
      .boot(2, recovered(2, 1, LOGGED))
      .elected(2, 0, [0, 1])
      .truncate(2, [1, 1]);
    expect(trace.enter(2, 2, [1, 1]).broken()).toContain('D:LogDurable');
  });

  test('to join with something else breaks SyncComplete', () => {
    const trace = ZabTrace.booted().lead(0, 1, [1, 2]).propose(0, [1, 1]).log(2, [1, 1]);
    trace.lead(1, 2, [0]).accept(2, 2).elected(2, 1, [0, 1]);
    expect(trace.enter(2, 2, [1, 1]).broken()).toEqual(['SyncComplete']);
  });
});

describe('proposals and histories', () => {
  test('a proposal of who does not lead breaks EpochUnique, or PrimaryIntegrity', () => {
    expect(ZabTrace.steady().propose(1, [1, 3]).broken()).toContain('EpochUnique');
    const early = ZabTrace.booted().looking(0).elected(0, 0, [0, 1]).accept(0, 1);
    expect(early.enter(0, 1, NONE).propose(0, [1, 1]).broken()).toEqual(['PrimaryIntegrity']);
  });

  test('a proposal before the initial history is delivered breaks PrimaryIntegrity', () => {
    const lead = () => {
      const trace = ZabTrace.steady().propose(0, [1, 3]).log(0, [1, 3]).log(1, [1, 3]);
      return trace.lead(1, 2, [0], [1, 3], 3);
    };
    expect(lead().propose(1, [2, 1]).broken()).toEqual(['PrimaryIntegrity']);
    expect(lead().apply(1, [1, 3], 3).propose(1, [2, 1]).broken()).toEqual([]);
  });

  test('a proposal that skips a number breaks LocalPrimaryOrder', () => {
    expect(ZabTrace.steady().propose(0, [1, 4]).broken()).toEqual(['LocalPrimaryOrder']);
  });

  test('another transaction under a known zxid breaks ZxidUnique', () => {
    const trace = ZabTrace.steady().propose(0, [1, 3]).log(0, [1, 3]);
    expect(trace.log(1, [1, 3], 77).broken()).toEqual(['ZxidUnique']);
    const found = ZabTrace.steady().boot(1, {
      ...recovered(1, 1, LOGGED),
      history: [
        { epoch: 1, counter: 1, valueHash: 1001 },
        { epoch: 1, counter: 2, valueHash: 77 },
      ],
    });
    expect(found.broken()).toContain('ZxidUnique');
  });

  test('what nobody proposed breaks Integrity', () => {
    expect(ZabTrace.steady().log(1, [1, 3]).broken()).toEqual(['Integrity']);
  });

  test('a transaction out of its place breaks ProposalGap', () => {
    const trace = ZabTrace.steady().propose(0, [1, 3]).propose(0, [1, 4]);
    expect(trace.log(1, [1, 4]).broken()).toEqual(['ProposalGap']);
    const twice = ZabTrace.steady().log(1, [1, 2]);
    expect(twice.broken()).toEqual(['ProposalGap']);
    const behind = ZabTrace.steady().propose(0, [1, 3]).propose(0, [1, 4]);
    expect(behind.log(1, [1, 3]).log(1, [1, 4]).broken()).toEqual([]);
  });

  test('to cut what was delivered or committed breaks TruncDelivered', () => {
    expect(ZabTrace.steady().truncate(1, [1, 1]).broken()).toEqual(['TruncDelivered']);
    const committed = ZabTrace.booted().lead(0, 1, [1, 2]).propose(0, [1, 1]);
    committed.log(0, [1, 1]).log(1, [1, 1]).commit(0, [1, 1], [0, 1]);
    expect(committed.truncate(1, NONE).broken()).toEqual(['TruncDelivered']);
    const covered = ZabTrace.steady().snapshot(1, 'take', [1, 2], 2).truncate(1, [1, 1]);
    expect(covered.broken()).toEqual(['TruncDelivered']);
  });

  test('to cut behind what is not there breaks ProposalGap', () => {
    expect(ZabTrace.steady().truncate(1, [1, 3]).broken()).toEqual(['ProposalGap']);
  });
});
