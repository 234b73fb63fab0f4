import { describe, expect, test } from 'vitest';
import { NONE, recovered, type Z, ZabTrace } from './trace.ts';

const LOGGED: readonly Z[] = [
  [1, 1],
  [1, 2],
];

describe('a trace that follows the paper', () => {
  test('breaks nothing', () => {
    const checker = ZabTrace.steady().checked();
    expect(checker.violations).toEqual([]);
    expect(checker.stats).toMatchObject({ leaders: 1, committed: 2, applied: 6, proposed: 2 });
  });

  test('may change its leader, who commits what it began with', () => {
    const trace = ZabTrace.steady().propose(0, [1, 3]).log(0, [1, 3]).log(1, [1, 3]);
    trace.lead(1, 2, [0], [1, 3], 3).apply(1, [1, 3], 3).apply(0, [1, 3], 3);
    expect(trace.broadcast(1, [2, 1], 4, [0]).broken()).toEqual([]);
  });

  test('may deliver again after a restart what its disk does not say was delivered', () => {
    const trace = ZabTrace.steady()
      .boot(2, recovered(1, 1, LOGGED))
      .looking(2);
    trace.elected(2, 0, [0, 1]).enter(2, 1, [1, 2]).serve(2, 1).commit(2, [1, 2]);
    expect(trace.apply(2, [1, 1], 1).apply(2, [1, 2], 2).broken()).toEqual([]);
  });

  test('may cut what was never committed, and replace a history by a snapshot', () => {
    const trace = ZabTrace.booted().lead(0, 1, [1, 2]).broadcast(0, [1, 1], 1);
    trace.propose(0, [1, 2]).log(0, [1, 2]).lead(1, 2, [2], [1, 1], 1);
    trace.looking(0).elected(0, 1, [1, 2]).accept(0, 2).truncate(0, [1, 1]).enter(0, 2, [1, 1]);
    trace.serve(0, 2).broadcast(1, [2, 1], 2, [0, 2]).snapshot(1, 'take', [2, 1], 2);
    trace.looking(2).elected(2, 1, [0, 1]).snapshot(2, 'install', [2, 1], 2);
    expect(trace.enter(2, 2, [2, 1]).serve(2, 2).broken()).toEqual([]);
  });

  test('may begin with full disks, which count as committed where they are snapshots', () => {
    const trace = new ZabTrace(3).boot(0, recovered(1, 1, [], { at: [1, 2], index: 2 }));
    trace.boot(1, recovered(1, 1, LOGGED)).boot(2, recovered(1, 1, LOGGED));
    trace.lead(1, 2, [0, 2], [1, 2], 2);
    for (const node of [1, 2]) trace.apply(node, [1, 1], 1).apply(node, [1, 2], 2);
    expect(trace.broadcast(1, [2, 1], 3, [0, 2]).broken()).toEqual([]);
  });

  test('may have a server that comes late, and is sent what all others have in snapshots', () => {
    const trace = new ZabTrace(3).boot(0).boot(1).lead(0, 1, [1]);
    trace.broadcast(0, [1, 1], 1, [1]).broadcast(0, [1, 2], 2, [1]);
    trace.snapshot(0, 'take', [1, 2], 2).snapshot(1, 'take', [1, 2], 2);
    trace.boot(2).looking(2).elected(2, 0, [0, 1]).accept(2, 1);
    trace.log(2, [1, 1]).log(2, [1, 2]).enter(2, 1, [1, 2]).serve(2, 1).commit(2, [1, 2]);
    expect(trace.apply(2, [1, 1], 1).apply(2, [1, 2], 2).broken()).toEqual([]);
  });

  test('forgets what all have in snapshots, and still knows what follows', () => {
    const trace = ZabTrace.steady();
    for (const node of trace.servers) trace.snapshot(node, 'take', [1, 2], 2);
    expect(trace.broadcast(0, [1, 3], 3).broken()).toEqual([]);
  });
});

describe('commits', () => {
  test('counting who has not logged it breaks CommitQuorum', () => {
    const trace = ZabTrace.steady().propose(0, [1, 3]).log(0, [1, 3]);
    expect(trace.commit(0, [1, 3], [0, 1]).broken()).toContain('CommitQuorum');
    const logged = ZabTrace.steady().propose(0, [1, 3]).log(0, [1, 3]).log(1, [1, 3]);
    expect(logged.commit(0, [1, 3], [0, 1]).broken()).toEqual([]);
  });

  test('a follower that is told what the leader had not committed breaks CommitQuorum', () => {
    const trace = ZabTrace.steady().propose(0, [1, 3]).log(0, [1, 3]).log(1, [1, 3]);
    expect(trace.commit(1, [1, 3]).broken()).toEqual(['CommitQuorum']);
    // A quorum holds it: that too few did would not be true.
    expect(trace.violations()[0]?.told).toBe(
      'n2 took for committed what its leader had not committed',
    );
  });

  test('weights and groups decide what a quorum is, and observers are none', () => {
    const commit = (trace: ZabTrace, leader: number, ...others: number[]) => {
      const all = [leader, ...others];
      trace.lead(
        leader,
        1,
        trace.servers.filter((node) => node !== leader),
      );
      trace.propose(leader, [1, 1]);
      for (const node of all) trace.log(node, [1, 1]);
      return trace.commit(leader, [1, 1], all).broken();
    };
    const weighted = () => ZabTrace.booted(5, { weights: [3, 1, 1, 1, 1] });
    expect(commit(weighted(), 0, 1)).toEqual([]);
    expect(commit(weighted(), 1, 2, 3)).toEqual(['CommitQuorum', 'QuorumIntersection']);
    const grouped = () => ZabTrace.booted(6, { groups: [0, 0, 1, 1, 2, 2] });
    expect(commit(grouped(), 0, 1, 2, 3)).toEqual([]);
    expect(commit(grouped(), 0, 2, 4, 1)).toContain('CommitQuorum');
    const observed = () => ZabTrace.booted(5, { voters: [0, 1, 2] });
    expect(commit(observed(), 0, 1)).toEqual([]);
    expect(commit(observed(), 0, 3, 4)).toContain('CommitQuorum');
  });

  test('a commit that goes back breaks CommitMonotone', () => {
    expect(ZabTrace.steady().commit(1, [1, 1]).broken()).toEqual(['CommitMonotone']);
  });

  test('a commit of what is not in the history breaks CommitBeyondLog', () => {
    const trace = ZabTrace.steady().propose(0, [1, 3]).log(0, [1, 3]).log(1, [1, 3]);
    expect(trace.commit(0, [1, 3], [0, 1]).commit(2, [1, 3]).broken()).toEqual(['CommitBeyondLog']);
  });

  test('two transactions committed at one position break Agreement', () => {
    const trace = ZabTrace.booted(5).lead(0, 1, [1, 2]).propose(0, [1, 1]);
    for (const node of [0, 1, 2]) trace.log(node, [1, 1]);
    trace.commit(0, [1, 1], [0, 1, 2]).lead(3, 2, [4, 2]);
    trace.propose(3, [2, 1]);
    for (const node of [3, 4]) trace.log(node, [2, 1]);
    expect(trace.commit(3, [2, 1], [3, 4]).broken()).toContain('Agreement');
  });
});

describe('delivery', () => {
  test('another value at a position breaks TotalOrder, another state StateDigest', () => {
    const late = () => ZabTrace.steady().propose(0, [1, 3]).log(0, [1, 3]).log(1, [1, 3]);
    const delivered = () => late().commit(0, [1, 3], [0, 1]).apply(0, [1, 3], 3).commit(1, [1, 3]);
    expect(delivered().apply(1, [1, 3], 3, { valueHash: 5 }).broken()).toContain('TotalOrder');
    expect(delivered().apply(1, [1, 3], 3, { stateHash: 5 }).broken()).toEqual(['StateDigest']);
    expect(delivered().apply(1, [1, 3], 3).broken()).toEqual([]);
  });

  test('what was never proposed under its zxid breaks Integrity', () => {
    const trace = ZabTrace.steady().propose(0, [1, 3]).log(0, [1, 3]).log(1, [1, 3]);
    trace.commit(0, [1, 3], [0, 1]);
    expect(trace.apply(0, [1, 3], 3, { valueHash: 5 }).broken()).toEqual(['Integrity']);
  });

  test('to deliver before it is committed breaks ApplyBeyondCommit', () => {
    const trace = ZabTrace.steady().propose(0, [1, 3]).log(0, [1, 3]);
    expect(trace.apply(0, [1, 3], 3).broken()).toEqual(['ApplyBeyondCommit']);
  });

  test('a skipped position breaks ApplyGap, and with it LocalPrimaryOrder', () => {
    const trace = ZabTrace.steady();
    trace.propose(0, [1, 3]).propose(0, [1, 4]);
    for (const node of [0, 1]) trace.log(node, [1, 3]).log(node, [1, 4]);
    trace.commit(0, [1, 4], [0, 1]);
    expect(trace.apply(0, [1, 4], 4).broken()).toEqual(['ApplyGap', 'LocalPrimaryOrder']);
  });

  test('an epoch delivered after a later one breaks GlobalPrimaryOrder', () => {
    const trace = ZabTrace.steady().lead(1, 2, [2], [1, 2], 2).broadcast(1, [2, 1], 3, [2]);
    trace.propose(1, [2, 2]).log(1, [2, 2]).log(2, [2, 2]).commit(1, [2, 2], [1, 2]);
    const odd = { zxid: { epoch: 1, counter: 3 } };
    expect(trace.apply(1, [2, 2], 4, odd).broken()).toContain('GlobalPrimaryOrder');
  });

  test('a session whose commands change places breaks FifoClientOrder', () => {
    const trace = (...ids: string[]) => {
      const writer = ZabTrace.booted().lead(0, 1, [1, 2]);
      for (const [at, id] of ['open', ...ids].entries()) {
        const zxid: Z = [1, at + 1];
        writer.propose(0, zxid).log(0, zxid).log(1, zxid).commit(0, zxid, [0, 1]);
        writer.apply(0, zxid, at + 1, { id });
      }
      return writer.broken();
    };
    expect(trace('1:2', '1:1')).toEqual(['FifoClientOrder']);
    expect(trace('1:1', '1:3')).toEqual([]);
    expect(trace('1:1', '1:1')).toEqual(['SessionDedupe']);
    expect(trace('noop', '2:1')).toEqual(['Validity']);
  });
});

describe('answers', () => {
  test('before a server serves, they break ServeAfterSync', () => {
    expect(ZabTrace.steady().looking(1, 2).reply(1, 2).broken()).toEqual(['ServeAfterSync']);
    expect(ZabTrace.steady().looking(1, 2).read(1, 'local').broken()).toEqual(['ServeAfterSync']);
    expect(ZabTrace.steady().reply(1, 2).read(1, 'local').broken()).toEqual([]);
  });

  test('after a server has lost its leader are told as that', () => {
    const trace = ZabTrace.steady().looking(1, 2).reply(1, 2);
    expect(trace.violations()[0]?.told).toBe('n2 served clients while it had no leader');
  });

  test('to serve in an epoch that nobody leads, or that was not entered, breaks ServeAfterSync', () => {
    const alone = ZabTrace.booted().looking(0).elected(0, 0, [0, 1]).accept(0, 1);
    expect(alone.enter(0, 1, NONE).serve(0, 1).broken()).toEqual(['ServeAfterSync']);
    expect(ZabTrace.steady().looking(1, 2).serve(1, 1).broken()).toEqual(['ServeAfterSync']);
  });

  test('for what was not delivered, they break AckedNotDelivered', () => {
    expect(ZabTrace.steady().reply(1, 3).broken()).toEqual(['AckedNotDelivered']);
  });

  test('older than what the session has seen, a local read breaks MonotonicSession', () => {
    expect(ZabTrace.steady().read(1, 'local', { readPosition: 3 }).broken()).toEqual([
      'MonotonicSession',
    ]);
    expect(ZabTrace.steady().read(1, 'local', { readPosition: 2 }).broken()).toEqual([]);
  });

  test('older than what the session has seen, a read behind a sync breaks MonotonicSession as well', () => {
    const sync = { round: 4, readPosition: 2, acks: [{ node: 0, round: 4 }] };
    expect(
      ZabTrace.steady()
        .read(1, 'sync', { ...sync, seen: 2 })
        .broken(),
    ).toEqual([]);
    const trace = ZabTrace.steady().read(1, 'sync', { ...sync, seen: 3 });
    expect(trace.broken()).toEqual(['MonotonicSession']);
  });

  test('a sync without the word of a leader breaks SyncFreshness', () => {
    const sync = (node: number, more = {}) =>
      ZabTrace.steady()
        .read(1, 'sync', { round: 4, readPosition: 2, acks: [{ node, round: 4 }], ...more })
        .broken();
    expect(sync(0)).toEqual([]);
    expect(sync(2)).toEqual(['SyncFreshness']);
    expect(sync(0, { acks: [] })).toEqual(['SyncFreshness']);
    expect(sync(0, { acks: [{ node: 0, round: 3 }] })).toEqual(['SyncFreshness']);
    expect(sync(0, { readPosition: 3 })).toEqual(['SyncFreshness']);
  });
});

describe('snapshots', () => {
  test('that are not the state they claim to be break SnapshotMatches', () => {
    expect(ZabTrace.steady().snapshot(1, 'take', [1, 2], 2, 9).broken()).toEqual([
      'SnapshotMatches',
    ]);
    expect(ZabTrace.steady().snapshot(1, 'take', [1, 1], 1).broken()).toEqual(['SnapshotMatches']);
    expect(ZabTrace.steady().snapshot(1, 'install', [1, 2], 1).broken()).toEqual([
      'SnapshotMatches',
    ]);
    expect(ZabTrace.steady().snapshot(1, 'take', [1, 2], 2).broken()).toEqual([]);
  });
});

describe('the audit of a restart', () => {
  const restart = (state: ReturnType<typeof recovered>) =>
    ZabTrace.steady().boot(1, state).broken();

  test('a forgotten epoch breaks D:EpochDurable', () => {
    expect(restart(recovered(0, 0, LOGGED))).toEqual(['D:EpochDurable']);
    expect(restart(recovered(1, 0, LOGGED))).toEqual(['D:EpochDurable']);
    expect(restart(recovered(2, 1, LOGGED))).toEqual([]);
  });

  test('a lost transaction breaks D:AppliedDurable, or D:LogDurable if it was not delivered', () => {
    expect(restart(recovered(1, 1, [[1, 1]]))).toEqual(['D:AppliedDurable']);
    const logged = ZabTrace.steady().propose(0, [1, 3]).log(1, [1, 3]);
    expect(logged.boot(1, recovered(1, 1, LOGGED)).broken()).toEqual(['D:LogDurable']);
  });

  test('a later leader may have had something cut before a line says so', () => {
    const logged = () => ZabTrace.steady().propose(0, [1, 3]).log(1, [1, 3]);
    const later = () => logged().lead(2, 2, [0], [1, 2], 2);
    expect(
      later()
        .boot(1, recovered(2, 1, LOGGED))
        .broken(),
    ).toEqual([]);
    // Neither a server that has not accepted that epoch, nor what was delivered.
    expect(
      later()
        .boot(1, recovered(1, 1, LOGGED))
        .broken(),
    ).toEqual(['D:LogDurable']);
    expect(
      later()
        .boot(1, recovered(2, 1, [[1, 1]]))
        .broken(),
    ).toEqual(['D:AppliedDurable']);
    expect(
      logged()
        .boot(1, recovered(2, 1, LOGGED))
        .broken(),
    ).toEqual(['D:LogDurable']);
  });

  test('a lost snapshot breaks D:SnapshotDurable', () => {
    const trace = ZabTrace.steady().snapshot(1, 'take', [1, 2], 2);
    expect(trace.boot(1, recovered(1, 1, LOGGED)).broken()).toEqual(['D:SnapshotDurable']);
    const kept = recovered(1, 1, [], { at: [1, 2], index: 2 });
    const fine = ZabTrace.steady().snapshot(1, 'take', [1, 2], 2).boot(1, kept);
    expect(fine.broken()).toEqual([]);
  });
});

describe('the nodes themselves', () => {
  test('two lives at once break NodeIdMatch, an assertion PANIC', () => {
    const trace = ZabTrace.steady().boot(1, recovered(1, 1, LOGGED));
    trace.lines.push({ event: { kind: 'looking', clock: 3 }, node: 1, incarnation: 1 });
    expect(trace.broken()).toEqual(['NodeIdMatch']);
    expect(ZabTrace.steady().event(1, { kind: 'panic', reason: 'x' }).broken()).toEqual(['PANIC']);
  });

  test('lines of a server that was never started are counted, not judged', () => {
    const trace = ZabTrace.steady();
    trace.lines.push({ event: { kind: 'looking', clock: 3 }, node: 7, incarnation: 1 });
    expect(trace.checked().stats['orphans']).toBe(1);
    expect(trace.broken()).toEqual([]);
  });
});
