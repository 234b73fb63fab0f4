import { describe, expect, test } from 'vitest';
import { isFast } from '../../../systems/fast-paxos/numbers.ts';
import { TIMER } from '../../../systems/fast-paxos/state.ts';
import { Committee, rulesOf } from './script.ts';

const ALL = [0, 1, 2, 3, 4];
const CLASSIC = { rounds: 'classic' };

function isInFastRound(committee: Committee, node: number): boolean {
  const { role, round, members } = committee.state(node);
  return role === 'leader' && isFast(round, members.length);
}

/** Nodes 1 and 3 propose in slot 1: three votes for A, two for B. */
function collide(committee: Committee): readonly [number, number] {
  committee.open(0);
  const ids = [committee.write(1, 'A'), committee.write(3, 'B')] as const;
  committee.deliver(({ from, to }) => from === 1 && (to === 0 || to === 2));
  committee.deliver(({ from, to }) => from === 3 && to === 4);
  committee.settle();
  return ids;
}

test('a coordinator makes room that hears nothing but answers to heartbeats of long ago', () => {
  const committee = new Committee({ options: CLASSIC });
  committee.elect(0);
  committee.heartbeat(0);
  committee.deliver(({ to }) => to !== 0);
  const late = [...committee.network];
  committee.heartbeat(0);
  committee.settle();
  const { electionTimeoutUs, heartbeatUs } = committee.state(0).config;
  for (let beat = 0; beat < Math.ceil(electionTimeoutUs / heartbeatUs); beat++) {
    committee.drop();
    expect(committee.state(0).role).toBe('leader');
    committee.network.push(...late);
    committee.deliver();
    committee.heartbeat(0);
  }
  expect(committee.state(0).role).toBe('follower');
  expect(committee.violations).toEqual([]);
});

describe('a fast round', () => {
  test('chooses a value without the coordinator, two message delays after it was proposed', () => {
    const committee = new Committee();
    committee.open(0);
    committee.crash(0);
    committee.drop();
    const id = committee.write(3, 'A');
    expect(committee.deliver(({ message }) => message.kind === 'proposal')).toBe(4);
    committee.deliver(({ message }) => message.kind === 'voted');
    for (const node of [1, 2, 3, 4]) expect(committee.chosen(node)).toEqual(['A']);
    expect(committee.answer(id)).toMatchObject({ status: 'ok', position: 1 });
    expect(committee.violations).toEqual([]);
  });

  test('is opened again by a heartbeat at an acceptor that missed Any', () => {
    const committee = new Committee();
    committee.fire(0, TIMER.election, 1_000_000);
    committee.settle(({ to }) => to !== 4);
    committee.drop();
    expect(committee.state(4).any.round).toBe(-1);
    committee.heartbeat(0);
    committee.settle();
    expect(committee.state(4).any).toEqual(committee.state(0).any);
    expect(committee.violations).toEqual([]);
  });

  test('is remembered, with the vote in it, by an acceptor that starts again', () => {
    const committee = new Committee();
    committee.open(0);
    committee.write(3, 'A');
    committee.deliver(({ to, message }) => to === 2 && message.kind === 'proposal');
    committee.drop();
    committee.crash(2);
    committee.start(2);
    committee.write(4, 'B');
    committee.deliver(({ to, message }) => to === 2 && message.kind === 'proposal');
    expect(committee.state(2).accepted.get(1)?.command.operation?.value).toBe('A');
    expect(committee.state(2).any).toEqual(committee.state(0).any);
    expect(committee.violations).toEqual([]);
  });

  test('has a slot that nobody can tell about filled by its coordinator', () => {
    const committee = new Committee();
    committee.open(0);
    committee.write(3, 'A');
    committee.deliver(({ message }) => message.kind === 'voted');
    // Of slot 1 nothing gets through but that somebody took it.
    committee.drop();
    committee.crash(3);
    const id = committee.write(4, 'B');
    committee.settle();
    expect(committee.chosen(4)).toEqual([null, 'B']);
    expect(committee.answer(id)).toBeNull();
    committee.heartbeat(0, 2);
    committee.settle();
    expect(committee.chosen(4)).toEqual(['A', 'B']);
    expect(committee.answer(id)).toMatchObject({ status: 'ok', position: 2 });
    expect(committee.violations).toEqual([]);
  });
});

describe('a collision', () => {
  test('is recovered in the direct successor, and the loser proposes in a later slot', () => {
    const committee = new Committee();
    const ids = collide(committee);
    for (const node of ALL) expect(committee.chosen(node)).toEqual(['A', 'B']);
    for (const id of ids) expect(committee.answer(id)).toMatchObject({ status: 'ok' });
    const recovered = committee.traced.flatMap(({ event }) =>
      event.kind === 'recover' ? [event] : [],
    );
    expect(recovered).toMatchObject([{ of: 20, ballot: 21, instance: 1 }]);
    expect(committee.violations).toEqual([]);
  });

  test('leaves the acceptors free to vote in other slots of the fast round', () => {
    const committee = new Committee();
    collide(committee);
    expect(committee.state(4).accepted.get(1)?.round).toBe(21);
    expect(committee.state(4).accepted.get(2)?.round).toBe(20);
  });

  test('stays where the coordinator never falls back', () => {
    const committee = new Committee({ rules: rulesOf('fp-no-classic-fallback') });
    const [id] = collide(committee);
    committee.heartbeat(0, 10);
    committee.settle();
    for (const node of ALL) expect(committee.chosen(node)).toEqual([]);
    expect(committee.answer(id)).toBeNull();
  });

  test('leaves a loser without an answer that does not propose again', () => {
    const committee = new Committee({ rules: rulesOf('fp-lost-proposal-not-retried') });
    const [won, lost] = collide(committee);
    committee.retry(3);
    committee.heartbeat(0, 3);
    committee.settle();
    for (const node of ALL) expect(committee.chosen(node)).toEqual(['A']);
    expect(committee.answer(won)).toMatchObject({ status: 'ok' });
    expect(committee.answer(lost)).toBeNull();
  });
});

describe('a coordinator', () => {
  test('falls back to a classic round when a fast quorum does not answer, and returns', () => {
    const committee = new Committee();
    committee.open(0);
    committee.crash(3);
    committee.crash(4);
    for (let beat = 0; beat < 5; beat++) {
      committee.heartbeat(0);
      committee.settle();
    }
    expect(committee.state(0).role).toBe('leader');
    expect(isInFastRound(committee, 0)).toBe(false);
    const id = committee.write(1, 'A');
    committee.settle();
    expect(committee.answer(id)).toMatchObject({ status: 'ok', position: 1 });
    committee.start(3);
    committee.start(4);
    for (let beat = 0; beat < 12; beat++) {
      committee.heartbeat(0);
      committee.settle();
    }
    expect(isInFastRound(committee, 0)).toBe(true);
    for (const node of ALL) expect(committee.chosen(node)).toEqual(['A']);
    expect(committee.violations).toEqual([]);
  });

  test('falls back when too many slots have to be recovered', () => {
    const committee = new Committee({ options: { contentionMax: 1 } });
    collide(committee);
    expect(isInFastRound(committee, 0)).toBe(true);
    committee.heartbeat(0);
    committee.settle();
    expect(isInFastRound(committee, 0)).toBe(false);
    expect(committee.violations).toEqual([]);
  });

  test('never opens a fast round where that is switched off', () => {
    const committee = new Committee({ options: CLASSIC });
    committee.elect(0);
    for (let beat = 0; beat < 20; beat++) {
      committee.heartbeat(0);
      committee.settle();
    }
    expect(isInFastRound(committee, 0)).toBe(false);
    const id = committee.write(4, 'A');
    committee.settle();
    expect(committee.answer(id)).toMatchObject({ status: 'ok' });
  });

  test('takes over what may have been chosen in the fast round of another', () => {
    const committee = new Committee();
    committee.open(0);
    committee.write(1, 'A');
    committee.write(3, 'B');
    // Four votes for A, so it is chosen, and one for B; nobody hears of any.
    committee.deliver(({ from, message }) => from === 1 && message.kind === 'proposal');
    committee.drop();
    committee.crash(0);
    committee.crash(1);
    committee.elect(3);
    for (const node of [2, 3, 4]) expect(committee.chosen(node)[0]).toBe('A');
    expect(committee.violations).toEqual([]);
  });

  test('asks for a snapshot before it leads, if that covers slots that it does not know', () => {
    const committee = new Committee({ nodes: 3, options: { snapshotEvery: 2 } });
    committee.open(0);
    committee.crash(2);
    for (const value of ['A', 'B', 'C']) {
      committee.write(0, value);
      committee.settle();
      committee.heartbeat(0, 3);
      committee.settle();
    }
    expect(committee.state(0).snapshot.slot).toBeGreaterThan(0);
    committee.drop();
    committee.crash(0);
    committee.start(2);
    committee.elect(2);
    expect(committee.state(2).applied).toBeGreaterThanOrEqual(3);
    expect(committee.state(2).kv.data.get('x')).toBe('C');
    expect(committee.violations).toEqual([]);
  });

  test('that is deposed still answers what it had proposed, once it learns what became of it', () => {
    const committee = new Committee();
    committee.open(0);
    const known = committee.write(0, 'A');
    committee.settle(({ message }) => message.kind === 'proposal');
    committee.drop();
    committee.elect(1);
    expect(committee.answer(known)).toMatchObject({ status: 'ok', position: 1 });
    expect(committee.violations).toEqual([]);
  });
});

describe('a proposer', () => {
  test('sends its commands to the coordinator while the round is classic', () => {
    const committee = new Committee({ options: CLASSIC });
    committee.elect(0);
    const id = committee.write(2, 'A');
    expect(committee.network.map(({ to, message }) => [to, message.kind])).toEqual([
      [0, 'forward'],
    ]);
    committee.settle();
    expect(committee.answer(id)).toMatchObject({ status: 'ok', position: 1 });
  });

  test('asks the coordinator again if its command got lost, and only one is executed', () => {
    const committee = new Committee({ options: CLASSIC });
    committee.elect(0);
    const id = committee.write(2, 'A');
    committee.drop();
    committee.retry(2);
    committee.retry(2);
    committee.settle();
    expect(committee.answer(id)).toMatchObject({ status: 'ok', position: 1 });
    expect(committee.chosen(0)).toEqual(['A']);
  });

  test('turns to the coordinator of a classic round with what it proposed in a fast one', () => {
    const committee = new Committee();
    committee.open(0);
    const id = committee.write(2, 'A');
    committee.drop();
    committee.elect(1);
    // Node 2 itself has voted for its proposal, and the new coordinator has heard of it, or not.
    committee.retry(2);
    committee.settle();
    expect(committee.answer(id)).toMatchObject({ status: 'ok' });
    expect(committee.violations).toEqual([]);
  });

  test('does not forget what it proposed in a slot that it proposes in again in a later round', () => {
    const committee = new Committee();
    committee.open(0);
    const first = committee.write(2, 'A');
    committee.drop();
    // Without node 2, nobody has heard of slot 1: the next fast round is open from there on.
    committee.fire(1, TIMER.election, 1_000_000);
    committee.settle(({ from, to }) => from !== 2 && to !== 2);
    committee.drop();
    committee.heartbeat(1);
    committee.settle();
    expect(committee.state(2).any.from).toBe(1);
    const second = committee.write(2, 'B');
    committee.settle();
    committee.retry(2);
    committee.settle();
    expect(committee.chosen(0)).toEqual(['B', 'A']);
    for (const id of [first, second]) expect(committee.answer(id)).toMatchObject({ status: 'ok' });
    expect(committee.violations).toEqual([]);
  });

  test('gives up what it could not place for so long that its client asks elsewhere', () => {
    const committee = new Committee({ options: { window: 1, ...CLASSIC } });
    committee.elect(0);
    const placed = committee.write(0, 'A');
    const queued = committee.write(0, 'B');
    const forwarded = committee.write(2, 'C');
    committee.drop();
    for (let retry = 0; retry < 3; retry++) {
      committee.retry(0);
      committee.retry(2);
    }
    expect(committee.answer(placed)).toBeNull();
    expect(committee.answer(queued)).toEqual({ status: 'redirect', leader: null });
    expect(committee.answer(forwarded)).toEqual({ status: 'unknown', error: 'timeout' });
  });

  test('cannot tell what became of a command whose session is over: it may have won two slots', () => {
    const committee = new Committee();
    committee.open(0);
    const id = committee.request(1, { f: 'append', key: 'x', value: 1 }, 99, 1);
    committee.settle();
    expect(committee.answer(id)).toEqual({ status: 'unknown', error: 'session' });
    expect(committee.violations).toEqual([]);
  });

  test('redirects clients while it knows no coordinator', () => {
    const committee = new Committee();
    const id = committee.write(2, 'A');
    expect(committee.answer(id)).toEqual({ status: 'redirect', leader: null });
  });

  test('proposes no further ahead than the window', () => {
    const committee = new Committee({ options: { window: 2 } });
    committee.open(0);
    for (const value of ['A', 'B', 'C', 'D']) committee.write(1, value);
    const slots = committee.network.flatMap(({ to, message }) =>
      to === 2 && message.kind === 'proposal' ? [message.slot] : [],
    );
    expect(slots).toEqual([1, 2]);
    committee.settle();
    expect(committee.chosen(2)).toEqual(['A', 'B', 'C', 'D']);
  });

  test('tells reads of different clients apart, although they ask the same', () => {
    const committee = new Committee();
    committee.open(0);
    const first = committee.request(1, { f: 'read', key: 'x', value: null });
    const second = committee.request(3, { f: 'read', key: 'x', value: null });
    committee.settle();
    expect(committee.answer(first)).toMatchObject({ status: 'ok' });
    expect(committee.answer(second)).toMatchObject({ status: 'ok' });
    expect(committee.state(0).applied).toBe(2);
  });
});
