/** Drains of queues beside other operations, against every order in which they may have happened. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IntColumn } from '../../../checkers/columns.ts';
import { History } from '../../../checkers/history.ts';
import { checkLinearizable } from '../../../checkers/linearizable/index.ts';
import { setOf, type Value } from '../../../checkers/value.ts';
import { drainedQueue, expandDrains, withPlaces } from '../../../harness/check/drains.ts';
import { read } from '../formats/reading.ts';

/** What one client does: `gives` is how many elements it takes, where it takes any. */
interface Planned {
  readonly f: 'enqueue' | 'dequeue' | 'drain';
  readonly value: number;
  readonly gives: number;
  readonly isSet: boolean;
}

/** An operation with its answer: what it took, in order. */
interface Done {
  readonly f: Planned['f'];
  readonly call: number;
  ret: number;
  readonly value: number;
  readonly took: number[];
  readonly isSet: boolean;
}

type Move = 'call' | 'act' | 'return';

/**
 * Clients in turns, over a queue that works, each operation taking effect bit by bit between its call and
 * its answer; `spoiled` swaps two answered elements somewhere, as a queue without an order might.
 */
function played(
  plans: readonly (readonly Planned[])[],
  turns: readonly number[],
  isOrdered: boolean,
  spoiled: readonly [number, number] | null,
): Done[] {
  const queue: number[] = [];
  const done: Done[] = [];
  const clients = plans.map((plan) => ({ plan: [...plan], now: null as Done | null, left: 0 }));
  let time = 0;
  const move = (client: (typeof clients)[number]): Move | null => {
    const { now } = client;
    if (now === null) {
      const next = client.plan.shift();
      if (next === undefined) return null;
      const { f, value, gives, isSet } = next;
      client.now = { f, call: time, ret: Number.POSITIVE_INFINITY, value, took: [], isSet };
      client.left = f === 'drain' ? gives : 1;
      done.push(client.now);
      return 'call';
    }
    if (client.left > 0) {
      client.left--;
      if (now.f === 'enqueue') queue.push(now.value);
      else {
        const at = isOrdered ? 0 : (now.value + time) % Math.max(1, queue.length);
        now.took.push(...queue.splice(at, 1));
      }
      return 'act';
    }
    now.ret = time;
    client.now = null;
    return 'return';
  };
  const rounds = [...turns, ...Array.from({ length: 90 }, (_, at) => at)];
  for (const turn of rounds) {
    const client = clients[turn % clients.length];
    if (client !== undefined && move(client) !== null) time++;
  }
  if (spoiled !== null) spoil(done, spoiled);
  return done;
}

function spoil(done: readonly Done[], [a, b]: readonly [number, number]): void {
  const slots = done.flatMap(({ took }) => took.map((_, at) => ({ took, at })));
  const [one, other] = [slots[a % slots.length], slots[b % slots.length]];
  if (one === undefined || other === undefined) return;
  const [x = 0, y = 0] = [one.took[one.at], other.took[other.at]];
  one.took[one.at] = y;
  other.took[other.at] = x;
}

/** As a file that `check` reads: sets stand in EDN. */
function fileOf(done: readonly Done[]) {
  const events = done.flatMap((one, process) => [
    { at: one.call, process, type: 'invoke' as const, one },
    ...(one.ret === Number.POSITIVE_INFINITY
      ? []
      : [{ at: one.ret, process, type: 'ok' as const, one }]),
  ]);
  const history = History.from(
    events
      .sort((a, b) => a.at - b.at)
      .map(({ at, process, type, one }) => {
        return {
          time: at,
          process,
          type,
          f: one.f,
          value: type === 'ok' ? answer(one) : asked(one),
        };
      }),
  );
  return { ...read('', { format: 'jsonl' }), history, lines: new IntColumn(history.length) };
}

function asked({ f, value }: Done): Value {
  return f === 'enqueue' ? value : null;
}

function answer({ f, value, took, isSet }: Done): Value {
  if (f === 'enqueue') return value;
  if (f === 'dequeue') return took[0] ?? null;
  return isSet && new Set(took).size === took.length ? setOf(took) : took;
}

/** By definition: some order of all steps, each within its operation, in which a queue gives these answers. */
function isPossible(done: readonly Done[], isOrdered: boolean): boolean {
  interface Left {
    readonly f: Planned['f'];
    readonly call: number;
    readonly ret: number;
    readonly steps: readonly number[];
    readonly anyOrder: boolean;
  }
  const explain = (left: readonly Left[], queue: readonly number[]): boolean => {
    const firstReturn = Math.min(...left.map(({ ret }) => ret));
    if (firstReturn === Number.POSITIVE_INFINITY) return true;
    return left.some((one, at) => {
      if (one.call > firstReturn) return false;
      return one.steps.some((value, which) => {
        if (which > 0 && !one.anyOrder) return false;
        const steps = one.steps.toSpliced(which, 1);
        const rest = steps.length === 0 ? left.toSpliced(at, 1) : left.with(at, { ...one, steps });
        if (one.f === 'enqueue') return explain(rest, [...queue, value]);
        if (Number.isNaN(value)) return queue.length === 0 && explain(rest, queue);
        const from = isOrdered ? (queue[0] === value ? 0 : -1) : queue.indexOf(value);
        return from !== -1 && explain(rest, queue.toSpliced(from, 1));
      });
    });
  };
  const all = done.map((one): Left => {
    const { f, call, ret, value, took } = one;
    const isEmpty = f === 'dequeue' && took.length === 0;
    const steps = f === 'enqueue' ? [value] : isEmpty ? [Number.NaN] : took;
    return { f, call, ret, steps, anyOrder: !Array.isArray(answer(one)) };
  });
  // A drain that took nothing says nothing.
  return explain(
    all.filter(({ steps }) => steps.length > 0),
    [],
  );
}

const planned = fc.record({
  f: fc.constantFrom<Planned['f']>('enqueue', 'enqueue', 'dequeue', 'drain'),
  value: fc.integer({ min: 1, max: 4 }),
  gives: fc.nat(3),
  isSet: fc.boolean(),
});
const plans = fc.array(fc.array(planned, { minLength: 1, maxLength: 3 }), {
  minLength: 2,
  maxLength: 3,
});
const turns = fc.array(fc.nat(2), { maxLength: 25 });
const spoiled = fc.option(fc.tuple(fc.nat(9), fc.nat(9)), { nil: null });

describe.each([
  ['fifo-queue', true],
  ['unordered-queue', false],
] as const)('drains of a %s beside other operations', (model, isOrdered) => {
  test('are right where some order of all that was taken explains the answers, and wrong elsewhere', () => {
    const seen = { valid: 0, invalid: 0, byOrder: 0 };
    fc.assert(
      fc.property(plans, turns, spoiled, (all, order, swapped) => {
        const done = played(all, order, isOrdered, swapped);
        const file = fileOf(done);
        const { file: expanded, unordered } = expandDrains(file, 'file');
        const loose = checkLinearizable(expanded.history, { model }).verdict.kind;
        const isOrderLeft = isOrdered && unordered !== null && loose === 'valid';
        const options = { model: drainedQueue };
        const kind = isOrderLeft
          ? checkLinearizable(withPlaces(file, 'file'), options).verdict.kind
          : loose;
        const expected = isPossible(done, isOrdered) ? 'valid' : 'invalid';
        expect(kind).toBe(expected);
        seen[expected]++;
        if (kind !== loose) seen.byOrder++;
      }),
      { numRuns: 1000, seed: 11 },
    );
    // All of it happens, also that nothing but the order of a list is wrong.
    expect(seen.valid).toBeGreaterThan(100);
    expect(seen.invalid).toBeGreaterThan(10);
    if (isOrdered) expect(seen.byOrder).toBeGreaterThan(5);
  });
});
