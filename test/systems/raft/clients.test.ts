/** What clients of Raft may rely on, scripted: sessions, and reads of all three kinds. */

import { describe, expect, test } from 'vitest';
import type { RaftRules } from '../../../systems/raft/rules.ts';
import { between, rulesOf, Script } from './script.ts';

const READ = { f: 'read', key: 'x', value: null } as const;

function session(script: Script, node: number): number {
  const id = script.openSession(node);
  script.settle();
  const reply = script.answer(id);
  if (reply?.status !== 'ok') throw new Error('no session was opened');
  return Number(reply.value);
}

describe('a session', () => {
  test('executes a command that is sent twice once, and answers both times the same', () => {
    const script = new Script({ nodes: 3 });
    script.elect(0);
    const number = session(script, 0);
    const append = { f: 'append', key: 'x', value: 7 } as const;
    const first = script.request(0, append, number, 1);
    const again = script.request(0, append, number, 1);
    script.settle();
    expect(script.answer(first)).toMatchObject({ status: 'ok', value: 1 });
    expect(script.answer(again)).toEqual(script.answer(first));
    const read = script.request(0, READ);
    script.settle();
    expect(script.answer(read)).toMatchObject({ status: 'ok', value: [7] });
  });

  test('survives a change of leader and a snapshot', () => {
    const script = new Script({ nodes: 3, options: { snapshotEvery: 2 } });
    script.elect(0);
    const number = session(script, 0);
    const append = { f: 'append', key: 'x', value: 7 } as const;
    script.request(0, append, number, 1);
    script.settle();
    script.crash(0);
    script.elect(1, between(1, 2));
    const again = script.request(1, append, number, 1);
    script.settle(between(1, 2));
    expect(script.answer(again)).toMatchObject({ status: 'ok', value: 1 });
    expect(script.checker.violations).toEqual([]);
  });

  test('refuses a sequence below the latest, and a number that was never given', () => {
    const script = new Script({ nodes: 1 });
    script.elect(0);
    const number = session(script, 0);
    script.request(0, { f: 'write', key: 'x', value: 2 }, number, 2);
    const late = script.request(0, { f: 'write', key: 'x', value: 1 }, number, 1);
    const unknown = script.request(0, { f: 'write', key: 'x', value: 3 }, number + 1000, 1);
    expect(script.answer(late)).toEqual({ status: 'fail', error: 'session' });
    expect(script.answer(unknown)).toEqual({ status: 'fail', error: 'session' });
    expect(script.checker.violations).toEqual([]);
  });
});

describe('a read by ReadIndex', () => {
  test('waits until a round that was started after it is confirmed', () => {
    const script = new Script({ nodes: 3 });
    script.elect(0);
    const read = script.request(0, READ);
    expect(script.answer(read)).toBeNull();
    script.settle(between(0, 1));
    expect(script.answer(read)).toMatchObject({ status: 'ok', value: null });
  });

  test('is not confirmed by answers to a round from before it', () => {
    const script = new Script({ nodes: 3 });
    script.elect(0);
    script.heartbeat(0);
    script.deliver(({ message }) => message.kind === 'append-entries');
    const read = script.request(0, READ);
    script.deliver(({ message }) => message.kind === 'append-reply');
    expect(script.answer(read)).toBeNull();
    script.settle();
    expect(script.answer(read)).toMatchObject({ status: 'ok' });
  });

  /** n1 leads again and is asked to read; n3 then refuses what n1 sent in its first term. */
  function refusal(kind: 'append-entries' | 'install-snapshot', rules: Partial<RaftRules> = {}) {
    const options = { preVote: false, checkQuorum: false };
    const script = new Script({ nodes: 3, options, rules });
    script.elect(0);
    for (let round = 0; round < 5; round++) {
      script.heartbeat(0);
      script.settle();
    }
    script.heartbeat(0);
    const late = script.network.find(({ to }) => to === 2);
    if (late?.message.kind !== 'append-entries') throw new Error('nothing was sent');
    const { term, round } = late.message;
    const last = { index: 1, term };
    const piece = { last, offset: 0, data: '', done: false, configuration: null } as const;
    script.drop();
    script.elect(1);
    script.elect(0);
    const read = script.request(0, READ);
    script.drop();
    const snapshot = { ...late, message: { kind, term, round, ...piece } } as typeof late;
    script.network.push(kind === 'append-entries' ? late : snapshot);
    script.settle();
    return { script, read };
  }

  test.each(['append-entries', 'install-snapshot'] as const)(
    'is not confirmed by a refusal of %s of an older term',
    (kind) => {
      const { script, read } = refusal(kind);
      expect(script.answer(read)).toBeNull();
    },
  );

  test('is answered on such a refusal if that repeats the round, which the trace shows', () => {
    const { script, read } = refusal('append-entries', rulesOf('rf-round-of-old-term'));
    expect(script.answer(read)).toMatchObject({ status: 'ok' });
    expect(script.checker.violations.map(({ property }) => property)).toEqual(['J:ReadCert']);
  });

  test('is not answered by a leader that was replaced', () => {
    const script = new Script({ nodes: 3, options: { preVote: false, checkQuorum: false } });
    script.elect(0);
    script.elect(1, between(1, 2));
    script.request(1, { f: 'write', key: 'x', value: 1 });
    script.settle(between(1, 2));
    script.drop();
    const read = script.request(0, READ);
    script.settle();
    expect(script.answer(read)).toMatchObject({ status: 'redirect' });
  });

  test('waits until the leader has committed an entry of its own term', () => {
    const script = new Script({ nodes: 3 });
    script.elect(0, ({ message }) => message.kind !== 'append-reply');
    const read = script.request(0, READ);
    expect(script.answer(read)).toBeNull();
    script.settle();
    expect(script.answer(read)).toMatchObject({ status: 'ok' });
  });

  test('of a single node is answered at once', () => {
    const script = new Script({ nodes: 1 });
    script.elect(0);
    expect(script.answer(script.request(0, READ))).toMatchObject({ status: 'ok', value: null });
  });
});

describe('a read by lease', () => {
  const options = { reads: 'lease' };

  test('is answered without a message while the lease lasts', () => {
    const script = new Script({ nodes: 3, options });
    script.elect(0);
    expect(script.answer(script.request(0, READ))).toMatchObject({ status: 'ok' });
    expect(script.network).toEqual([]);
  });

  test('falls back to a round once the lease is over, drift bound included', () => {
    const script = new Script({ nodes: 3, options });
    script.elect(0);
    // T is 300 ms, and one clock may outrun another by 12 %.
    script.nowUs += 280_000;
    const read = script.request(0, READ);
    expect(script.answer(read)).toBeNull();
    script.settle();
    expect(script.answer(read)).toMatchObject({ status: 'ok' });
  });

  test('is safe against a voter that restarts: it waits an election timeout before it votes', () => {
    const script = new Script({ nodes: 3, options: { ...options, preVote: false } });
    script.elect(0);
    script.restart(2);
    const { nowUs } = script;
    script.timeOut(1);
    script.nowUs = nowUs;
    script.settle(between(1, 2));
    expect(script.state(2).term).toBe(1);
  });
});

describe('a read by a follower', () => {
  const options = { reads: 'follower' };

  /** Node 0 leads, and nodes 1 and 2 know. */
  function steady(rules = {}): Script {
    const script = new Script({ nodes: 3, options, rules });
    script.elect(0);
    script.heartbeat(0);
    script.settle();
    return script;
  }

  test('is answered from its own state, once the leader has confirmed how far that must be', () => {
    const script = steady();
    const read = script.read(1);
    expect(script.network.map(({ message }) => message.kind)).toEqual(['read-index']);
    expect(script.answer(read)).toBeNull();
    script.settle();
    expect(script.answer(read)).toMatchObject({ status: 'ok', value: null });
    expect(script.checker.stats).toMatchObject({ readsFollower: 1 });
    expect(script.checker.violations).toEqual([]);
  });

  test('waits until the follower has executed that much', () => {
    const script = steady();
    script.write(0, 5);
    script.drop(({ to }) => to === 1);
    script.settle(between(0, 2));
    const read = script.read(1);
    script.settle(({ to, message }) => to !== 1 || message.kind !== 'append-entries');
    expect(script.answer(read)).toBeNull();
    script.settle();
    expect(script.answer(read)).toMatchObject({ status: 'ok', value: 5 });
    expect(script.checker.violations).toEqual([]);
  });

  test('is answered also when the node leads by the time that it has executed as much', () => {
    const script = steady();
    script.write(0, 5);
    script.settle(({ to, message }) => to !== 1 || message.kind !== 'append-entries');
    const read = script.read(1);
    script.settle(({ to, message }) => to !== 1 || message.kind !== 'append-entries');
    // It gets the entry, and is not told that this is committed.
    script.deliver(
      ({ to, message }) =>
        to === 1 && message.kind === 'append-entries' && message.entries.length > 0,
    );
    script.drop();
    expect(script.answer(read)).toBeNull();
    script.crash(0);
    script.elect(1);
    script.settle();
    expect(script.answer(read)).toMatchObject({ status: 'ok', value: 5 });
    expect(script.checker.violations).toEqual([]);
  });

  test('that does not wait for that is noticed', () => {
    const script = steady({
      followerReadReady: (_: unknown, read: { index: number }) => read.index >= 0,
    });
    script.write(0, 5);
    script.deliver(between(0, 2));
    script.deliver(between(0, 2));
    script.drop();
    const read = script.read(1);
    script.deliver();
    script.deliver(between(0, 2));
    script.deliver(between(0, 2));
    script.deliver(({ message }) => message.kind === 'read-index-reply');
    expect(script.answer(read)).toMatchObject({ status: 'ok', value: null });
    expect(script.violations).toEqual(['J:ReadCert']);
  });

  test('is not confirmed by a leader that was replaced', () => {
    const script = new Script({
      nodes: 3,
      options: { ...options, preVote: false, checkQuorum: false },
    });
    script.elect(0);
    script.heartbeat(0);
    script.settle();
    const read = script.read(2);
    script.elect(1, between(0, 1));
    script.settle();
    expect(script.answer(read)).toMatchObject({ status: 'redirect' });
  });

  test('is given up when the leader does not answer', () => {
    const script = steady();
    const read = script.read(1);
    script.drop();
    script.timeOut(1);
    expect(script.answer(read)).toMatchObject({ status: 'redirect' });
  });
});

describe('a read through the log', () => {
  test('is answered when its entry is executed', () => {
    const script = new Script({ nodes: 3, options: { reads: 'log' } });
    script.elect(0);
    const read = script.request(0, READ);
    expect(script.answer(read)).toBeNull();
    script.settle();
    expect(script.answer(read)).toEqual({ status: 'ok', value: null, position: 2 });
  });
});

test('a node that does not lead names the leader', () => {
  const script = new Script({ nodes: 3 });
  expect(script.answer(script.request(1, READ))).toEqual({ status: 'redirect', leader: null });
  script.elect(0);
  expect(script.answer(script.request(1, READ))).toEqual({ status: 'redirect', leader: 0 });
});
