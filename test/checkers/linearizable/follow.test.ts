/** The register follower: says a violation exactly when a check of what there is so far would. */

import { describe, expect, test } from 'vitest';
import { History, type Value } from '../../../checkers/history.ts';
import { checkLinearizable, RegisterFollower } from '../../../checkers/linearizable/index.ts';
import { uniqueRegisterPlay } from './plays.ts';
import { Dice, fuzzRuns, type Play, playHistory, randomShape } from './random.ts';

/** The first event with which the history is wrong; -1 for none. What is wrong once stays wrong. */
function firstWrongEvent(history: History): number {
  const isWrong = (length: number): boolean => {
    const prefix = History.from([...history].slice(0, length));
    const { verdict } = checkLinearizable(prefix, { model: 'cas-register', explain: false });
    expect(verdict.kind).not.toBe('unknown');
    return verdict.kind === 'invalid';
  };
  if (!isWrong(history.length)) return -1;
  let [right, wrong] = [0, history.length];
  while (wrong - right > 1) {
    const middle = (right + wrong) >> 1;
    if (isWrong(middle)) wrong = middle;
    else right = middle;
  }
  return wrong - 1;
}

/** The event at which the follower stops; -1 for none. */
function follow(history: History, follower = new RegisterFollower()): number {
  for (let event = 0; event < history.length; event++) {
    const verdict = follower.next(history, event);
    if (verdict === undefined) continue;
    expect(verdict.events).toContain(event);
    return event;
  }
  return -1;
}

/** Values that come again after so many others. */
function recurringPlay(values: number): Play {
  const play = uniqueRegisterPlay(false);
  const again = (value: Value): Value => (typeof value === 'number' ? value % values : value);
  return {
    ask(dice, who) {
      const { f, input, effect } = play.ask(dice, who);
      return { f, input: again(input), effect: () => again(effect() as Value) };
    },
    spoil: (dice, f, answer) => again(play.spoil(dice, f, answer)),
  };
}

describe('the follower stops at exactly the event with which the history becomes wrong', () => {
  test.each<[string, number, (dice: Dice) => Play]>([
    ['reads and writes', 20, () => uniqueRegisterPlay(false)],
    ['compare-and-sets, refused ones and crashed ones', 25, () => uniqueRegisterPlay(true)],
  ])(
    '%s',
    (_, operations, play) => {
      let stopped = 0;
      for (let seed = 0; seed < fuzzRuns; seed++) {
        const dice = new Dice(seed + 5_000_000);
        const shape = { ...randomShape(dice, operations), processes: 1 + dice.roll(5) };
        const history = playHistory(dice, shape, play(dice));
        const found = follow(history);
        expect(found, `seed ${seed}`).toBe(firstWrongEvent(history));
        if (found !== -1) stopped++;
      }
      expect(stopped).toBeGreaterThan(fuzzRuns / 50);
    },
    3_600_000,
  );

  test.each<[string, () => Play]>([
    ['reads and writes', () => uniqueRegisterPlay(false)],
    ['compare-and-sets', () => uniqueRegisterPlay(true)],
    ['values that come again when their time is over', () => recurringPlay(150)],
  ])(
    'also when it has forgotten most of it: %s',
    (_, play) => {
      let stopped = 0;
      let followed = 0;
      for (let seed = 0; seed < fuzzRuns / 10; seed++) {
        const dice = new Dice(seed + 6_000_000);
        const crash = dice.pick([0, 0, 2]);
        const spoil = dice.pick([0, 1]);
        const shape = { operations: 600, processes: 1 + dice.roll(4), crash, spoil };
        const history = playHistory(dice, shape, play());
        const follower = new RegisterFollower();
        const found = follow(history, follower);
        if (follower.unfollowed > 0) continue;
        followed++;
        if (crash === 0) expect(follower.kept).toBeLessThan(200);
        expect(found, `seed ${seed}`).toBe(firstWrongEvent(history));
        if (found !== -1) stopped++;
      }
      expect(followed).toBeGreaterThan(fuzzRuns / 40);
      expect(stopped).toBeGreaterThan(fuzzRuns / 100);
    },
    3_600_000,
  );
});

test('what the follower keeps does not grow with the run', () => {
  const dice = new Dice(9);
  const shape = { operations: 20_000, processes: 5, crash: 0, spoil: 0 };
  for (const cas of [false, true]) {
    const history = playHistory(dice, shape, uniqueRegisterPlay(cas));
    const follower = new RegisterFollower();
    expect(follow(history, follower)).toBe(-1);
    expect(follower.kept).toBeLessThan(200);
  }
});

test('a write that was seen and then fails is a violation', () => {
  const history = History.from([
    { time: 0, type: 'invoke', process: 0, f: 'write', value: 1 },
    { time: 1, type: 'invoke', process: 1, f: 'read', value: null },
    { time: 2, type: 'ok', process: 1, f: 'read', value: 1 },
    { time: 3, type: 'fail', process: 0, f: 'write', value: 1 },
  ]);
  expect(follow(history)).toBe(3);
});

test('a key with a value that is written twice is left to the check at the end', () => {
  const write = (process: number, type: 'invoke' | 'ok') =>
    ({ time: 0, type, process, f: 'write', value: 1 }) as const;
  const history = History.from([write(0, 'invoke'), write(0, 'ok'), write(1, 'invoke')]);
  const follower = new RegisterFollower();
  expect(follow(history, follower)).toBe(-1);
  expect(follower.unfollowed).toBe(1);
});
