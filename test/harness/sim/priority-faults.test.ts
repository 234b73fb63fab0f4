/** Messages by priority: what has a lower rank comes later, always, until ranks are drawn anew. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../../nemesis/fault.ts';
import { cluster } from './three-nodes.ts';

type PrioritiesFault = Extract<Fault, { kind: 'priorities' }>;

const KINDS = ['one', 'two', 'three', 'four', 'five', 'six'];
/** No message takes longer in a world without faults. */
const USUAL_US = 1000;

function priorities(over: Partial<PrioritiesFault> = {}): PrioritiesFault {
  const kind = 'priorities';
  return { kind, chains: 'both', pick: 7, levels: 4, delayMs: 64, everyMs: 0, ...over };
}

/** By link and kind, how much later than ever each of some messages arrives, in ranks. */
function ranks(fault: PrioritiesFault, afterUs = 0): Map<string, Set<number>> {
  const { world, faults, run } = cluster();
  const heard = new Map<string, Set<number>>();
  for (const node of world.nodes) {
    node.hear = (from, message) => {
      const { kind, sentUs } = message as { kind: string; sentUs: number };
      if (!KINDS.includes(kind)) return;
      const lagUs = world.nowUs - sentUs;
      const delaysUs = [0, 1, 4, 16, 64].map((ms) => (ms * 1000 * fault.delayMs) / 64);
      const rank = delaysUs.findIndex((us) => lagUs >= us && lagUs <= us + USUAL_US);
      const chain = `${from} ${node.self} ${kind}`;
      heard.set(chain, (heard.get(chain) ?? new Set()).add(rank));
    };
  }
  faults.start(1, fault);
  run(afterUs);
  for (let times = 0; times < 5; times++) {
    for (const kind of KINDS) {
      for (const [from, to] of [
        [0, 1],
        [1, 0],
        [0, 2],
        [2, 1],
      ] as const)
        world.send(from, to, { kind, sentUs: world.nowUs });
    }
    run(3_000);
  }
  faults.end(1);
  run(100_000);
  return heard;
}

const one = (set: Set<number> | undefined) => {
  expect(set?.size).toBe(1);
  return [...(set ?? [])][0] as number;
};

describe('priorities', () => {
  test('put every message of a chain behind by the same, and nothing is lost', () => {
    const draw = fc.nat(2 ** 32 - 1);
    fc.assert(
      fc.property(draw, fc.constantFrom('links', 'kinds', 'both'), (pick, chains) => {
        const heard = ranks(priorities({ pick, chains }));
        expect(heard.size).toBe(4 * KINDS.length);
        for (const set of heard.values()) expect(one(set)).toBeGreaterThanOrEqual(0);
        for (const kind of KINDS) {
          const ofKind = ['0 1', '1 0', '0 2', '2 1'].map((link) =>
            one(heard.get(`${link} ${kind}`)),
          );
          if (chains === 'kinds') expect(new Set(ofKind).size).toBe(1);
          if (chains === 'links') {
            expect(ofKind).toEqual(
              ['0 1', '1 0', '0 2', '2 1'].map((link) => one(heard.get(`${link} one`))),
            );
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  test('give chains all of the ranks, the first of which is as ever', () => {
    const seen = [...ranks(priorities()).values()].map(one);
    // With a delay of 64 ms and 4 ranks: at once, and after 4, 16 and 64 ms.
    expect(new Set(seen)).toEqual(new Set([0, 2, 3, 4]));
  });

  test('are drawn anew in turns, and are the same in the same turn', () => {
    const fault = priorities({ everyMs: 50 });
    const told = (afterUs: number) =>
      [...ranks(fault, afterUs)].map(([chain, set]) => `${chain}: ${one(set)}`).sort();
    expect(told(10_000)).toEqual(told(20_000));
    expect(told(60_000)).not.toEqual(told(20_000));
  });

  test('are gone when the fault ends, and count only if a message was put behind', () => {
    const { world, faults, run } = cluster();
    faults.start(1, priorities({ levels: 1 }));
    run(200_000);
    expect(faults.end(1)?.receipt).toMatchObject({ status: 'installed', held: false });
    faults.start(2, priorities());
    run(500_000);
    const { held, evidence } = faults.end(2)?.receipt ?? {};
    expect(held).toBeUndefined();
    expect(evidence).toMatch(/^[1-9]\d* messages put behind others, ranks turned over 0 times$/);
    expect(world.lag).toBeNull();
  });
});
