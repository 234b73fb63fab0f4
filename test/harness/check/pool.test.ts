/** The worker pool gives the answers of the single thread. */

import { describe, expect, test } from 'vitest';
import { History, type Value } from '../../../checkers/history.ts';
import { checkLinearizable, modelNamed, models } from '../../../checkers/linearizable/index.ts';
import { checkInParallel } from '../../../harness/check/pool.ts';
import { hardCounters } from '../../checkers/linearizable/hard-counters.ts';

/** Writes and reads one after another on many keys; on one key the last read is wrong, if asked. */
function historyOf(keys: number, wrongKey: number | null): History {
  const history = new History();
  let time = 0;
  const operation = (key: string, f: string, argument: Value, result: Value) => {
    history.push({ time: ++time, type: 'invoke', process: 0, f, key, value: argument });
    history.push({ time: ++time, type: 'ok', process: 0, f, key, value: result });
  };
  for (let round = 1; round <= 20; round++) {
    for (let key = 0; key < keys; key++) {
      operation(`k${key}`, 'write', round, round);
      operation(`k${key}`, 'read', null, round === 20 && key === wrongKey ? 1 : round);
    }
  }
  return history;
}

const options = { model: 'register' } as const;

describe('checkInParallel', () => {
  test.each([
    ['a valid history', historyOf(12, null)],
    ['a history with one wrong key', historyOf(12, 7)],
    ['a history of one key', historyOf(1, 0)],
    ['an empty history', new History()],
  ])('answers like one thread: %s', async (_, history) => {
    const alone = checkLinearizable(history, options);
    const together = await checkInParallel(history, options, 3);
    expect(together.verdict).toEqual(alone.verdict);
    expect(together.operations).toBe(alone.operations);
    expect(together.keys.length).toBe(alone.keys.length);
  });

  test('answers like one thread, to the byte, where it needs others', async () => {
    const counters = hardCounters();
    const few = { model: 'counter', atOnceSteps: 100 };
    const alone = checkLinearizable(counters, few);
    const together = await checkInParallel(counters, few, 3);
    expect(JSON.stringify(together)).toBe(JSON.stringify(alone));
  });

  test('rejects when a thread fails, and says why', async () => {
    const name = 'known-to-this-thread-only';
    Object.assign(models, { [name]: { ...modelNamed('counter'), name } });
    await expect(
      checkInParallel(hardCounters(), { model: name, atOnceSteps: 100 }, 3),
    ).rejects.toThrow(`in a checking thread, no model is called "${name}"`);
  });

  test('says what one thread would say of a history that cannot be judged', async () => {
    const history = History.from([{ time: 1, type: 'invoke', process: 0, f: 'fly', value: 1 }]);
    const { verdict } = await checkInParallel(history, options, 3);
    expect(verdict).toEqual(checkLinearizable(history, options).verdict);
    expect(verdict.kind).toBe('unknown');
  });
});
