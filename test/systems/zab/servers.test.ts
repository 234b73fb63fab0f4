/** Single decisions of Zab's servers, on an ensemble whose messages a test delivers. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Zxid } from '../../../checkers/agreement/zab/events.ts';
import { epochEnds, lastCommon, lastPosition, positionOf } from '../../../systems/zab/history.ts';
import type { ZabRecord } from '../../../systems/zab/messages.ts';
import { TIMER, type ZabState, ZERO } from '../../../systems/zab/state.ts';
import { Ensemble, rulesOf, txns } from './script.ts';

describe('an ensemble', () => {
  test('answers a write at the server that was asked, once that has delivered it', () => {
    const ensemble = Ensemble.formed();
    expect(ensemble.leader()).toBe(2);
    const write = ensemble.write(0, 'A');
    ensemble.settle(({ message }) => message.kind !== 'commit');
    expect(ensemble.state(2).applied).toBe(1);
    expect(ensemble.answer(write)).toBeNull();
    ensemble.settle();
    expect(ensemble.answer(write)).toMatchObject({ status: 'ok', position: 1 });
    expect(ensemble.violations).toEqual([]);
  });

  test('of one server needs nobody', () => {
    const ensemble = Ensemble.formed({ nodes: 1 });
    const write = ensemble.write(0, 'A');
    expect(ensemble.answer(write)).toMatchObject({ status: 'ok', position: 1 });
    expect(ensemble.violations).toEqual([]);
  });

  test('lets observers learn and serve, but neither vote nor be counted', () => {
    const ensemble = Ensemble.formed({ nodes: 4, options: { observers: 1 } });
    expect(ensemble.leader()).toBe(2);
    expect(ensemble.state(3)).toMatchObject({ role: 'observing', phase: 'broadcast' });
    const write = ensemble.write(3, 'A');
    ensemble.settle(({ from, message }) => message.kind !== 'ack' || from === 3);
    expect(ensemble.state(2).committed).toBe(0);
    ensemble.settle();
    expect(ensemble.answer(write)).toMatchObject({ status: 'ok' });
    expect(ensemble.violations).toEqual([]);
  });

  test('does not count an observer that joins while a proposal is under way', () => {
    const ensemble = Ensemble.formed({ nodes: 4, options: { observers: 1 } });
    ensemble.crash(3);
    ensemble.write(2, 'A');
    ensemble.start(3);
    ensemble.settle(({ from, to }) => from === 3 || to === 3);
    for (let round = 0; round < 2; round++) {
      ensemble.fire(3, TIMER.resend);
      ensemble.settle(({ from, to, message }) => {
        return message.kind === 'notification' || from === 3 || to === 3;
      });
    }
    expect(ensemble.state(3).phase).toBe('broadcast');
    expect(ensemble.state(2)).toMatchObject({ committed: 0 });
    ensemble.settle();
    expect(ensemble.state(2)).toMatchObject({ committed: 1 });
  });
});

describe('a server', () => {
  test('that is behind what its client has seen sends it on', () => {
    const ensemble = Ensemble.formed({ options: { reads: 'local' } });
    ensemble.write(2, 'A');
    ensemble.settle(({ message }) => message.kind !== 'commit');
    expect(ensemble.answer(ensemble.read(2))).toMatchObject({ value: 'A', position: 1 });
    expect(ensemble.answer(ensemble.read(0, 1))).toEqual({ status: 'redirect', leader: null });
    expect(ensemble.answer(ensemble.read(0))).toMatchObject({ value: null, position: 0 });
    ensemble.settle();
    expect(ensemble.answer(ensemble.read(0, 1))).toMatchObject({ value: 'A', position: 1 });
    expect(ensemble.violations).toEqual([]);
  });

  test('reads behind a sync what its leader had committed when it was asked', () => {
    const ensemble = Ensemble.formed({ options: { reads: 'sync' } });
    ensemble.write(2, 'A');
    ensemble.settle(({ to, message }) => message.kind !== 'commit' || to !== 0);
    const read = ensemble.read(0);
    expect(ensemble.answer(read)).toBeNull();
    ensemble.settle();
    expect(ensemble.answer(read)).toMatchObject({ status: 'ok', value: 'A' });
    expect(ensemble.violations).toEqual([]);
  });

  test('that looks for a leader answers nobody', () => {
    const ensemble = new Ensemble();
    const write = ensemble.write(0, 'A');
    expect(ensemble.answer(write)).toEqual({ status: 'redirect', leader: null });
  });

  test('cannot tell what becomes of a write whose leader is gone', () => {
    const ensemble = Ensemble.formed();
    const write = ensemble.write(0, 'A');
    ensemble.crash(2);
    expect(ensemble.answer(write)).toMatchObject({ status: 'unknown' });
  });

  test('refuses an epoch below the one that it has accepted, and its leader makes room', () => {
    const ensemble = new Ensemble();
    ensemble.crash(0);
    ensemble.elect();
    expect(ensemble.leader()).toBe(2);
    ensemble.start(0);
    // Somebody whom nobody followed in the end had proposed a higher epoch.
    ensemble.state(0).acceptedEpoch = 9;
    ensemble.settle();
    for (let round = 0; round < 3; round++) ensemble.elect();
    for (const node of ensemble.members) {
      expect(ensemble.state(node)).toMatchObject({ phase: 'broadcast', currentEpoch: 10 });
    }
  });

  test('joins no leader on the word of servers that have left it since', () => {
    const ensemble = new Ensemble({ nodes: 5 });
    ensemble.elect();
    expect(ensemble.leader()).toBe(4);
    ensemble.restart(0);
    // Two followers and the leader say who leads; before the last of them is heard, one looks again.
    ensemble.deliver(({ from, message }) => message.kind === 'notification' && from === 0);
    ensemble.deliver(({ from, to }) => to === 0 && from === 1);
    ensemble.disconnect(1, 4);
    ensemble.deliver(({ from, to }) => to === 0 && from === 1);
    ensemble.drop(({ from }) => from === 3);
    ensemble.deliver(({ from, to }) => to === 0 && (from === 2 || from === 4));
    expect(ensemble.state(0).role).toBe('looking');
  });

  test('that hears somebody again does not wait for long until it says its vote again', () => {
    const ensemble = new Ensemble();
    ensemble.drop();
    for (let round = 0; round < 3; round++) ensemble.fire(0, TIMER.resend);
    ensemble.drop();
    expect(ensemble.state(0).resendUs).toBe(1_600_000);
    ensemble.fire(1, TIMER.resend);
    ensemble.deliver();
    expect(ensemble.state(0).resendUs).toBe(200_000);
  });

  test('goes on with its own state when a snapshot never became whole', () => {
    const interrupted = (rules = {}): ZabState => {
      const ensemble = Ensemble.formed({ rules, options: { snapshotEvery: 2, retained: 0 } });
      ensemble.crash(0);
      for (const value of ['A', 'B', 'C']) {
        ensemble.write(2, value);
        ensemble.settle();
      }
      ensemble.start(0);
      ensemble.settle(({ message }) => message.kind !== 'new-leader' && message.kind !== 'diff');
      ensemble.disconnect(0, 2);
      return ensemble.state(0);
    };
    expect(interrupted()).toMatchObject({ applied: 0, role: 'looking' });
    expect(interrupted().kv.data.size).toBe(0);
    expect(interrupted(rulesOf('zb-partial-sync-retained')).kv.data.size).toBe(1);
  });
});

describe('a leader', () => {
  test('whose epoch has no more numbers ends it', () => {
    const ensemble = Ensemble.formed({ options: { counterBits: 2 } });
    for (const value of ['A', 'B', 'C']) {
      ensemble.write(2, value);
      ensemble.settle();
    }
    expect(ensemble.state(2).counter).toBe(3);
    const late = ensemble.write(2, 'D');
    expect(ensemble.answer(late)).toMatchObject({ status: 'unknown' });
    ensemble.elect();
    ensemble.write(ensemble.leader(), 'E');
    ensemble.settle();
    expect(ensemble.state(0).log.at(-1)?.zxid).toEqual({ epoch: 2, counter: 1 });
    expect(ensemble.violations).toEqual([]);
  });

  test('makes no room for a server that has no say, however recent its history is', () => {
    const diskUpTo = (last: number): ZabRecord[] => [
      { kind: 'accepted-epoch', epoch: 1 },
      { kind: 'current-epoch', epoch: 1 },
      ...txns(1, 1, last).map((txn) => ({ kind: 'txn', txn }) as const),
    ];
    const ensemble = new Ensemble({
      options: { quorum: 'weighted', weights: '1,1,0' },
      disks: [diskUpTo(1), diskUpTo(1), diskUpTo(3)],
    });
    ensemble.settle();
    ensemble.fire(1, TIMER.finalize);
    ensemble.fire(0, TIMER.finalize);
    const isLate = ({ from, message }: { from: number; message: { kind: string } }): boolean =>
      from === 0 && message.kind === 'ack-epoch';
    ensemble.settle((flight) => !isLate(flight));
    ensemble.fire(2, TIMER.resend);
    ensemble.settle((flight) => !isLate(flight));
    expect(ensemble.delivered.get('ack-epoch')).toBe(1);
    expect(ensemble.state(1)).toMatchObject({ role: 'leading', phase: 'discovery' });
    ensemble.settle();
    expect(ensemble.delivered.get('truncate')).toBe(1);
    expect(ensemble.state(2)).toMatchObject({ phase: 'broadcast', currentEpoch: 2, applied: 1 });
    expect(ensemble.violations).toEqual([]);
  });

  test('sends a snapshot where it has dropped what a follower lacks', () => {
    const ensemble = Ensemble.formed({ options: { snapshotEvery: 2, retained: 1 } });
    ensemble.crash(0);
    for (const value of ['A', 'B', 'C']) {
      ensemble.write(2, value);
      ensemble.settle();
    }
    ensemble.start(0);
    ensemble.elect();
    expect(ensemble.delivered.get('snapshot')).toBe(1);
    expect(ensemble.state(0)).toMatchObject({ applied: 3, snapshot: { position: 2 } });
    expect(ensemble.violations).toEqual([]);
  });
});

describe('the last transaction that two histories share', () => {
  /** Histories as Zab makes them: each epoch's leader goes on from a prefix of an earlier one. */
  const histories = fc
    .array(fc.record({ from: fc.nat(), keep: fc.nat(), count: fc.nat({ max: 4 }) }), {
      minLength: 1,
      maxLength: 6,
    })
    .map((epochs) => {
      const made: Zxid[][] = [[]];
      for (const [at, { from, keep, count }] of epochs.entries()) {
        const before = made[from % made.length] as Zxid[];
        const kept = before.slice(0, keep % (before.length + 1));
        made.push([...kept, ...txns(at + 1, 1, count).map(({ zxid }) => zxid)]);
      }
      return made;
    });

  function stateOf(zxids: readonly Zxid[], base: number): ZabState {
    const before = zxids[base - 1] ?? ZERO;
    const log = zxids.slice(base).map((zxid) => txns(zxid.epoch, zxid.counter, zxid.counter)[0]);
    return { base: { position: base, zxid: before }, log } as unknown as ZabState;
  }

  test('is found from where one of them leaves off in each epoch', () => {
    fc.assert(
      fc.property(histories, fc.nat(), fc.nat(), fc.nat(), (made, one, other, base) => {
        const mine = made[one % made.length] as Zxid[];
        const theirs = made[other % made.length] as Zxid[];
        const state = stateOf(mine, base % (mine.length + 1));
        let shared = 0;
        while (shared < mine.length && isSame(mine[shared], theirs[shared])) shared++;
        const found = lastCommon(state, epochEnds(stateOf(theirs, 0)));
        if (found === null) expect(shared).toBeLessThan(state.base.position);
        else {
          expect(found.position).toBe(shared);
          expect(positionOf(state, found.zxid)).toBe(shared);
        }
        expect(lastPosition(state)).toBe(mine.length);
      }),
    );
  });

  function isSame(one: Zxid | undefined, other: Zxid | undefined): boolean {
    return one?.epoch === other?.epoch && one?.counter === other?.counter;
  }
});
