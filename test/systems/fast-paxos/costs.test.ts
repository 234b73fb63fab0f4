import { expect, test } from 'vitest';
import { systemNamed } from '../../../harness/config/catalogue.ts';
import { costOf } from '../costs.ts';

const NODES = 5;

test('a write takes two message delays in a fast round: a proposal, and votes of all for all', () => {
  const { messages, syncs, roundTrips } = costOf(systemNamed('fast-paxos'), {}, 'write');
  expect(roundTrips).toBe(1);
  expect(messages).toBeCloseTo((NODES - 1) * (1 + NODES), 1);
  expect(syncs).toBeCloseTo(NODES, 1);
});

test('a write takes three message delays in a classic round: it goes to the coordinator first', () => {
  const classic = costOf(systemNamed('fast-paxos'), { rounds: 'classic' }, 'write');
  expect(classic.roundTrips).toBe(1.5);
  expect(classic.messages).toBeCloseTo(1 + (NODES - 1) * (1 + NODES), 1);
});
