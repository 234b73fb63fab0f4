/** The search with and without each of its reductions: the same answers, in fewer configurations. */

import { describe, expect, test } from 'vitest';
import type { Value } from '../../../checkers/history.ts';
import { engineSearch, problemOf } from '../../../checkers/linearizable/engine/engine.ts';
import {
  ALL_REDUCTIONS,
  type Reductions,
} from '../../../checkers/linearizable/engine/reductions.ts';
import { Scratch } from '../../../checkers/linearizable/engine/scratch.ts';
import { searchConfigurations } from '../../../checkers/linearizable/engine/search.ts';
import { type Model, models } from '../../../checkers/linearizable/index.ts';
import { type Operations, operationsByKey } from '../../../checkers/linearizable/operations.ts';
import { bruteForce } from './brute-force.ts';
import { history } from './lines.ts';
import { counterPlay, listPlay, registerPlay, textPlay } from './plays.ts';
import { Dice, fuzzRuns, type Play, playHistory, randomShape } from './random.ts';

const names = Object.keys(ALL_REDUCTIONS) as (keyof Reductions)[];

const games: readonly [title: string, model: Model, play: () => Play, initial: Value][] = [
  ['a register', models['cas-register'], () => registerPlay(3, true), null],
  ['texts', models['kv-append'], () => textPlay(['a', 'aa', 'ab'], true), ''],
  ['a counter', models.counter, () => counterPlay([0, 1, 2], ['inc', 'dec', 'read']), null],
  ['a stack', models.stack, () => listPlay('stack', false), null],
];

const TIMEOUT_MS = 3_600_000;

describe.each(names)('without %s', (name) => {
  test.each(games)(
    '%s is judged as by definition',
    (_, model, play, initial) => {
      const reductions = { ...ALL_REDUCTIONS, [name]: false };
      for (let seed = 0; seed < fuzzRuns; seed++) {
        const dice = new Dice(seed * 7919 + 3);
        const played = playHistory(dice, randomShape(dice), play());
        const [operations] = operationsOf(played);
        if (operations === undefined) continue;
        const { kind } = engineSearch(operations, model, initial, {}, reductions);
        const isRight = bruteForce(operations, model, initial);
        expect(kind, `seed ${seed}`).toBe(isRight ? 'linearizable' : 'violation');
      }
    },
    TIMEOUT_MS,
  );
});

/** For each, a history in which a read says what cannot be, so that all that is left is tried. */
const SHOWN: Readonly<
  Record<keyof Reductions, readonly [model: string, lines: readonly string[]]>
> = {
  absorption: [
    'plain',
    ['0 invoke read', '1 invoke write 1', '0 ok read 0', '1 ok write 1', ...unseen()],
  ],
  symmetry: [
    'plain',
    ['0 invoke write 1', '1 invoke write 1', '0 ok write 1', '1 ok write 1', ...unseen()],
  ],
  order: ['counter', ['0 invoke inc 1', '1 invoke inc 2', '0 ok inc 1', '1 ok inc 2', ...unseen()]],
  usefulness: [
    'plain',
    ['0 invoke write 1', '0 info write 1', '1 invoke write 2', '1 ok write 2', ...unseen()],
  ],
};

function unseen(): string[] {
  return ['2 invoke read', '2 ok read 9'];
}

/** A register that does not say what its operations require: a look ahead would find it all. */
const plain: Model = {
  name: 'plain',
  functions: ['read', 'write'],
  initial: (value) => value,
  step: (state, operation) => models.register.step(state as Value, operation),
  readonly: ({ f }) => f === 'read',
};

test.each(names)('%s leaves moves out', (name) => {
  const [modelName, lines] = SHOWN[name];
  const [operations] = operationsOf(history(...lines));
  const model = modelName === 'plain' ? plain : (models.counter as Model);
  const count = (reductions: Reductions): number =>
    movesOf(operations as Operations, model, reductions);
  const without = count({ ...ALL_REDUCTIONS, [name]: false });
  expect(count(ALL_REDUCTIONS)).toBeLessThan(without);
});

function movesOf(operations: Operations, model: Model, reductions: Reductions): number {
  const scratch = new Scratch();
  const problem = problemOf(scratch, operations, model, 0);
  const limits = { configurations: 1000, memoryBytes: 1 << 20 };
  return searchConfigurations(problem, limits, scratch, reductions).moves;
}

function operationsOf(played: ReturnType<typeof history>): readonly Operations[] {
  const groups = operationsByKey(played, { failedCas: 'observed', nilReads: 'observed' });
  if ('because' in groups) throw new Error(groups.because);
  return groups;
}
