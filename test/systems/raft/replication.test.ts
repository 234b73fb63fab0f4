/** Raft replication, scripted: Figures 7 and 8, minority leaders, disks, snapshots. */

import { describe, expect, test } from 'vitest';
import type { RaftRules } from '../../../systems/raft/rules.ts';
import { between, diskWithTerms, rulesOf, Script } from './script.ts';

const PLAIN = { preVote: false, checkQuorum: false };

describe('Figure 7: a leader of term 8 and six followers whose logs differ', () => {
  const LEADER = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
  const FOLLOWERS = [
    [1, 1, 1, 4, 4, 5, 5, 6, 6],
    [1, 1, 1, 4],
    [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
    [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
    [1, 1, 1, 4, 4, 4, 4],
    [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
  ];

  /** Elects the leader and lets all logs converge; returns the AppendEntries that it took. */
  function converge(rules: Partial<RaftRules>): { script: Script; appends: number } {
    const disks = [LEADER, ...FOLLOWERS].map((terms) => diskWithTerms(terms, 7));
    const script = new Script({ nodes: 7, disks, rules, options: PLAIN });
    script.elect(0);
    script.heartbeat(0);
    script.settle();
    return { script, appends: script.delivered.get('append-entries') ?? 0 };
  }

  test('all end with the log of the leader', () => {
    const { script } = converge({});
    for (const node of script.members) expect(script.terms(node)).toEqual([...LEADER, 8]);
  });

  test('hints about conflicts save messages', () => {
    const without = converge(rulesOf('rf-no-conflict-hints'));
    for (const node of without.script.members) {
      expect(without.script.terms(node)).toEqual([...LEADER, 8]);
    }
    expect(converge({}).appends).toBeLessThan(without.appends);
  });
});

describe('Figure 8: an entry of an earlier term on a majority', () => {
  /** Node 0 leads term 4 and gives node 2 the entry of term 2, but nobody its own of term 4. */
  function figure8(rules: Partial<RaftRules>): Script {
    const disks = [[1, 2], [1, 2], [1], [1], [1, 3]].map((terms) => diskWithTerms(terms, 3));
    const asInThePaper = { ...rules, startsWithNoop: () => false };
    const script = new Script({ nodes: 5, disks, rules: asInThePaper, options: PLAIN });
    script.elect(0, between(0, 1, 2));
    script.drop();
    script.request(0, { f: 'write', key: 'x', value: 400 });
    return script;
  }

  /** The leader dies, and node 4 is elected by 1, 2 and 3. */
  function overwrite(script: Script): void {
    script.crash(0);
    // Its candidacy for term 4 comes too late: 1 and 2 have voted.
    script.timeOut(4);
    script.drop();
    script.elect(4, between(1, 2, 3, 4));
    script.heartbeat(4);
    script.settle(between(1, 2, 3, 4));
  }

  test('is not committed by counting, and is overwritten', () => {
    const script = figure8({});
    expect(script.terms(2)).toEqual([1, 2]);
    expect(script.state(0)).toMatchObject({ role: 'leader', term: 4, commit: 0 });
    overwrite(script);
    for (const node of [1, 2, 3, 4]) expect(script.terms(node)).toEqual([1, 3]);
    expect(script.checker.violations).toEqual([]);
  });

  test('is lost after it was committed when entries of earlier terms are counted', () => {
    const script = figure8(rulesOf('rf-commit-old-term'));
    expect(script.state(0).commit).toBe(2);
    overwrite(script);
    const properties = script.checker.violations.map(({ property }) => property);
    expect(properties).toContain('CommitCurrentTerm');
    expect(properties).toContain('LeaderCompleteness');
  });

  test('is safe once an entry of the current term is on a majority as well', () => {
    const script = figure8({});
    script.settle(between(0, 1, 2));
    expect(script.state(0).commit).toBe(3);
    script.crash(0);
    script.drop();
    script.timeOut(4);
    script.settle(between(1, 2, 3, 4));
    expect(script.state(4).role).not.toBe('leader');
    expect(script.checker.violations).toEqual([]);
  });
});

describe('a leader on the minority side', () => {
  test('tells nobody that a write succeeded, and drops it when the partition heals', () => {
    const script = new Script({ nodes: 5, options: PLAIN });
    const minority = between(0, 1);
    const majority = between(2, 3, 4);
    script.elect(0);
    const lost = script.request(0, { f: 'write', key: 'x', value: 1 });
    script.settle(minority);
    expect(script.answer(lost)).toBeNull();
    script.drop();
    script.elect(2, majority);
    const kept = script.request(2, { f: 'write', key: 'x', value: 2 });
    script.settle(majority);
    expect(script.answer(kept)).toMatchObject({ status: 'ok' });
    script.drop();
    script.heartbeat(2);
    script.settle();
    expect(script.answer(lost)).toEqual({ status: 'unknown', error: 'leadership-lost' });
    for (const node of script.members) expect(script.terms(node)).toEqual(script.terms(2));
    const read = script.request(2, { f: 'read', key: 'x', value: null });
    script.settle();
    expect(script.answer(read)).toMatchObject({ status: 'ok', value: 2 });
    expect(script.checker.violations).toEqual([]);
  });
});

describe('AppendEntries', () => {
  test('that come late do not shorten a log', () => {
    const script = new Script({ nodes: 3 });
    script.elect(0);
    script.request(0, { f: 'write', key: 'x', value: 1 });
    const old = script.network.find(({ to }) => to === 1);
    script.settle();
    script.request(0, { f: 'write', key: 'x', value: 2 });
    script.settle();
    const before = script.terms(1).length;
    if (old !== undefined) script.network.push(old);
    script.settle();
    expect(script.terms(1)).toHaveLength(before);
  });

  test('leave a leader before its own disk has the entry, which it counts only then', () => {
    const script = new Script({ nodes: 3 });
    script.elect(0);
    script.autoSync = false;
    const write = script.request(0, { f: 'write', key: 'x', value: 1 });
    expect(script.network).toHaveLength(2);
    script.deliver();
    script.sync(1);
    script.deliver();
    expect(script.state(0).commit).toBe(1);
    script.sync(0);
    expect(script.state(0).commit).toBe(2);
    expect(script.answer(write)).toMatchObject({ status: 'ok' });
  });

  test('a write takes one round trip', () => {
    const script = new Script({ nodes: 5 });
    script.elect(0);
    script.delivered.clear();
    script.request(0, { f: 'write', key: 'x', value: 1 });
    script.settle();
    expect(Object.fromEntries(script.delivered)).toEqual({
      'append-entries': 4,
      'append-reply': 4,
    });
  });
});

describe('a snapshot', () => {
  function lagging(): Script {
    const script = new Script({ nodes: 3, options: { snapshotEvery: 3 } });
    script.elect(0);
    for (let value = 0; value < 10; value++) {
      script.request(0, { f: 'append', key: 'x', value });
      script.settle(between(0, 1));
    }
    script.drop();
    return script;
  }

  test('brings a follower up to date whose entries are compacted', () => {
    const script = lagging();
    expect(script.state(0).snapshot.index).toBeGreaterThan(6);
    script.heartbeat(0);
    script.settle();
    expect(script.delivered.get('install-snapshot')).toBe(1);
    script.heartbeat(0);
    script.settle();
    expect(script.state(2).kv).toEqual(script.state(0).kv);
    expect(script.checker.violations).toEqual([]);
  });

  test('that comes late does not rewind a follower', () => {
    const script = lagging();
    script.heartbeat(0);
    script.deliver(({ message }) => message.kind !== 'install-snapshot');
    script.deliver(({ message }) => message.kind !== 'install-snapshot');
    const old = script.network.find(({ message }) => message.kind === 'install-snapshot');
    script.settle();
    script.request(0, { f: 'append', key: 'x', value: 10 });
    script.settle();
    script.heartbeat(0);
    script.settle();
    const { applied } = script.state(2);
    if (old !== undefined) script.network.push(old);
    script.settle();
    expect(old).toBeDefined();
    expect(script.state(2).applied).toBe(applied);
    expect(script.checker.violations).toEqual([]);
  });

  test('and what follows it survive a restart', () => {
    const script = lagging();
    script.heartbeat(0);
    script.settle();
    const before = script.state(2);
    script.restart(2);
    const after = script.state(2);
    expect(after.snapshot.index).toBe(before.snapshot.index);
    expect(after.log).toEqual(before.log);
    expect(after).toMatchObject({ term: before.term, votedFor: before.votedFor });
    expect(script.checker.violations).toEqual([]);
  });
});
