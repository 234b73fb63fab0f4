import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkCounter } from '../../checkers/counter.ts';
import { History, type NewEvent } from '../../checkers/history.ts';
import { done, type Event, events } from './events.ts';
import { random } from './transactional/simulate.ts';

const RUNS = Number(process.env['ORDEAL_FUZZ'] ?? 500);

describe('counter', () => {
  test.each([1, 2])('a read during an increment may find %i', (found) => {
    const history = events(
      ...done(0, 'add', 1),
      [0, 'invoke', 'add', 1],
      ...done(1, 'read', null, found),
      [0, 'ok', 'add', 1],
    );
    expect(checkCounter(history).verdict.kind).toBe('valid');
  });

  test.each([
    [0, 'at least 1 had been added'],
    [2, 'at most 1 can have been added'],
  ])('a read of %i after one increment is a violation', (found, because) => {
    expect(
      checkCounter(events(...done(0, 'inc', null), ...done(1, 'read', null, found))).verdict,
    ).toMatchObject({
      kind: 'invalid',
      because: expect.stringContaining(because),
    });
  });

  test('an add that failed must not show, one that crashed may', () => {
    const added = (type: 'fail' | 'info', found: number): Event[] => [
      [0, 'invoke', 'add', 5],
      [0, type, 'add', 5],
      ...done(1, 'read', null, found),
    ];
    expect(checkCounter(events(...added('fail', 5))).verdict.kind).toBe('invalid');
    expect(checkCounter(events(...added('info', 5))).verdict.kind).toBe('valid');
    expect(checkCounter(events(...added('info', 0))).verdict.kind).toBe('valid');
  });

  test('a read that no number was answered to, and no read, are unknown', () => {
    expect(checkCounter(events(...done(1, 'read', null, 'a'))).verdict.kind).toBe('unknown');
    expect(checkCounter(events(...done(1, 'inc', null))).verdict.kind).toBe('unknown');
  });

  test('a linearizable counter with additions and subtractions is never accused', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(checkCounter(linearizable(seed)).verdict.kind).not.toBe('invalid');
      }),
      { numRuns: RUNS },
    );
  });
});

/** Operations that take effect at one moment between invocation and completion. */
function linearizable(seed: number): History {
  const draw = random(seed);
  const list: NewEvent[] = [];
  let value = 0;
  const clients = [0, 1, 2].map((process) => ({
    process,
    step: 0,
    amount: 0,
    seen: 0,
    reads: false,
  }));
  for (let i = 0; i < 60; i++) {
    const client = clients[Math.floor(draw() * 3)] as (typeof clients)[number];
    const step = client.step++ % 3;
    if (step === 0) {
      client.reads = draw() < 0.5;
      client.amount = Math.floor(draw() * 7) - 3;
    } else if (step === 1) {
      if (!client.reads) value += client.amount;
      client.seen = value;
      continue;
    }
    list.push({
      time: i,
      type: step === 0 ? 'invoke' : 'ok',
      process: client.process,
      f: client.reads ? 'read' : 'add',
      value: client.reads ? (step === 0 ? null : client.seen) : client.amount,
    });
  }
  return History.from(list);
}
