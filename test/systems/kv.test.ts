/** The replicated state machine: operations, sessions, snapshots, and its rolling hash. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Value } from '../../checkers/history.ts';
import {
  type Command,
  type CommandResult,
  emptyKv,
  type Fate,
  KvMachine,
  type KvState,
  kvRules,
  openCommand,
  operationCommand,
  restoreKv,
  snapshotKv,
} from '../../systems/kv.ts';
import type { OperationName } from '../../systems/operations.ts';

const LIMITS = { sessionTimeoutUs: 1_000, sessionsMax: 3 };

/** A machine with its state and the next position. */
class Log {
  readonly state: KvState;
  readonly machine = new KvMachine(kvRules, LIMITS);
  position: number;
  /** What became of the last command. */
  fate: Fate = 'executed';

  constructor(state = emptyKv(), position = 0) {
    this.state = state;
    this.position = position;
  }

  apply(command: Command): CommandResult {
    const { result, fate } = this.machine.execute(this.state, ++this.position, command, 0);
    this.fate = fate;
    return result;
  }

  do(f: OperationName, value: Value, session = 0, sequence = 0, timeUs = 0): CommandResult {
    return this.apply(operationCommand({ f, key: 'x', value }, session, sequence, timeUs));
  }

  open(timeUs = 0): number {
    const result = this.apply(openCommand({ client: 1, id: 1 }, timeUs));
    if (result.status !== 'ok') throw new Error(result.error);
    return Number(result.value);
  }
}

describe('operations', () => {
  test('a read sees the last write, and null before any', () => {
    const log = new Log();
    expect(log.do('read', null)).toEqual({ status: 'ok', value: null, position: 1 });
    log.do('write', 5);
    expect(log.do('read', null)).toMatchObject({ value: 5 });
  });

  test('a compare-and-set with another value there fails and changes nothing', () => {
    const log = new Log();
    log.do('write', 5);
    expect(log.do('cas', [4, 6])).toMatchObject({ status: 'fail', error: 'cas-mismatch' });
    expect(log.do('cas', [5, 6])).toMatchObject({ status: 'ok' });
    expect(log.do('read', null)).toMatchObject({ value: 6 });
  });

  test('an append answers with the new length and leaves lists alone that were read before', () => {
    const log = new Log();
    expect(log.do('append', 1)).toMatchObject({ value: 1 });
    const before = log.do('read', null);
    expect(log.do('append', 2)).toMatchObject({ value: 2 });
    expect(before).toMatchObject({ value: [1] });
    expect(log.do('read', null)).toMatchObject({ value: [1, 2] });
  });

  test('adding counts from nothing', () => {
    const log = new Log();
    log.do('inc', 2);
    log.do('inc', -5);
    expect(log.do('read', null)).toMatchObject({ value: -3 });
  });

  test('a set tells whether it changed, and holds an element once', () => {
    const log = new Log();
    expect(log.do('add', 1)).toMatchObject({ value: true });
    expect(log.do('add', 1)).toMatchObject({ value: false });
    expect(log.do('read', null)).toMatchObject({ value: [1] });
    expect(log.do('remove', 1)).toMatchObject({ value: true });
    expect(log.do('remove', 1)).toMatchObject({ value: false });
    expect(log.do('read', null)).toMatchObject({ value: [] });
  });

  test('a transaction sees its own writes and answers with its reads filled in', () => {
    const log = new Log();
    const asked = [
      ['r', 'a', null],
      ['append', 'a', 1],
      ['w', 'b', 2],
      ['r', 'a', null],
      ['r', 'b', null],
    ];
    expect(log.do('txn', asked)).toMatchObject({
      value: [
        ['r', 'a', null],
        ['append', 'a', 1],
        ['w', 'b', 2],
        ['r', 'a', [1]],
        ['r', 'b', 2],
      ],
    });
  });

  test('a malformed transaction is refused whole', () => {
    const log = new Log();
    expect(
      log.do('txn', [
        ['append', 'x', 1],
        ['swap', 'x', 2],
      ]),
    ).toEqual({
      status: 'fail',
      error: 'txn-argument',
      position: 1,
    });
    expect(log.do('read', null)).toMatchObject({ value: null });
  });
});

describe('sessions', () => {
  test('a session has the position of its entry for a number', () => {
    const log = new Log();
    log.do('write', 1);
    expect(log.open()).toBe(2);
  });

  test('a command that comes again is answered the same and not executed', () => {
    const log = new Log();
    const session = log.open();
    const first = log.do('append', 1, session, 1);
    expect(log.do('append', 1, session, 1)).toEqual(first);
    expect(log.fate).toBe('duplicate');
    expect(log.do('read', null)).toMatchObject({ value: [1] });
  });

  test('a refused compare-and-set stays refused when it comes again', () => {
    const log = new Log();
    const session = log.open();
    const first = log.do('cas', [7, 8], session, 1);
    log.do('write', 7);
    expect(log.do('cas', [7, 8], session, 1)).toEqual(first);
  });

  test('a sequence below the latest is refused, not executed', () => {
    const log = new Log();
    const session = log.open();
    log.do('write', 2, session, 2);
    expect(log.do('write', 1, session, 1)).toEqual({ status: 'fail', error: 'session' });
    expect(log.fate).toBe('refused');
  });

  test('a session expires by the times in the log alone', () => {
    const log = new Log();
    const session = log.open(0);
    log.do('write', 1, session, 1, 1_000);
    expect(log.do('write', 2, session, 2, 2_000)).toMatchObject({ status: 'ok' });
    expect(log.do('write', 3, session, 3, 3_001)).toEqual({ status: 'fail', error: 'session' });
  });

  test('a full table makes room by dropping the session that was idle longest', () => {
    const log = new Log();
    const [first, second, third] = [log.open(), log.open(), log.open()];
    log.do('write', 1, first, 1);
    log.open();
    expect([...log.state.sessions.keys()]).not.toContain(second);
    expect([...log.state.sessions.keys()]).toEqual(expect.arrayContaining([first, third]));
  });
});

const commands = fc.array(
  fc.record({
    f: fc.constantFrom<OperationName>('read', 'write', 'cas', 'append', 'inc', 'add', 'remove'),
    value: fc.integer({ min: 0, max: 3 }),
    session: fc.integer({ min: 0, max: 4 }),
    sequence: fc.integer({ min: 1, max: 4 }),
    open: fc.boolean(),
    stepUs: fc.integer({ min: 0, max: 600 }),
  }),
  { maxLength: 30 },
);

describe('replicas', () => {
  test('that execute the same commands, through a snapshot or not, have the same state', () => {
    fc.assert(
      fc.property(commands, fc.nat(30), (steps, at) => {
        const whole = new Log();
        let other = new Log();
        let timeUs = 0;
        for (const [index, { f, value, session, sequence, open, stepUs }] of steps.entries()) {
          timeUs += stepUs;
          if (index === at) other = new Log(restoreKv(snapshotKv(other.state)), other.position);
          const argument = f === 'cas' ? [value, value + 1] : f === 'read' ? null : value;
          const command = open
            ? openCommand({ client: session, id: sequence }, timeUs)
            : operationCommand({ f, key: 'x', value: argument }, session, sequence, timeUs);
          expect(other.apply(command)).toEqual(whole.apply(command));
          expect(other.state.hash).toBe(whole.state.hash);
        }
        expect(other.state).toEqual(whole.state);
      }),
      { numRuns: 200 },
    );
  });

  test('that execute different commands have different hashes', () => {
    const one = new Log();
    const other = new Log();
    one.do('write', 1);
    other.do('write', 2);
    expect(one.state.hash).not.toBe(other.state.hash);
    one.do('write', 3);
    other.do('write', 3);
    expect(one.state.hash).not.toBe(other.state.hash);
  });

  test('a snapshot does not change with the state that it was taken of', () => {
    const log = new Log();
    const session = log.open();
    log.do('append', 1, session, 1);
    const snapshot = snapshotKv(log.state);
    const copy = structuredClone(snapshot);
    log.do('append', 2, session, 2);
    expect(snapshot).toEqual(copy);
  });
});
