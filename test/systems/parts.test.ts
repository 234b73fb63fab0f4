/** The parts that protocols share: waiting reads, learning by slots, roles, and planted bugs of hosts. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unsynced } from '../../systems/host-mutants.ts';
import { changeRole, type RoleChanges } from '../../systems/role-changes.ts';
import { sendAll } from '../../systems/send-all.ts';
import { forgetSlots, furthestAhead, type Learn, tellChosen } from '../../systems/slot-learning.ts';
import { serveWaiting } from '../../systems/waiting-reads.ts';

interface Read {
  index: number;
  readonly round: number;
}

describe('waiting reads', () => {
  /** A leader that has begun `round`, of which `confirmed` is answered, and applied up to `applied`. */
  function leader(reads: Read[], { round = 2, confirmed = 2, applied = 5, known = true } = {}) {
    return {
      state: { round, reads },
      rules: {
        readIndex: () => (known ? applied : -1),
        readReady: (_: object, read: Read) =>
          read.index >= 0 && read.index <= applied && read.round <= confirmed,
        startsRound: () => confirmed === round,
      },
    };
  }

  test('are answered in the order of their arrival, and the first that may not holds up the rest', () => {
    const read = fc.record({ index: fc.integer({ min: -1, max: 8 }), round: fc.nat({ max: 3 }) });
    fc.assert(
      fc.property(fc.array(read), (given) => {
        const reads = given.map((each) => ({ ...each }));
        const answered: Read[] = [];
        const step = leader(reads);
        serveWaiting(step, (each) => answered.push(each));
        expect([...answered, ...reads]).toHaveLength(given.length);
        expect(answered.every((each) => step.rules.readReady({}, each))).toBe(true);
        expect([...answered, ...reads].map(({ round }) => round)).toEqual(
          given.map(({ round }) => round),
        );
        const [first] = reads;
        if (first !== undefined) expect(step.rules.readReady({}, first)).toBe(false);
      }),
    );
  });

  test('ask for a round only where none is under way that they can share', () => {
    const next = { index: 0, round: 3 };
    expect(serveWaiting(leader([{ ...next }]), () => {})).toBe(true);
    expect(serveWaiting(leader([{ ...next }], { confirmed: 1 }), () => {})).toBe(false);
    expect(serveWaiting(leader([{ index: 9, round: 2 }]), () => {})).toBe(false);
    expect(serveWaiting(leader([]), () => {})).toBe(false);
  });

  test('are told what they have to see as soon as that is known', () => {
    const read = { index: -1, round: 1 };
    serveWaiting(leader([read], { known: false }), () => {});
    expect(read.index).toBe(-1);
    serveWaiting(leader([read]), () => {});
    expect(read.index).toBe(5);
  });
});

describe('learning by slots', () => {
  /** What a node tells that knows these slots as chosen, behind a snapshot. */
  function told(from: number, chosen: readonly number[], snapshot = 0, batch = 10) {
    const sent: Learn<{ slot: number }, string>[] = [];
    tellChosen(
      {
        state: { promised: 1, chosenUpTo: 9, snapshot: { slot: snapshot }, config: { batch } },
        env: {
          send: (_to: number, message: Learn<{ slot: number }, string>) => sent.push(message),
        },
        rules: {
          tellsSnapshot: ({ snapshot: { slot } }, first) => first <= slot,
          toldChosen: (_, slot) => (chosen.includes(slot) ? `c${slot}` : undefined),
        },
      },
      1,
      from,
    );
    return sent.map((message) => ({
      snapshot: message.snapshot?.slot ?? null,
      slots: message.chosen.map(({ slot }) => slot),
    }));
  }

  test('tells slots without holes, as many as go into one message', () => {
    expect(told(3, [3, 4, 5, 7])).toEqual([{ snapshot: null, slots: [3, 4, 5] }]);
    expect(told(3, [3, 4, 5], 0, 2)).toEqual([{ snapshot: null, slots: [3, 4] }]);
    expect(told(3, [4])).toEqual([]);
  });

  test('tells a snapshot, and what follows it, to whoever lacks what is compacted', () => {
    expect(told(2, [6, 7], 5)).toEqual([{ snapshot: 5, slots: [6, 7] }]);
    expect(told(2, [], 5)).toEqual([{ snapshot: 5, slots: [] }]);
  });

  test('asks the node whose snapshot reaches furthest, if any is needed', () => {
    const promises = [4, 9, 7].map((snapshotUpTo) => ({ snapshotUpTo }));
    expect(furthestAhead(promises, () => true)).toBe(promises[1]);
    expect(furthestAhead(promises, ({ snapshotUpTo }) => snapshotUpTo < 9)).toBe(promises[2]);
    expect(furthestAhead(promises, () => false)).toBeNull();
  });

  test('forgets the slots that a snapshot covers, and no others', () => {
    const slots = new Map([3, 4, 5].map((slot) => [slot, 'x']));
    forgetSlots(4, slots);
    expect([...slots.keys()]).toEqual([5]);
  });
});

describe('a role', () => {
  const changes: RoleChanges<'follower' | 'leader'> = { follower: ['leader'], leader: [] };

  test('changes only as its protocol has it', () => {
    const state: { role: 'follower' | 'leader' } = { role: 'follower' };
    changeRole(state, 'leader', changes);
    expect(state.role).toBe('leader');
    expect(() => changeRole(state, 'follower', changes)).toThrow('does not become');
  });
});

test('everybody else is told, in the order of their numbers', () => {
  const to: number[] = [];
  const env = { send: (node: number) => to.push(node) };
  sendAll({ state: { self: 1, members: [0, 1, 2, 3] }, env }, 'message');
  expect(to).toEqual([0, 2, 3]);
});

test('a host that does not sync one kind of records syncs the others', () => {
  const durability = unsynced<{ kind: 'vote' | 'term' }>('vote');
  expect(durability({ kind: 'vote' })).toBe('unsynced');
  expect(durability({ kind: 'term' })).toBe('synced');
});
