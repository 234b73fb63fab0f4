/** Ordered sequential consistency by positions, against its definition and against a replicated log. */

import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { History, type NewEvent, type Value } from '../../../checkers/history.ts';
import { orderedSequentialVerdict } from '../../../checkers/promises/index.ts';
import { random } from '../transactional/simulate.ts';
import { BRUTE } from './brute.ts';

/** Histories per property; `ORDEAL_FUZZ=100000` at night. */
const RUNS = Number(process.env['ORDEAL_FUZZ'] ?? 1000);

vi.setConfig({ testTimeout: 10_000 + RUNS * 10 });

const anySeed = fc.integer({ min: 0, max: 2 ** 31 - 1 });

interface Play {
  readonly operations: number;
  /** Chance that an operation is never answered. */
  readonly crash: number;
  /** Chance that an answer is spoilt: its value or its position. */
  readonly spoil: number;
}

/**
 * A replicated log of two registers: updates take the next position, reads are answered by a
 * replica that is behind, but never behind what the session has seen.
 */
function replicatedLog(seed: number, { operations, crash, spoil }: Play): History {
  const draw = random(seed);
  const pick = (below: number): number => Math.floor(draw() * below);
  /** By position: both registers. */
  const log: Value[][] = [[null, null]];
  const list: NewEvent[] = [];
  interface Client {
    process: number;
    seen: number;
    open: null | { f: string; register: number; value: Value; crashes: boolean };
    answer: null | { type: 'ok' | 'fail'; value: Value; position: number | undefined };
  }
  let processes = 3;
  const clients = [0, 1, 2].map(
    (process): Client => ({ process, seen: 0, open: null, answer: null }),
  );
  const push = (client: Client, type: NewEvent['type'], value: Value, position?: number) => {
    const { f = '', register = 0 } = client.open ?? {};
    const key = register === 0 ? 'x' : 'y';
    list.push({ time: list.length, type, process: client.process, f, key, value, position });
  };
  const answered = (client: Client): Client['answer'] => {
    const { f, register, value } = client.open as NonNullable<Client['open']>;
    if (f === 'read') {
      const position = client.seen + pick(log.length - client.seen);
      client.seen = position;
      return { type: 'ok', value: log[position]?.[register] ?? null, position };
    }
    const held = log.at(-1)?.[register] ?? null;
    const [from, to] = f === 'cas' ? (value as readonly Value[]) : [held, value];
    client.seen = log.length - 1;
    if (from !== held) return { type: 'fail', value, position: undefined };
    const after = [...(log.at(-1) as Value[])];
    after[register] = to ?? null;
    log.push(after);
    client.seen = log.length - 1;
    return { type: 'ok', value, position: client.seen };
  };
  let next = 0;
  for (let begun = 0; begun < operations || clients.some(({ open }) => open !== null); ) {
    const client = clients[pick(3)] as Client;
    if (client.open === null) {
      if (begun++ >= operations) continue;
      const f = ['read', 'read', 'write', 'cas'][pick(4)] as string;
      const register = pick(2);
      const held = draw() < 0.7 ? (log.at(-1)?.[register] ?? null) : pick(next + 1);
      const value = f === 'read' ? null : f === 'cas' ? [held, next++] : next++;
      client.open = { f, register, value, crashes: draw() < crash };
      push(client, 'invoke', value);
    } else if (client.answer === null) {
      client.answer = answered(client);
    } else {
      const { type, value, position } = client.answer;
      const isSpoilt = draw() < spoil;
      if (client.open.crashes) {
        push(client, 'info', client.open.value);
        client.process = processes++;
        client.seen = 0;
      } else if (isSpoilt && client.open.f === 'read' && draw() < 0.5) {
        push(client, 'ok', pick(next + 1), position);
      } else {
        const moved = isSpoilt && position !== undefined ? position + pick(3) - 1 : position;
        push(client, type, value, moved);
      }
      client.open = null;
      client.answer = null;
    }
  }
  return History.from(list);
}

const options = { failedCas: 'observed' } as const;

describe('positions', () => {
  test('of a replicated log with reads from replicas that are behind prove the promise', () => {
    let unknown = 0;
    fc.assert(
      fc.property(anySeed, fc.constantFrom(0, 0.1), (seed, crash) => {
        const history = replicatedLog(seed, { operations: 40, crash, spoil: 0 });
        const { verdict } = orderedSequentialVerdict(history, options);
        // What refused a compare-and-set may be a write that was never answered, and never seen.
        if (crash > 0 && verdict.kind === 'unknown') unknown++;
        else expect(verdict).toEqual({ kind: 'valid' });
      }),
      { numRuns: RUNS },
    );
    expect(unknown).toBeLessThan(RUNS / 20);
  });

  test('are judged as by the definition where every operation was answered', () => {
    let wrong = 0;
    fc.assert(
      fc.property(anySeed, (seed) => {
        const history = replicatedLog(seed, { operations: 7, crash: 0, spoil: 0.2 });
        const { verdict } = orderedSequentialVerdict(history, options);
        const isKept = BRUTE['ordered-sequential by positions']?.(history) === true;
        const told = [...history].filter(({ position }) => position !== undefined);
        const updates = told.filter(({ f }) => f !== 'read').map(({ position }) => position);
        // A position belongs to one update.
        if (new Set(updates).size < updates.length) return;
        if (told.length === 0) expect(verdict.kind).toBe('unknown');
        else expect(verdict.kind).toBe(isKept ? 'valid' : 'invalid');
        if (!isKept) wrong++;
      }),
      { numRuns: RUNS },
    );
    expect(wrong).toBeGreaterThan(RUNS / 20);
  });

  test('that are called valid prove the promise whatever they are, also with crashed operations', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        const history = replicatedLog(seed, { operations: 8, crash: 0.2, spoil: 0.15 });
        const { verdict } = orderedSequentialVerdict(history, options);
        if (verdict.kind !== 'valid') return;
        expect(BRUTE['ordered-sequential with failures']?.(history)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  const event = (
    process: number,
    type: NewEvent['type'],
    f: string,
    value: Value,
    position?: number,
  ): NewEvent => ({ time: 0, process, type, f, value, position });
  const done = (process: number, f: string, value: Value, position?: number): NewEvent[] => [
    event(process, 'invoke', f, f === 'read' ? null : value),
    event(process, 'ok', f, value, position),
  ];

  test.each<[string, string, NewEvent[]]>([
    [
      'an update behind what had been answered',
      'real-time',
      [...done(0, 'write', 1, 5), ...done(1, 'write', 2, 4)],
    ],
    [
      'a session that goes back',
      'session',
      [...done(0, 'write', 1, 5), ...done(1, 'read', 1, 5), ...done(1, 'read', null, 4)],
    ],
    [
      'an answer that is not that of its position',
      'value',
      [...done(0, 'write', 1, 5), ...done(0, 'write', 2, 6), ...done(1, 'read', 1, 6)],
    ],
  ])('tell %s', (_, rule, events) => {
    const { verdict } = orderedSequentialVerdict(History.from(events));
    expect(verdict).toMatchObject({ kind: 'invalid', property: `OrderedSequential:${rule}` });
    expect(verdict.kind === 'invalid' && verdict.events.length > 1).toBe(true);
  });

  test('tell a wrong answer of a register also among many writes that were never answered', () => {
    const crashed = Array.from({ length: 12 }, (_, i) => [
      event(10 + i, 'invoke', 'write', 100 + i),
      event(10 + i, 'info', 'write', 100 + i),
    ]).flat();
    const judged = (value: number) =>
      orderedSequentialVerdict(
        History.from([
          ...crashed,
          ...done(0, 'write', 1, 1),
          ...done(0, 'write', 2, 2),
          ...done(1, 'read', value, 2),
        ]),
      ).verdict.kind;
    expect([judged(2), judged(105), judged(1)]).toEqual(['valid', 'valid', 'invalid']);
  });

  test('of any model: a counter that is read from a replica', () => {
    const events = [...done(0, 'inc', null, 1), ...done(0, 'inc', null, 2)];
    const judged = (value: number) =>
      orderedSequentialVerdict(History.from([...events, ...done(1, 'read', value, 1)]), {
        model: 'counter',
      }).verdict.kind;
    expect([judged(1), judged(2)]).toEqual(['valid', 'invalid']);
  });

  test('that are missing leave it unknown', () => {
    const { verdict } = orderedSequentialVerdict(History.from(done(0, 'write', 1)));
    expect(verdict).toMatchObject({
      kind: 'unknown',
      because: expect.stringContaining('does not say its position'),
    });
  });
});
