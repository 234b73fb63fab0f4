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
    ['money on an account that was missing', [...read(50, 50), ...read(50)]],
    ['an account without a balance', [...read(50, 50), ...read(100, null)]],
  ])('%s is a violation', (_, list) => {
    expect(checkBank(events(...list)).verdict.kind).toBe('invalid');
  });

  test('an account that there is not is a violation where the caller says which there are', () => {
    const history = events(...read(50, 50), ...read(50, 25, 25));
    expect(checkBank(history, { accounts: [0, 1] }).verdict).toMatchObject({
      kind: 'invalid',
      because: expect.stringContaining('accounts that do not exist: 2'),
    });
    expect(checkBank(history).verdict.kind).toBe('valid');
  });

  test('an empty account may be missing, as in Jepsen: some systems delete it', () => {
    const history = events(...read(100), ...read(60, 40), ...read(100));
    expect(checkBank(history).verdict.kind).toBe('valid');
    expect(checkBank(history, { accounts: [0, 1] }).verdict.kind).toBe('valid');
  });

  test('a missing account is named where the total is wrong', () => {
    const { verdict } = checkBank(events(...read(50, 50), ...read(50)));
    expect(verdict).toMatchObject({
      because: expect.stringContaining('50 vanished, and did not find the accounts 1'),
    });
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
