import { describe, expect, test } from 'vitest';
import { systemNamed } from '../../harness/config/catalogue.ts';
import { costOf } from './costs.ts';

describe('with a stable leader and five nodes', () => {
  test('a write through Raft takes one round trip: the commit rides on later messages', () => {
    const { messages, syncs, roundTrips } = costOf(systemNamed('raft'), {}, 'write');
    expect(messages).toBeCloseTo(2 * 4, 1);
    expect(syncs).toBeCloseTo(5, 1);
    expect(roundTrips).toBe(1);
  });

  test('a write through Multi-Paxos takes one round trip, and a commit message to each', () => {
    const { messages, syncs, roundTrips } = costOf(systemNamed('multi-paxos'), {}, 'write');
    expect(messages).toBeCloseTo(3 * 4, 1);
    expect(syncs).toBeCloseTo(5, 1);
    expect(roundTrips).toBe(1);
  });

  test.each(['raft', 'multi-paxos'])('a leased read through %s asks nobody', (name) => {
    expect(costOf(systemNamed(name), { reads: 'lease' }, 'read').roundTrips).toBe(0);
    expect(costOf(systemNamed(name), {}, 'read').roundTrips).toBe(1);
  });
});

test('a value takes Basic Paxos two round trips, and acceptors tell every learner, or one', () => {
  const basic = systemNamed('basic-paxos');
  const direct = costOf(basic, {}, 'write');
  const distinguished = costOf(basic, { distinguishedLearner: true }, 'write');
  expect(direct.roundTrips).toBe(2);
  // Two phases of requests and promises, and then accepted messages: A(L-1), or A-1 and L-1.
  expect(direct.messages).toBeCloseTo(4 + 4 + 4 + 5 * 4, 1);
  expect(distinguished.messages).toBeCloseTo(4 + 4 + 4 + 4 + 4, 1);
});
