/** What operations cost Zab with a stable leader and five servers, asked at a follower. */

import { expect, test } from 'vitest';
import { zab } from '../../../systems/zab/index.ts';
import { costOf } from '../costs.ts';

test('a write is forwarded, proposed, acknowledged and committed: two round trips', () => {
  const { messages, syncs, roundTrips } = costOf(zab, {}, 'write');
  expect(messages).toBeCloseTo(1 + 3 * 4, 1);
  expect(syncs).toBeCloseTo(5, 1);
  expect(roundTrips).toBe(2);
});

test('a read costs as much through the log, one round trip behind a sync, and else nothing', () => {
  expect(costOf(zab, { reads: 'quorum' }, 'read').messages).toBeCloseTo(1 + 3 * 4, 1);
  expect(costOf(zab, { reads: 'sync' }, 'read')).toMatchObject({ roundTrips: 1 });
  expect(costOf(zab, { reads: 'sync' }, 'read').messages).toBeCloseTo(2, 1);
  expect(costOf(zab, { reads: 'local' }, 'read')).toMatchObject({ roundTrips: 0 });
});
