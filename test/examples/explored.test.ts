/**
 * Exploring from an own test file, and a folder of old bugs that are tried again in milliseconds: what a
 * project keeps beside a protocol of its own.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explore, replayRepro, reprosIn } from 'ordeal';
import { afterAll, describe, expect, test } from 'vitest';
import { abdRegister, readsAndWrites } from './abd-register.ts';

const repros = mkdtempSync(join(tmpdir(), 'ordeal-repros-'));
afterAll(() => rmSync(repros, { recursive: true, force: true }));

test('an own register keeps its promises wherever it is looked at', async () => {
  const found = explore(abdRegister, { workload: readsAndWrites, seeds: 6, timeLimitS: 5 });
  await expect(found).resolves.toMatchObject({ verdict: { kind: 'valid' }, runs: 6 });
}, 60_000);

describe('a bug', () => {
  test('is told step by step, and kept', async () => {
    const found = explore('basic-paxos', { variants: ['px-quorum-half'], keepIn: repros });
    await expect(found).rejects.toThrow(/^agreement: .*\n.*made small: 2 nodes.*\n *1\. /s);
  }, 60_000);

  test('is tried again on every later day', async () => {
    for (const path of reprosIn(repros)) {
      const { because } = await replayRepro(path);
      // Mended it would be null, which is what such a test asks for: `toBeNull()`.
      expect(because).not.toBeNull();
    }
  });
});
