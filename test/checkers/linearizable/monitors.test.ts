/** What each monitor says of a history that is right, and of the same with a flaw. */

import { describe, expect, test } from 'vitest';
import { History, type NewEvent, type Value } from '../../../checkers/history.ts';
import { checkLinearizable } from '../../../checkers/linearizable/index.ts';

/** `0 invoke write 1`: process, type, function, value as JSON. One event a millisecond. */
function history(text: string): History {
  const lines = text.split('\n').map((line) => line.trim());
  return History.from(
    lines
      .filter((line) => line !== '')
      .map((line, at): NewEvent => {
        const [process, type, f, ...rest] = line.split(' ') as [string, NewEvent['type'], string];
        const json = (rest as string[]).join(' ');
        const value = json === '' ? null : (JSON.parse(json) as Value);
        return { time: (at + 1) * 1_000_000, type, process: Number(process), f, value };
      }),
  );
}

interface Flaw {
  readonly model: string;
  readonly title: string;
  readonly good: string;
  /** A line of the good history, and what stands there in the bad one. */
  readonly flaw: readonly [string, string];
  readonly because: string;
  readonly events: readonly number[];
  readonly by: string;
  /** Who decides the good history, where that is somebody else. */
  readonly goodBy?: string;
}

const flaws: readonly Flaw[] = [
  {
    model: 'cas-register',
    title: 'a read of a repeated value that had been replaced before it began',
    good: `0 invoke write 1
           0 ok write 1
           0 invoke write 2
           0 ok write 2
           1 invoke read
           1 ok read 2
           0 invoke write 1
           0 ok write 1`,
    flaw: ['1 ok read 2', '1 ok read 1'],
    because:
      "process 1 read 1 at 6 ms although process 0's write 2 had been answered at 4 ms in between, " +
      "and the last that could have left it was process 0's write 1 (1 ms to 2 ms)",
    events: [0, 1, 2, 3, 4, 5],
    by: 'register monitor',
    goodBy: 'Wing & Gong search',
  },
  {
    model: 'cas-register',
    title: 'a read of a repeated value before anybody wrote it',
    good: `0 invoke write 1
           0 ok write 1
           1 invoke read
           1 ok read 1
           0 invoke write 2
           0 ok write 2
           0 invoke write 2
           0 ok write 2`,
    flaw: ['1 ok read 1', '1 ok read 2'],
    because: 'process 1 read 2 at 4 ms, which nothing could have brought about by then',
    events: [2, 3],
    by: 'register monitor',
    goodBy: 'Wing & Gong search',
  },
  {
    model: 'cas-register',
    title: 'a chain of compare-and-sets that comes back to a replaced value',
    good: `0 invoke write 1
           0 ok write 1
           1 invoke cas [1,2]
           1 ok cas [1,2]
           2 invoke read
           2 ok read 2`,
    flaw: ['2 ok read 2', '2 ok read 1'],
    because:
      "process 2 read 1 at 6 ms although process 1's cas 1 to 2 had been answered at 4 ms, which comes after it",
    events: [2, 3, 4, 5],
    by: 'register monitor',
  },
  {
    model: 'register',
    title: 'a read of what nobody wrote',
    good: `0 invoke write 1
           0 ok write 1
           1 invoke read
           1 ok read 1`,
    flaw: ['1 ok read 1', '1 ok read 7'],
    because: 'process 1 read 7 at 4 ms, which nobody had written',
    events: [2, 3],
    by: 'register monitor',
  },
  {
    model: 'set',
    title: 'an element that is missed while it was there',
    good: `0 invoke add 5
           0 ok add true
           1 invoke contains 5
           1 ok contains true
           0 invoke remove 5
           0 ok remove true`,
    flaw: ['1 ok contains true', '1 ok contains false'],
    because:
      "process 1 contains 5 -> false at 4 ms, against process 0's add 5 -> true (1 ms to 2 ms) and process 0's remove 5 -> true (5 ms to 6 ms)",
    events: [0, 1, 2, 3, 4, 5],
    by: 'set monitor',
  },
  {
    model: 'fifo-queue',
    title: 'a value that overtakes another',
    good: `0 invoke enqueue 1
           0 ok enqueue 1
           0 invoke enqueue 2
           0 ok enqueue 2
           1 invoke dequeue
           1 ok dequeue 1`,
    flaw: ['1 ok dequeue 1', '1 ok dequeue 2'],
    because:
      "process 1 dequeued -> 2 at 6 ms, put in by process 0's enqueue 2 (3 ms to 4 ms), although process 0's enqueue 1 had been answered at 2 ms before that and was never taken out",
    events: [0, 1, 2, 3, 4, 5],
    by: 'queue monitor',
  },
  {
    model: 'fifo-queue',
    title: 'a queue that is called empty',
    good: `0 invoke enqueue 1
           0 ok enqueue 1
           1 invoke dequeue
           1 ok dequeue 1
           1 invoke dequeue
           1 ok dequeue`,
    flaw: ['1 ok dequeue 1', '1 ok dequeue'],
    because:
      "process 1 dequeued at 4 ms (nothing there) although something was inside all the time since process 0's enqueue 1 (1 ms to 2 ms)",
    events: [0, 1, 2, 3],
    by: 'queue monitor',
  },
  {
    model: 'stack',
    title: 'a value taken from below another',
    good: `0 invoke push 1
           0 ok push 1
           0 invoke push 2
           0 ok push 2
           1 invoke pop
           1 ok pop 2`,
    flaw: ['1 ok pop 2', '1 ok pop 1'],
    because:
      "process 1 pop -> 1 at 6 ms although process 0's push 2 had been answered at 4 ms on top of it and was still there",
    events: [0, 1, 2, 3, 4, 5],
    by: 'stack monitor',
  },
  {
    model: 'kv-append',
    title: 'a text with another beginning than it had',
    good: `0 invoke append "a "
           1 invoke append "b "
           2 invoke get
           2 ok get "a b "
           3 invoke get
           3 ok get "a b "`,
    flaw: ['3 ok get "a b "', '3 ok get "b "'],
    because:
      'process 3 get -> "b " at 6 ms, with another text before a piece that was appended once than process 2 get -> "a b " at 4 ms',
    events: [1, 2, 3, 4, 5],
    by: 'text monitor',
    goodBy: 'Wing & Gong search',
  },
  {
    model: 'mutex',
    title: 'two holders',
    good: `0 invoke acquire
           0 ok acquire
           1 invoke acquire
           1 info acquire
           0 invoke release
           0 ok release`,
    flaw: ['1 info acquire', '1 ok acquire'],
    because:
      "process 1 acquired at 4 ms although process 0's acquire had been answered at 2 ms and the lock had not been released until process 0's release (5 ms to 6 ms)",
    events: [0, 1, 2, 3, 4, 5],
    by: 'mutex monitor',
  },
  {
    model: 'fenced-lock',
    title: 'a token that does not grow',
    good: `0 invoke acquire
           0 ok acquire 7
           0 invoke release
           0 ok release
           1 invoke acquire
           1 ok acquire 8`,
    flaw: ['1 ok acquire 8', '1 ok acquire 7'],
    because: "process 1 got token 7 after process 0's acquire -> 7 (1 ms to 2 ms) had got 7",
    events: [0, 1, 4, 5],
    by: 'fenced-lock monitor',
  },
  {
    model: 'counter',
    title: 'a count above what was asked for',
    good: `0 invoke inc
           0 ok inc
           1 invoke read
           1 ok read 1`,
    flaw: ['1 ok read 1', '1 ok read 2'],
    because:
      'process 1 read -> 2 at 4 ms although with every increment that had been asked for, and that earlier reads leave room for, the count was 1 at most',
    events: [2, 3],
    by: 'counter monitor',
  },
  {
    model: 'counter',
    title: 'a count below what was answered',
    good: `0 invoke inc
           0 ok inc
           1 invoke read
           1 ok read 1`,
    flaw: ['1 ok read 1', '1 ok read 0'],
    because:
      "process 1 read -> 0 at 4 ms although the count had reached 1 before, by process 0's inc (1 ms to 2 ms) at the latest",
    events: [0, 1, 2, 3],
    by: 'counter monitor',
  },
  {
    model: 'counter',
    title: 'a count below all that may have been taken away',
    good: `0 invoke inc 5
           0 ok inc 5
           1 invoke dec 2
           1 info dec 2
           2 invoke read
           2 ok read 3`,
    flaw: ['2 ok read 3', '2 ok read 2'],
    because:
      'process 2 read -> 2 at 6 ms although everything asked for and answered by then leaves between 3 and 5 only',
    events: [4, 5],
    by: 'counter monitor',
    goodBy: 'Wing & Gong search',
  },
  {
    model: 'unordered-queue',
    title: 'a value that comes out more often than it went in',
    good: `0 invoke enqueue 1
           0 ok enqueue 1
           0 invoke enqueue 2
           0 ok enqueue 2
           0 invoke enqueue 2
           0 ok enqueue 2
           1 invoke dequeue
           1 ok dequeue 1
           2 invoke dequeue
           2 ok dequeue 2`,
    flaw: ['2 ok dequeue 2', '2 ok dequeue 1'],
    because:
      'process 2 dequeued -> 1 at 10 ms, as answer 2 with that value, although only 1 of it had been asked to be put in by then',
    events: [6, 7, 8, 9],
    by: 'unordered-queue monitor',
  },
  {
    model: 'semaphore',
    title: 'two holders of one permit',
    good: `0 invoke acquire
           0 ok acquire
           1 invoke acquire
           1 info acquire`,
    flaw: ['1 info acquire', '1 ok acquire'],
    because:
      "process 1 acquired at 4 ms although the only permit was held, by process 0's acquire (1 ms to 2 ms)",
    events: [0, 1, 2, 3],
    by: 'semaphore monitor',
  },
  {
    model: 'offset-log',
    title: 'an offset that goes back',
    good: `0 invoke append "a"
           0 ok append 3
           1 invoke append "b"
           1 ok append 7`,
    flaw: ['1 ok append 7', '1 ok append 2'],
    because:
      'process 0 appended "a" -> 3 at 2 ms, and yet in the order of the list it comes after process 1\'s append "b" -> 2 (3 ms to 4 ms), which had not been asked for yet',
    events: [0, 1, 2, 3],
    by: 'log monitor',
  },
  {
    model: 'log',
    title: 'an acknowledged append that is lost',
    good: `0 invoke append 1
           0 ok append 1
           1 invoke read
           1 ok read [1]`,
    flaw: ['1 ok read [1]', '1 ok read []'],
    because:
      "process 0's append 1 (1 ms to 2 ms) was acknowledged but is missing: process 1's read -> [] (3 ms to 4 ms) still has its place in the list",
    events: [0, 1, 2, 3],
    by: 'log monitor',
  },
];

describe.each(flaws)(
  '$model: $title',
  ({ model, good, flaw, because, events, by, goodBy = by }) => {
    test('is found by the monitor, in words, and only where it is', () => {
      const right = checkLinearizable(history(good), { model });
      expect([right.verdict.kind, right.decidedBy]).toEqual(['valid', goodBy]);
      expect(good).toContain(flaw[0]);
      const bad = history(good.replace(flaw[0], flaw[1]));
      const wrong = checkLinearizable(bad, { model });
      expect(wrong.decidedBy).toBe(by);
      expect(wrong.verdict).toMatchObject({ kind: 'invalid', because, events });
    });
  },
);
