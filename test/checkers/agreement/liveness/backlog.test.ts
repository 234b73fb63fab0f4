/** What was left behind takes its time, and no more than that. */

import { expect, test } from 'vitest';
import { Backlog } from '../../../../checkers/agreement/liveness/backlog.ts';

const PACE = { leaderNs: 10, followerNs: 0, pieceNs: 7 };

/** n1 leads from 100 to 200 with 5 positions in doubt, n2 from 300 on with 3 and at 400 with none. */
function backlog(): Backlog {
  const found = new Backlog();
  found.began(0, 100, 5, 5);
  found.ended(0, 200);
  found.began(1, 300, 8, 3);
  found.looked(1, 400, 0);
  return found;
}

test('each leader has time for what it found when it began', () => {
  expect(backlog().allowanceNs(null, 0, 1000, PACE)).toBe(80);
  expect(backlog().allowanceNs(null, 0, 250, PACE)).toBe(50);
});

test('from some time on it has time for what is left by then', () => {
  expect(backlog().allowanceNs(null, 350, 1000, PACE)).toBe(30);
  expect(backlog().allowanceNs(null, 450, 1000, PACE)).toBe(0);
});

test('leaders outside of the group, and before or after the time, do not count', () => {
  expect(backlog().allowanceNs([1, 2], 0, 1000, PACE)).toBe(30);
  expect(backlog().allowanceNs(null, 250, 290, PACE)).toBe(0);
});

test('each piece of a snapshot that arrived meanwhile has its time', () => {
  const found = backlog();
  for (const timeNs of [500, 510, 900]) found.piece(2, timeNs);
  expect(found.allowanceNs([2], 450, 600, PACE)).toBe(14);
  expect(found.allowanceNs([0, 1], 450, 600, PACE)).toBe(0);
});

test('what a leader does not bring through gives it no time over and over again', () => {
  const found = new Backlog();
  found.began(0, 0, 5, 5);
  for (let timeNs = 100; timeNs < 1000; timeNs += 100) found.looked(0, timeNs, timeNs);
  expect(found.allowanceNs(null, 0, 1000, PACE)).toBe(50);
});
