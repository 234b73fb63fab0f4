import { expect, test } from 'vitest';
import { History } from '../../../checkers/history.ts';
import { RegisterFollower } from '../../../checkers/linearizable/index.ts';
import { registerMonitor } from '../../../checkers/linearizable/monitors/register.ts';
import { operationsByKey } from '../../../checkers/linearizable/operations.ts';
import { uniqueRegisterPlay } from './plays.ts';
import { Dice, fuzzRuns, playHistory, randomShape } from './random.ts';

/** The first event with which the history is wrong, by checking every prefix. */
function firstWrongEvent(history: History): number {
  for (let length = 1; length <= history.length; length++) {
    const prefix = History.from([...history].slice(0, length));
    const groups = operationsByKey(prefix, { failedCas: 'absent', nilReads: 'observed' });
    if ('because' in groups) throw new Error(groups.because);
    if (groups.some((group) => registerMonitor(group, null).kind === 'violation'))
      return length - 1;
  }
  return -1;
}

test('the follower stops at exactly the event with which the history becomes wrong', () => {
  let stopped = 0;
  for (let seed = 0; seed < fuzzRuns; seed++) {
    const dice = new Dice(seed + 5_000_000);
    const shape = { ...randomShape(dice, 20), processes: 1 + dice.roll(5) };
    const history = playHistory(dice, shape, uniqueRegisterPlay(false));
    const follower = new RegisterFollower();
    let found = -1;
    for (let event = 0; event < history.length && found === -1; event++) {
      const verdict = follower.next(history, event);
      if (verdict === undefined) continue;
      found = event;
      expect(verdict.events).toContain(event);
    }
    expect(found, `seed ${seed}`).toBe(firstWrongEvent(history));
    if (found !== -1) stopped++;
  }
  expect(stopped).toBeGreaterThan(fuzzRuns / 50);
}, 3_600_000);

test('a key with a compare-and-set is left to the check at the end', () => {
  const history = History.from([
    { time: 0, type: 'invoke', process: 0, f: 'cas', value: [1, 2] },
    { time: 1, type: 'ok', process: 0, f: 'cas', value: [1, 2] },
  ]);
  const follower = new RegisterFollower();
  expect([follower.next(history, 0), follower.next(history, 1)]).toEqual([undefined, undefined]);
  expect(follower.unfollowed).toBe(1);
});
