import { describe, expect, test } from 'vitest';
import { traceChecker } from '../../../../checkers/agreement/index.ts';
import { recovered, TraceWriter } from './trace.ts';

/** A second term after the steady one: n2 leads term 2 with n3's vote and commits entry 2. */
function secondTerm(): TraceWriter {
  const trace = TraceWriter.steady().elect(1, 2, [1, 2], [1, 1]);
  trace.append(1, [2, 2], 1).append(2, [2, 2], 1).match(1, 2, 2, 2);
  return trace.commit(1, [2, 2], 2, [1, 2]).apply(1, [2, 2]);
}

describe('a correct Raft trace', () => {
  test('of one term, and of two, breaks nothing', () => {
    expect(TraceWriter.steady().broken()).toEqual([]);
    expect(secondTerm().broken()).toEqual([]);
  });

  test('may show a follower hold an entry before the leader does', () => {
    const trace = TraceWriter.booted(3).elect(0, 1, [0, 1]).term(2, 1);
    trace.append(1, [1, 1], 0).append(2, [1, 1], 0).append(0, [1, 1], 0);
    expect(trace.match(0, 1, 1, 1).commit(0, [1, 1], 1, [1, 2]).broken()).toEqual([]);
  });

  test('may show a follower replace what was never committed', () => {
    const trace = TraceWriter.steady().append(0, [2, 1], 1);
    trace.elect(1, 2, [1, 2], [1, 1]).append(1, [2, 2], 1);
    trace.term(0, 2).truncate(0, 2).append(0, [2, 2], 1);
    expect(trace.match(1, 0, 2, 2).commit(1, [2, 2], 2, [0, 1]).broken()).toEqual([]);
  });

  test('of a single node commits on its own word', () => {
    const trace = TraceWriter.booted(1).elect(0, 1, [0]).append(0, [1, 1], 0);
    expect(trace.commit(0, [1, 1], 1, [0]).apply(0, [1, 1]).broken()).toEqual([]);
  });
});

describe('terms and elections', () => {
  test('a term that goes back breaks TermMonotone', () => {
    const trace = secondTerm().term(1, 1);
    expect(trace.broken()).toEqual(['TermMonotone']);
    expect(trace.violation('TermMonotone')?.because).toContain(
      'n2 went back from term 2 to term 1',
    );
  });

  test('two votes in one term break VoteOnce, also across a restart', () => {
    const trace = TraceWriter.booted(3).vote(2, 1, 0, [0, 0], [0, 0]);
    expect(trace.broken()).toEqual([]);
    trace
      .crash(2)
      .boot(2, recovered(1, [], { votedFor: 0 }))
      .vote(2, 1, 1, [0, 0], [0, 0]);
    expect(trace.broken()).toEqual(['VoteOnce']);
    expect(trace.violation('VoteOnce')?.because).toContain('n3 voted for n1 and for n2 in term 1');
  });

  test('granting the same vote again is legal', () => {
    const trace = TraceWriter.booted(3).vote(2, 1, 0, [0, 0], [0, 0]).vote(2, 1, 0, [0, 0], [0, 0]);
    expect(trace.broken()).toEqual([]);
  });

  test('a vote for a log that is behind breaks VoteRule', () => {
    const shorter = TraceWriter.steady().vote(1, 2, 2, [0, 0], [1, 1]);
    expect(shorter.broken()).toEqual(['VoteRule']);
    const longerButOlder = secondTerm().vote(2, 3, 0, [9, 1], [2, 2]);
    expect(longerButOlder.broken()).toEqual(['VoteRule']);
    expect(secondTerm().vote(2, 3, 1, [2, 2], [2, 2]).broken()).toEqual([]);
  });

  test('a voter that misstates its own log breaks VoteRule', () => {
    expect(TraceWriter.steady().vote(1, 2, 2, [0, 0], [0, 0]).broken()).toEqual(['VoteRule']);
  });

  test('two leaders of one term break ElectionSafety, with both lines', () => {
    const trace = TraceWriter.booted(3).elect(0, 1, [0, 1]).vote(2, 1, 2, [0, 0], [0, 0]);
    trace.leader(2, 1, [1, 2], [0, 0]);
    expect(trace.broken()).toEqual(['ElectionSafety', 'J:QuorumCert']);
    const found = trace.violation('ElectionSafety');
    expect(found?.because).toBe('n1 and n3 both became leader of term 1');
    expect(found?.lines).toEqual([5, 7]);
    expect(found?.told).toBe('two leaders were elected in the same term');
  });

  test('one node that is elected twice in a term is not called two leaders', () => {
    const trace = TraceWriter.booted(3).elect(0, 1, [0, 1]).leader(0, 1, [0, 1], [0, 0]);
    expect(trace.violation('ElectionSafety')?.told).toBe('n1 was elected twice in the same term');
  });

  test('a leader elected by a minority, or by one voter counted twice, has no certificate', () => {
    const minority = TraceWriter.booted(5).elect(0, 1, [0, 1]);
    expect(minority.broken()).toEqual(['J:QuorumCert']);
    const twice = TraceWriter.booted(3).vote(0, 1, 0, [0, 0], [0, 0]).leader(0, 1, [0, 0], [0, 0]);
    expect(twice.broken()).toEqual(['J:QuorumCert']);
  });

  test('a vote of an earlier term does not count', () => {
    const trace = TraceWriter.booted(3).vote(1, 1, 0, [0, 0], [0, 0]).vote(0, 2, 0, [0, 0], [0, 0]);
    expect(trace.leader(0, 2, [0, 1], [0, 0]).broken()).toEqual(['J:QuorumCert']);
  });

  test('a vote still counts when the voter has moved on before the candidate heard of it', () => {
    const trace = TraceWriter.booted(3).vote(0, 1, 0, [0, 0], [0, 0]).vote(1, 1, 0, [0, 0], [0, 0]);
    trace.vote(2, 2, 2, [0, 0], [0, 0]).vote(1, 2, 2, [0, 0], [0, 0]);
    expect(trace.leader(0, 1, [0, 1], [0, 0]).broken()).toEqual([]);
  });

  test('the vote of a node that is no voter does not count', () => {
    const trace = TraceWriter.booted(3).vote(0, 1, 0, [0, 0], [0, 0]);
    trace.event(5, {
      kind: 'boot',
      protocol: 'raft',
      nodes: trace.nodes,
      recovered: recovered(0),
      variants: [],
    });
    trace.vote(5, 1, 0, [0, 0], [0, 0]).leader(0, 1, [0, 5], [0, 0]);
    expect(trace.broken()).toEqual(['J:QuorumCert']);
  });

  test('a quorum of four nodes is three', () => {
    expect(TraceWriter.booted(4).elect(0, 1, [0, 1]).broken()).toEqual(['J:QuorumCert']);
    expect(TraceWriter.booted(4).elect(0, 1, [0, 1, 2]).broken()).toEqual([]);
  });
});

describe('leader completeness', () => {
  test('a leader without a committed entry breaks it', () => {
    const trace = TraceWriter.booted(3)
      .elect(0, 1, [0, 1])
      .append(0, [1, 1], 0)
      .append(1, [1, 1], 0);
    trace.commit(0, [1, 1], 1, [0, 1]);
    trace.vote(2, 2, 2, [0, 0], [0, 0]).vote(1, 2, 2, [1, 1], [1, 1]).leader(2, 2, [1, 2], [0, 0]);
    expect(trace.broken()).toEqual(['LeaderCompleteness']);
    expect(trace.violation('LeaderCompleteness')?.because).toContain(
      'n3 became leader of term 2 without the entry of index 1 (term 1), which was committed in term 1',
    );
  });

  test('an election of a lower term that is learned of late is legal', () => {
    // n1 wins term 1 but hears of it only after n3 has led term 2 and committed.
    const trace = TraceWriter.booted(3).vote(0, 1, 0, [0, 0], [0, 0]).vote(1, 1, 0, [0, 0], [0, 0]);
    trace.elect(2, 2, [1, 2]).append(2, [1, 2], 0).append(1, [1, 2], 0);
    trace.commit(2, [1, 2], 2, [1, 2]).leader(0, 1, [0, 1], [0, 0]);
    expect(trace.broken()).toEqual([]);
  });

  test('a late commit in a lower term is judged against leaders elected since', () => {
    const trace = TraceWriter.booted(3).elect(0, 1, [0, 1]).append(0, [1, 1], 0);
    trace.elect(2, 2, [2, 1]).append(1, [1, 1], 0).commit(0, [1, 1], 1, [0, 1]);
    expect(trace.broken()).toEqual(['LeaderCompleteness']);
  });
});

describe('logs', () => {
  test('one index and term with two contents breaks LogMatching', () => {
    const trace = TraceWriter.booted(3).elect(0, 1, [0, 1]).append(0, [1, 1], 0, 7);
    trace.append(1, [1, 1], 0, 8);
    expect(trace.broken()).toEqual(['LogMatching']);
    expect(trace.violation('LogMatching')?.lines).toEqual([6, 7]);
  });

  test('one index and term after different logs breaks LogMatching', () => {
    const trace = new TraceWriter(3)
      .boot(0, recovered(2, [[1, 1]]))
      .boot(1, recovered(2, [[1, 2]]));
    trace.vote(0, 3, 0, [1, 1], [1, 1]).term(1, 3).append(0, [2, 3], 1).append(1, [2, 3], 2);
    expect(trace.broken()).toEqual(['LogMatching']);
  });

  test('an entry that is skipped breaks LogMatching', () => {
    const trace = TraceWriter.booted(3).elect(0, 1, [0, 1]).append(1, [2, 1], 1);
    expect(trace.broken()).toEqual(['LogMatching']);
    expect(trace.violation('LogMatching')?.because).toContain('the log of n2 is empty');
  });

  test('an entry after a predecessor of another term breaks LogMatching', () => {
    expect(secondTerm().append(2, [3, 2], 1).broken()).toEqual(['LogMatching']);
  });

  test('a leader that removes entries in its term breaks LeaderAppendOnly', () => {
    const trace = TraceWriter.booted(3).elect(0, 1, [0, 1]).append(0, [1, 1], 0).truncate(0, 1);
    expect(trace.broken()).toEqual(['LeaderAppendOnly']);
  });

  test('a leader that makes an entry of another term breaks LeaderAppendOnly', () => {
    const trace = TraceWriter.steady().elect(1, 3, [1, 2], [1, 1]).append(1, [2, 2], 1);
    expect(trace.broken()).toEqual(['LeaderAppendOnly']);
  });

  test('a follower that drops what it acknowledged in this term breaks D:LogShrink', () => {
    const trace = TraceWriter.booted(3).elect(0, 1, [0, 1]).append(1, [1, 1], 0).truncate(1, 1);
    expect(trace.broken()).toEqual(['D:LogShrink']);
  });

  test('removing an entry and appending the same again breaks D:LogShrink', () => {
    const trace = new TraceWriter(3).boot(0, recovered(2, [[1, 1]])).vote(0, 3, 0, [1, 1], [1, 1]);
    trace.truncate(0, 1).append(0, [1, 1], 0);
    expect(trace.broken()).toEqual(['D:LogShrink']);
  });

  test('removing what is committed breaks TruncateCommitted, whoever knew of it', () => {
    const known = TraceWriter.steady().vote(2, 2, 2, [1, 1], [1, 1]).term(1, 2).truncate(1, 1);
    expect(known.broken()).toEqual(['TruncateCommitted']);
    const unknown = TraceWriter.booted(3).elect(0, 1, [0, 1]).append(0, [1, 1], 0);
    unknown.append(1, [1, 1], 0).commit(0, [1, 1], 1, [0, 1]);
    unknown.vote(2, 2, 2, [0, 0], [0, 0]).term(1, 2).truncate(1, 1);
    expect(unknown.broken()).toEqual(['TruncateCommitted']);
  });
});

test('a late message of an older leader may remove what a later leader has committed', () => {
  // n3 holds the entry of term 1 and was paused; n2 led term 2 in vain, n1 leads term 3.
  const trace = TraceWriter.booted(3).elect(0, 1, [0, 1]).append(0, [1, 1], 0);
  trace.append(1, [1, 1], 0).term(2, 1).append(2, [1, 1], 0);
  trace.elect(0, 3, [0, 1], [1, 1]).append(0, [2, 3], 1).append(1, [2, 3], 1);
  trace.match(0, 1, 2, 3).commit(0, [2, 3], 3, [0, 1]);
  trace.term(2, 2).truncate(2, 1);
  expect(trace.broken()).toEqual([]);
});

describe('commits', () => {
  test('a commit index that goes back breaks CommitMonotone', () => {
    const trace = secondTerm().commit(1, [1, 1], 2, [1, 2]);
    expect(trace.broken()).toEqual(['CommitMonotone']);
  });

  test('a commit index past the log breaks CommitBeyondLog', () => {
    expect(TraceWriter.steady().commit(1, [2, 1], 1).broken()).toEqual(['CommitBeyondLog']);
  });

  test('counting replicas of an entry of an earlier term breaks CommitCurrentTerm', () => {
    // Figure 8 of the paper, from (a) to (c).
    const trace = new TraceWriter(5);
    trace
      .boot(
        0,
        recovered(3, [
          [1, 1],
          [2, 2],
        ]),
      )
      .boot(
        1,
        recovered(3, [
          [1, 1],
          [2, 2],
        ]),
      );
    trace.boot(2, recovered(3, [[1, 1]])).boot(3, recovered(3, [[1, 1]]));
    trace.boot(
      4,
      recovered(3, [
        [1, 1],
        [2, 3],
      ]),
    );
    trace.vote(0, 4, 0, [2, 2], [2, 2]).vote(1, 4, 0, [2, 2], [2, 2]).vote(2, 4, 0, [2, 2], [1, 1]);
    trace.leader(0, 4, [0, 1, 2], [2, 2]).append(2, [2, 2], 1);
    trace.match(0, 1, 2, 4).match(0, 2, 2, 4);
    expect(trace.broken()).toEqual([]);
    trace.commit(0, [2, 2], 4, [0, 1, 2]);
    expect(trace.broken()).toEqual(['CommitCurrentTerm']);
    expect(trace.violation('CommitCurrentTerm')?.because).toContain('index 2 (term 2)');
    // (d): n5 wins term 5 and overwrites what n1 holds for committed.
    trace.vote(4, 5, 4, [2, 3], [2, 3]).vote(2, 5, 4, [2, 3], [2, 2]).vote(3, 5, 4, [2, 3], [1, 1]);
    trace.leader(4, 5, [2, 3, 4], [2, 3]).truncate(2, 2);
    expect(trace.broken()).toEqual([
      'CommitCurrentTerm',
      'LeaderCompleteness',
      'TruncateCommitted',
    ]);
  });

  test('a commit on the word of too few, or of nodes without the entry, breaks CommitQuorum', () => {
    const few = TraceWriter.booted(3).elect(0, 1, [0, 1]).append(0, [1, 1], 0);
    expect(few.commit(0, [1, 1], 1, [0]).broken()).toEqual(['CommitQuorum']);
    const without = TraceWriter.booted(3).elect(0, 1, [0, 1]).append(0, [1, 1], 0);
    expect(without.commit(0, [1, 1], 1, [0, 1]).broken()).toEqual(['CommitQuorum']);
    const twice = TraceWriter.booted(3).elect(0, 1, [0, 1]).append(0, [1, 1], 0);
    expect(twice.commit(0, [1, 1], 1, [0, 0]).broken()).toEqual(['CommitQuorum']);
  });

  test('an acknowledgement whose entry was dropped again does not count', () => {
    const trace = TraceWriter.booted(3)
      .elect(0, 1, [0, 1])
      .append(0, [1, 1], 0)
      .append(1, [1, 1], 0);
    trace.truncate(1, 1).commit(0, [1, 1], 1, [0, 1]);
    expect(trace.broken()).toEqual(['D:LogShrink', 'CommitQuorum']);
  });

  test('the word of a node that is no voter does not count', () => {
    const trace = TraceWriter.booted(3).elect(0, 1, [0, 1]).append(0, [1, 1], 0);
    trace.event(5, {
      kind: 'boot',
      protocol: 'raft',
      nodes: trace.nodes,
      recovered: recovered(1, [[1, 1]]),
      variants: [],
    });
    expect(trace.commit(0, [1, 1], 1, [0, 5]).broken()).toEqual(['CommitQuorum']);
  });

  test('a crash that the harness notes before the last lines of a node changes nothing', () => {
    const trace = TraceWriter.booted(3).elect(0, 1, [0, 1]).append(0, [1, 1], 0).crash(0);
    trace.append(1, [1, 1], 0).match(0, 1, 1, 1).commit(0, [1, 1], 1, [0, 1]);
    expect(trace.broken()).toEqual([]);
  });

  test('a follower that commits what no leader has breaks CommitQuorum', () => {
    const trace = TraceWriter.booted(3)
      .elect(0, 1, [0, 1])
      .append(1, [1, 1], 0)
      .commit(1, [1, 1], 1);
    expect(trace.broken()).toEqual(['CommitQuorum']);
  });

  test('two entries committed at one index break CommittedStable', () => {
    const trace = TraceWriter.steady().append(1, [2, 1], 1).elect(2, 2, [0, 2], [1, 1]);
    trace.append(2, [2, 2], 1).append(0, [2, 2], 1).commit(2, [2, 2], 2, [0, 2]);
    expect(trace.broken()).toEqual([]);
    trace.term(1, 2).commit(1, [2, 1], 2);
    expect(trace.broken()).toEqual(['CommittedStable']);
  });

  test('a match index that goes back breaks MatchMonotone', () => {
    const trace = secondTerm().match(1, 2, 1, 2);
    expect(trace.broken()).toEqual(['MatchMonotone']);
  });

  test('an answer of an older term, or one that is not so, breaks MatchTruthful', () => {
    expect(secondTerm().match(1, 0, 2, 2, 1).broken()).toEqual(['MatchTruthful']);
    expect(TraceWriter.steady().append(0, [2, 1], 1).match(0, 1, 2, 1).broken()).toEqual([
      'MatchTruthful',
    ]);
  });

  test('an acknowledgement that arrives after its sender joined a later leader is truthful', () => {
    const trace = TraceWriter.steady().append(0, [2, 1], 1).append(1, [2, 1], 1);
    trace.vote(2, 2, 2, [1, 1], [1, 1]).term(1, 2).truncate(1, 2).match(0, 1, 2, 1);
    expect(trace.broken()).toEqual([]);
  });
});

describe('execution', () => {
  test('two commands executed at one index break StateMachineSafety', () => {
    const trace = secondTerm().commit(2, [2, 2], 2);
    trace.apply(2, [2, 2], { valueHash: 99 });
    expect(trace.broken()).toEqual(['ApplyAgreement', 'StateMachineSafety']);
  });

  test('different states after the same commands break PrefixHash', () => {
    const trace = secondTerm().commit(2, [2, 2], 2).apply(2, [2, 2], { stateHash: 99 });
    expect(trace.broken()).toEqual(['PrefixHash']);
  });

  test('a position left out breaks ApplyGap, one executed again AppliedMonotone', () => {
    const trace = secondTerm().append(1, [3, 2], 2).append(2, [3, 2], 2);
    trace.commit(1, [3, 2], 2, [1, 2]).commit(2, [3, 2], 2).apply(2, [3, 2]);
    expect(trace.broken()).toEqual(['ApplyGap']);
    expect(TraceWriter.steady().apply(0, [1, 1]).broken()).toEqual(['AppliedMonotone']);
  });

  test('what is not known to be committed must not be executed', () => {
    const trace = TraceWriter.steady().append(0, [2, 1], 1).apply(0, [2, 1]);
    expect(trace.broken()).toEqual(['ApplyBeyondCommit']);
  });

  test('executing again after a restart is legal, executing something else is not', () => {
    const back = TraceWriter.steady()
      .crash(1)
      .boot(1, recovered(1, [[1, 1]], { votedFor: 0 }));
    expect(back.commit(1, [1, 1], 1).apply(1, [1, 1]).broken()).toEqual([]);
    const other = TraceWriter.steady()
      .crash(1)
      .boot(1, recovered(1, [[1, 1]], { votedFor: 0 }));
    other.commit(1, [1, 1], 1).apply(1, [1, 1], { valueHash: 5 });
    expect(other.broken()).toContain('StateMachineSafety');
  });

  test('a client command executed at two indices breaks SessionDedupe', () => {
    const repeated = (duplicate: boolean): TraceWriter => {
      const trace = TraceWriter.booted(1).elect(0, 1, [0]);
      trace.append(0, [1, 1], 0).append(0, [2, 1], 1).append(0, [3, 1], 1);
      trace.commit(0, [3, 1], 1, [0]).apply(0, [1, 1], { id: '4:1' });
      trace.apply(0, [2, 1], { id: '4:2' });
      return trace.apply(0, [3, 1], { id: '4:1', duplicate });
    };
    expect(repeated(true).broken()).toEqual([]);
    expect(repeated(false).broken()).toEqual(['SessionDedupe']);
    expect(repeated(false).violation('SessionDedupe')?.because).toContain('4:1 a second time');
  });

  test('a first execution taken for a repetition breaks SessionDedupe', () => {
    const trace = TraceWriter.booted(1).elect(0, 1, [0]).append(0, [1, 1], 0);
    trace.commit(0, [1, 1], 1, [0]).apply(0, [1, 1], { id: '4:1', duplicate: true });
    expect(trace.broken()).toEqual(['SessionDedupe']);
  });

  test('an answer ahead of execution breaks AckedApplied', () => {
    const reply = { kind: 'reply', client: 1, id: 1, status: 'ok' } as const;
    expect(
      TraceWriter.steady()
        .event(0, { ...reply, position: 1 })
        .broken(),
    ).toEqual([]);
    expect(
      TraceWriter.steady()
        .event(0, { ...reply, position: 2 })
        .broken(),
    ).toEqual(['AckedApplied']);
  });

  test('a node that stops itself breaks PANIC', () => {
    const trace = TraceWriter.steady().event(1, { kind: 'panic', reason: 'index below commit' });
    expect(trace.broken()).toEqual(['PANIC']);
    expect(trace.violation('PANIC')?.because).toContain('n2 stopped itself: index below commit');
  });

  test('what a rule of a user threw is told first by its file, line, rule and message', () => {
    const blame = {
      owner: 'variant mine',
      part: 'commitIndex',
      file: 'mine.ts',
      line: 4,
      thrown: 'boom',
    };
    const reason = '`commitIndex` of mine.ts:4 threw: boom';
    const trace = TraceWriter.steady().event(1, { kind: 'panic', reason, blame });
    expect(trace.violation('PANIC')).toMatchObject({
      told: '`commitIndex` of mine.ts:4 threw: boom, and ended n2',
      because: 'n2 crashed: `commitIndex` of mine.ts:4 threw: boom',
    });
  });
});

describe('restarts', () => {
  const restart = (state: Parameters<TraceWriter['boot']>[1]): TraceWriter =>
    secondTerm().crash(2).boot(2, state);

  test('a node that comes back with what it claimed breaks nothing', () => {
    const state = recovered(
      2,
      [
        [1, 1],
        [2, 2],
      ],
      { votedFor: 1 },
    );
    expect(restart(state).broken()).toEqual([]);
  });

  test('a node may come back with more than it had time to claim', () => {
    expect(
      restart(
        recovered(5, [
          [1, 1],
          [2, 2],
          [3, 4],
        ]),
      ).broken(),
    ).toEqual([]);
  });

  test('a forgotten term, vote or entry breaks its durability', () => {
    expect(
      restart(
        recovered(1, [
          [1, 1],
          [2, 2],
        ]),
      ).broken(),
    ).toEqual(['D:TermDurable', 'D:VoteDurable']);
    expect(
      restart(
        recovered(2, [
          [1, 1],
          [2, 2],
        ]),
      ).broken(),
    ).toEqual(['D:VoteDurable']);
    expect(restart(recovered(2, [[1, 1]], { votedFor: 1 })).broken()).toEqual(['D:LogDurable']);
    const swapped = restart(
      recovered(
        2,
        [
          [1, 1],
          [2, 1],
        ],
        { votedFor: 1 },
      ),
    );
    expect(swapped.broken()).toEqual(['D:LogDurable']);
    expect(swapped.violation('D:LogDurable')?.because).toContain(
      'n3 held index 2 (term 2) and came back with index 2 (term 1) in its place',
    );
  });

  test('a replacement by a later leader may be durable before it is reported', () => {
    expect(
      restart(
        recovered(3, [
          [1, 1],
          [2, 3],
        ]),
      ).broken(),
    ).toEqual([]);
  });

  /** n3 holds an entry of term 5 that nobody else has; n2 then leads term 6 with one of term 3. */
  function deposed(): TraceWriter {
    const trace = TraceWriter.booted(3).elect(1, 3, [0, 1]).append(1, [1, 3], 0);
    trace.elect(2, 5, [0, 2]).append(2, [1, 5], 0);
    return trace.vote(0, 6, 1, [1, 3], [0, 0]).vote(1, 6, 1, [1, 3], [1, 3]);
  }

  test('a later leader may have put an entry of an earlier term in the place of a later one', () => {
    const found = recovered(6, [[1, 3]]);
    expect(deposed().leader(1, 6, [0, 1], [1, 3]).crash(2).boot(2, found).broken()).toEqual([]);
    // Without that leader nobody can have asked for it.
    expect(deposed().crash(2).boot(2, found).broken()).toEqual(['D:LogDurable']);
    const other = recovered(6, [[1, 4]]);
    expect(deposed().leader(1, 6, [0, 1], [1, 3]).crash(2).boot(2, other).broken()).toEqual([
      'D:LogDurable',
    ]);
  });

  test('a snapshot that differs from the log may have replaced it before that is reported', () => {
    const trace = deposed().append(2, [2, 5], 5).leader(1, 6, [0, 1], [1, 3]).append(0, [1, 3], 0);
    trace.match(1, 0, 1, 6).append(1, [2, 6], 3).append(0, [2, 6], 3).match(1, 0, 2, 6);
    trace.commit(1, [2, 6], 6, [0, 1]).crash(2);
    const installed = recovered(6, [], { snapshot: { index: 1, term: 3 } });
    expect(trace.boot(2, installed).broken()).toEqual([]);
  });

  test('a snapshot that agrees with the log takes nothing of it away', () => {
    const installed = recovered(2, [], { votedFor: 1, snapshot: { index: 1, term: 1 } });
    expect(restart(installed).broken()).toEqual(['D:LogDurable']);
  });

  test('a log that no longer reaches what was executed breaks D:AppliedDurable', () => {
    const trace = restart(recovered(2, [], { votedFor: 1 }));
    expect(trace.broken()).toEqual(['D:AppliedDurable', 'D:LogDurable']);
  });

  test('a lost snapshot breaks D:SnapshotDurable', () => {
    const trace = TraceWriter.steady().snapshot(1, 'take', [1, 1]).crash(1);
    const kept = { votedFor: 0, snapshot: { index: 1, term: 1 } };
    trace
      .boot(1, recovered(1, [], kept))
      .crash(1)
      .boot(1, recovered(1, [[1, 1]], { votedFor: 0 }));
    expect(trace.broken()).toEqual(['D:SnapshotDurable']);
  });

  test('a line of a dead incarnation breaks NodeIdMatch', () => {
    const trace = TraceWriter.steady()
      .crash(1)
      .boot(1, recovered(1, [[1, 1]], { votedFor: 0 }));
    const [stale] = trace.lines.filter((line) => line.event.kind === 'commit' && line.node === 1);
    if (stale === undefined) throw new Error('no commit of n2');
    // Of a stored trace, a line out of turn says that others are missing.
    const live = traceChecker('raft');
    for (const line of [...trace.lines, stale]) {
      live.feed(line.event, line.node, line.incarnation, line.time);
    }
    expect(live.violations.map(({ property }) => property)).toEqual(['NodeIdMatch']);
  });
});

describe('snapshots', () => {
  /** n3 has missed everything; n1 has entry 1 in a snapshot. */
  function lagging(): TraceWriter {
    const trace = TraceWriter.booted(3).elect(0, 1, [0, 1]).term(2, 1);
    trace.append(0, [1, 1], 0).append(1, [1, 1], 0).commit(0, [1, 1], 1, [0, 1]);
    return trace.apply(0, [1, 1]).snapshot(0, 'take', [1, 1]);
  }

  test('an installed snapshot stands for the log that it covers', () => {
    const trace = lagging()
      .snapshot(2, 'install', [1, 1])
      .append(2, [2, 1], 1)
      .append(0, [2, 1], 1);
    trace.match(0, 2, 2, 1).commit(0, [2, 1], 1, [0, 2]).commit(2, [2, 1], 1).apply(2, [2, 1]);
    expect(trace.broken()).toEqual([]);
  });

  test('a snapshot of another state, of another entry or of the future breaks SnapshotMatches', () => {
    expect(lagging().snapshot(2, 'install', [1, 1], 7).broken()).toEqual(['SnapshotMatches']);
    expect(lagging().snapshot(2, 'install', [1, 2]).broken()).toEqual(['SnapshotMatches']);
    expect(lagging().snapshot(2, 'install', [2, 1]).broken()).toEqual(['SnapshotMatches']);
    expect(lagging().snapshot(1, 'take', [1, 1]).broken()).toEqual(['SnapshotMatches']);
  });

  test('a snapshot that rewinds the state machine breaks AppliedMonotone', () => {
    const trace = secondTerm().commit(2, [2, 2], 2).apply(2, [2, 2]);
    expect(trace.snapshot(2, 'install', [1, 1]).broken()).toEqual(['AppliedMonotone']);
  });

  test('a suffix that conflicts with an installed snapshot must go', () => {
    const behind = (): TraceWriter => {
      const trace = new TraceWriter(3);
      trace.boot(0, recovered(2, [[1, 2]])).boot(1, recovered(2, [[1, 2]]));
      trace.boot(
        2,
        recovered(2, [
          [1, 1],
          [2, 1],
        ]),
      );
      trace
        .vote(0, 3, 0, [1, 2], [1, 2])
        .vote(1, 3, 0, [1, 2], [1, 2])
        .leader(0, 3, [0, 1], [1, 2]);
      trace.append(0, [2, 3], 2).append(1, [2, 3], 2).commit(0, [2, 3], 3, [0, 1]);
      trace.apply(0, [1, 2]).apply(0, [2, 3]).snapshot(0, 'take', [1, 2]);
      return trace.term(2, 3).snapshot(2, 'install', [1, 2]);
    };
    expect(behind().append(2, [2, 3], 2).broken()).toEqual([]);
    expect(behind().append(2, [3, 3], 3).broken()).toEqual(['LogMatching']);
  });
});

describe('reads', () => {
  const certificate = {
    kind: 'read-cert',
    mode: 'index',
    term: 1,
    readPosition: 1,
    applied: 1,
    round: 4,
    acks: [{ node: 1, round: 4 }],
  } as const;

  test('a read confirmed by a majority in a round of its own is sound', () => {
    expect(TraceWriter.steady().event(0, certificate).broken()).toEqual([]);
    const late = { ...certificate, acks: [{ node: 2, round: 5 }] };
    expect(TraceWriter.steady().event(0, late).broken()).toEqual([]);
  });

  test('acknowledgements of an older round, of strangers or of one node twice do not count', () => {
    for (const acks of [
      [],
      [{ node: 1, round: 3 }],
      [{ node: 7, round: 4 }],
      [{ node: 0, round: 4 }],
    ]) {
      expect(
        TraceWriter.steady()
          .event(0, { ...certificate, acks })
          .broken(),
      ).toEqual(['J:ReadCert']);
    }
  });

  test('a read on the word of somebody for a round that was not begun is not sound', () => {
    const acks = [
      { node: 0, round: 4 },
      { node: 1, round: 9 },
    ];
    const trace = TraceWriter.steady().event(0, { ...certificate, acks });
    expect(trace.violation('J:ReadCert')?.because).toContain(
      'on the word of n2 for round 9, although it had begun only 4 in that term',
    );
  });

  test('a read that is confirmed by a round from before it came is not sound', () => {
    const sound = TraceWriter.steady().event(0, { ...certificate, since: 3 });
    expect(sound.broken()).toEqual([]);
    const joined = TraceWriter.steady().event(0, { ...certificate, since: 4 });
    expect(joined.violation('J:ReadCert')?.because).toContain(
      'round 4 had begun when the read came',
    );
  });

  test('a read before an entry of the own term is committed is not sound', () => {
    const trace = TraceWriter.steady().elect(1, 2, [1, 2], [1, 1]);
    trace.event(1, { ...certificate, term: 2, acks: [{ node: 2, round: 4 }] });
    expect(trace.broken()).toEqual(['J:ReadCert']);
  });

  test('a read of what is not executed yet, or by no leader, is not sound', () => {
    const early = { ...certificate, readPosition: 2 };
    expect(TraceWriter.steady().append(0, [2, 1], 1).event(0, early).broken()).toEqual([
      'J:ReadCert',
    ]);
    const stranger = { ...certificate, term: 9 };
    expect(TraceWriter.steady().event(0, stranger).broken()).toEqual(['J:ReadCert']);
    const acks = [0, 1].map((node) => ({ node, round: 4 }));
    const other = { ...certificate, acks };
    expect(TraceWriter.steady().event(2, other).broken()).toEqual(['J:ReadCert']);
  });

  test('a read on the word of a leader so long ago that it is forgotten passes', () => {
    const follower = { ...certificate, mode: 'follower', term: 2, acks: [] } as const;
    const trace = TraceWriter.steady();
    const terms = Array.from({ length: 600 }, (_, at) => at + 3);
    for (const term of terms)
      for (const node of [0, 1, 2]) trace.vote(node, term, 0, [1, 1], [1, 1]);
    expect(trace.event(1, follower).broken()).toEqual([]);
    const recent = { ...follower, term: 602 };
    expect(TraceWriter.steady().vote(0, 602, 0, [1, 1], [1, 1]).event(1, recent).broken()).toEqual([
      'J:ReadCert',
    ]);
  });

  test('a read through the log needs no round', () => {
    const log = { ...certificate, mode: 'log', round: 0, acks: [] } as const;
    expect(TraceWriter.steady().event(0, log).broken()).toEqual([]);
  });
});
