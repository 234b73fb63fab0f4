/** Who may have to agree at a time: whomever any node goes by, from its first word to its next. */

import { expect, test } from 'vitest';
import { VotersInForce } from '../../../checkers/agreement/voters-in-force.ts';
import type { TraceEvent } from '../../../checkers/trace.ts';

const boot: TraceEvent = {
  kind: 'boot',
  protocol: 'raft',
  nodes: [0, 1, 2],
  recovered: { term: 0, votedFor: null, snapshot: { index: 0, term: 0 }, entries: [] },
  variants: [],
};
const membership = (voters: number[], oldVoters: number[] | null = null): TraceEvent => ({
  kind: 'membership',
  index: 1,
  term: 1,
  voters,
  learners: [],
  oldVoters,
});

function followed(...lines: readonly (readonly [number, number, TraceEvent])[]): VotersInForce {
  const followed = new VotersInForce();
  for (const node of [0, 1, 2]) followed.feed(boot, node, 0);
  for (const [timeNs, node, event] of lines) followed.feed(event, node, timeNs);
  return followed;
}

const sets = (voters: VotersInForce, startNs: number, endNs: number) =>
  [...new Set(voters.between(startNs, endNs).map((each) => each.join('')))].sort();

test('nothing is known of a cluster whose nodes never change over', () => {
  expect(sets(followed(), 0, 100)).toEqual([]);
  expect(followed().timesNs).toEqual([]);
});

test('nodes change over one after another, and all that any goes by is in force', () => {
  const voters = followed(
    [10, 0, membership([0, 1])],
    [20, 1, membership([0, 1])],
    [30, 2, membership([0, 1])],
  );
  expect(sets(voters, 10, 20)).toEqual(['01', '012']);
  expect(sets(voters, 20, 30)).toEqual(['01', '012']);
  expect(sets(voters, 30, 40)).toEqual(['01']);
  expect(sets(voters, 5, 40)).toEqual(['01', '012']);
  expect(voters.timesNs).toEqual([10, 20, 30]);
});

test('while joint both majorities are asked for', () => {
  const voters = followed([10, 0, membership([0, 1], [1, 2])], [20, 0, membership([0, 1])]);
  expect(sets(voters, 10, 20)).toEqual(['01', '012', '12']);
  expect(sets(voters, 20, 30)).toEqual(['01', '012']);
});

test('of a protocol that decides slot by slot, whoever voted before is asked still', () => {
  const configuration = (voters: number[]): TraceEvent => ({
    kind: 'configuration',
    from: 1,
    voters,
  });
  const voters = followed(
    ...[0, 1, 2].map((node) => [10, node, configuration([0, 1, 2])] as const),
    ...[0, 1, 2].map((node) => [20, node, configuration([0, 1])] as const),
  );
  expect(sets(voters, 20, 30)).toEqual(['01', '012']);
});
