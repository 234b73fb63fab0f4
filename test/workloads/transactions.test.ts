import { expect, test } from 'vitest';
import type { Value } from '../../checkers/value.ts';
import type { Operation } from '../../systems/operations.ts';
import { txnListAppend, txnRwRegister } from '../../workloads/programs/transactions.ts';
import { BadAnswer } from '../../workloads/workload.ts';

function answered(asked: Value, txn: Value, workload = txnRwRegister): Value | undefined {
  const operation: Operation = { f: 'txn', key: 'k1', value: asked };
  return workload.rpc?.open().answer(operation, { type: 'txn_ok', txn });
}

test('a register that was never written may be answered as 0: nobody writes that', () => {
  const asked = [
    ['r', 1, null],
    ['w', 1, 101],
    ['r', 1, null],
  ] as const;
  expect(
    answered(asked, [
      ['r', 1, 0],
      ['w', 1, 101],
      ['r', 1, 101],
    ]),
  ).toEqual([
    ['r', 1, null],
    ['w', 1, 101],
    ['r', 1, 101],
  ]);
});

test('lists stay what they are', () => {
  const lists: Value = [['r', 1, [0, 7]]];
  expect(answered([['r', 1, null]], lists, txnListAppend)).toEqual(lists);
});

test.each([
  [
    [
      ['r', 1, 0],
      ['r', 1, 0],
    ],
  ],
  [[['r', 2, 0]]],
  [[['w', 1, 0]]],
  [[['r', 1]]],
] as const)('%j is no answer to a read of 1', (txn) => {
  expect(() => answered([['r', 1, null]], txn)).toThrow(BadAnswer);
});
