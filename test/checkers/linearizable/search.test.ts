/** The search of the engine where its rules about order bite, and what it says when it gives up. */

import { describe, expect, test } from 'vitest';
import { History, type NewEvent, type Value } from '../../../checkers/history.ts';
import { engineSearch } from '../../../checkers/linearizable/engine/engine.ts';
import { wingGongSearch } from '../../../checkers/linearizable/engine/wing-gong.ts';
import { checkLinearizable, type Model, models } from '../../../checkers/linearizable/index.ts';
import { type Operations, operationsByKey } from '../../../checkers/linearizable/operations.ts';
import { porcupineSearch } from '../../../checkers/linearizable/porcupine.ts';
import { bruteForce } from './brute-force.ts';
import { counterPlay, listPlay, registerPlay, textPlay } from './plays.ts';
import { Dice, fuzzRuns, type Play, playHistory, playKeys, randomShape } from './random.ts';

const TIMEOUT_MS = 3_600_000;

const KEYS = ['0', '1', '2'];

/** Several texts in one object: operations on different ones commute, on the same one rarely. */
const texts: Model<readonly string[]> = {
  name: 'texts in one object',
  functions: ['get', 'put', 'append'],
  initial: () => KEYS.map(() => ''),
  step(state, { f, input, output, outcome }) {
    const [key, text] = input as readonly [string, string];
    const at = Number(key);
    if (f === 'put') return state.with(at, text);
    if (f === 'append') return state.with(at, (state[at] as string) + text);
    return outcome !== 'ok' || output === state[at] ? state : undefined;
  },
  readonly: ({ f }) => f === 'get',
};

describe('operations that commute', () => {
  test.each([
    ['with a hint', texts],
    ['without one', { ...texts, readonly: () => false }],
    ['with keys that are texts', { ...texts, key: (state: readonly string[]) => state.join('|') }],
  ])(
    'are tried in one order only, and the answer is that of the reference search: %s',
    (_, model) => {
      const verdicts = { linearizable: 0, violation: 0, exhausted: 0 };
      for (let seed = 0; seed < fuzzRuns; seed++) {
        const operations = inOnePiece(seed, seed % 10 === 0 ? 8 : 20);
        const reference = porcupineSearch(operations, model, null);
        const engine = engineSearch(operations, model, null);
        verdicts[reference.kind]++;
        expect(engine.kind, `seed ${seed}`).toBe(reference.kind);
        if (seed % 10 !== 0) continue;
        const expected = bruteForce(operations, model, null);
        expect(engine.kind === 'linearizable', `seed ${seed}`).toBe(expected);
      }
      expect(Math.min(verdicts.linearizable, verdicts.violation)).toBeGreaterThan(fuzzRuns / 20);
    },
    TIMEOUT_MS,
  );
});

describe('a search that gives up', () => {
  const games: readonly [string, Model, () => Play, Value][] = [
    ['a register', models['cas-register'], () => registerPlay(2, true), null],
    ['texts', models['kv-append'], () => textPlay(['a', 'aa'], true), ''],
    ['a queue', models['fifo-queue'], () => listPlay('queue', false), null],
    ['a counter', models.counter, () => counterPlay([0, 1, 2], ['inc', 'dec', 'read']), null],
  ];

  test.each(games)(
    'says so, and never that %s is right or wrong',
    (_, model, play, initial) => {
      let gaveUp = 0;
      for (let seed = 0; seed < fuzzRuns / 4; seed++) {
        const dice = new Dice(seed * 7 + 3);
        const shape = { ...randomShape(dice), processes: 4, operations: 10 };
        const history = playHistory(dice, shape, play());
        const operations = onlyGroup(history);
        if (operations === undefined) continue;
        const right = bruteForce(operations, model, initial);
        for (const steps of [0, 1, 3, 10, 30]) {
          const budget = { steps };
          const { verdict } = checkLinearizable(history, {
            model,
            initial,
            failedCas: 'observed',
            budget,
          });
          if (verdict.kind === 'unknown') {
            gaveUp++;
            expect(verdict.because, `seed ${seed}`).toContain('no answer within');
          } else expect(verdict.kind, `seed ${seed}, ${steps}`).toBe(right ? 'valid' : 'invalid');
          const few = wingGongSearch(operations, model, initial, { steps, deadEnds: 1 });
          if (few === undefined) continue;
          expect(few.kind === 'linearizable', `seed ${seed}, ${steps}`).toBe(right);
        }
      }
      expect(gaveUp).toBeGreaterThan(10);
    },
    TIMEOUT_MS,
  );

  test('makes the whole history unknown, however well the other keys are', () => {
    const dice = new Dice(5);
    const shape = { processes: 6, operations: 60, crash: 0, spoil: 0 };
    const plays = new Map(KEYS.map((key) => [key, registerPlay(2, true)]));
    const history = playKeys(dice, shape, plays);
    const options = { model: 'cas-register', failedCas: 'observed' } as const;
    const { keys, verdict } = checkLinearizable(history, options);
    expect(verdict.kind).toBe('valid');
    const forTwo = keys.slice(0, 2).reduce((sum, key) => sum + key.configurations, 0);
    const budget = { steps: forTwo + 1 };
    const result = checkLinearizable(history, { ...options, budget });
    expect(result.keys.map((key) => key.verdict.kind)).toEqual(['valid', 'valid', 'unknown']);
    expect(result.verdict.kind).toBe('unknown');
  });
});

/** Three keys as one object: who asks for a key says so in the argument. */
function inOnePiece(seed: number, operations: number): Operations {
  const dice = new Dice(seed * 31 + 11);
  const shape = { ...randomShape(dice), processes: 3 + dice.roll(3), operations };
  const plays = new Map(KEYS.map((key) => [key, textPlay(['a', 'b'], true)]));
  const events: NewEvent[] = [];
  for (const { index: _, key = '', ...event } of playKeys(dice, shape, plays)) {
    const asks = event.type !== 'ok' || event.f !== 'get';
    events.push({ ...event, value: asks ? [key, event.value] : event.value });
  }
  const group = onlyGroup(History.from(events));
  if (group === undefined) throw new Error('a history without operations');
  return group;
}

function onlyGroup(history: History): Operations | undefined {
  const groups = operationsByKey(history, { failedCas: 'observed', nilReads: 'observed' });
  if ('because' in groups) throw new Error(groups.because);
  return groups[0];
}
