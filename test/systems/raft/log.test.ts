/** The arithmetic of a log behind a snapshot, beside a list that holds everything. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noopCommand } from '../../../systems/kv.ts';
import {
  append,
  entriesBehind,
  entriesFrom,
  entryAt,
  firstOfTerm,
  lastIndex,
  lastTerm,
  lastUpToTerm,
  logRecords,
  noteDurable,
  type RaftLog,
  replacePrefix,
  termAt,
  termToTell,
  truncateBehind,
} from '../../../systems/raft/log.ts';
import type { Entry, Snapshot } from '../../../systems/raft/messages.ts';

function entryOf(term: number): Entry {
  return { term, command: noopCommand(0) };
}

function snapshotAt(index: number, term: number): Snapshot {
  return { index, term, kv: null, configuration: null };
}

/** Terms of a whole log, which never go down. */
const terms = fc
  .array(fc.nat({ max: 2 }), { maxLength: 12 })
  .map((steps) =>
    steps.map((_, at) => 1 + steps.slice(0, at + 1).reduce((sum, step) => sum + step, 0)),
  );

/** The terms of every entry, and a log of them of which a prefix is compacted. */
const logs = terms.chain((whole) =>
  fc.nat({ max: whole.length }).map((compacted) => {
    const log: RaftLog = {
      log: whole.slice(compacted).map(entryOf),
      snapshot: snapshotAt(compacted, whole[compacted - 1] ?? 0),
      durableIndex: whole.length,
    };
    return { whole, compacted, log };
  }),
);

/** An index before, in or behind the log. */
const index = fc.nat({ max: 15 });

describe('a log', () => {
  test('tells every term that it has, and why it does not tell another', () => {
    fc.assert(
      fc.property(logs, index, ({ whole, compacted, log }, at) => {
        expect(lastIndex(log)).toBe(whole.length);
        expect(lastTerm(log)).toBe(whole.at(-1) ?? 0);
        const entry = entryAt(log, at);
        if (at <= compacted) expect(entry).toBe('compacted');
        else if (at > whole.length) expect(entry).toBe('unavailable');
        else expect(entry).toMatchObject({ term: whole[at - 1] });
        // Of the last entry that is compacted the term is known still.
        const known = at >= compacted && at <= whole.length;
        const term = at === 0 ? 0 : whole[at - 1];
        expect(termAt(log, at)).toBe(known ? term : at < compacted ? 'compacted' : 'unavailable');
        expect(termToTell(log, at)).toBe(known ? term : -1);
      }),
    );
  });

  test('hands out what lies behind an index, and no more of it than is wanted', () => {
    fc.assert(
      fc.property(logs, index, fc.nat({ max: 5 }), ({ whole, compacted, log }, at, count) => {
        const behind = whole.slice(Math.max(at, compacted)).map(entryOf);
        expect(entriesBehind(log, at)).toEqual(behind);
        expect(entriesFrom(log, at + 1, count)).toEqual(behind.slice(0, count));
      }),
    );
  });

  test('finds where the entries of a term begin and end', () => {
    fc.assert(
      fc.property(logs, index, fc.nat({ max: 20 }), ({ whole, compacted, log }, at, term) => {
        const last = lastUpToTerm(log, at, term);
        expect(last).toBeLessThanOrEqual(at);
        for (let above = last + 1; above <= Math.min(at, whole.length); above++) {
          expect(whole[above - 1]).toBeGreaterThan(term);
        }
        if (last > compacted) expect(whole[last - 1]).toBeLessThanOrEqual(term);
        fc.pre(at > compacted && at <= whole.length);
        const first = firstOfTerm(log, at);
        expect(new Set(whole.slice(first - 1, at)).size).toBe(1);
        if (first > compacted + 1) expect(whole[first - 2]).not.toBe(whole[at - 1]);
      }),
    );
  });

  test('that is truncated and appended to ends with what was appended', () => {
    fc.assert(
      fc.property(logs, fc.nat(), fc.nat({ max: 4 }), ({ whole, compacted, log }, cut, count) => {
        const keep = compacted + (cut % (whole.length - compacted + 1));
        truncateBehind(log, keep);
        expect(lastIndex(log)).toBe(keep);
        expect(log.durableIndex).toBe(keep);
        const added = Array.from({ length: count }, () => entryOf(99));
        expect(append(log, added)).toBe(keep + count);
        expect(entriesBehind(log, keep)).toEqual(added);
        // What is appended is on the disk once the disk has said so, and an old word takes nothing back.
        expect(log.durableIndex).toBe(keep);
        expect(noteDurable(log, keep + count)).toBe(count > 0);
        expect(noteDurable(log, keep)).toBe(false);
        expect(log.durableIndex).toBe(keep + count);
      }),
    );
  });

  test('is the same behind a later snapshot, and as the records of a disk', () => {
    fc.assert(
      fc.property(logs, fc.nat(), ({ whole, compacted, log }, cut) => {
        const upTo = compacted + (cut % (whole.length - compacted + 1));
        replacePrefix(log, snapshotAt(upTo, whole[upTo - 1] ?? 0), entriesBehind(log, upTo));
        expect(lastIndex(log)).toBe(whole.length);
        expect(lastTerm(log)).toBe(whole.at(-1) ?? 0);
        const entries = whole.slice(upTo).map(entryOf);
        const behind = entries.length === 0 ? [] : [{ kind: 'entries', from: upTo + 1, entries }];
        expect(logRecords(log)).toEqual([{ kind: 'snapshot', snapshot: log.snapshot }, ...behind]);
      }),
    );
  });

  test('is never truncated into its snapshot, nor behind its end', () => {
    const log: RaftLog = { log: [entryOf(1)], snapshot: snapshotAt(3, 1), durableIndex: 4 };
    expect(() => truncateBehind(log, 2)).toThrow('compacted');
    expect(() => truncateBehind(log, 5)).toThrow('behind the end');
  });
});
