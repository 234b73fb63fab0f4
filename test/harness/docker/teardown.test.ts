/** Undoing what was started: every step, in reverse, whatever fails. */

import { describe, expect, test } from 'vitest';
import { Teardown } from '../../../harness/docker/teardown.ts';

const BUDGET_MS = 50;

describe('a teardown', () => {
  test('goes on after a step that fails or hangs, and names both', async () => {
    const undone: string[] = [];
    const teardown = new Teardown();
    teardown.add('first', () => void undone.push('first'));
    teardown.add('failing', () => Promise.reject(new Error('engine gone')));
    teardown.add('hanging', () => new Promise(() => undefined));
    teardown.add('throwing', () => {
      throw new Error('no such file');
    });
    teardown.add('last', () => void undone.push('last'));
    expect(await teardown.run(BUDGET_MS)).toEqual([
      'throwing: no such file',
      `hanging: took over ${BUDGET_MS} ms`,
      'failing: engine gone',
    ]);
    expect(undone).toEqual(['last', 'first']);
  });

  test('undoes once, however often it is asked', async () => {
    let count = 0;
    const teardown = new Teardown();
    teardown.add('counted', () => void count++);
    await Promise.all([teardown.run(BUDGET_MS), teardown.run(BUDGET_MS)]);
    expect(await teardown.run(BUDGET_MS)).toEqual([]);
    expect(count).toBe(1);
  });
});
