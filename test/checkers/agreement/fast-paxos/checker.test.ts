import { describe, expect, test } from 'vitest';
import { quorumsMeet } from '../../../../checkers/agreement/fast-paxos/checker.ts';
import { FastTrace, type Vote } from './trace.ts';

describe('a trace that follows the paper', () => {
  test('chooses in two message delays', () => {
    const trace = FastTrace.open();
    for (const node of [0, 1, 2, 3]) trace.vote(node, 0, 7);
    const checker = trace.learn(4, 0, 7, [0, 1, 2, 3]).apply(4, 1, 7).checked();
    expect(checker.violations).toEqual([]);
    expect(checker.stats).toMatchObject({ fastRounds: 1, fastVotes: 4, chosen: 1 });
  });

  test('recovers from a collision with any value that cannot have lost', () => {
    const seven = FastTrace.collided().recover(0, 0, [
      [0, 7],
      [1, 7],
      [3, 8],
    ]);
    expect(seven.propose(0, 1, 7).vote(3, 1, 7).vote(4, 1, 7).vote(0, 1, 7).broken()).toEqual([]);
  });

  test('recovers one slot and leaves the fast round of the others as it is', () => {
    const trace = FastTrace.collided().recover(0, 0, [
      [0, 7],
      [1, 7],
      [2, 7],
    ]);
    trace.propose(0, 1, 7).vote(3, 1, 7);
    expect(trace.vote(3, 0, 9, 2).broken()).toEqual([]);
  });

  test('fast quorums choose in fast rounds: three votes of five choose nothing', () => {
    const trace = FastTrace.open().vote(0, 0, 7).vote(1, 0, 7).vote(2, 0, 7);
    // With the classic quorum 7 would be chosen, and 8 below a breach of Agreement.
    trace.vote(3, 0, 8).vote(4, 0, 8);
    trace.recover(0, 0, [
      [2, 7],
      [3, 8],
      [4, 8],
    ]);
    trace.propose(0, 1, 8).vote(2, 1, 8).vote(3, 1, 8).vote(4, 1, 8);
    expect(trace.learn(1, 1, 8, [2, 3, 4]).broken()).toEqual([]);
  });

  test('a value that is proposed in a fast round needs a fast quorum too', () => {
    const trace = new FastTrace().phase1(0, 0, [[0], [1], [2], [3]], true).propose(0, 0, 7);
    for (const node of [0, 1, 2]) trace.vote(node, 0, 7);
    expect(trace.checked().stats['chosen']).toBe(0);
    expect(trace.vote(3, 0, 7).checked().stats['chosen']).toBe(1);
    expect(trace.broken()).toEqual([]);
  });
});

describe('quorums', () => {
  test('that do not meet break QuorumIntersection', () => {
    expect(new FastTrace({ classic: 3, fast: 3 }).broken()).toEqual(['QuorumIntersection']);
    expect(new FastTrace({ classic: 2, fast: 5 }).broken()).toEqual(['QuorumIntersection']);
    expect(new FastTrace({ classic: 4, fast: 4 }).broken()).toEqual([]);
  });

  test('the formula agrees with enumeration', () => {
    const sets = (nodes: number, size: number): number[] =>
      Array.from({ length: 2 ** nodes }, (_, bits) => bits).filter((bits) => {
        return bits.toString(2).replaceAll('0', '').length === size;
      });
    for (let nodes = 1; nodes <= 6; nodes++) {
      for (let classic = 1; classic <= nodes; classic++) {
        for (let fast = 1; fast <= nodes; fast++) {
          const ofClassic = sets(nodes, classic);
          const ofFast = sets(nodes, fast);
          const meet =
            ofClassic.every((a) => ofClassic.every((b) => (a & b) !== 0)) &&
            ofClassic.every((q) => ofFast.every((a) => ofFast.every((b) => (q & a & b) !== 0)));
          expect(quorumsMeet(nodes, classic, fast), `${nodes} ${classic} ${fast}`).toBe(meet);
        }
      }
    }
  });
});

describe('votes', () => {
  test('two in one round break OneVotePerRound; the same one again does not', () => {
    expect(FastTrace.open().vote(0, 0, 7).vote(0, 0, 8).broken()).toEqual(['OneVotePerRound']);
    expect(FastTrace.open().vote(0, 0, 7).vote(0, 0, 7).broken()).toEqual([]);
  });

  test('below a promise or a later vote they break VoteRespectsPromise', () => {
    const promised = FastTrace.open().prepare(1, 12).promise(3, 12);
    expect(promised.vote(3, 0, 7).broken()).toEqual(['VoteRespectsPromise']);
    const voted = FastTrace.collided().recover(0, 0, [
      [0, 7],
      [1, 7],
      [2, 7],
    ]);
    voted.propose(0, 1, 7).vote(3, 1, 7);
    expect(voted.vote(3, 0, 8).broken()).toEqual(['VoteRespectsPromise']);
    expect(FastTrace.open().prepare(1, 12).promise(3, 12).vote(4, 0, 7).broken()).toEqual([]);
  });

  test('without an "Any" of their round they break VoteAuthorized', () => {
    const closed = new FastTrace().phase1(0, 0, [[0], [1], [2], [3]], true);
    expect(closed.vote(0, 0, 7).broken()).toEqual(['VoteAuthorized']);
    const behind = new FastTrace().phase1(0, 0, [[0], [1], [2], [3]], true).any(0, 0, 2);
    expect(behind.vote(0, 0, 7).broken()).toEqual(['VoteAuthorized']);
    // "Any" of round 0 says nothing of round 10.
    const later = FastTrace.open()
      .phase1(0, 10, [[0], [1], [2]])
      .propose(0, 10, 7);
    expect(later.vote(0, 10, 8).broken()).toContain('VoteAuthorized');
  });

  test('are right where a coordinator found its own "Any" on its disk, the line about it lost with the crash', () => {
    const sizes = { classic: 3, fast: 4 };
    const disk = { ballot: 0, promised: [{ instance: null, ballot: 0 }] };
    const begun = () => new FastTrace().phase1(0, 0, [[0], [1], [2], [3]], true);
    const back = begun().boot(0, disk, sizes, { ballot: 0, from: 2 });
    expect(back.vote(0, 0, 7, 2).broken()).toEqual([]);
    expect(back.vote(0, 0, 7, 1).broken()).toEqual(['VoteAuthorized']);
    // Another node has an "Any" only after it was sent, and its line is older than that.
    const other = begun().boot(1, { ...disk, ballot: -1 }, sizes, { ballot: 0, from: 2 });
    expect(other.vote(1, 0, 7, 2).broken()).toEqual(['VoteAuthorized']);
    // Nor is one believed of a round that never began.
    const never = new FastTrace().boot(0, disk, sizes, { ballot: 0, from: 2 });
    expect(never.vote(0, 0, 7, 2).broken()).toContain('VoteAuthorized');
  });

  test('two values proposed in one round break OneValuePerRound', () => {
    const trace = new FastTrace().phase1(0, 10, [[0], [1], [2]]).propose(0, 10, 7);
    expect(trace.propose(0, 10, 8).broken()).toEqual(['OneValuePerRound']);
  });
});

describe('promises', () => {
  test('that go back break PromiseMonotone, that hide a vote PromiseTruthful', () => {
    const back = new FastTrace().promise(0, 12).promise(0, 10);
    expect(back.broken()).toEqual(['PromiseMonotone']);
    expect(FastTrace.open().vote(0, 0, 7).promise(0, 10).broken()).toEqual(['PromiseTruthful']);
    expect(FastTrace.open().vote(0, 0, 7).promise(0, 10, [0, 7]).broken()).toEqual([]);
  });

  test('too few, or for another round, break J:QuorumCert and J:StaleCert', () => {
    expect(new FastTrace().phase1(0, 10, [[0], [1]]).broken()).toEqual(['J:QuorumCert']);
    expect(new FastTrace().phase1(0, 10, [[0], [0], [1]]).broken()).toEqual(['J:QuorumCert']);
    const stale = new FastTrace().prepare(0, 10).promise(0, 10).promise(1, 10).promise(2, 10);
    const promises = [0, 1, 2].map((node) => ({ node, ballot: node === 2 ? 0 : 10 }));
    stale.event(0, { kind: 'prepared', ballot: 10, from: 1, promises });
    expect(stale.broken()).toEqual(['J:StaleCert']);
    // A fast round may be begun on a classic quorum: that it meets all fast ones is enough.
    expect(
      new FastTrace()
        .phase1(0, 0, [[0], [1], [2]], true)
        .any(0, 0)
        .broken(),
    ).toEqual([]);
  });
});

describe('the rule that picks values', () => {
  /**
   * n4 voted for 8 in round 8, n3 for 7 in round 10, where 7 was chosen. n2 prepares round 12; n3
   * promises and reports its vote, takes a snapshot that covers the slot, and promises again.
   */
  function promisedTwice(): FastTrace {
    const trace = new FastTrace()
      .phase1(4, 8, [[2], [3], [4]])
      .propose(4, 8, 8)
      .vote(3, 8, 8);
    trace.phase1(0, 10, [[0], [1], [2]]).propose(0, 10, 7);
    for (const node of [0, 1, 2]) trace.vote(node, 10, 7);
    trace.learn(2, 10, 7, [0, 1, 2]).apply(2, 1, 7);
    trace.prepare(1, 12).promise(2, 12, [10, 7]);
    const last = { term: 12, index: 1 };
    trace.event(2, { kind: 'snapshot', op: 'take', last, stateHash: 7 });
    trace.promise(2, 12).promise(3, 12, [8, 8]).promise(4, 12);
    return trace.prepared(1, 12, [2, 3, 4]);
  }

  test('goes by every answer to one Prepare, since nobody can tell which was counted', () => {
    expect(promisedTwice().propose(1, 12, 7).broken()).toEqual([]);
    expect(promisedTwice().propose(1, 12, 8).broken()).toContain('CollisionRule');
  });

  test('does not go by answers to a Prepare that come after its phase 1', () => {
    const late = promisedTwice().vote(4, 12, 9).promise(4, 12, [12, 9]);
    expect(late.propose(1, 12, 7).broken()).not.toContain('CollisionRule');
  });

  test('broken after phase 1 breaks CollisionRule, and SafeAt if it is dangerous', () => {
    const later = () => {
      const trace = FastTrace.open();
      for (const node of [0, 1, 2]) trace.vote(node, 0, 7);
      return trace.phase1(1, 12, [[1, [0, 7]], [2, [0, 7]], [3]]);
    };
    // Nodes 0, 1, 2 and 4 may all have voted for 7.
    expect(later().propose(1, 12, 7).broken()).toEqual([]);
    expect(later().propose(1, 12, 8).broken()).toEqual(['CollisionRule', 'SafeAt']);
  });

  test('leaves open what the votes leave open', () => {
    const trace = FastTrace.open().vote(0, 0, 7);
    trace.phase1(1, 12, [[0, [0, 7]], [2], [3]]);
    expect(trace.propose(1, 12, 8).broken()).toEqual([]);
  });

  test('broken in a recovery breaks CollisionRule', () => {
    const votes: Vote[] = [
      [2, 7],
      [3, 8],
      [4, 8],
    ];
    const open = FastTrace.open().vote(2, 0, 7).vote(3, 0, 8).vote(4, 0, 8).recover(0, 0, votes);
    // Nodes 0 and 1 may complete a fast quorum for 8.
    expect(open.propose(0, 1, 7).broken()).toEqual(['CollisionRule', 'SafeAt']);
    const other = FastTrace.collided().recover(0, 0, votes);
    // They have voted for 7, but the coordinator could not know.
    expect(other.propose(0, 1, 7).broken()).toEqual(['CollisionRule']);
  });

  test('takes the highest round only: mixing rounds breaks it', () => {
    // 7 has one vote in round 0; 8 is proposed in round 10 and may be chosen there.
    const trace = FastTrace.open().vote(0, 0, 7);
    trace
      .phase1(0, 10, [[1], [2], [3]])
      .propose(0, 10, 8)
      .vote(1, 10, 8);
    trace.phase1(1, 12, [[0, [0, 7]], [1, [10, 8]], [4]]);
    expect(trace.propose(1, 12, 7).broken()).toEqual(['CollisionRule', 'SafeAt']);
  });

  test('"Any" where a value was or can be chosen breaks SafeAtAny', () => {
    const trace = () => {
      const begun = FastTrace.open();
      for (const node of [0, 1, 2]) begun.vote(node, 0, 7);
      return begun.phase1(1, 22, [[1, [0, 7]], [2, [0, 7]], [3]], true);
    };
    expect(trace().any(1, 22, 1).broken()).toEqual(['SafeAtAny']);
    expect(trace().propose(1, 22, 7).any(1, 22, 2).broken()).toEqual([]);
  });

  test('"Any" while an earlier fast round is still open to enough acceptors breaks SafeAtAny', () => {
    const trace = FastTrace.open().prepare(1, 22, true).promise(1, 22);
    expect(trace.prepared(1, 22, [1]).any(1, 22).broken()).toEqual(['J:QuorumCert', 'SafeAtAny']);
  });
});

describe('recovery', () => {
  const votes: Vote[] = [
    [0, 7],
    [1, 7],
    [3, 8],
  ];

  test('in another round than the next, or by another node, breaks DirectSuccessor', () => {
    expect(FastTrace.collided().recover(0, 0, votes, 3).broken()).toEqual(['DirectSuccessor']);
    expect(FastTrace.collided().recover(1, 0, votes).broken()).toEqual(['DirectSuccessor']);
    expect(FastTrace.collided().recover(0, 0, votes).broken()).toEqual([]);
  });

  test('on too few votes breaks J:QuorumCert, on votes that were not cast J:StaleCert', () => {
    const two = votes.slice(1);
    expect(FastTrace.collided().recover(0, 0, two).broken()).toEqual(['J:QuorumCert']);
    const twice: Vote[] = [...two, [1, 7]];
    expect(FastTrace.collided().recover(0, 0, twice).broken()).toEqual(['J:QuorumCert']);
    const invented: Vote[] = [...votes, [4, 7]];
    expect(FastTrace.collided().recover(0, 0, invented).broken()).toEqual(['J:StaleCert']);
  });

  test('without the votes there is no certificate: J:NoCert', () => {
    expect(FastTrace.collided().propose(0, 1, 7).broken()).toEqual(['J:NoCert']);
  });
});

describe('what is chosen', () => {
  test('on fewer votes than a fast quorum breaks J:QuorumCert and LearnedNotChosen', () => {
    const trace = FastTrace.open().vote(0, 0, 7).vote(1, 0, 7).vote(2, 0, 7);
    expect(trace.learn(0, 0, 7, [0, 1, 2]).broken()).toEqual(['LearnedNotChosen', 'J:QuorumCert']);
  });

  test('twice breaks Agreement', () => {
    const trace = FastTrace.open();
    for (const node of [0, 1, 2, 3]) trace.vote(node, 0, 7);
    trace
      .phase1(1, 12, [
        [1, [0, 7]],
        [2, [0, 7]],
        [3, [0, 7]],
      ])
      .propose(1, 12, 8);
    for (const node of [1, 2, 3]) trace.vote(node, 12, 8);
    expect(trace.broken()).toContain('Agreement');
  });
});

describe('the audit of a restart', () => {
  const voted = (ballot: number, valueHash: number) => ({
    promised: [{ instance: null, ballot: 0 }],
    accepted: [{ instance: 1, ballot, valueHash }],
  });

  test('a lost vote breaks D:VoteDurable, a lost promise D:PromiseDurable', () => {
    const kept = FastTrace.open().vote(1, 0, 7).boot(1, voted(0, 7));
    expect(kept.broken()).toEqual([]);
    const lost = FastTrace.open()
      .vote(1, 0, 7)
      .boot(1, { ...voted(0, 7), accepted: [] });
    expect(lost.broken()).toEqual(['D:VoteDurable']);
    expect(FastTrace.open().boot(1).broken()).toEqual(['D:PromiseDurable']);
    expect(FastTrace.open().boot(0, voted(0, 7)).broken()).toEqual(['D:BallotDurable']);
  });
});
