/** Faults by identity: what several of them hold is free when the last has let go, in any order. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FaultLedger, ratePpmOf } from '../../../harness/core/fault-ledger.ts';
import { type Fault, targetsOf } from '../../../nemesis/fault.ts';

const NODES = 3;
const node = fc.nat(NODES - 1);
const nodes = fc.uniqueArray(node, { minLength: 1 });
const faults: fc.Arbitrary<Fault> = fc.oneof(
  nodes.map((some) => ({ kind: 'kill', nodes: some }) as const),
  nodes.map((some) => ({ kind: 'pause', nodes: some }) as const),
  fc
    .uniqueArray(fc.record({ from: node, to: node }), {
      minLength: 1,
      selector: ({ from, to }) => from * NODES + to,
    })
    .map((cuts) => ({ kind: 'partition', shape: 'any', cuts }) as const),
  fc.record({
    kind: fc.constant('clock' as const),
    mode: fc.constantFrom('bump', 'strobe', 'drift'),
    nodes,
    offsetMs: fc.integer({ min: -9, max: 9 }),
    periodMs: fc.constant(10),
    ratePpm: fc.integer({ min: -500, max: 500 }),
  }),
);

/** Takes hold of all its targets; says of which it was the first to. */
function takeHold(ledger: FaultLedger, id: number, fault: Fault): void {
  if (fault.kind === 'kill') for (const one of fault.nodes) ledger.kill(id, one);
  if (fault.kind === 'pause') for (const one of fault.nodes) ledger.pause(id, one);
  if (fault.kind === 'partition') for (const cut of fault.cuts) ledger.cut(id, cut);
}

/** Lets go of all; the answers: which of them are free now. */
function letGo(ledger: FaultLedger, id: number, fault: Fault): boolean[] {
  if (fault.kind === 'kill') return fault.nodes.map((one) => ledger.revive(id, one));
  if (fault.kind === 'pause') return fault.nodes.map((one) => ledger.resume(id, one));
  if (fault.kind === 'partition') return fault.cuts.map((cut) => ledger.mend(id, cut));
  return [];
}

const namesOf = (fault: Fault): string[] =>
  fault.kind === 'partition'
    ? fault.cuts.map(({ from, to }) => `partition ${from} ${to}`)
    : targetsOf(fault).map((one) => `${fault.kind} ${one}`);

/** What the ledger says of everything, against what the faults in force, in order, come to. */
function expectAgrees(ledger: FaultLedger, inForce: ReadonlyMap<number, Fault>): void {
  const held = new Set([...inForce.values()].flatMap(namesOf));
  for (let one = 0; one < NODES; one++) {
    expect(ledger.isKilled(one)).toBe(held.has(`kill ${one}`));
    for (let other = 0; other < NODES; other++) {
      expect(ledger.isCut(one, other)).toBe(held.has(`partition ${one} ${other}`));
    }
    const clocks = [...inForce.values()].filter(
      (fault) => fault.kind === 'clock' && fault.nodes.includes(one),
    );
    expect(ledger.clocksOn(one)).toEqual(clocks);
  }
}

/** A fault that begins under the next number, or one that goes, in whatever order they came. */
const step = fc.oneof(
  faults.map((fault) => ({ what: 'begin', fault }) as const),
  fc.record({ what: fc.constantFrom('end', 'forget'), which: fc.nat(9) }),
);

describe('faults that overlap', () => {
  test('hold exactly what those of them hold that have not let go', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const ledger = new FaultLedger(NODES);
        const inForce = new Map<number, Fault>();
        for (const [id, one] of steps.entries()) {
          if (one.what === 'begin') {
            ledger.begin(id, one.fault);
            inForce.set(id, one.fault);
            takeHold(ledger, id, one.fault);
          } else {
            const [gone] = [...inForce].at(one.which % Math.max(1, inForce.size)) ?? [];
            if (gone === undefined) continue;
            const fault = inForce.get(gone) as Fault;
            inForce.delete(gone);
            const others = new Set([...inForce.values()].flatMap(namesOf));
            if (one.what === 'forget') ledger.forget(gone);
            else {
              expect(ledger.end(gone)).toEqual(fault);
              const free = letGo(ledger, gone, fault);
              const expected = namesOf(fault).map((target) => !others.has(target));
              expect(free).toEqual(expected.slice(0, free.length));
            }
          }
          expectAgrees(ledger, inForce);
          const copy = new FaultLedger(NODES);
          copy.copyFrom(ledger);
          expectAgrees(copy, inForce);
        }
      }),
    );
  });

  test('that were never in force, or no longer are, end without effect', () => {
    const ledger = new FaultLedger(NODES);
    ledger.begin(1, { kind: 'kill', nodes: [0] });
    ledger.kill(1, 0);
    expect(ledger.end(2)).toBeNull();
    expect(ledger.end(1)).not.toBeNull();
    expect(ledger.end(1)).toBeNull();
    ledger.forget(1);
    expect(ledger.isKilled(0)).toBe(true);
    expect(ledger.revive(1, 0)).toBe(true);
  });

  test('do not begin twice', () => {
    const ledger = new FaultLedger(NODES);
    ledger.begin(1, { kind: 'pause', nodes: [0] });
    expect(() => ledger.begin(1, { kind: 'pause', nodes: [1] })).toThrow('does not begin again');
  });
});

test('rates of drifts add up, and of nothing else', () => {
  const clock = { kind: 'clock', nodes: [0], offsetMs: 5, periodMs: 10, ratePpm: 100 } as const;
  expect(ratePpmOf([])).toBe(0);
  expect(
    ratePpmOf([
      { ...clock, mode: 'drift' },
      { ...clock, mode: 'strobe' },
      { ...clock, mode: 'drift', ratePpm: -30 },
    ]),
  ).toBe(70);
});
