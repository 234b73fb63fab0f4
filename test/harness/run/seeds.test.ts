/** The one rule by which successive seeds are tried. */

import { describe, expect, test } from 'vitest';
import { outcomes } from '../../../harness/run/seeds.ts';

const never = () => false;

describe('successive seeds', () => {
  test('are tried in order, each made when it is asked for', () => {
    const made: number[] = [];
    const range = { first: 7, count: 3, isEnough: never };
    const seeds = outcomes(range, (seed) => made.push(seed));
    expect(made).toEqual([]);
    seeds.next();
    expect(made).toEqual([7]);
    expect([...seeds]).toEqual([2, 3]);
    expect(made).toEqual([7, 8, 9]);
  });

  test('end with the outcome after which enough is known', () => {
    const seen: number[] = [];
    const isEnough = () => seen.includes(3);
    for (const seed of outcomes({ first: 1, count: 9, isEnough }, (one) => one)) seen.push(seed);
    expect(seen).toEqual([1, 2, 3]);
  });

  test('end before the next one when somebody interrupts', () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const range = { first: 1, count: 9, isEnough: never, signal: controller.signal };
    for (const seed of outcomes(range, (one) => one)) {
      seen.push(seed);
      if (seed === 2) controller.abort();
    }
    expect(seen).toEqual([1, 2]);
  });

  test('are waited for, one after the other, where making one takes time', async () => {
    const seen: number[] = [];
    let open = 0;
    const make = async (seed: number) => {
      expect(++open).toBe(1);
      await Promise.resolve();
      open--;
      return seed;
    };
    const isEnough = () => seen.length === 2;
    for (const making of outcomes({ first: 1, count: 9, isEnough }, make)) seen.push(await making);
    expect(seen).toEqual([1, 2]);
  });

  test('none are tried where enough is known before', () => {
    expect([...outcomes({ first: 1, count: 9, isEnough: () => true }, (one) => one)]).toEqual([]);
  });
});
