import { expect, test } from 'vitest';
import type { Value } from '../../checkers/value.ts';
import type { Operation, OperationName } from '../../systems/operations.ts';
import { kafka } from '../../workloads/programs/kafka.ts';
import { BadAnswer, type Body, type Conversation } from '../../workloads/workload.ts';

function open(): Conversation {
  const { rpc } = kafka;
  if (rpc === undefined) throw new Error('programs are asked it');
  return rpc.open();
}

function operation(f: OperationName, value: Value = null, key = ''): Operation {
  return { f, key, value };
}

/** A client whose polls begin where these offsets were committed. */
function assigned(keys: readonly string[], offsets: Body['offsets']): Conversation {
  const client = open();
  const assign = operation('assign', keys);
  client.request(assign);
  client.answer(assign, { type: 'list_committed_offsets_ok', offsets });
  return client;
}

const poll = operation('poll');

test('a client polls from what was committed, and from the beginning where nothing was', () => {
  const client = assigned(['k1', 'k2', 'k3'], { 1: 7, 3: -1 });
  expect(client.request(poll)).toEqual({ type: 'poll', offsets: { 1: 7, 2: 0, 3: 0 } });
});

test('a poll is over once how far it got is committed, and the next one goes on from there', () => {
  const client = assigned(['k1'], {});
  client.request(poll);
  client.answer(poll, {
    type: 'poll_ok',
    msgs: {
      1: [
        [4, 'a'],
        [6, 'b'],
      ],
    },
  });
  expect(client.followUp?.(poll)).toEqual({ type: 'commit_offsets', offsets: { 1: 6 } });
  const value = client.answer(poll, { type: 'commit_offsets_ok' });
  expect(value).toEqual([
    [
      'k1',
      0,
      [
        [4, 'a'],
        [6, 'b'],
      ],
    ],
  ]);
  expect(client.followUp?.(poll)).toBeNull();
  expect(client.request(poll)).toEqual({ type: 'poll', offsets: { 1: 7 } });
});

test('a poll that finds nothing commits nothing, also where nothing is null', () => {
  const client = assigned(['k1'], null);
  for (const msgs of [{}, { 1: [] }, { 1: null }, null]) {
    client.request(poll);
    client.answer(poll, { type: 'poll_ok', msgs });
    expect(client.followUp?.(poll)).toBeNull();
  }
});

test('a log is drained until a poll brings nothing new', () => {
  const client = open();
  const drain = operation('drain', null, 'k5');
  expect(client.request(drain)).toEqual({ type: 'poll', offsets: { 5: 0 } });
  client.answer(drain, {
    type: 'poll_ok',
    msgs: {
      5: [
        [0, 'a'],
        [1, 'b'],
      ],
    },
  });
  expect(client.followUp?.(drain)).toEqual({ type: 'poll', offsets: { 5: 2 } });
  const value = client.answer(drain, { type: 'poll_ok', msgs: {} });
  expect(value).toEqual([
    [
      'k5',
      0,
      [
        [0, 'a'],
        [1, 'b'],
      ],
    ],
    ['k5', 2, []],
  ]);
  expect(client.followUp?.(drain)).toBeNull();
});

test('a log that gives the same again and again is not drained for ever', () => {
  const client = open();
  const drain = operation('drain', null, 'k5');
  client.request(drain);
  for (const _ of [1, 2]) client.answer(drain, { type: 'poll_ok', msgs: { 5: [[0, 'a']] } });
  expect(client.followUp?.(drain)).toBeNull();
});

test.each([
  [operation('send', 1, 'k1'), { type: 'send_ok', offset: '7' }],
  [poll, { type: 'poll_ok' }],
  [poll, { type: 'poll_ok', msgs: { 1: [[1]] } }],
  [poll, { type: 'poll_ok', msgs: { 1: [[0.5, 'a']] } }],
  [operation('assign', ['k1']), { type: 'list_committed_offsets_ok', offsets: { 1: 'x' } }],
] as const)('%j is not answered by %j', (asked, body) => {
  const client = open();
  client.request(asked);
  expect(() => client.answer(asked, body)).toThrow(BadAnswer);
});
