/** Changes of a Raft cluster's membership, scripted (dissertation, chapter 4). */

import { describe, expect, test } from 'vitest';
import { configurationCommand } from '../../../systems/raft/configurations.ts';
import type { AppendEntries, Configuration, RaftRecord } from '../../../systems/raft/messages.ts';
import { progressOf } from '../../../systems/raft/progress.ts';
import type { RaftRules } from '../../../systems/raft/rules.ts';
import { TIMER } from '../../../systems/raft/state.ts';
import { between, diskWithTerms, rulesOf, Script } from './script.ts';

const OPTIONS = { membership: 'single', reconfigureEvery: 1 } as const;

function voters(...nodes: readonly number[]): Configuration {
  return { voters: nodes, learners: [], oldVoters: null };
}

/** A cluster whose leader makes these changes, one per heartbeat in which one is allowed. */
function changing(nodes: number, changes: Configuration[], rules: Partial<RaftRules> = {}): Script {
  const nextConfiguration = (): Configuration | null => changes.shift() ?? null;
  return new Script({ nodes, options: OPTIONS, rules: { ...rules, nextConfiguration } });
}

/** A log of one ordinary entry of term 1 and then this configuration, of this term. */
function diskWith(configuration: Configuration, term: number): RaftRecord[] {
  const command = configurationCommand(configuration, 0);
  return [...diskWithTerms([1], term), { kind: 'entries', from: 2, entries: [{ term, command }] }];
}

describe('a configuration', () => {
  test('is in force as soon as it is appended, at the leader and at whoever hears of it', () => {
    const script = changing(4, [voters(0, 1, 2)]);
    script.elect(0);
    script.heartbeat(0);
    expect(script.state(0).active).toMatchObject({ index: 2, configuration: voters(0, 1, 2) });
    expect(script.state(0).commit).toBe(1);
    script.deliver(between(0, 1));
    expect(script.state(1).active.index).toBe(2);
    expect(script.state(1).commit).toBeLessThan(2);
    expect(script.state(2).active.index).toBe(0);
    script.settle();
    expect(script.state(0).commit).toBe(2);
    expect(script.violations).toEqual([]);
  });

  test('goes when its entry is removed, and that before is in force again', () => {
    const script = changing(5, [voters(0, 1, 2, 3)]);
    script.elect(0);
    script.heartbeat(0);
    script.drop();
    expect(script.state(0).peers).toEqual([1, 2, 3]);
    script.elect(1, between(1, 2, 3, 4));
    script.drop();
    script.heartbeat(1);
    script.settle();
    expect(script.state(0).active.index).toBe(0);
    expect(script.state(0).peers).toEqual([1, 2, 3, 4]);
    expect(script.violations).toEqual([]);
  });

  test('may give way to another one at the same index', () => {
    const disks = [0, 1, 2, 3, 4].map((node) =>
      node === 0 ? diskWith(voters(0, 1, 2, 3), 1) : diskWith(voters(1, 2, 3, 4), 2),
    );
    const script = new Script({ nodes: 5, disks, options: OPTIONS });
    script.elect(1, between(1, 2, 3, 4));
    script.drop();
    expect(script.state(0).active).toMatchObject({ index: 2, term: 1 });
    // Node 0 is no member of the new one, so it learns of it by being told by hand.
    const state = script.state(1);
    const [before, change] = [state.log[0], state.log[1]];
    if (before === undefined || change === undefined) throw new Error('no such entries');
    script.network.push({
      from: 1,
      to: 0,
      message: {
        kind: 'append-entries',
        term: state.term,
        previousIndex: 1,
        previousTerm: before.term,
        entries: [change],
        commit: 0,
        round: 0,
      },
    });
    script.settle(between(0, 1));
    expect(script.state(0).active).toMatchObject({ index: 2, term: 2 });
    expect(script.state(0).peers).toEqual([1, 2, 3, 4]);
    expect(script.violations).toEqual([]);
  });

  test('is not changed again before it is committed', () => {
    const script = changing(5, [voters(0, 1, 2, 3), voters(0, 1, 2)]);
    script.elect(0);
    script.heartbeat(0);
    script.write(0, 1);
    script.heartbeat(0);
    expect(script.state(0).active.index).toBe(2);
    script.settle();
    script.heartbeat(0);
    expect(script.state(0).active.index).toBe(4);
  });

  test('is changed at once by a leader that does not wait, and quorums need not meet', () => {
    const script = changing(
      5,
      [voters(0, 1, 2, 3), voters(0, 1, 2)],
      rulesOf('rf-two-pending-config-changes'),
    );
    script.elect(0);
    script.heartbeat(0);
    script.write(0, 1);
    script.heartbeat(0);
    expect(script.state(0).active.index).toBe(4);
    expect(script.violations).toEqual(['QuorumOverlap', 'ConfigOneAtATime']);
  });

  test('survives a snapshot and a restart', () => {
    const script = new Script({
      nodes: 3,
      options: { ...OPTIONS, snapshotEvery: 2 },
      rules: { nextConfiguration: (state) => (state.active.index === 0 ? voters(0, 1) : null) },
    });
    script.elect(0);
    script.heartbeat(0);
    script.settle();
    script.write(0, 1);
    script.settle();
    script.heartbeat(0);
    script.settle();
    expect(script.state(1).snapshot.configuration).toMatchObject({ index: 2 });
    script.restart(1);
    expect(script.state(1).active).toMatchObject({ index: 2, configuration: voters(0, 1) });
    expect(script.violations).toEqual([]);
  });
});

describe('a leader that is no voter any more', () => {
  test('commits that without counting itself, and then steps down', () => {
    const script = changing(3, [voters(1, 2)]);
    script.elect(0);
    script.heartbeat(0);
    // Of the two voters left both have to hold it.
    script.deliver(between(0, 1));
    script.deliver(between(0, 1));
    expect(script.state(0)).toMatchObject({ role: 'leader', commit: 1 });
    script.settle();
    expect(script.state(0)).toMatchObject({ role: 'follower', commit: 2 });
    expect(script.violations).toEqual([]);
  });

  test('is needed again when nobody else holds its last entry (section 4.2.2)', () => {
    const script = changing(3, [voters(1, 2)]);
    script.elect(0);
    script.heartbeat(0);
    script.deliver(between(0, 1));
    script.drop();
    // Node 2 is down; node 1 holds the entry and cannot win alone, and node 0 may have to ask.
    script.timeOut(0);
    expect(script.state(0).role).toBe('leader');
    for (let i = 0; i < 8; i++) {
      script.heartbeat(0);
      script.drop();
    }
    expect(script.state(0).role).toBe('follower');
    script.timeOut(0);
    expect(script.state(0).role).toBe('pre-candidate');
    script.settle();
    expect(script.state(0).role).toBe('follower');
    expect(script.state(0).commit).toBeGreaterThan(1);
    expect(script.violations).toEqual([]);
  });
});

describe('a learner', () => {
  const learning: Configuration = { voters: [0, 1, 2], learners: [3], oldVoters: null };

  test('gets the log, and counts neither for commitment nor for reads', () => {
    const script = changing(4, [learning]);
    script.elect(0);
    script.heartbeat(0);
    script.settle();
    const write = script.write(0, 7);
    const read = script.read(0);
    script.settle(between(0, 3));
    expect(script.terms(3)).toHaveLength(3);
    expect(script.answer(write)).toBeNull();
    expect(script.answer(read)).toBeNull();
    script.settle(between(0, 1));
    expect(script.answer(write)).toMatchObject({ status: 'ok' });
    expect(script.violations).toEqual([]);
  });

  test('does not campaign, and is asked for no vote, but gives one when asked', () => {
    const script = changing(4, [learning]);
    script.elect(0);
    script.heartbeat(0);
    script.settle();
    script.heartbeat(0);
    script.settle();
    script.timeOut(3);
    expect(script.state(3).role).toBe('follower');
    script.timeOut(1);
    expect(script.network.map(({ to }) => to)).toEqual([0, 2]);
  });

  test('becomes a voter only once it keeps up with the leader', () => {
    const script = new Script({ nodes: 4, options: OPTIONS });
    script.elect(0);
    const before = script.state(0);
    before.active = { index: 1, term: 1, configuration: learning };
    before.configurations.push(before.active);
    const learner = progressOf(before, 3);
    learner.catchUpTo = 100;
    script.heartbeat(0);
    expect(learner.caughtUp).toBe(false);
  });
});

describe('the repair of 2015', () => {
  test('a new leader changes nothing before it has committed an entry of its own term', () => {
    const script = changing(5, [voters(0, 1, 2, 3)]);
    script.elect(0, ({ message }) => message.kind !== 'append-reply');
    script.heartbeat(0);
    expect(script.state(0).active.index).toBe(0);
    script.settle();
    script.heartbeat(0);
    expect(script.state(0).active.index).toBe(2);
    expect(script.violations).toEqual([]);
  });

  test('else it is noticed', () => {
    const script = changing(5, [voters(0, 1, 2, 3)], rulesOf('rf-config-before-term-commit'));
    script.elect(0, ({ message }) => message.kind !== 'append-reply');
    script.heartbeat(0);
    expect(script.violations).toEqual(['ConfigAfterTermCommit']);
  });
});

const JOINT: Configuration = { voters: [0, 3, 4], learners: [], oldVoters: [0, 1, 2] };

function inJoint(rules: Partial<RaftRules> = {}): Script {
  const disks = [0, 1, 2, 3, 4].map(() => diskWith(JOINT, 1));
  return new Script({ nodes: 5, disks, rules, options: { ...OPTIONS, membership: 'joint' } });
}

/** It is committed, and its end reaches nobody. */
function endingOf(script: Script): Script {
  script.elect(0, ({ message }) => message.kind !== 'append-entries' || !endsJoint(message));
  expect(script.state(0).active.configuration.oldVoters).toBeNull();
  return script;
}

function endsJoint({ entries }: AppendEntries): boolean {
  return entries.some(({ command }) => command.kind === 'config' && command.oldVoters === null);
}

function configurationsOf(script: Script, node: number): number {
  return script.state(node).log.filter(({ command }) => command.kind === 'config').length;
}

describe('joint consensus', () => {
  test('needs both majorities to elect', () => {
    const script = inJoint();
    script.timeOut(0);
    script.settle(between(0, 3, 4));
    expect(script.state(0).role).toBe('pre-candidate');
    script.settle();
    expect(script.state(0).role).toBe('leader');
    expect(script.violations).toEqual([]);
  });

  test('needs both majorities to commit, and a read needs them to be confirmed', () => {
    const script = inJoint();
    script.elect(0, ({ message }) => message.kind !== 'append-entries');
    const read = script.read(0);
    script.settle(between(0, 3, 4));
    expect(script.state(0).commit).toBe(0);
    expect(script.answer(read)).toBeNull();
    script.settle(between(0, 1, 3, 4));
    expect(script.state(0).commit).toBeGreaterThan(2);
    expect(script.answer(read)).toMatchObject({ status: 'ok' });
    expect(script.violations).toEqual([]);
  });

  test('is ended by any leader that commits it', () => {
    const script = inJoint();
    script.elect(3);
    expect(script.state(3).active.configuration).toEqual(voters(0, 3, 4));
    expect(script.state(3).commit).toBe(script.state(3).active.index);
    expect(script.violations).toEqual([]);
  });
});

describe('the end of a joint configuration', () => {
  test('is appended once, and not again while it is not committed', () => {
    const script = endingOf(inJoint());
    script.heartbeat(0);
    expect(configurationsOf(script, 0)).toBe(2);
    expect(script.violations).toEqual([]);
  });

  test('else it is noticed', () => {
    const script = endingOf(inJoint(rulesOf('rf-joint-left-again')));
    script.heartbeat(0);
    expect(configurationsOf(script, 0)).toBe(3);
    expect(script.violations).toEqual(['ConfigOneAtATime']);
  });
});

describe('a server that is taken back in', () => {
  const returns = (rules: Partial<RaftRules> = {}): Script => {
    const script = changing(
      3,
      [voters(0, 1), { voters: [0, 1], learners: [2], oldVoters: null }],
      rules,
    );
    script.elect(0, between(0, 1));
    // It answers to entries of the leader's term, and the answer is slow.
    script.heartbeat(0);
    script.deliver(({ to }) => to === 2);
    script.settle(between(0, 1));
    script.drop(({ from }) => from === 0);
    script.write(0, 1);
    script.settle(between(0, 1));
    script.heartbeat(0);
    script.settle(between(0, 1));
    expect(script.state(0).active.configuration.learners).toEqual([2]);
    return script;
  };

  test('has to say again what its log holds, which was another disk before', () => {
    const script = returns();
    expect(progressOf(script.state(0), 2).match).toBe(0);
    script.deliver(({ from }) => from === 2);
    expect(progressOf(script.state(0), 2).match).toBe(0);
    script.settle();
    expect(progressOf(script.state(0), 2).match).toBeGreaterThan(0);
    expect(script.violations).toEqual([]);
  });

  test('else an answer of its earlier self counts', () => {
    const script = returns(rulesOf('rf-rejoin-heeds-earlier-answers'));
    script.deliver(({ from }) => from === 2);
    expect(progressOf(script.state(0), 2).match).toBeGreaterThan(0);
  });
});

describe('a server that was removed', () => {
  test('disturbs nobody (section 4.2.3)', () => {
    const script = changing(4, [voters(0, 1, 2)]);
    script.elect(0);
    script.heartbeat(0);
    script.drop(({ to }) => to === 3);
    script.settle();
    script.heartbeat(0);
    script.settle();
    expect(script.terms(3)).toHaveLength(1);
    // It was never told, so it asks for votes again and again.
    for (let i = 0; i < 3; i++) {
      // Its own clock is ahead: no time passes for the others.
      script.state(3).waitingSinceUs = Number.NEGATIVE_INFINITY;
      script.fire(3, TIMER.election);
      script.settle();
    }
    expect(script.state(0)).toMatchObject({ role: 'leader', term: 1 });
    expect(script.state(3).term).toBe(1);
  });
});
