import { describe, expect, test } from 'vitest';
import { checkBank } from '../../checkers/bank.ts';
import { done, events } from './events.ts';

const read = (...balances: (number | null)[]) =>
  done(
    0,
    'read',
    null,
    balances.map((balance, account) => [account, balance]),
  );

describe('bank', () => {
  test('reads of the same total are valid', () => {
    expect(checkBank(events(...read(100, 0), ...read(60, 40))).verdict.kind).toBe('valid');
  });

  test('money that vanishes is named with the amount', () => {
    const { verdict } = checkBank(events(...read(100, 0), ...read(60, 35)));
    expect(verdict).toMatchObject({
      kind: 'invalid',
      events: [0, 1, 2, 3],
      because:
        'the read of process 0, events 2 to 3 found 95 in all accounts together instead of 100: 5 vanished',
    });
  });

  test('the first read is held against the total where the caller knows it', () => {
    expect(checkBank(events(...read(90)), { total: 100 }).verdict.kind).toBe('invalid');
  });

  test('an overdrawn account is a violation unless the caller allows it', () => {
    const history = events(...read(100, 0), ...read(110, -10));
    expect(checkBank(history).verdict).toMatchObject({
      because: expect.stringContaining('account 1 overdrawn, at -10'),
    });
    expect(checkBank(history, { allowNegative: true }).verdict.kind).toBe('valid');
  });

  test.each([
    ['an account that does not exist', [...read(50, 50), ...read(50, 25, 25)]],
    ['a missing account', [...read(50, 50), ...read(100)]],
    ['an account without a balance', [...read(50, 50), ...read(100, null)]],
  ])('%s is a violation', (_, list) => {
    expect(checkBank(events(...list)).verdict.kind).toBe('invalid');
  });

  test('no successful read is unknown', () => {
    expect(checkBank(events([0, 'invoke', 'read'], [0, 'fail', 'read'])).verdict.kind).toBe(
      'unknown',
    );
  });

  test('a read that is no list of balances is unknown', () => {
    expect(checkBank(events(...done(0, 'read', null, 7))).verdict.kind).toBe('unknown');
  });
});
