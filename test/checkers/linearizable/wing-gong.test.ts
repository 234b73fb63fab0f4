/** The search for few operations against the definition, with and without the model's hints. */

import { describe, expect, test } from 'vitest';
import type { Value } from '../../../checkers/history.ts';
import { stepsOf } from '../../../checkers/linearizable/abilities.ts';
import { engineSearch } from '../../../checkers/linearizable/engine/engine.ts';
import { wingGongSearch } from '../../../checkers/linearizable/engine/wing-gong.ts';
import { checkLinearizable, type Model, models } from '../../../checkers/linearizable/index.ts';
import { silentMultiRegister } from '../../../checkers/linearizable/models/multi-register.ts';
import {
  type Operations,
  operationAt,
  operationsByKey,
} from '../../../checkers/linearizable/operations.ts';
import { refusal } from '../../../checkers/linearizable/proposed-order.ts';
import type { SearchResult } from '../../../checkers/linearizable/search.ts';
import { bruteForce } from './brute-force.ts';
import {
  counterPlay,
  listPlay,
  lockPlay,
  multiRegisterPlay,
  registerPlay,
  setPlay,
  textPlay,
} from './plays.ts';
import { Dice, fuzzRuns, type Play, playHistory, randomShape } from './random.ts';

const games: readonly [title: string, model: Model, play: () => Play, initial: Value][] = [
  ['a register', models['cas-register'], () => registerPlay(3, true), null],
  ['texts', models['kv-append'], () => textPlay(['a', 'aa', 'ab'], true), ''],
  ['a counter', models.counter, () => counterPlay([0, 1, 2], ['inc', 'dec', 'read']), null],
  ['a set', models.set, () => setPlay(false), null],
  ['a queue', models['fifo-queue'], () => listPlay('queue', false), null],
  ['a stack', models.stack, () => listPlay('stack', false), null],
  ['a multi-register', models['multi-register'] as Model, () => multiRegisterPlay(2), null],
  ['an owned mutex', models['owned-mutex'], () => lockPlay(false, false), null],
];

/** Enough for nearly every history here to be decided. */
const LIMITS = { steps: 100_000, deadEnds: 5000 };
const TIMEOUT_MS = 3_600_000;

describe.each(games)('%s', (_, model, play, initial) => {
  test(
    'is judged as by definition, with an order or a prefix as proof',
    () => {
      const plain: Model = { ...model, readonly: () => false };
      let decided = 0;
      for (let seed = 0; seed < fuzzRuns; seed++) {
        const operations = operationsOf(seed, play());
        if (operations === undefined) continue;
        const expected = bruteForce(operations, model, initial);
        for (const judged of [model, plain]) {
          const found = wingGongSearch(operations, judged, initial, LIMITS);
          if (found === undefined) continue;
          decided++;
          expect(found.kind === 'linearizable', `seed ${seed}`).toBe(expected);
          expect(complaint(operations, model, initial, found), `seed ${seed}`).toBeUndefined();
        }
      }
      expect(decided).toBeGreaterThan(fuzzRuns);
    },
    TIMEOUT_MS,
  );
});

test('it gives up when its steps are spent, and the answer is the same', () => {
  for (let seed = 0; seed < 50; seed++) {
    const dice = new Dice(seed + 5000);
    const shape = { processes: 8, operations: 80, crash: 5, spoil: 0 };
    const history = playHistory(dice, shape, registerPlay(2, true));
    const groups = operationsByKey(history, { failedCas: 'observed', nilReads: 'observed' });
    if ('because' in groups) throw new Error(groups.because);
    const [operations] = groups as readonly Operations[];
    if (operations === undefined) continue;
    const few = { steps: 10, deadEnds: 100 };
    expect(wingGongSearch(operations, models['cas-register'], null, few)).toBeUndefined();
    const { verdict } = checkLinearizable(history, {
      model: 'cas-register',
      failedCas: 'observed',
    });
    const { kind } = engineSearch(operations, models['cas-register'], null);
    expect(verdict.kind).toBe(kind === 'linearizable' ? 'valid' : 'invalid');
  }
});

test('operations one after the other have one order, up to the first that does not fit', () => {
  for (let seed = 0; seed < fuzzRuns; seed++) {
    const dice = new Dice(seed + 9000);
    const shape = { processes: 1, operations: 12, crash: 0, spoil: dice.pick([0, 20]) };
    const history = playHistory(dice, shape, registerPlay(3, true));
    const groups = operationsByKey(history, { failedCas: 'observed', nilReads: 'observed' });
    if ('because' in groups) throw new Error(groups.because);
    for (const operations of groups) {
      const found = wingGongSearch(operations, models['cas-register'], null, LIMITS);
      const all = Array.from({ length: operations.count }, (_, i) => i);
      const order = found?.kind === 'violation' ? found.stuck().order : all;
      expect(order).toEqual(all.slice(0, order.length));
      const complaint = refusal(operations, models['cas-register'], null, all);
      expect(found?.kind).toBe(complaint === undefined ? 'linearizable' : 'violation');
      if (found?.kind === 'violation') expect(found.stuck().operation).toBe(order.length);
    }
  }
});

test.each([
  ['multi-register', models['multi-register']],
  ['multi-register with silent reads', silentMultiRegister],
] as const)('the prepared steps of a %s are its steps', (_, model) => {
  const stepBy = stepsOf<unknown>(model as Model);
  for (let seed = 0; seed < fuzzRuns; seed++) {
    const operations = operationsOf(seed, multiRegisterPlay(2));
    if (operations === undefined) continue;
    let state: unknown = model.initial(null);
    for (let i = 0; i < operations.count; i++) {
      const operation = operationAt(operations, i);
      const asked = { ...operation, output: null, outcome: 'unknown' as const };
      const foreign = { ...operation, output: [['w', 'x', 9]], outcome: 'ok' as const };
      const refused = { ...operation, outcome: 'refused' as const };
      for (const one of [operation, foreign, refused, asked]) {
        const after = (model as Model).step(state, one);
        expect(stepBy?.(one)(state)).toEqual(after);
        state = after ?? state;
      }
    }
  }
});

test('a search within a search, and a later one, leave its answer alone', () => {
  const histories = [1, 2, 3, 4, 5, 6, 7, 8].flatMap(
    (seed) => operationsOf(seed, registerPlay(2, true)) ?? [],
  );
  const one = histories[0] as Operations;
  const nested: Model = {
    ...models['cas-register'],
    name: 'nested',
    step(state, operation) {
      for (const other of histories) engineSearch(other, models['cas-register'], null);
      return models['cas-register'].step(state as Value, operation);
    },
  };
  for (const operations of histories) {
    const within = engineSearch(operations, nested, null);
    const alone = engineSearch(operations, models['cas-register'], null);
    engineSearch(one, models['cas-register'], null);
    expect(within.kind).toBe(alone.kind);
    expect(complaint(operations, models['cas-register'], null, within)).toBeUndefined();
    expect(complaint(operations, models['cas-register'], null, alone)).toBeUndefined();
  }
});

function operationsOf(seed: number, play: Play): Operations | undefined {
  const dice = new Dice(seed * 104_729 + 7);
  const failedCas = dice.chance(50) ? 'observed' : 'absent';
  const history = playHistory(dice, randomShape(dice), play);
  const groups = operationsByKey(history, { failedCas, nilReads: 'observed' });
  if ('because' in groups) throw new Error(groups.because);
  return groups[0];
}

/** What is wrong with the order found, or with the prefix where the search got stuck. */
function complaint(
  operations: Operations,
  model: Model,
  initial: Value,
  found: SearchResult,
): string | undefined {
  if (found.kind === 'linearizable') return refusal(operations, model, initial, found.order());
  if (found.kind === 'exhausted') return found.because;
  const { order, operation } = found.stuck();
  if (order.includes(operation)) return 'the stuck operation is in the prefix';
  const said = refusal(operations, model, initial, order);
  return said?.endsWith('has no place') === true ? undefined : said;
}
