/** Traces of somebody else's Raft, by hand: for each rule one that breaks it, beside one that does not. */

import { describe, expect, test } from 'vitest';
import { judgeObserved } from '../../../../checkers/agreement/raft-observed/checker.ts';
import type {
  Observation,
  ObservedMessage,
} from '../../../../checkers/agreement/raft-observed/observation.ts';

const THREE = [['1', '2', '3']];

function line(
  node: string,
  step: string,
  term: number,
  more: Partial<Observation> = {},
): Observation {
  const role = step === 'BecomeLeader' ? 'leader' : null;
  const rest = { vote: null, commit: null, last: null, voters: [], message: null };
  return { node, step, term, role, ...rest, ...more };
}

function message(
  kind: ObservedMessage['kind'],
  from: string,
  to: string,
  term: number,
  more: Partial<ObservedMessage> = {},
): Pick<Observation, 'message'> {
  const nothing = { index: 0, logTerm: 0, entries: 0, isRefused: false };
  return { message: { kind, from, to, term, ...nothing, ...more } };
}

function brokenIn(lines: readonly Observation[]): readonly string[] {
  return judgeObserved(lines).violations.map(({ property }) => property);
}

/** 1 is elected in term 1 with an empty log, appends two entries, and 2 has both. */
function replicated(): readonly Observation[] {
  const append = { index: 0, logTerm: 0, entries: 2 };
  return [
    line('1', 'BecomeLeader', 1, { last: 0, commit: 0, voters: THREE }),
    line('1', 'Ready', 1, { role: 'leader', last: 2 }),
    line('2', 'ReceiveAppendEntriesRequest', 1, {
      last: 0,
      commit: 0,
      ...message('append', '1', '2', 1, append),
    }),
    line('2', 'SendAppendEntriesResponse', 1, {
      last: 2,
      ...message('append-reply', '2', '1', 1, { index: 2 }),
    }),
  ];
}

const acknowledged = (from: string, index: number) =>
  line('1', 'ReceiveAppendEntriesResponse', 1, {
    role: 'leader',
    ...message('append-reply', from, '1', 1, { index }),
  });

describe('a trace of others', () => {
  test('with leaders and terms alone shows two leaders of one term, in whatever order', () => {
    const lines = [line('a', 'BecomeLeader', 3), line('b', 'BecomeLeader', 3)];
    const { violations } = judgeObserved(lines);
    expect(violations).toEqual([
      {
        property: 'ElectionSafety',
        told: 'two leaders were elected in the same term',
        because: 'a and b both led term 3',
        lines: [0, 1],
      },
    ]);
    expect(brokenIn([line('a', 'BecomeLeader', 3), line('b', 'BecomeLeader', 4)])).toEqual([]);
    expect(brokenIn([line('b', 'BecomeLeader', 4), line('a', 'BecomeLeader', 3)])).toEqual([]);
  });

  test('shows a term that goes back within a life, and not over a restart', () => {
    const back = [line('1', 'Ready', 4), line('1', 'Ready', 3)];
    expect(brokenIn(back)).toEqual(['TermMonotone']);
    expect(brokenIn([line('1', 'Ready', 4), line('1', 'InitState', 3)])).toEqual([]);
  });

  test('shows two votes in one term, by what the voter says', () => {
    const voted = (vote: string, term: number) => line('1', 'Ready', term, { vote });
    expect(brokenIn([voted('2', 4), voted('3', 4)])).toEqual(['VoteOnce']);
    expect(brokenIn([voted('2', 4), voted('3', 5)])).toEqual([]);
  });

  test('shows two votes in one term, by what reached the candidates', () => {
    const granted = (to: string, isRefused: boolean) =>
      line(to, 'ReceiveRequestVoteResponse', 4, message('vote-reply', '1', to, 4, { isRefused }));
    expect(brokenIn([granted('2', false), granted('3', false)])).toEqual(['VoteOnce']);
    expect(brokenIn([granted('2', false), granted('3', true)])).toEqual([]);
  });

  test('shows a vote for a candidate whose log is behind', () => {
    const asked = (index: number) => [
      ...replicated(),
      line('2', 'ReceiveRequestVoteRequest', 1, {
        last: 2,
        ...message('vote', '3', '2', 2, { index, logTerm: 1 }),
      }),
      line('2', 'SendRequestVoteResponse', 2, {
        last: 2,
        ...message('vote-reply', '2', '3', 2),
      }),
    ];
    expect(brokenIn(asked(1))).toEqual(['VoteRule']);
    expect(brokenIn(asked(2))).toEqual([]);
    expect(judgeObserved(asked(2)).judged.votes).toBe(1);
  });

  test('shows an election on the word of too few, where it tells whose word came', () => {
    const elected = (from: readonly string[]) => [
      ...from.map((voter) =>
        line('1', 'ReceiveRequestVoteResponse', 2, {
          role: 'candidate',
          ...message('vote-reply', voter, '1', 2),
        }),
      ),
      line('1', 'BecomeLeader', 2, { voters: THREE }),
    ];
    expect(brokenIn(elected(['1']))).toEqual(['J:QuorumCert']);
    expect(brokenIn(elected(['1', '3']))).toEqual([]);
    // Nothing is said of answers: all may have come.
    expect(brokenIn(elected([]))).toEqual([]);
  });

  test('shows a commit on the word of too few, where it tells whose word came', () => {
    const committed = (from: readonly string[], commit: number) => [
      ...replicated(),
      ...from.map((follower) => acknowledged(follower, 1)),
      line('1', 'Commit', 1, { role: 'leader', commit }),
    ];
    expect(brokenIn(committed(['2'], 2))).toEqual(['CommitQuorum']);
    expect(brokenIn(committed(['2'], 1))).toEqual([]);
    expect(brokenIn(committed([], 2))).toEqual([]);
  });

  test('of a joint configuration asks a majority of both groups', () => {
    const elected = (from: readonly string[]) => [
      ...from.map((voter) =>
        line('1', 'ReceiveRequestVoteResponse', 2, message('vote-reply', voter, '1', 2)),
      ),
      line('1', 'BecomeLeader', 2, {
        voters: [
          ['1', '2', '3'],
          ['1', '4', '5'],
        ],
      }),
    ];
    expect(brokenIn(elected(['2', '3']))).toEqual(['J:QuorumCert']);
    expect(brokenIn(elected(['2', '4']))).toEqual([]);
  });

  test('shows a commit index that goes back, or lies beyond the log', () => {
    const at = (commit: number, last: number) => line('1', 'Ready', 1, { commit, last });
    expect(brokenIn([at(3, 5), at(2, 5)])).toEqual(['CommitMonotone']);
    expect(brokenIn([at(6, 5)])).toEqual(['CommitBeyondLog']);
    expect(brokenIn([at(2, 5), at(5, 5)])).toEqual([]);
  });

  test('shows a leader without what was committed before, by the ends of logs alone', () => {
    const elected = (last: number) => [
      line('2', 'BecomeLeader', 2, { last }),
      line('1', 'Commit', 1, { commit: 5 }),
    ];
    expect(brokenIn(elected(4))).toEqual(['LeaderCompleteness']);
    expect(brokenIn(elected(5))).toEqual([]);
    // Committed in its own term or a later one, it says nothing of this leader.
    expect(
      brokenIn([line('2', 'BecomeLeader', 1, { last: 4 }), line('1', 'Commit', 1, { commit: 5 })]),
    ).toEqual([]);
  });

  test('shows a leader whose log becomes shorter', () => {
    const leads = (last: number) => line('1', 'Ready', 2, { role: 'leader', last });
    expect(brokenIn([line('1', 'BecomeLeader', 2, { last: 3 }), leads(4), leads(3)])).toEqual([
      'LeaderAppendOnly',
    ]);
  });

  test('shows an entry of an earlier term that a leader commits by counting', () => {
    const commits = (commit: number) => [
      ...replicated(),
      line('2', 'BecomeLeader', 2, { last: 2, commit: 0 }),
      line('2', 'Ready', 2, { role: 'leader', last: 3, commit: 0 }),
      line('2', 'Commit', 2, { role: 'leader', last: 3, commit }),
    ];
    expect(brokenIn(commits(2))).toEqual(['CommitCurrentTerm']);
    expect(brokenIn(commits(3))).toEqual([]);
  });

  test('shows entries that were accepted behind another one than the leader has there', () => {
    const accepts = (logTerm: number) => [
      ...replicated(),
      line('3', 'BecomeLeader', 2, { last: 0 }),
      line('3', 'Ready', 2, { role: 'leader', last: 3 }),
      line('2', 'ReceiveAppendEntriesRequest', 2, {
        last: 2,
        ...message('append', '3', '2', 2, { index: 2, logTerm, entries: 1 }),
      }),
      line('2', 'SendAppendEntriesResponse', 2, {
        last: 3,
        ...message('append-reply', '2', '3', 2, { index: 3 }),
      }),
    ];
    expect(brokenIn(accepts(2))).toContain('LogMatching');
    expect(brokenIn(accepts(1))).not.toContain('LogMatching');
  });

  test('shows two nodes that commit different entries at one place', () => {
    const second = (last: number) => [
      ...replicated(),
      line('2', 'Commit', 1, { last: 2, commit: 2 }),
      // It knows of nothing that 1 and 2 have: nobody compared logs when it was elected.
      line('3', 'BecomeLeader', 2, { last, commit: 0 }),
      line('3', 'Ready', 2, { role: 'leader', last: 3, commit: 0 }),
      line('3', 'Commit', 2, { role: 'leader', last: 3, commit: 3 }),
    ];
    expect(brokenIn(second(0))).toEqual(['LeaderCompleteness', 'CommittedStable']);
    expect(brokenIn(second(2))).toEqual([]);
  });

  test('of an acknowledgement waits for what the leader says in a later file', () => {
    const byNode = replicated().toSorted((one, other) => other.node.localeCompare(one.node));
    const lines = [...byNode, line('1', 'Commit', 1, { role: 'leader', commit: 2 })];
    const { judged, violations } = judgeObserved([
      ...lines,
      line('2', 'Commit', 1, { last: 2, commit: 2 }),
    ]);
    expect(violations).toEqual([]);
    expect(judged.entries).toBe(4);
  });

  test('without followers that say what they append takes nothing for known of their logs', () => {
    // 2 led term 1, was overwritten at index 2 in term 2, of which no line tells, and knows that committed.
    const lines = [
      line('2', 'BecomeLeader', 1, { last: 0, commit: 0 }),
      line('2', 'Ready', 1, { role: 'leader', last: 2, commit: 1 }),
      line('1', 'BecomeLeader', 2, { last: 1, commit: 1 }),
      line('1', 'Ready', 2, { role: 'leader', last: 2, commit: 1 }),
      line('1', 'Commit', 2, { role: 'leader', last: 2, commit: 2 }),
      line('2', 'Commit', 2, { role: 'follower', last: 2, commit: 2 }),
    ];
    expect(brokenIn(lines)).toEqual([]);
  });
});
