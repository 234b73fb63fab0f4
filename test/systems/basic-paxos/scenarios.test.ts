/**
 * The worked examples of PROTOCOLS.md, section 1.3, scenarios 1 to 9. Every node is proposer,
 * acceptor and learner at once, so A sits with the acceptor that accepts its proposal. X, Y and Z
 * are nodes 0, 1 and 2; node i owns the ballots m·3 + i.
 */

import { describe, expect, test } from 'vitest';
import { basicRules } from '../../../systems/basic-paxos/rules.ts';
import { Generals, KEY, rulesOf, type Setting } from './script.ts';

const [X, Y, Z] = [0, 1, 2];
const NORTH = 'north';
const SOUTH = 'south';

/** Y has used its ballot 1, so that A, which sits there, begins with 4, and B at Z with 5. */
const USED = [[], [{ kind: 'ballot', ballot: 1 }], [{ kind: 'ballot', ballot: 2 }]] as const;

describe('the generals X, Y and Z', () => {
  test('a proposer that hears of an accepted value proposes it in its own ballot', () => {
    const generals = new Generals({ disks: USED });
    generals.propose(Y, NORTH);
    generals.prepare(Y, X);
    generals.drop();
    expect(generals.accepted(Y)).toEqual([4, NORTH]);
    const south = generals.propose(Z, SOUTH);
    generals.prepare(Z, Y);
    expect(generals.proposed(Z)).toEqual([5, NORTH]);
    generals.settle();
    for (const node of [X, Y, Z]) expect(generals.decided(node)).toBe(NORTH);
    expect(generals.answer(south)).toEqual({ status: 'ok', value: NORTH, position: null });
    expect(generals.violations).toEqual([]);
  });

  test('a proposer that hears of nothing is free, and the older proposal is refused', () => {
    const generals = new Generals({ disks: USED });
    generals.propose(Y, NORTH);
    generals.prepare(Y, X);
    generals.propose(Z, SOUTH);
    generals.prepare(Z, X);
    generals.accept(Y, X);
    expect(generals.accepted(X)).toBeNull();
    expect(generals.accepted(Y)).toEqual([4, NORTH]);
    expect(generals.proposed(Z)).toEqual([5, SOUTH]);
    generals.settle();
    for (const node of [X, Y, Z]) expect(generals.decided(node)).toBe(SOUTH);
    expect(generals.accepted(Y)).toEqual([5, SOUTH]);
    expect(generals.violations).toEqual([]);
  });

  /** Y accepts (4, north), B has south chosen by X and Z in 5, Y promises 5; then Y prepares 7. */
  function bump(rules: Setting['rules'] = {}): Generals {
    const generals = new Generals({ disks: USED, rules });
    generals.propose(Y, NORTH);
    generals.prepare(Y, X);
    generals.drop();
    generals.propose(Z, SOUTH);
    generals.deliver(({ to, message }) => to === Y && message.kind === 'prepare');
    generals.drop(({ from, message }) => from === Y && message.kind === 'promise');
    generals.prepare(Z, X);
    generals.accept(Z, X);
    generals.drop();
    expect(generals.accepted(X)).toEqual([5, SOUTH]);
    expect(generals.accepted(Z)).toEqual([5, SOUTH]);
    generals.retry(Y);
    generals.prepare(Y, X);
    return generals;
  }

  test('promising does not renumber what was accepted, so the chosen value is found', () => {
    const generals = bump();
    expect(generals.proposed(Y)).toEqual([7, SOUTH]);
    expect(generals.violations).toEqual([]);
  });

  test('an acceptor that renumbers it makes a chosen value disappear', () => {
    const generals = bump(rulesOf('px-promise-bumps-accepted-ballot'));
    expect(generals.proposed(Y)).toEqual([7, NORTH]);
    generals.settle();
    expect(generals.violations).toContain('PromiseTruthful');
    expect(generals.violations).toContain('SafeAt');
    expect(generals.violations).toContain('Agreement');
  });
});

describe('ballot numbers', () => {
  test('a proposer takes the next number of its own above the one that refused it', () => {
    expect(basicRules.nextBallot(0, 3, 1)).toBe(3);
    expect(basicRules.nextBallot(2, 3, 3)).toBe(5);
    const generals = new Generals();
    generals.propose(Y, NORTH);
    generals.prepare(Y, X, Z);
    generals.propose(X, SOUTH);
    generals.settle(({ message }) => message.kind === 'prepare' || message.kind === 'nack');
    generals.propose(Z, SOUTH);
    generals.settle(({ message }) => message.kind === 'prepare' || message.kind === 'nack');
    expect(generals.ballots).toEqual([1, 3, 5]);
    expect(generals.checker.stats['foreignBallots']).toBe(0);
  });

  test('are fresh after a restart', () => {
    const generals = new Generals();
    generals.propose(X, NORTH);
    generals.crash(X);
    generals.start(X);
    generals.propose(X, SOUTH);
    expect(generals.ballots).toEqual([0, 3]);
    expect(generals.violations).toEqual([]);
  });

  test('4 from node 1 of 3 is harmless under strict promises and fatal if equal ones pass', () => {
    /** X and Y both prepare 4, X via Z and Y via Z as well. */
    const meet = (id: string): Generals => {
      const used = [[], [{ kind: 'ballot', ballot: 1 }], []] as const;
      const generals = new Generals({ rules: rulesOf(id), disks: used });
      generals.propose(Y, NORTH);
      // X believes to be refused by 1, and takes 1·3 + 0 for 4.
      generals.state(X).seen.set(KEY, 1);
      generals.propose(X, SOUTH);
      generals.prepare(Y, Z);
      generals.prepare(X, Z);
      generals.settle();
      return generals;
    };
    expect(meet('px-number-collision').violations).toEqual([]);
    expect(meet('px-collide-and-equal').violations).toContain('OneValuePerBallot');
  });
});

describe('duelling proposers', () => {
  /** Each gets its promises before the other's Accept arrives, again and again. */
  function duel(rounds: number, setting: Setting): Generals {
    const generals = new Generals(setting);
    generals.propose(X, NORTH);
    generals.propose(Y, SOUTH);
    generals.prepare(X, Z);
    for (let round = 0; round < rounds; round++) {
      const [one, other] = round % 2 === 0 ? [Y, X] : [X, Y];
      if (round > 0) generals.retry(one);
      generals.prepare(one, other, Z);
      generals.accept(other, one, Z);
      generals.settle(({ message }) => message.kind === 'nack' || message.kind === 'accepted');
    }
    return generals;
  }

  test('that try again at once decide nothing in fifty rounds, until one of them stops', () => {
    const generals = duel(50, { rules: rulesOf('px-no-backoff') });
    for (const node of [X, Y, Z]) expect(generals.decided(node)).toBeNull();
    generals.crash(Y);
    generals.retry(X);
    generals.settle();
    expect(generals.decided(Z)).not.toBeNull();
    expect(generals.violations).toEqual([]);
  });

  test('are parted by random waits after a few rounds', () => {
    const generals = duel(3, {});
    // The wait of one is over long enough before the wait of the other for a whole ballot.
    let rounds = 0;
    for (; rounds < 20 && generals.decided(Z) === null; rounds++) {
      const due = [X, Y].map((node) => generals.state(node).attempts.get(KEY)?.deadlineUs ?? 0);
      const [first, second] = (due[X] ?? 0) <= (due[Y] ?? 0) ? [X, Y] : [Y, X];
      generals.retry(first);
      if (Math.abs((due[X] ?? 0) - (due[Y] ?? 0)) > 4_000) {
        generals.settle();
      } else {
        generals.prepare(first, second, Z);
        generals.retry(second);
        generals.prepare(second, first, Z);
        generals.settle(({ message }) => message.kind !== 'prepare');
      }
    }
    expect(generals.decided(Z)).not.toBeNull();
    expect(rounds).toBeLessThan(20);
  });

  test('do not arise when only the lowest node that is alive proposes', () => {
    const generals = new Generals({ options: { distinguishedProposer: true } });
    for (const node of [X, Y, Z]) generals.fire(node, 1);
    generals.settle();
    for (const node of [X, Y, Z]) generals.fire(node, 1);
    generals.settle();
    const turnedAway = generals.propose(Y, SOUTH);
    expect(generals.answer(turnedAway)).toEqual({ status: 'redirect', leader: X });
    generals.propose(X, NORTH);
    generals.settle();
    expect(generals.decided(Z)).toBe(NORTH);
    expect(generals.ballots).toHaveLength(1);
  });
});

describe('an adopted value', () => {
  const disks = [
    [{ kind: 'accept', key: KEY, promised: 1, accepted: { ballot: 1, value: 'v' } }],
    [],
    [{ kind: 'accept', key: KEY, promised: 2, accepted: { ballot: 2, value: 'w' } }],
  ] as const;

  /** v@1 at A and w@2 at C; ballot 3 adopts v via A and B; then ballot 4 hears B and C. */
  function renumber(rules: Setting['rules'] = {}): Generals {
    const generals = new Generals({ disks, rules });
    generals.propose(0, 'x');
    generals.prepare(0, 1);
    expect(generals.proposed(0)).toEqual([3, 'v']);
    generals.accept(0, 1);
    generals.drop();
    generals.propose(1, 'y');
    generals.prepare(1, 2);
    return generals;
  }

  test('is proposed under the new number, which later ballots find', () => {
    const generals = renumber();
    expect(generals.proposed(1)).toEqual([4, 'v']);
    expect(generals.violations).toEqual([]);
  });

  test('is lost where it keeps its old number', () => {
    const generals = renumber(rulesOf('px-adopt-keeps-old-ballot'));
    expect(generals.proposed(1)).toEqual([4, 'w']);
    expect(generals.violations).toContain('PromiseTruthful');
  });
});

describe('a value that a majority accepted in one ballot', () => {
  test.each([
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 2],
    [2, 0],
    [2, 1],
  ])('is proposed in every later ballot: node %i with node %i', (proposer, other) => {
    const accept = { kind: 'accept', key: KEY, promised: 1, accepted: { ballot: 1, value: 'v' } };
    const disks = [[accept], [accept], []] as never;
    const generals = new Generals({ disks });
    for (let round = 0; round < 3; round++) {
      if (round === 0) generals.propose(proposer, 'w');
      else generals.retry(proposer);
      generals.prepare(proposer, other);
      expect(generals.proposed(proposer)?.[1]).toBe('v');
      generals.drop();
    }
    expect(generals.violations).toEqual([]);
  });
});

describe('a value that a majority accepted, but not in one ballot', () => {
  function spread(rules: Setting['rules'] = {}): Generals {
    const generals = new Generals({ rules });
    generals.propose(0, 'v');
    generals.prepare(0, 1);
    generals.drop(({ message }) => message.kind === 'accept');
    generals.propose(1, 'w');
    generals.prepare(1, 2);
    generals.drop(({ message }) => message.kind === 'accept');
    generals.propose(2, 'x');
    generals.prepare(2, 0);
    generals.drop(({ message }) => message.kind === 'accept');
    expect([0, 1, 2].map((node) => generals.accepted(node)?.[1])).toEqual(['v', 'w', 'v']);
    generals.settle(({ message }) => message.kind === 'accepted');
    return generals;
  }

  test('is not decided', () => {
    const generals = spread();
    for (const node of [0, 1, 2]) expect(generals.decided(node)).toBeNull();
    expect(generals.violations).toEqual([]);
  });

  test('is decided by a learner that ignores ballots, which is wrong', () => {
    expect(spread(rulesOf('px-learn-across-ballots')).violations).toContain('LearnedNotChosen');
  });
});

describe('telling five learners in five nodes, of which each is an acceptor too', () => {
  /** Messages from acceptors to learners, and among learners, for one decision. */
  function learningMessages(distinguishedLearner: boolean): number {
    const generals = new Generals({ nodes: 5, options: { distinguishedLearner } });
    generals.propose(0, 'v');
    generals.settle();
    for (const node of generals.members) expect(generals.decided(node)).toBe('v');
    const { delivered } = generals;
    return (delivered.get('accepted') ?? 0) + (delivered.get('decided') ?? 0);
  }

  test('takes A·(L - 1) messages directly and (A - 1) + (L - 1) through one of them', () => {
    expect(learningMessages(false)).toBe(20);
    expect(learningMessages(true)).toBe(8);
  });
});

describe('a read', () => {
  test('of a key for which nothing was accepted answers nothing', () => {
    const generals = new Generals();
    const read = generals.read(X);
    generals.settle();
    expect(generals.answer(read)).toEqual({ status: 'ok', value: null, position: null });
  });

  test('that finds a minority value has it chosen before it answers', () => {
    const generals = new Generals();
    generals.propose(Y, NORTH);
    generals.prepare(Y, X);
    generals.drop();
    const read = generals.read(Z);
    generals.prepare(Z, Y);
    expect(generals.proposed(Z)).toEqual([2, NORTH]);
    expect(generals.answer(read)).toBeNull();
    generals.settle();
    expect(generals.answer(read)).toEqual({ status: 'ok', value: NORTH, position: null });
  });

  test('that comes during a ballot is not answered "nothing" on its promises', () => {
    const generals = new Generals();
    const early = generals.read(X);
    const late = generals.read(X);
    generals.deliver(({ to }) => to === Y);
    generals.deliver(({ message }) => message.kind === 'promise');
    expect(generals.answer(early)).toMatchObject({ value: null });
    expect(generals.answer(late)).toBeNull();
    generals.settle();
    expect(generals.answer(late)).toMatchObject({ value: null });
  });
});
