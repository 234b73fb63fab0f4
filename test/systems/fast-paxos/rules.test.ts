import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FastCommand } from '../../../systems/fast-paxos/messages.ts';
import { coordinatorOf, isFast, ownRound } from '../../../systems/fast-paxos/numbers.ts';
import { quorumSizes } from '../../../systems/fast-paxos/quorums.ts';
import { fastRules } from '../../../systems/fast-paxos/rules.ts';
import type { Vote } from '../../../systems/fast-paxos/state.ts';
import { operationCommand } from '../../../systems/kv.ts';

const nodesUpTo9 = fc.integer({ min: 1, max: 9 });

describe('numbers of rounds', () => {
  test('are the own ones of their coordinator, above what was seen, and of the kind asked for', () => {
    fc.assert(
      fc.property(
        nodesUpTo9,
        fc.nat({ max: 8 }),
        fc.integer({ min: -1, max: 10_000 }),
        fc.boolean(),
        (nodes, node, above, fast) => {
          const self = node % nodes;
          const round = ownRound(self, nodes, above, fast);
          expect(round).toBeGreaterThan(above);
          expect(coordinatorOf(round, nodes)).toBe(self);
          expect(isFast(round, nodes)).toBe(fast);
          expect(round - 4 * nodes).toBeLessThanOrEqual(above);
        },
      ),
    );
  });

  test('of a fast round have a classic successor of the same coordinator, which is nobody’s first', () => {
    fc.assert(
      fc.property(nodesUpTo9, fc.nat({ max: 10_000 }), (nodes, number) => {
        fc.pre(isFast(number, nodes));
        const successor = fastRules.recoverRound(number);
        expect(isFast(successor, nodes)).toBe(false);
        expect(coordinatorOf(successor, nodes)).toBe(coordinatorOf(number, nodes));
        for (let self = 0; self < nodes; self++) {
          expect(ownRound(self, nodes, number, true)).not.toBe(successor);
          expect(ownRound(self, nodes, number, false)).not.toBe(successor);
        }
      }),
    );
  });
});

function commandOf(value: string): FastCommand {
  return { ...operationCommand({ f: 'write', key: 'x', value }, 0, 0, 0), from: null };
}

const COMMANDS = ['a', 'b', 'c'].map(commandOf);

/** What each acceptor votes for in the fast round: one of the values, or nothing yet. */
const ballots = fc
  .integer({ min: 3, max: 7 })
  .chain((nodes) =>
    fc.tuple(
      fc.array(fc.constantFrom('a', 'b', 'c', null), { minLength: nodes, maxLength: nodes }),
      fc.nat({ max: (1 << nodes) - 1 }),
    ),
  );

describe('rule O4', () => {
  test('never leaves out a value that has, or may yet get, the votes of a fast quorum', () => {
    fc.assert(
      fc.property(ballots, ([votes, mask]) => {
        const quorums = quorumSizes(votes.length, { classicQuorum: 0, fastQuorum: 0 });
        const heard = votes.flatMap((_, node) => ((mask >> node) & 1 ? [node] : []));
        fc.pre(heard.length >= quorums.classic);
        const cast = heard.flatMap((node): Vote[] => {
          const command = COMMANDS.find((each) => each.operation?.value === votes[node]);
          return command === undefined ? [] : [{ node, round: 0, command }];
        });
        const forced = fastRules.forced(cast, { quorums, heard: heard.length, self: 0 });
        for (const command of COMMANDS) {
          const value = command.operation?.value;
          // Those outside of Q may all come to vote for it; those in Q who have not, never will.
          const inside = heard.filter((node) => votes[node] === value).length;
          const canBeChosen = inside + votes.length - heard.length >= quorums.fast;
          if (canBeChosen && inside > 0) expect(forced).toBe(command);
        }
        expect(fastRules.preferred(cast) === null).toBe(cast.length === 0);
      }),
    );
  });

  test('goes by the latest round alone', () => {
    fc.assert(
      fc.property(ballots, ([votes, mask]) => {
        const quorums = quorumSizes(votes.length, { classicQuorum: 0, fastQuorum: 0 });
        const cast = votes.flatMap((value, node): Vote[] => {
          const command = COMMANDS.find((each) => each.operation?.value === value);
          return command === undefined ? [] : [{ node, round: (mask >> node) & 1, command }];
        });
        const latest = Math.max(-1, ...cast.map(({ round }) => round));
        const context = { quorums, heard: votes.length, self: 0 };
        const last = cast.filter(({ round }) => round === latest);
        expect(fastRules.forced(cast, context)).toBe(fastRules.forced(last, context));
        expect(fastRules.preferred(cast)).toBe(fastRules.preferred(last));
      }),
    );
  });
});

describe('a collision', () => {
  test('is there exactly when no value can get a fast quorum', () => {
    fc.assert(
      fc.property(ballots, ([votes]) => {
        const quorums = quorumSizes(votes.length, { classicQuorum: 0, fastQuorum: 0 });
        const cast = votes.flatMap((value, node): Vote[] => {
          const command = COMMANDS.find((each) => each.operation?.value === value);
          return command === undefined ? [] : [{ node, round: 0, command }];
        });
        const silent = votes.length - cast.length;
        const best = Math.max(
          0,
          ...['a', 'b', 'c'].map((value) => votes.filter((each) => each === value).length),
        );
        fc.pre(cast.length > 0);
        expect(fastRules.hasCollided(cast, quorums)).toBe(best + silent < quorums.fast);
      }),
    );
  });
});
