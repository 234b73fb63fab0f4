/** Mistakes that others have made, and that random histories of recorded systems did not show. */

import { describe, expect, test } from 'vitest';
import { History, type Value } from '../../../checkers/history.ts';
import { checkLinearizable, type Model, models } from '../../../checkers/linearizable/index.ts';
import { history } from './lines.ts';

describe('absorption', () => {
  test('an operation that happens to keep the state is not taken before it is needed', () => {
    // The write of 1 by process 1 keeps the state 1, but is needed later to bring 1 back after 2.
    const needed = history(
      '0 invoke write 1',
      '0 ok write 1',
      '1 invoke write 1',
      '0 invoke write 2',
      '0 ok write 2',
      '2 invoke read',
      '2 ok read 2',
      '2 invoke read',
      '2 ok read 1',
      '1 ok write 1',
    );
    expect(checkLinearizable(needed, { model: 'register' }).verdict.kind).toBe('valid');
  });

  test('the same with texts: a put of what is there is needed again after an append', () => {
    const needed = history(
      '0 invoke put "a"',
      '0 ok put "a"',
      '1 invoke put "a"',
      '0 invoke append "b"',
      '0 ok append "b"',
      '2 invoke get',
      '2 ok get "ab"',
      '2 invoke get',
      '2 ok get "a"',
      '1 ok put "a"',
    );
    const options = { model: 'kv-append', initial: '' };
    expect(checkLinearizable(needed, options).verdict.kind).toBe('valid');
  });

  test('a model that wrongly claims to be read-only is never believed that all is well', () => {
    // Too many values for the engine to find out by itself.
    const lying: Model<Value> = {
      ...models.register,
      name: 'lying',
      readonly: ({ input }) => input !== 7,
    };
    const events = Array.from({ length: 300 }, (_, value) => [
      `0 invoke write ${value}`,
      `0 ok write ${value}`,
    ]).flat();
    const missing = history(
      ...events,
      '1 invoke write 7',
      '1 ok write 7',
      '2 invoke read',
      '2 ok read',
    );
    expect(checkLinearizable(missing, { model: lying }).verdict.kind).not.toBe('valid');
  });
});

describe('counters', () => {
  test('reads within the bounds of completed and invoked increments can still contradict', () => {
    // Both reads lie between the increments completed and those invoked, and never go back, but
    // the first one takes the only increment that the second one leaves room for.
    const bad = history(
      '0 invoke inc',
      '1 invoke inc',
      '2 invoke read',
      '3 invoke read',
      '2 ok read 1',
      '0 ok inc',
      '1 ok inc',
      '4 invoke read',
      '4 ok read 2',
      '3 ok read 0',
    );
    expect(checkLinearizable(bad, { model: 'counter' }).verdict.kind).toBe('valid');
    const worse = history(
      '0 invoke inc',
      '2 invoke read',
      '2 ok read 1',
      '3 invoke read',
      '1 invoke inc',
      '3 ok read 0',
      '0 ok inc',
      '1 ok inc',
    );
    expect(checkLinearizable(worse, { model: 'counter' }).verdict.kind).toBe('invalid');
  });

  test('an increment that a read has used up is not there for an earlier deadline', () => {
    // Count 2 before process 1 may have incremented forces both others; then 2 again must hold.
    const bad = history(
      '0 invoke inc',
      '1 invoke inc',
      '2 invoke read',
      '2 ok read 1',
      '0 ok inc',
      '3 invoke inc',
      '3 ok inc',
      '2 invoke read',
      '2 ok read 1',
      '1 ok inc',
    );
    expect(checkLinearizable(bad, { model: 'counter' }).verdict.kind).toBe('invalid');
  });
});

describe('operations without an answer', () => {
  test('may take effect long after their process gave up', () => {
    const late = history(
      '0 invoke write 1',
      '0 info write 1',
      '1 invoke read',
      '1 ok read',
      '1 invoke read',
      '1 ok read 1',
    );
    expect(checkLinearizable(late, { model: 'register' }).verdict.kind).toBe('valid');
  });

  test('take effect once only', () => {
    const twice = history(
      '0 invoke cas [null,1]',
      '0 info cas [null,1]',
      '1 invoke read',
      '1 ok read 1',
      '1 invoke write 2',
      '1 ok write 2',
      '1 invoke read',
      '1 ok read 1',
    );
    expect(checkLinearizable(twice, { model: 'cas-register' }).verdict.kind).toBe('invalid');
  });

  test('never take effect before they are asked for', () => {
    const early = history('1 invoke read', '1 ok read 1', '0 invoke write 1', '0 info write 1');
    expect(checkLinearizable(early, { model: 'register' }).verdict.kind).toBe('invalid');
  });

  test('a release without an answer may free the lock at once, an acquire need not have it', () => {
    const free = history(
      '0 invoke acquire',
      '0 ok acquire',
      '0 invoke release',
      '0 info release',
      '1 invoke acquire',
      '1 info acquire',
      '2 invoke acquire',
      '2 ok acquire',
    );
    expect(checkLinearizable(free, { model: 'mutex' }).verdict.kind).toBe('valid');
  });
});

describe('a refused compare-and-set', () => {
  const refused = ['0 invoke write 1', '0 ok write 1', '0 invoke cas [1,2]', '0 fail cas [1,2]'];

  test('is an observation or nothing, as the caller says', () => {
    const said = history(...refused);
    const judge = (failedCas: 'observed' | 'absent'): string =>
      checkLinearizable(said, { model: 'cas-register', failedCas }).verdict.kind;
    expect([judge('observed'), judge('absent')]).toEqual(['invalid', 'valid']);
  });

  test('with another error than a mismatch has observed nothing', () => {
    const timed = History.from(
      [...history(...refused)].map((event) =>
        event.type === 'fail' ? { ...event, error: 'timed out' } : event,
      ),
    );
    const options = { model: 'cas-register', failedCas: 'observed' } as const;
    expect(checkLinearizable(timed, options).verdict.kind).toBe('valid');
  });

  test('without a text has observed nothing where others say that they met a mismatch', () => {
    const other = ['1 invoke cas [7,8]', '1 fail cas [7,8]'];
    const events = [...history(...refused, ...other)].map((event) =>
      event.type === 'fail' && event.process === 1 ? { ...event, error: 'cas-mismatch' } : event,
    );
    const options = { model: 'cas-register', failedCas: 'observed' } as const;
    expect(checkLinearizable(History.from(events), options).verdict.kind).toBe('valid');
    const both = events.map((event) =>
      event.type === 'fail' ? { ...event, error: 'cas-mismatch' } : event,
    );
    expect(checkLinearizable(History.from(both), options).verdict.kind).toBe('invalid');
  });
});

describe('an equal place in time', () => {
  test('does not exist: an answer before a call in the history came before it', () => {
    const apart = history('0 invoke write 1', '0 ok write 1', '1 invoke read', '1 ok read');
    expect(checkLinearizable(apart, { model: 'register' }).verdict.kind).toBe('invalid');
    const together = history('0 invoke write 1', '1 invoke read', '0 ok write 1', '1 ok read');
    expect(checkLinearizable(together, { model: 'register' }).verdict.kind).toBe('valid');
  });
});

describe('a claim of a model', () => {
  test('that a transaction only reads goes by its answer where only that has the steps', () => {
    const told = history(
      '0 invoke txn [["r","y",1]]',
      '1 invoke txn',
      '1 ok txn [["w","y",1]]',
      '2 invoke txn',
      '2 ok txn [["w","y",2]]',
      '0 ok txn [["r","y",1]]',
    );
    expect(checkLinearizable(told, { model: 'multi-register' }).verdict.kind).toBe('valid');
  });

  test('that an offset is greater than those before it says nothing about the first', () => {
    const model = models['offset-log'];
    const first = { f: 'append', input: 'a', output: -1, outcome: 'ok', process: 0 } as const;
    expect(model.step(model.initial(null), first)).toBeDefined();
  });

  test('that an owned mutex starts free goes for false too, as in the monitor', () => {
    const twice = history(
      ...['acquire', 'release', 'acquire'].flatMap((f) => [`0 invoke ${f}`, `0 ok ${f}`]),
    );
    const model = models['owned-mutex'];
    const acquire = { f: 'acquire', input: null, output: null, outcome: 'ok', process: 0 } as const;
    const options = { model: 'owned-mutex', initial: false };
    expect(model.step(model.initial(false), acquire)).toBeDefined();
    expect(checkLinearizable(twice, options).verdict.kind).toBe('valid');
  });

  test('that an answer nil found it empty holds at the start too: a queue cannot hold nil', () => {
    const taken = history('0 invoke dequeue', '0 ok dequeue', '0 invoke dequeue', '0 ok dequeue 1');
    for (const model of ['fifo-queue', 'unordered-queue'] as const) {
      const { verdict } = checkLinearizable(taken, { model, initial: [null, 1] });
      expect(verdict).toEqual({ kind: 'unknown', because: expect.stringContaining('nil was put') });
    }
  });
});
