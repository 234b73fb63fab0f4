/** Who takes part in a Raft cluster: certificates, changes, snapshots, transfers, deaf leaders. */

import { describe, expect, test } from 'vitest';
import type { Membership } from '../../../../checkers/agreement/leader-events.ts';
import { type Entry, recovered, TraceWriter } from './trace.ts';

function membership([index, term]: Entry, voters: readonly number[], more = {}): Membership {
  return { index, term, voters, learners: [], oldVoters: null, ...more };
}

/** A node appends a change of the membership and goes by it. */
function change(trace: TraceWriter, node: number, to: Membership, previousTerm: number): void {
  const { index, term } = to;
  trace.event(node, {
    kind: 'append',
    index,
    term,
    valueHash: index * 1000 + term,
    previousTerm,
    membership: to,
  });
  trace.event(node, { kind: 'membership', ...to });
}

/** n1 leads term 1 of this many nodes, has entry 1 committed by a majority, and changes at 2. */
function changing(size: number, to: Membership): TraceWriter {
  const all = Array.from({ length: size }, (_, node) => node);
  const trace = TraceWriter.booted(size).elect(0, 1, all);
  for (const node of all) trace.append(node, [1, 1], 0);
  trace.commit(0, [1, 1], 1, all);
  change(trace, 0, to, 1);
  return trace;
}

describe('quorums are those of the configuration of the moment', () => {
  const learning = membership([2, 1], [0, 1, 2], { learners: [3] });

  test('a learner counts neither for a commit nor for an election', () => {
    const commit = changing(4, learning);
    change(commit, 3, learning, 1);
    expect(commit.commit(0, [2, 1], 1, [0, 3]).broken()).toEqual(['CommitQuorum']);
    const elected = changing(4, learning);
    for (const node of [1, 2, 3]) change(elected, node, learning, 1);
    expect(elected.elect(1, 2, [1, 3], [2, 1]).broken()).toEqual(['J:QuorumCert']);
  });

  test('a learner does not confirm a read', () => {
    const trace = changing(4, learning);
    for (const node of [1, 2, 3]) change(trace, node, learning, 1);
    trace.commit(0, [2, 1], 1, [0, 1]).apply(0, [1, 1]).apply(0, [2, 1]);
    const read = { kind: 'read-cert', mode: 'index', term: 1, applied: 2, round: 4 } as const;
    trace.event(0, { ...read, readPosition: 2, acks: [{ node: 1, round: 4 }] });
    expect(trace.broken()).toEqual([]);
    trace.event(0, { ...read, readPosition: 2, acks: [{ node: 3, round: 4 }] });
    expect(trace.broken()).toEqual(['J:ReadCert']);
  });

  test('fewer voters need fewer, from the moment the change is appended', () => {
    const fewer = membership([2, 1], [0, 1]);
    const trace = changing(3, fewer);
    change(trace, 1, fewer, 1);
    expect(trace.commit(0, [2, 1], 1, [0, 1]).broken()).toEqual([]);
    expect(changing(3, fewer).commit(0, [2, 1], 1, [0, 2]).broken()).toEqual(['CommitQuorum']);
  });

  test('a leader outside of the voters does not count itself', () => {
    const without = membership([2, 1], [1, 2]);
    const trace = changing(3, without);
    change(trace, 1, without, 1);
    expect(trace.commit(0, [2, 1], 1, [0, 1]).broken()).toEqual(['CommitQuorum']);
  });

  test('a joint configuration needs both majorities', () => {
    const joint = membership([2, 1], [0, 1, 2], { oldVoters: [0, 1, 2, 3, 4] });
    const by = (...holders: number[]): string[] => {
      const trace = changing(5, joint);
      for (const node of holders) if (node !== 0) change(trace, node, joint, 1);
      return trace.commit(0, [2, 1], 1, holders).broken();
    };
    expect(by(0, 1)).toEqual(['CommitQuorum']);
    expect(by(0, 3, 4)).toEqual(['CommitQuorum']);
    expect(by(0, 1, 3)).toEqual([]);
  });
});

describe('QuorumOverlap', () => {
  test.each([
    { what: 'one voter less', voters: [0, 1, 2, 3], old: null, ok: true },
    { what: 'two voters less', voters: [0, 1, 2], old: null, ok: false },
    { what: 'two voters less, jointly', voters: [0, 1, 2], old: [0, 1, 2, 3, 4], ok: true },
  ])('$what at once: $ok', ({ voters, old, ok }) => {
    const trace = changing(5, membership([2, 1], voters, { oldVoters: old }));
    expect(trace.broken()).toEqual(ok ? [] : ['QuorumOverlap']);
  });

  test('is asked of every configuration that may still be in force', () => {
    const trace = changing(5, membership([2, 1], [0, 1, 2, 3]));
    change(trace, 0, membership([3, 1], [0, 1, 2]), 1);
    expect(trace.broken()).toEqual(['QuorumOverlap', 'ConfigOneAtATime']);
    expect(trace.violation('QuorumOverlap')?.because).toContain(
      'the membership of index 3 was appended while that of index 0 may be in force',
    );
  });

  test('is not asked of those that a committed one has replaced', () => {
    const first = membership([2, 1], [0, 1, 2, 3]);
    const trace = changing(5, first);
    for (const node of [1, 2]) change(trace, node, first, 1);
    trace.commit(0, [2, 1], 1, [0, 1, 2]);
    change(trace, 0, membership([3, 1], [0, 1, 2]), 1);
    expect(trace.broken()).toEqual([]);
  });
});

test('a change before anything of the term is committed breaks ConfigAfterTermCommit', () => {
  const trace = TraceWriter.booted(5).elect(0, 1, [0, 1, 2]).append(0, [1, 1], 0);
  change(trace, 0, membership([2, 1], [0, 1, 2, 3]), 1);
  expect(trace.broken()).toEqual(['ConfigAfterTermCommit']);
});

describe('ConfigOneAtATime', () => {
  const first = membership([2, 1], [0, 1, 2, 3]);
  const second = membership([3, 1], [0, 1, 2]);

  test('is broken by a change while that before is uncommitted, though their quorums meet', () => {
    const trace = changing(5, first);
    change(trace, 0, second, 1);
    expect(trace.broken()).toContain('ConfigOneAtATime');
    expect(trace.violation('ConfigOneAtATime')?.because).toContain('was not committed');
  });

  test('allows a change once that before is committed', () => {
    const trace = changing(5, first);
    for (const node of [1, 2]) change(trace, node, first, 1);
    trace.commit(0, [2, 1], 1, [0, 1, 2]);
    change(trace, 0, second, 1);
    expect(trace.broken()).toEqual([]);
  });
});

describe('ConfigFromLog', () => {
  const fewer = membership([2, 1], [0, 1]);

  test('is broken by whoever appends a change and does not go by it', () => {
    const trace = changing(3, fewer);
    trace.event(1, {
      kind: 'append',
      index: 2,
      term: 1,
      valueHash: 2001,
      previousTerm: 1,
      membership: fewer,
    });
    expect(trace.broken()).toEqual([]);
    expect(trace.commit(1, [1, 1], 1).broken()).toEqual(['ConfigFromLog']);
    expect(trace.violation('ConfigFromLog')?.because).toContain(
      'n2 still goes by the membership of index 0 (term 0)',
    );
  });

  test('is broken by whoever goes by another one than the latest', () => {
    const trace = TraceWriter.steady().event(1, { kind: 'membership', ...fewer });
    expect(trace.broken()).toEqual(['ConfigFromLog']);
  });

  test('asks for the one before when the change is removed', () => {
    const rolledBack = (announce: boolean): string[] => {
      const trace = changing(3, fewer).elect(1, 2, [1, 2], [1, 1]).term(0, 2).truncate(0, 2);
      if (announce) trace.event(0, { kind: 'membership', ...membership([0, 0], [0, 1, 2]) });
      return trace.append(0, [2, 2], 1).broken();
    };
    expect(rolledBack(true)).toEqual([]);
    expect(rolledBack(false)).toEqual(['ConfigFromLog']);
  });

  test('asks snapshots for the configuration that is committed up to them', () => {
    const taken = (carried: Membership | undefined): string[] => {
      const trace = changing(3, fewer);
      change(trace, 1, fewer, 1);
      trace.commit(0, [2, 1], 1, [0, 1]).apply(0, [1, 1]).apply(0, [2, 1]);
      trace.event(0, {
        kind: 'snapshot',
        op: 'take',
        last: { index: 2, term: 1 },
        stateHash: 2,
        ...(carried === undefined ? {} : { membership: carried }),
      });
      return trace.broken();
    };
    expect(taken(fewer)).toEqual([]);
    expect(taken(undefined)).toEqual(['ConfigFromLog']);
    expect(taken(membership([2, 1], [0, 2]))).toEqual(['ConfigFromLog']);
  });

  test('asks the same of what a node finds on its disk', () => {
    const back = (carried: Membership | undefined): string[] => {
      const trace = changing(3, fewer);
      change(trace, 1, fewer, 1);
      trace.commit(0, [2, 1], 1, [0, 1]).crash(1);
      const snapshot = { index: 2, term: 1, ...(carried && { membership: carried }) };
      trace.boot(1, recovered(1, [], { votedFor: 0, snapshot }));
      if (carried) trace.event(1, { kind: 'membership', ...carried });
      return trace.broken();
    };
    expect(back(fewer)).toEqual([]);
    expect(back(undefined)).toEqual(['ConfigFromLog']);
  });
});

describe('a cluster that did not begin empty', () => {
  test('is not blamed for changes that its disks hold', () => {
    const joint = membership([2, 1], [0, 3, 4], { oldVoters: [0, 1, 2] });
    const trace = new TraceWriter(5);
    for (const node of trace.nodes) {
      const state = recovered(1, [[1, 1]]);
      const changed = { index: 2, term: 1, valueHash: 2001, membership: joint };
      trace.boot(node, { ...state, entries: [...state.entries, changed] });
      trace.event(node, { kind: 'membership', ...joint });
    }
    expect(trace.elect(0, 2, [0, 1, 3], [2, 1]).broken()).toEqual([]);
  });
});

describe('a leader', () => {
  test('that appends while it hands over breaks TransferQuiet, and not after it gave up', () => {
    const transfer = { kind: 'transfer', term: 1, target: 1 } as const;
    const trace = TraceWriter.steady().event(0, { ...transfer, op: 'start' });
    expect(trace.append(0, [2, 1], 1).broken()).toEqual(['TransferQuiet']);
    const over = TraceWriter.steady().event(0, { ...transfer, op: 'start' });
    over.event(0, { ...transfer, op: 'abort' }).append(0, [2, 1], 1);
    expect(over.broken()).toEqual([]);
  });

  /**
   * n1 goes on appending every 200 ms, with T = 300 ms. Every so often it hears of a match, or n2
   * gets a piece of its snapshot, or of that of another term's leader.
   */
  function deaf(
    seconds: number,
    hears: 'a match' | 'a piece' | 'another' | 'nothing',
    checkQuorum = true,
  ): string[] {
    const trace = new TraceWriter(3);
    for (const node of trace.nodes) {
      trace.event(node, {
        kind: 'boot',
        protocol: 'raft',
        nodes: trace.nodes,
        recovered: recovered(0),
        variants: [],
        raft: { electionTimeoutMs: 300, checkQuorum },
      });
    }
    trace.elect(0, 1, [0, 1]);
    for (let index = 1; index <= seconds * 5; index++) {
      trace.timeNs += 200e6;
      trace.append(0, [index, 1], index === 1 ? 0 : 1);
      if (hears === 'nothing' || index % 10 !== 0) continue;
      if (hears !== 'a match') {
        const term = hears === 'a piece' ? 1 : 2;
        trace.event(1, { kind: 'snapshot-piece', term, index: 9, received: index });
        continue;
      }
      for (let at = index - 9; at <= index; at++) trace.append(1, [at, 1], at === 1 ? 0 : 1);
      trace.match(0, 1, index, 1);
    }
    return trace.broken();
  }

  test('that takes commands and hears nobody for ten election timeouts breaks Liveness:leader', () => {
    expect(deaf(2, 'nothing')).toEqual([]);
    expect(deaf(5, 'nothing')).toEqual(['Liveness:leader']);
    expect(deaf(5, 'a match')).toEqual([]);
    expect(deaf(5, 'nothing', false)).toEqual([]);
  });

  test('that sends a snapshot in pieces gets on, by the pieces that arrive', () => {
    expect(deaf(5, 'a piece')).toEqual([]);
    expect(deaf(5, 'another')).toEqual(['Liveness:leader']);
  });
});

test('a term for which there was no candidate breaks TermOrigin', () => {
  expect(TraceWriter.steady().term(1, 2).broken()).toEqual(['TermOrigin']);
  expect(TraceWriter.steady().vote(2, 2, 2, [1, 1], [1, 1]).term(1, 2).broken()).toEqual([]);
  const restarted = TraceWriter.steady()
    .crash(2)
    .boot(2, recovered(5, [[1, 1]], { votedFor: 2 }));
  expect(restarted.term(1, 5).broken()).toEqual([]);
});

describe('a read by a follower', () => {
  const read = { kind: 'read-cert', term: 1, readPosition: 1, applied: 1, acks: [] } as const;

  test('stands on a round in which the leader had confirmed that position', () => {
    const trace = TraceWriter.steady();
    trace.event(0, { ...read, mode: 'index', round: 4, acks: [{ node: 1, round: 4 }] });
    expect(trace.event(2, { ...read, mode: 'follower', round: 4 }).broken()).toEqual([]);
    expect(trace.event(2, { ...read, mode: 'follower', round: 5 }).broken()).toEqual([
      'J:ReadCert',
    ]);
  });

  test('cannot stand on a round of a leader that has confirmed none in that term', () => {
    const trace = TraceWriter.steady();
    expect(trace.event(2, { ...read, mode: 'follower', round: 4 }).broken()).toEqual([
      'J:ReadCert',
    ]);
  });

  test('needs the follower to have executed that much', () => {
    const trace = TraceWriter.steady().append(0, [2, 1], 1).append(1, [2, 1], 1);
    trace.commit(0, [2, 1], 1, [0, 1]).apply(0, [2, 1]);
    const second = { ...read, readPosition: 2, round: 4 };
    trace.event(0, { ...second, applied: 2, mode: 'index', acks: [{ node: 1, round: 4 }] });
    expect(trace.broken()).toEqual([]);
    expect(trace.event(2, { ...second, mode: 'follower' }).broken()).toEqual(['J:ReadCert']);
  });
});

describe('a server that says that it is new, in the place of a removed one', () => {
  const without = membership([2, 1], [0, 2]);
  /** n2 is taken out by entry 2, which is committed; until then it has entry 1. */
  function removed(): TraceWriter {
    const trace = changing(3, without);
    change(trace, 2, without, 1);
    return trace.commit(0, [2, 1], 1, [0, 2]);
  }
  const anew = (joins: number) => ({ ...recovered(1), joins });

  test('need not have what the one before had', () => {
    expect(removed().boot(1, anew(2)).broken()).toEqual([]);
  });

  test('is held to it where it was not removed, or not by that entry', () => {
    const kept = TraceWriter.booted(3).elect(0, 1, [0, 1]).append(1, [1, 1], 0);
    expect(kept.boot(1, anew(1)).broken()).toEqual(['D:VoteDurable', 'D:LogDurable']);
    const other = changing(3, membership([2, 1], [0, 1]));
    expect(other.boot(1, anew(2)).broken()).toEqual(['D:VoteDurable', 'D:LogDurable']);
    expect(removed().boot(1, anew(1)).broken()).toEqual(['D:VoteDurable', 'D:LogDurable']);
  });

  test('has the word of the one before count as long as that one had the entry', () => {
    // The line of the commit by which it was removed comes only after its start.
    const acked = () =>
      TraceWriter.booted(3).elect(0, 1, [0, 1]).append(0, [1, 1], 0).append(1, [1, 1], 0);
    const { entries, ...rest } = recovered(1, [
      [1, 1],
      [2, 1],
    ]);
    const told = entries.map((one) => (one.index === 2 ? { ...one, membership: without } : one));
    const outBy = (trace: TraceWriter) =>
      trace.boot(2, { ...rest, entries: told }).boot(1, anew(2));
    const said = outBy(acked().match(0, 1, 1, 1));
    expect(said.commit(0, [1, 1], 1, [0, 1]).broken()).toEqual([]);
    expect(outBy(acked()).commit(0, [1, 1], 1, [0, 1]).broken()).toEqual(['CommitQuorum']);
  });

  test('has the word of the one before heard late, until it is taken in itself', () => {
    const late = () => removed().boot(1, anew(2));
    expect(late().match(0, 1, 1, 1).broken()).toEqual([]);
    const trace = late();
    change(trace, 0, membership([3, 1], [0, 1, 2]), 1);
    expect(trace.match(0, 1, 1, 1).broken()).toEqual(['MatchTruthful']);
  });

  test('is held to what the one before had since it was taken back in', () => {
    const trace = removed();
    const back = membership([3, 1], [0, 1, 2]);
    change(trace, 1, without, 1);
    for (const node of [0, 1, 2]) change(trace, node, back, 1);
    trace.commit(0, [3, 1], 1, [0, 1]);
    expect(trace.boot(1, anew(2)).broken()).toContain('D:LogDurable');
  });

  test('is held to what it had itself, once it had anything', () => {
    const trace = removed().boot(1, anew(2));
    expect(trace.boot(1, anew(2)).broken()).toEqual([]);
    trace.append(1, [1, 1], 0);
    expect(trace.boot(1, anew(2)).broken()).toEqual(['D:LogDurable']);
  });
});
