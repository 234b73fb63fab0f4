/** Orders that positions propose: sound when they hold, and no word against the clients when not. */

import { describe, expect, test } from 'vitest';
import { History, type NewEvent } from '../../../checkers/history.ts';
import { checkLinearizable } from '../../../checkers/linearizable/index.ts';
import { simulate } from '../../../harness/ordeal.ts';
import { workloads } from '../../../workloads/index.ts';
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

const CLAIMED = 'the order that the system claims';

/** By the answers alone, and with positions. */
function both(history: History, model: string) {
  const initial = model === 'kv-append' ? '' : null;
  const options = { model, initial, failedCas: 'observed' } as const;
  return {
    off: checkLinearizable(history, options),
    on: checkLinearizable(history, { ...options, witness: 'positions' }),
  };
}

test.each<[string, string, () => Play]>([
  ['registers of few values', 'cas-register', () => registerPlay(3, true)],
  ['registers of unique values', 'cas-register', () => uniqueRegisterPlay(true)],
  ['texts', 'kv-append', () => textPlay(['a', 'b'], true)],
  ['counters', 'counter', () => counterPlay([1, 2], ['inc', 'inc-and-get', 'read'])],
  ['logs', 'log', () => logPlay(true)],
  ['sets', 'set', () => setPlay(false)],
  ['queues', 'fifo-queue', () => listPlay('queue', false)],
  ['stacks', 'stack', () => listPlay('stack', false)],
  ['locks', 'owned-mutex', () => lockPlay(false, true)],
  ['cells', 'write-once', () => writeOncePlay()],
])('positions never change the verdict, nor are true ones called wrong: %s', (_, model, play) => {
  let proved = 0;
  for (let seed = 0; seed < fuzzRuns; seed++) {
    const dice = new Dice(seed + 7_000_000);
    const shape = randomShape(dice, 12);
    const { off, on } = both(playHistory(dice, shape, play(), true), model);
    expect(on.verdict.kind, `seed ${seed}`).toBe(off.verdict.kind);
    if (on.decidedBy === CLAIMED) proved++;
    // The locks that are played are now and then given to two.
    if (shape.spoil === 0 && model !== 'owned-mutex')
      expect(on.keys[0]?.evidence, `seed ${seed}`).toBeUndefined();
  }
  // Objects that grow are a monitor's, where one can decide.
  if (model === 'cas-register') expect(proved).toBeGreaterThan(fuzzRuns / 3);
});

describe('positions of answers', () => {
  const at = (index: number, event: Omit<NewEvent, 'time'>): NewEvent => ({
    time: index,
    ...event,
  });
  const history = (events: readonly Omit<NewEvent, 'time'>[]) =>
    History.from(events.map((event, index) => at(index, event)));

  test('leave room for what was refused and for what was never answered', () => {
    const { on } = both(
      history([
        { type: 'invoke', process: 0, f: 'write', value: 1 },
        { type: 'ok', process: 0, f: 'write', value: 1, position: 1 },
        { type: 'invoke', process: 1, f: 'write', value: 2 },
        { type: 'info', process: 1, f: 'write', value: 2, error: 'timeout' },
        { type: 'invoke', process: 2, f: 'cas', value: [1, 3] },
        { type: 'fail', process: 2, f: 'cas', value: [1, 3], error: 'cas-mismatch' },
        { type: 'invoke', process: 0, f: 'read', value: null },
        { type: 'ok', process: 0, f: 'read', value: 2, position: 2 },
      ]),
      'cas-register',
    );
    expect([on.verdict.kind, on.decidedBy]).toEqual(['valid', CLAIMED]);
  });

  test('that lie are reported, and the answers decide', () => {
    const { on } = both(
      history([
        { type: 'invoke', process: 0, f: 'write', value: 1 },
        { type: 'invoke', process: 1, f: 'write', value: 2 },
        { type: 'ok', process: 0, f: 'write', value: 1, position: 1 },
        { type: 'ok', process: 1, f: 'write', value: 2, position: 2 },
        { type: 'invoke', process: 0, f: 'read', value: null },
        { type: 'ok', process: 0, f: 'read', value: 1, position: 2 },
      ]),
      'cas-register',
    );
    expect([on.verdict.kind, on.decidedBy]).toEqual(['valid', 'register monitor']);
    expect(on.keys[0]?.evidence).toContain('cannot follow');
  });

  test('are not called a lie where an unanswered operation may explain them', () => {
    const { on } = both(
      history([
        { type: 'invoke', process: 0, f: 'append', value: 'a' },
        { type: 'ok', process: 0, f: 'append', value: 'a', position: 1 },
        { type: 'invoke', process: 1, f: 'append', value: 'b' },
        { type: 'invoke', process: 0, f: 'append', value: 'c' },
        { type: 'ok', process: 0, f: 'append', value: 'c', position: 3 },
        { type: 'invoke', process: 0, f: 'get', value: null },
        { type: 'ok', process: 0, f: 'get', value: 'abc', position: 3 },
      ]),
      'kv-append',
    );
    expect(on.verdict.kind).toBe('valid');
    expect(on.keys[0]?.evidence).toBeUndefined();
  });
});

test.each([
  ['register', []],
  ['register', ['rf-local-read']],
  ['register', ['sys-reply-before-apply']],
  ['register', ['rf-no-dedupe']],
  ['register', ['sys-timeout-reported-as-fail']],
  ['append', []],
  ['counter', []],
  ['set', []],
] as const)('simulated runs of %s with bugs %j keep their verdicts', (workload, variants) => {
  const { model, initial } = workloads[workload] as (typeof workloads)[string];
  for (let seed = 1; seed <= 4; seed++) {
    const { result } = simulate({ system: 'raft', workload, variants, seed, timeLimitS: 20 });
    const options = { model, initial, failedCas: 'observed' } as const;
    const off = checkLinearizable(result.history, options);
    const on = checkLinearizable(result.history, { ...options, witness: 'positions' });
    expect(on.verdict.kind, `seed ${seed}`).toBe(off.verdict.kind);
    if (variants.length === 0) {
      expect(on.keys.filter(({ evidence }) => evidence !== undefined)).toEqual([]);
    }
  }
});
