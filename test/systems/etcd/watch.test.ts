/** What a watch of etcd hears, from the JSON of its gateway. */

import { expect, test } from 'vitest';
import { type Habits, perform } from '../../../systems/etcd/operations.ts';
import type { Answer } from '../../../systems/member.ts';
import type { Outcome } from '../../../systems/operations.ts';

const PLAIN: Habits = { serializable: false, guard: 'revision', leaseS: 2 };

const header = { revision: '9', member_id: '7' };

function heard(answer: Answer): Outcome | undefined {
  const watch = { f: 'watch', key: 'w1', value: [4, 500, true] } as const;
  const exchange = perform(watch, PLAIN);
  expect(exchange.next().value).toMatchObject({
    path: '/v3/watch',
    listenMs: 500,
    body: [
      { create_request: { start_revision: '4', prev_kv: true, progress_notify: true } },
      { progress_request: {} },
    ],
  });
  const { done, value } = exchange.next(answer);
  return done === true ? value : undefined;
}

test('changes with what was before them, progress, and an end, in order, after where it began', () => {
  const kv = {
    key: btoa('k'),
    create_revision: '4',
    mod_revision: '4',
    version: '1',
    value: btoa('1'),
  };
  const put = { kv };
  const gone = { type: 'DELETE', kv: { key: btoa('k'), mod_revision: '5' }, prev_kv: kv };
  const body = [
    { result: { header, created: true } },
    { result: { header, events: [put, gone] } },
    { result: { header } },
    { result: { header, canceled: true, cancel_reason: 'compacted' } },
  ];
  expect(heard({ kind: 'answered', status: 200, body })).toEqual({
    type: 'ok',
    value: [
      ['began', 4],
      ['put', 'k', 4, 1, 1, null],
      ['delete', 'k', 5, [1, 4, 1]],
      ['progress', 9],
      ['ended', 'compacted'],
    ],
  });
});

test('nothing, where nobody answered: it changes nothing', () => {
  expect(heard({ kind: 'lost', because: 'no answer within 500 ms' })?.type).toBe('fail');
});

test('nothing that is garbled', () => {
  const body = [{ result: { header, events: [{ kv: { key: 7 } }] } }];
  expect(heard({ kind: 'answered', status: 200, body })?.type).toBe('info');
});

test('digests that are not the same twice say nothing', () => {
  const digests = (hashes: readonly number[]) => {
    const exchange = perform({ f: 'hash', key: 'n1', value: 0 }, PLAIN);
    let step = exchange.next();
    for (const hash of hashes) {
      step = exchange.next({ kind: 'answered', status: 200, body: { header, hash } });
    }
    return step.value;
  };
  expect(digests([17, 17])).toEqual({ type: 'ok', value: [9, 17] });
  expect(digests([17, 18])).toMatchObject({ type: 'fail' });
});
