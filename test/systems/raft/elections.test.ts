/** Raft elections, scripted: votes, split votes, PreVote, CheckQuorum, bridge partitions. */

import { describe, expect, test } from 'vitest';
import type { RaftRecord } from '../../../systems/raft/messages.ts';
import { raftRules } from '../../../systems/raft/rules.ts';
import { NOBODY, TIMER } from '../../../systems/raft/state.ts';
import { between, diskWithTerms, rulesOf, Script } from './script.ts';

const PLAIN = { preVote: false, checkQuorum: false };
const ASKED = { pre: false, transfer: false };

describe('the rules of voting', () => {
  const voter = new Script({ nodes: 3, disks: [diskWithTerms([1, 1, 2], 5)] }).state(0);

  test.each([
    { term: 5, votedFor: NOBODY, from: 1, can: true },
    { term: 5, votedFor: 1, from: 1, can: true },
    { term: 5, votedFor: 2, from: 1, can: false },
    { term: 4, votedFor: NOBODY, from: 1, can: false },
    { term: 6, votedFor: NOBODY, from: 1, can: false },
  ])('in term 5, having voted for $votedFor, a vote in term $term for $from: $can', (given) => {
    const { term, votedFor, from, can } = given;
    const request = { kind: 'request-vote', term, lastIndex: 9, lastTerm: 9, ...ASKED } as const;
    expect(raftRules.canVote({ ...voter, votedFor }, from, request)).toBe(can);
  });

  test.each([
    { lastTerm: 3, lastIndex: 1, upToDate: true },
    { lastTerm: 2, lastIndex: 4, upToDate: true },
    { lastTerm: 2, lastIndex: 3, upToDate: true },
    { lastTerm: 2, lastIndex: 2, upToDate: false },
    { lastTerm: 1, lastIndex: 9, upToDate: false },
  ])(
    'a log that ends at index $lastIndex (term $lastTerm) against index 3 (term 2): $upToDate',
    (given) => {
      const { lastTerm, lastIndex, upToDate } = given;
      const request = { kind: 'request-vote', term: 5, lastIndex, lastTerm, ...ASKED } as const;
      expect(raftRules.isUpToDate(voter, request)).toBe(upToDate);
    },
  );

  test.each([
    { removedAt: 4, may: false },
    { removedAt: 3, may: true },
  ])(
    'a server in the place of one that index $removedAt removed, with a log up to 3, elects or stands: $may',
    ({ removedAt, may }) => {
      const joins: RaftRecord = { kind: 'joins', term: 4, votedFor: 0, removedAt };
      const disk = [joins, ...diskWithTerms([1, 1, 2], 5)];
      const script = new Script({ nodes: 3, disks: [disk] });
      const newcomer = script.state(0);
      const request = {
        kind: 'request-vote',
        term: 5,
        lastIndex: 3,
        lastTerm: 2,
        ...ASKED,
      } as const;
      expect(raftRules.isUpToDate(newcomer, request)).toBe(may);
      const member = { ...newcomer, configurations: voter.configurations };
      expect(raftRules.mayCampaign(member)).toBe(may);
    },
  );

  test.each([1, 2, 3, 4, 5, 6, 7])('any two quorums of %i nodes meet', (nodes) => {
    expect(raftRules.quorum(nodes) * 2).toBeGreaterThan(nodes);
  });
});

describe('an election', () => {
  test.each([1, 3, 4, 5, 7])('of %i nodes makes one leader that commits its no-op', (nodes) => {
    const script = new Script({ nodes });
    script.elect(0);
    expect(script.state(0)).toMatchObject({ term: 1, commit: 1, applied: 1 });
    script.heartbeat(0);
    script.settle();
    for (const node of script.members) expect(script.state(node)).toMatchObject({ applied: 1 });
    expect(script.checker.violations).toEqual([]);
  });

  test('a voter that restarts in between grants one of two candidates of a term', () => {
    const script = new Script({ nodes: 3, options: PLAIN });
    script.timeOut(0);
    script.timeOut(1);
    script.deliver(({ from, to }) => from === 0 && to === 2);
    script.restart(2);
    script.deliver(({ from, to }) => from === 1 && to === 2);
    const votes = script.network.filter(({ message }) => message.kind === 'vote');
    expect(votes.map(({ to, message }) => [to, message])).toMatchObject([
      [0, { granted: true }],
      [1, { granted: false }],
    ]);
  });

  test('a vote is not sent before it is on the disk', () => {
    const script = new Script({ nodes: 3, options: PLAIN });
    script.timeOut(0);
    script.autoSync = false;
    script.deliver(between(0, 2));
    expect(script.network.filter(({ from }) => from === 2)).toEqual([]);
    script.sync(2);
    expect(script.network.filter(({ from }) => from === 2)).toHaveLength(1);
  });

  test('of four nodes that split their votes is decided in a new term', () => {
    const script = new Script({ nodes: 4, options: PLAIN });
    script.timeOut(0);
    script.timeOut(3);
    script.settle((flight) => between(0, 1)(flight) || between(2, 3)(flight));
    script.settle();
    expect(script.members.map((node) => script.state(node).role)).not.toContain('leader');
    script.elect(1);
    expect(script.state(1).term).toBe(2);
    expect(script.checker.violations).toEqual([]);
  });

  test('votes of an earlier term do not count', () => {
    const script = new Script({ nodes: 3, options: PLAIN });
    script.timeOut(0);
    script.deliver(({ to }) => to === 1);
    script.timeOut(0);
    script.deliver(({ message }) => message.kind === 'vote');
    expect(script.state(0)).toMatchObject({ role: 'candidate', term: 2 });
  });
});

describe('a node that was cut off', () => {
  test('with PreVote keeps its term and deposes nobody when it returns', () => {
    const script = new Script({ nodes: 3, options: { preVote: true, checkQuorum: false } });
    script.elect(0);
    for (let i = 0; i < 5; i++) script.timeOut(2);
    script.drop(({ from }) => from === 2);
    expect(script.state(2).term).toBe(1);
    script.heartbeat(0);
    script.timeOut(2);
    script.settle();
    expect(script.state(0)).toMatchObject({ role: 'leader', term: 1 });
  });

  test('without PreVote deposes the leader once when it returns', () => {
    const script = new Script({ nodes: 3, options: PLAIN });
    script.elect(0);
    for (let i = 0; i < 5; i++) script.timeOut(2);
    script.drop(({ from }) => from === 2);
    expect(script.state(2).term).toBe(6);
    script.heartbeat(0);
    script.settle();
    expect(script.state(0)).toMatchObject({ role: 'follower', term: 6 });
    script.elect(0);
    expect(script.state(0)).toMatchObject({ role: 'leader', term: 7 });
    expect(script.checker.violations).toEqual([]);
  });

  test('does not get a vote from whoever hears a leader', () => {
    const script = new Script({ nodes: 3, options: { preVote: false, checkQuorum: true } });
    script.elect(0);
    script.heartbeat(0);
    script.settle();
    const state = script.state(2);
    state.waitingSinceUs = script.nowUs - 10_000_000;
    const before = script.nowUs;
    script.timeOut(2);
    script.nowUs = before;
    script.settle(between(1, 2));
    expect(script.state(1).term).toBe(1);
    expect(state).toMatchObject({ role: 'candidate', term: 2 });
  });
});

describe('a shorter log of a later term', () => {
  /** Node 2 is down; of the others, node 0 has the longer log and node 1 the later one. */
  function incomparable(rules: Parameters<typeof scriptOf>[0]): Script {
    const script = scriptOf(rules);
    script.crash(2);
    for (let attempt = 0; attempt < 10; attempt++) {
      script.timeOut(attempt % 2);
      script.settle();
    }
    return script;
  }

  function scriptOf(rules: ReturnType<typeof rulesOf>): Script {
    const disks = [
      [1, 1, 1],
      [1, 2],
      [1, 2],
    ].map((terms) => diskWithTerms(terms, 2));
    return new Script({ nodes: 3, disks, rules, options: PLAIN });
  }

  test('wins over a longer one of an earlier term', () => {
    const script = incomparable({});
    expect(script.state(1).role).toBe('leader');
    expect(script.terms(0)).toEqual(script.terms(1));
  });

  test('and nobody can win where a vote needs a log that is neither older nor shorter', () => {
    const script = incomparable(rulesOf('rf-uptodate-needs-both'));
    expect([script.state(0).role, script.state(1).role]).not.toContain('leader');
    expect(script.checker.stats).toMatchObject({ leaders: 0, elections: 10 });
  });
});

describe('a bridge partition', () => {
  // Nodes 0, 1 and 2 hear one another; 3 hears only 1, and 4 only 2 (Howard and Abraham, 2020).
  const links = [between(0, 1, 2), between(1, 3), between(2, 4)];
  const bridge = (flight: { from: number; to: number }): boolean =>
    links.some((link) => link(flight as Parameters<typeof link>[0]));

  test('keeps a leader with PreVote and CheckQuorum', () => {
    const script = new Script({ nodes: 5 });
    script.elect(1, (flight) => bridge(flight));
    for (let i = 0; i < 20; i++) {
      script.heartbeat(1);
      script.settle(bridge);
      script.drop();
      // Node 4 hears no leader, and asks for PreVotes again and again.
      script.state(4).waitingSinceUs = Number.NEGATIVE_INFINITY;
      script.fire(4, TIMER.election);
      script.settle(bridge);
      script.drop();
    }
    expect(script.state(1)).toMatchObject({ role: 'leader', term: 1 });
  });

  test('deposes the leader without them', () => {
    const script = new Script({ nodes: 5, options: PLAIN });
    script.elect(1, (flight) => bridge(flight));
    // Node 4 never heard of term 1, so its first candidacy is for that.
    script.timeOut(4);
    script.timeOut(4);
    script.drop(({ message }) => message.term < 2);
    script.settle(bridge);
    script.heartbeat(1);
    script.settle(bridge);
    expect(script.state(1)).toMatchObject({ role: 'follower', term: 2 });
  });
});

describe('CheckQuorum', () => {
  /** Followers hear the leader, which hears nobody; clients go on asking it for 4 s. */
  function deaf(rules: ReturnType<typeof rulesOf>): Script {
    const script = new Script({ nodes: 3, rules });
    script.elect(0);
    for (let i = 0; i < 80; i++) {
      script.write(0, i);
      script.heartbeat(0);
      script.settle(({ to }) => to !== 0);
      script.drop();
    }
    return script;
  }

  test('a leader that is heard and hears nobody makes room', () => {
    const script = deaf({});
    expect(script.state(0).role).toBe('follower');
    expect(script.violations).toEqual([]);
  });

  test('else it leads on for nothing, and is noticed', () => {
    const script = deaf(rulesOf('rf-no-checkquorum'));
    expect(script.state(0).role).toBe('leader');
    expect(script.violations).toEqual(['Liveness:leader']);
  });

  test('a leader that hears no quorum for an election timeout steps down', () => {
    const script = new Script({ nodes: 3 });
    script.elect(0);
    for (let i = 0; i < 6; i++) {
      expect(script.state(0).role).toBe('leader');
      script.heartbeat(0);
      script.drop();
    }
    script.heartbeat(0);
    expect(script.state(0)).toMatchObject({ role: 'follower', leader: NOBODY, term: 1 });
  });
});
