/** Every algorithm against the definition, on small random histories with crashed operations. */

import { describe, expect, test } from 'vitest';
import { History, type Value } from '../../../checkers/history.ts';
import { engineSearch } from '../../../checkers/linearizable/engine/engine.ts';
import { type Model, models } from '../../../checkers/linearizable/index.ts';
import { monitorFor } from '../../../checkers/linearizable/monitors.ts';
import { type Operations, operationsByKey } from '../../../checkers/linearizable/operations.ts';
import { porcupineSearch } from '../../../checkers/linearizable/porcupine.ts';
import { refusal } from '../../../checkers/linearizable/proposed-order.ts';
import type { SearchResult } from '../../../checkers/linearizable/search.ts';
import { bruteForce } from './brute-force.ts';
import {
  counterPlay,
  listPlay,
  lockPlay,
  logPlay,
  registerPlay,
  setPlay,
  textPlay,
  uniqueRegisterPlay,
  writeOncePlay,
} from './plays.ts';
import { Dice, fuzzRuns, type Play, playHistory, randomShape } from './random.ts';

interface Game {
  readonly title: string;
  readonly model: Model;
  readonly play: () => Play;
  readonly initial?: Value;
  /** How many times fewer histories than of others: states are large. */
  readonly rarer?: number;
}

const games: readonly Game[] = [
  {
    title: 'a register of two values',
    model: models['cas-register'],
    play: () => registerPlay(2, true),
  },
  {
    title: 'a register of three values',
    model: models['cas-register'],
    play: () => registerPlay(3, true),
  },
  { title: 'a register without cas', model: models.register, play: () => registerPlay(2, false) },
  {
    title: 'a register of unique values',
    model: models['cas-register'],
    play: () => uniqueRegisterPlay(true),
  },
  {
    title: 'unique values without cas',
    model: models.register,
    play: () => uniqueRegisterPlay(false),
  },
  {
    title: 'texts with puts',
    model: models['kv-append'],
    play: () => textPlay(['a', 'b'], true),
    initial: '',
  },
  {
    title: 'texts of overlapping pieces',
    model: models['kv-append'],
    play: () => textPlay(['a', 'aa', 'ab'], false),
    initial: '',
  },
  {
    title: 'a counter of ones',
    model: models.counter,
    play: () => counterPlay([1], ['inc', 'read']),
  },
  {
    title: 'a counter of any steps',
    model: models.counter,
    play: () => counterPlay([0, 1, 2], ['inc', 'dec', 'inc-and-get', 'read']),
  },
  { title: 'a log of unique elements', model: models.log, play: () => logPlay(true) },
  { title: 'a log of repeated elements', model: models.log, play: () => logPlay(false) },
  { title: 'a set of passing elements', model: models.set, play: () => setPlay(true) },
  { title: 'a set of returning elements', model: models.set, play: () => setPlay(false) },
  {
    title: 'a queue of unique values',
    model: models['fifo-queue'],
    play: () => listPlay('queue', true),
  },
  {
    title: 'a queue of repeated values',
    model: models['fifo-queue'],
    play: () => listPlay('queue', false),
  },
  {
    title: 'an unordered queue',
    model: models['unordered-queue'],
    play: () => listPlay('queue', false),
    rarer: 10,
  },
  { title: 'a stack of unique values', model: models.stack, play: () => listPlay('stack', true) },
  {
    title: 'a stack of repeated values',
    model: models.stack,
    play: () => listPlay('stack', false),
  },
  { title: 'a mutex', model: models.mutex, play: () => lockPlay(false, true) },
  { title: 'a mutex used wildly', model: models.mutex, play: () => lockPlay(false, false) },
  { title: 'an owned mutex', model: models['owned-mutex'], play: () => lockPlay(false, true) },
  {
    title: 'an owned mutex used wildly',
    model: models['owned-mutex'],
    play: () => lockPlay(false, false),
  },
  { title: 'a fenced lock', model: models['fenced-lock'], play: () => lockPlay(true, true) },
  { title: 'a write-once cell', model: models['write-once'], play: writeOncePlay },
];

/** Nights run long. */
const TIMEOUT_MS = 3_600_000;

describe.each(games)('$title', (game) => {
  const { model, initial = null, rarer = 1 } = game;
  test(
    'engine, reference and monitor agree with the definition, with an order as proof',
    () => {
      const verdicts = { true: 0, false: 0 };
      for (let seed = 0; seed < fuzzRuns / rarer; seed++) {
        const operations = playOnce(seed, game);
        if (operations === undefined) continue;
        const expected = bruteForce(operations, model, initial);
        verdicts[`${expected}`]++;
        const engine = engineSearch(operations, model, initial);
        expect(engine.kind === 'linearizable', `engine, seed ${seed}`).toBe(expected);
        expect(proof(operations, model, initial, engine), `proof, seed ${seed}`).toBeUndefined();
        const reference = porcupineSearch(operations, model, initial);
        expect(reference.kind === 'linearizable', `reference, seed ${seed}`).toBe(expected);
        const seen = monitorFor(model)?.monitor(operations, initial) ?? { kind: 'undecided' };
        if (seen.kind === 'undecided') continue;
        expect(seen.kind === 'valid', `monitor, seed ${seed}`).toBe(expected);
      }
      expect(Math.min(verdicts.true, verdicts.false)).toBeGreaterThan(fuzzRuns / rarer / 50);
    },
    TIMEOUT_MS,
  );
});

test(
  'a monitor without hints agrees with the engine that has them, on longer histories',
  () => {
    for (let seed = 0; seed < fuzzRuns / 10; seed++) {
      const dice = new Dice(seed + 77_000_000);
      const shape = { ...randomShape(dice), processes: 2 + dice.roll(6), operations: 40 };
      const history = playHistory(dice, shape, registerPlay(2 + dice.roll(3), true));
      const [operations] = grouped(history, dice.chance(50));
      if (operations === undefined) continue;
      const plain: Model = { ...models['cas-register'], name: 'plain', readonly: () => false };
      const hinted = engineSearch(operations, models['cas-register'], null);
      expect(engineSearch(operations, plain, null).kind, `seed ${seed}`).toBe(hinted.kind);
    }
  },
  TIMEOUT_MS,
);

/** One history; now and then with values that are far apart, or too large for their own codes. */
function playOnce(seed: number, { play, model }: Game): Operations | undefined {
  const dice = new Dice(seed * 7919 + 13);
  const observed = dice.chance(50);
  const history = playHistory(dice, randomShape(dice), play());
  const isArithmetic = model === models.counter || model === models['fenced-lock'];
  if (isArithmetic || !dice.chance(25)) return grouped(history, observed)[0];
  const factor = dice.pick([7_000_003, 2 ** 31]);
  const spread = (value: Value): Value => {
    if (typeof value === 'number') return value * factor;
    return typeof value === 'object' && value !== null ? value.map(spread) : value;
  };
  const far = [...history].map((event) => ({ ...event, value: spread(event.value) }));
  return grouped(History.from(far), observed)[0];
}

function grouped(history: History, observed: boolean): readonly Operations[] {
  const failedCas = observed ? 'observed' : 'absent';
  const groups = operationsByKey(history, { failedCas, nilReads: 'observed' });
  if ('because' in groups) throw new Error(groups.because);
  return groups;
}

/** What is wrong with the order that the engine offers, or with the prefix where it got stuck. */
function proof(
  operations: Operations,
  model: Model,
  initial: Value,
  result: SearchResult,
): string | undefined {
  if (result.kind === 'linearizable') return refusal(operations, model, initial, result.order());
  if (result.kind === 'exhausted') return result.because;
  const { order, operation } = result.stuck();
  const complaint = refusal(operations, model, initial, order);
  if (order.includes(operation)) return 'the stuck operation is in the prefix';
  return complaint?.endsWith('has no place') === true ? undefined : complaint;
}
