/**
 * Every algorithm against the definition, on small random histories with crashed operations, some of
 * whose processes go on. `npm run fuzz` gives each of them 100,000 histories.
 */

import { describe, expect, test } from 'vitest';
import { History, type Value } from '../../../checkers/history.ts';
import { abilitiesOf } from '../../../checkers/linearizable/abilities.ts';
import { engineSearch } from '../../../checkers/linearizable/engine/engine.ts';
import { checkLinearizable, type Model, models } from '../../../checkers/linearizable/index.ts';
import { type Operations, operationsByKey } from '../../../checkers/linearizable/operations.ts';
import { porcupineSearch } from '../../../checkers/linearizable/porcupine.ts';
import { refusal } from '../../../checkers/linearizable/proposed-order.ts';
import { stackSearch } from '../../../checkers/linearizable/pushdown.ts';
import { queueSearch } from '../../../checkers/linearizable/queue-search.ts';
import {
  DEFAULT_MEMORY_BYTES,
  DEFAULT_STEPS,
  type SearchResult,
} from '../../../checkers/linearizable/search.ts';
import { isList } from '../../../checkers/value.ts';
import { bruteForceHistory } from './brute-force.ts';
import { type Game, games } from './games.ts';
import { listPlay, registerPlay } from './plays.ts';
import { Dice, firstSeed, fuzzRuns, playHistory, playKeys, randomShape } from './random.ts';

/** Nights run long. */
const TIMEOUT_MS = 3_600_000;

/**
 * Runs a game on so many histories, and demands that both verdicts are common among them. At night
 * it says how many there were of each.
 */
function fuzz(what: string, agreeOn: (seed: number) => boolean | undefined): void {
  const verdicts = { true: 0, false: 0 };
  for (let seed = firstSeed; seed < firstSeed + fuzzRuns; seed++) {
    const verdict = agreeOn(seed);
    if (verdict !== undefined) verdicts[`${verdict}`]++;
  }
  report(`${what}: ${verdicts.true} valid, ${verdicts.false} invalid`);
  expect(Math.min(verdicts.true, verdicts.false)).toBeGreaterThan(fuzzRuns / 50);
}

function report(line: string): void {
  if (process.env['ORDEAL_FUZZ'] !== undefined) process.stdout.write(`fuzz: ${line}\n`);
}

describe.each(games)('$title', (game) => {
  const { model, initial = null } = game;
  test(
    'engine, reference and monitor agree with the definition, with an order as proof',
    () => {
      let byMonitor = 0;
      fuzz(game.title, (seed) => {
        const [history, observed] = playOnce(seed, game);
        const [operations] = grouped(history, observed);
        if (operations === undefined) return undefined;
        const expected = bruteForceHistory(history, model, initial, observed);
        for (const [name, search] of searches(operations, model, initial)) {
          expect(search.kind === 'linearizable', `${name}, seed ${seed}`).toBe(expected);
          const flaw = proof(operations, model, initial, search);
          if (name !== 'reference') expect(flaw, `${name}'s proof, seed ${seed}`).toBeUndefined();
        }
        const seen = abilitiesOf(model).monitor?.decide(operations, initial) ?? {
          kind: 'undecided',
        };
        if (seen.kind !== 'undecided') {
          byMonitor++;
          expect(seen.kind === 'valid', `monitor, seed ${seed}`).toBe(expected);
        }
        return expected;
      });
      report(`${game.title}: ${byMonitor} by monitor`);
    },
    TIMEOUT_MS,
  );

  test(
    'a check of several keys agrees with the definition',
    () => {
      fuzz(`${game.title}, several keys`, (seed) => {
        const dice = new Dice(seed * 6007 + 11);
        const keys = dice.pick([['x'], ['x', 'y'], ['x', 'y', 'z'], [undefined, 'x']]);
        const shape = randomShape(dice, game.most);
        const plays = new Map(keys.map((key) => [key, game.play()]));
        const history = playKeys(dice, shape, plays);
        const observed = dice.chance(50);
        const options = { model, initial, failedCas: observed ? 'observed' : 'absent' } as const;
        const { verdict } = checkLinearizable(history, options);
        const expected = bruteForceHistory(history, model, initial, observed);
        expect(verdict.kind, `seed ${seed}`).toBe(expected ? 'valid' : 'invalid');
        return expected;
      });
    },
    TIMEOUT_MS,
  );
});

test(
  'reads that answer nil say nothing where the caller says so',
  () => {
    fuzz('nil reads that say nothing', (seed) => {
      const dice = new Dice(seed * 31 + 5);
      const history = playHistory(dice, randomShape(dice), registerPlay(2, true));
      const told = [...history].filter(({ type, f, value }) => {
        return type !== 'ok' || f !== 'read' || value !== null;
      });
      const options = { model: 'cas-register', nilReads: 'silent' } as const;
      const expected = bruteForceHistory(History.from(told), models['cas-register'], null, false);
      const { verdict } = checkLinearizable(history, options);
      expect(verdict.kind, `seed ${seed}`).toBe(expected ? 'valid' : 'invalid');
      return expected;
    });
  },
  TIMEOUT_MS,
);

test(
  'an engine without hints agrees with the one that has them, on longer histories',
  () => {
    for (let seed = firstSeed; seed < firstSeed + fuzzRuns / 10; seed++) {
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

test.each([
  ['fifo-queue', 'queue'],
  ['stack', 'stack'],
] as const)(
  'the monitor of a %s agrees with the engine on longer histories with many crashes',
  (name, kind) => {
    const model: Model = models[name];
    let decided = 0;
    for (let seed = firstSeed; seed < firstSeed + fuzzRuns / 10; seed++) {
      const dice = new Dice(seed + 99_000_000);
      const [crash, spoil] = [dice.pick([10, 20, 40]), dice.pick([0, 1, 3])];
      const shape = { processes: 2 + dice.roll(4), operations: 30, crash, spoil, reuse: 50 };
      const [operations] = grouped(playHistory(dice, shape, listPlay(kind, true)), false);
      if (operations === undefined) continue;
      const seen = abilitiesOf(model).monitor?.decide(operations, null);
      const search = engineSearch(operations, model, null, { steps: 20_000 });
      if (seen?.kind === 'undecided' || search.kind === 'exhausted') continue;
      expect(seen?.kind === 'valid', `seed ${seed}`).toBe(search.kind === 'linearizable');
      decided++;
    }
    report(`${name}, longer histories: ${decided} decided by both`);
    expect(decided).toBeGreaterThan(fuzzRuns / 20);
  },
  TIMEOUT_MS,
);

/** All searches that there are for this model. */
function* searches(
  operations: Operations,
  model: Model,
  initial: Value,
): Generator<readonly [string, SearchResult]> {
  yield ['engine', engineSearch(operations, model, initial)];
  yield ['reference', porcupineSearch(operations, model, initial)];
  const budget = { steps: DEFAULT_STEPS, memoryBytes: DEFAULT_MEMORY_BYTES };
  if (model === models.stack) yield ['pushdown search', stackSearch(operations, initial, budget)];
  if (model === models['fifo-queue']) {
    yield ['queue search', queueSearch(operations, initial, budget)];
  }
}

/** One history; now and then with values that are far apart, or too large for their own codes. */
function playOnce(seed: number, { play, model, initial, most }: Game): [History, boolean] {
  const dice = new Dice(seed * 7919 + 13);
  const observed = dice.chance(50);
  const history = playHistory(dice, randomShape(dice, most), play());
  const isArithmetic = [models.counter, models['fenced-lock'], models['offset-log']].some(
    (each: Model) => each === model,
  );
  if (isArithmetic || initial !== undefined || !dice.chance(25)) return [history, observed];
  const factor = dice.pick([7_000_003, 2 ** 31]);
  const spread = (value: Value): Value => {
    if (typeof value === 'number') return value * factor;
    return isList(value) ? value.map(spread) : value;
  };
  const far = [...history].map((event) => ({ ...event, value: spread(event.value) }));
  return [History.from(far), observed];
}

function grouped(history: History, observed: boolean): readonly Operations[] {
  const failedCas = observed ? 'observed' : 'absent';
  const groups = operationsByKey(history, { failedCas, nilReads: 'observed' });
  if ('because' in groups) throw new Error(groups.because);
  return groups;
}

/** What is wrong with the order that the search offers, or with the prefix where it got stuck. */
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
