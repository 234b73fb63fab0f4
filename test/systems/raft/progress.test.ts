/** What a leader knows of a follower, in each way of sending to it. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../../systems/raft/messages.ts';
import {
  becomeJoining,
  becomeProbe,
  becomeSnapshot,
  newProgress,
  noteAccepted,
  noteAck,
  noteSent,
  type Progress,
  progressOf,
} from '../../../systems/raft/progress.ts';

const snapshot: Snapshot = { index: 7, term: 2, kv: null, configuration: null };

/** What may happen to the progress of a follower, with a number to go with it. */
const happenings: readonly ((progress: Progress, drawn: number) => void)[] = [
  (progress, drawn) => noteAccepted(progress, progress.match + (drawn % 4)),
  (progress, drawn) => becomeProbe(progress, progress.match + 1 + (drawn % 3)),
  (progress) => becomeSnapshot(progress, { ...snapshot, index: progress.match + 2 }, 'text'),
  (progress, drawn) => {
    if (progress.sending.kind === 'probe') return;
    const last = progress.next + (drawn % 3);
    noteSent(progress, last + 1, last);
  },
  (progress, drawn) => void noteAck(progress, drawn % 5, drawn),
];

describe('progress', () => {
  test('sends from behind what the follower has, whatever happens', () => {
    const steps = fc.array(fc.tuple(fc.nat({ max: happenings.length - 1 }), fc.nat({ max: 100 })));
    fc.assert(
      fc.property(steps, (taken) => {
        const progress = newProgress(5, 0);
        for (const [which, drawn] of taken) {
          happenings[which]?.(progress, drawn);
          expect(progress.match).toBeLessThan(progress.next);
          expect(progress.flights.every((last) => last > progress.match)).toBe(true);
        }
      }),
    );
  });

  test('of a snapshot ends with what the snapshot covers, and not before', () => {
    const progress = newProgress(9, 0);
    becomeSnapshot(progress, snapshot, 'text');
    expect(progress.next).toBe(8);
    noteAccepted(progress, 6);
    expect(progress.sending).toMatchObject({ kind: 'snapshot', snapshot });
    noteAccepted(progress, 7);
    expect(progress.sending.kind).toBe('replicate');
  });

  test('of whoever joins is a guess, and what it had caught up with before counts no more', () => {
    const progress = newProgress(9, 0);
    progress.caughtUp = true;
    progress.match = 8;
    becomeJoining(progress, { next: 9, match: 0, round: 4 }, 9, 1_000);
    expect(progress).toMatchObject({
      sending: { kind: 'probe' },
      match: 0,
      next: 9,
      sinceRound: 4,
      ackUs: 1_000,
      catchUpTo: 9,
      caughtUp: false,
    });
  });

  test('takes a second answer to the latest round for a sign of life alone, and older ones for nothing', () => {
    const progress = newProgress(0, 0);
    expect(noteAck(progress, 2, 10)).toBe(true);
    expect(noteAck(progress, 2, 20)).toBe(false);
    expect(progress).toMatchObject({ ackRound: 2, ackUs: 20 });
    // It may have been on its way for long, and its sender be gone.
    expect(noteAck(progress, 1, 30)).toBe(false);
    expect(progress).toMatchObject({ ackRound: 2, ackUs: 20 });
  });

  test('is kept of members alone, and nothing is sent ahead on a guess', () => {
    expect(() => progressOf({ progress: [] }, 0)).toThrow('no member');
    const progress = newProgress(0, 0);
    becomeProbe(progress, 1);
    expect(() => noteSent(progress, 2, 1)).toThrow('on a guess');
  });
});
