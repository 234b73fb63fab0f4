/** Placing updates that were never answered, against trying every way to. */

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Model, modelNamed, type Operation } from '../../../checkers/linearizable/index.ts';
import { place, type Unanswered } from '../../../checkers/promises/placing.ts';

function operation(f: string, input: Operation['input'], output: Operation['output'] = null) {
  return { f, input, output, outcome: 'ok', process: 0 } as const satisfies Operation;
}

function named(name: string): Model {
  const model = modelNamed(name);
  if (model === undefined) throw new Error(name);
  return model;
}

/** Whether some unanswered ones, in some order and at some places, make every answer right. */
function brute(
  model: Model,
  state: unknown,
  placed: readonly Operation[],
  unanswered: readonly Unanswered[],
  at = 0,
): boolean {
  const [first, ...rest] = placed;
  if (first === undefined) return true;
  const after = model.step(state, first);
  if (after !== undefined && brute(model, after, rest, unanswered, at + 1)) return true;
  return unanswered.some((one, index) => {
    if (one.from > at) return false;
    const next = model.step(state, one.operation);
    return next !== undefined && brute(model, next, placed, unanswered.toSpliced(index, 1), at);
  });
}

const value = fc.integer({ min: 0, max: 3 });
const registers = fc.oneof(
  value.map((v) => operation('write', v)),
  value.map((v) => operation('read', null, v)),
  fc.tuple(value, value).map((pair) => operation('cas', pair)),
  fc
    .tuple(value, value)
    .map((pair) => ({ ...operation('cas', pair), outcome: 'refused' as const })),
);
const lists = fc.oneof(
  fc.integer({ min: 0, max: 9 }).map((v) => operation('append', v)),
  fc.array(value, { maxLength: 3 }).map((list) => operation('read', null, list)),
);

const counts = fc.oneof(
  fc.constantFrom(null, 2).map((by) => operation('inc', by)),
  value.map((count) => operation('read', null, count)),
);

test.each([
  ['cas-register', registers, 0],
  ['counter', counts, 0],
  ['log', lists, null],
] as const)('finds a way for a %s exactly where there is one', (name, operations, initial) => {
  const model = named(name);
  const update = operations.filter(({ f, outcome }) => f !== 'read' && outcome === 'ok');
  const unanswered = fc.record({
    operation: update.map((one): Operation => ({ ...one, outcome: 'unknown' })),
    from: fc.nat({ max: 4 }),
  });
  fc.assert(
    fc.property(
      fc.array(operations, { maxLength: 6 }),
      fc.array(unanswered, { maxLength: name === 'counter' ? 4 : 3 }),
      (placed, free) => {
        const start = model.initial(initial);
        const found = place({ model, initial: start, placed, unanswered: free });
        expect(found.kind === 'fits').toBe(brute(model, start, placed, free));
        if (found.kind !== 'fits') return;
        for (const [index, at] of found.stands.entries()) {
          if (at !== null) expect(at).toBeGreaterThanOrEqual(free[index]?.from ?? 0);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

test('an append of which nobody heard stands where later reads show it', () => {
  const found = place({
    model: named('log'),
    initial: [],
    placed: [operation('append', 1), operation('append', 2), operation('read', null, [1, 9, 2])],
    unanswered: [{ operation: { ...operation('append', 9), outcome: 'unknown' }, from: 0 }],
  });
  expect(found).toMatchObject({ kind: 'fits', stands: [1] });
});

test.each([
  ['needed', 20, 'fits'],
  ['too few', 41, 'stuck'],
] as const)('forty that do the same are counted and not chosen among: %s', (_, count, kind) => {
  const inc: Operation = { ...operation('inc', null), outcome: 'unknown' };
  const found = place({
    model: named('counter'),
    initial: 0,
    placed: [operation('read', null, 0), operation('read', null, count)],
    unanswered: Array.from({ length: 40 }, () => ({ operation: inc, from: 1 })),
  });
  expect(found.kind).toBe(kind);
});

test.each([
  ['fits', (all: number[]) => all],
  ['stuck', (all: number[]) => [...all.slice(1), 99]],
] as const)(
  'of thirty appends of which nobody heard, what a read shows is put in its order: %s',
  (kind, shown) => {
    const all = Array.from({ length: 30 }, (_, at) => (7 * at) % 31);
    const unanswered = all
      .toSorted((a, b) => a - b)
      .map(
        (element): Unanswered => ({
          operation: { ...operation('append', element), outcome: 'unknown' },
          from: 0,
        }),
      );
    const placed = [operation('read', null, []), operation('read', null, shown(all))];
    const found = place({ model: named('log'), initial: [], placed, unanswered });
    expect(found.kind).toBe(kind);
  },
);
