import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forcedValue, type Report } from '../../../../checkers/agreement/fast-paxos/pick.ts';

describe('the value that votes force', () => {
  /** Every way in which the rest of the acceptors may vote, or not. */
  function* completions(
    votes: readonly (number | null)[],
    values: readonly number[],
  ): Generator<readonly (number | null)[]> {
    const open = votes.indexOf(null);
    if (open === -1) {
      yield votes;
      return;
    }
    for (const value of values) {
      yield* completions(votes.with(open, value), values);
    }
  }

  test('is the one that some completion of the round chooses', () => {
    const setting = fc.integer({ min: 3, max: 6 }).chain((nodes) => {
      const classic = Math.floor(nodes / 2) + 1;
      const fast = Math.ceil((3 * nodes) / 4);
      const member = fc.option(fc.constantFrom(7, 8, 9), { nil: -1 });
      return fc.record({
        nodes: fc.constant(nodes),
        fast: fc.constant(fast),
        members: fc.array(member, { minLength: classic, maxLength: nodes }),
      });
    });
    fc.assert(
      fc.property(setting, ({ nodes, fast, members }) => {
        const reports: Report[] = members.flatMap((value, node) =>
          value === -1 ? [] : [{ node, ballot: 0, valueHash: value }],
        );
        // Members of the quorum that have not voted have promised, and never will.
        const votes = Array.from({ length: nodes }, (_, at) => members[at] ?? null);
        const possible = new Set<number>();
        for (const all of completions(votes, [7, 8, 9])) {
          for (const value of [7, 8, 9]) {
            if (all.filter((vote) => vote === value).length >= fast) possible.add(value);
          }
        }
        const forced = forcedValue(reports, members.length, { nodes, fast }, () => true);
        expect([...possible]).toEqual(forced === null ? [] : [forced]);
      }),
    );
  });

  test('in a classic round is its only value, however few voted for it', () => {
    const reports = [
      { node: 0, ballot: 3, valueHash: 7 },
      { node: 1, ballot: 0, valueHash: 8 },
    ];
    expect(forcedValue(reports, 3, { nodes: 5, fast: 4 }, (ballot) => ballot !== 3)).toBe(7);
  });
});
