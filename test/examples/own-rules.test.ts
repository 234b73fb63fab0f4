/** What a user does who changes a rule of a protocol: hunts in the change, by file or as a library. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hunt, simulate } from '../../harness/ordeal.ts';
import { loadVariants } from '../../harness/own/variants.ts';
import { eagerCommit } from './eager-commit.ts';
import { oneAtATime } from './one-at-a-time.ts';

test('a wrong change is found, by the rule of the paper that it breaks', () => {
  const found = hunt({ system: 'raft', variants: [eagerCommit] }, 50);
  const verdicts = found?.checks.map(({ verdict }) => verdict) ?? [];
  const broken = verdicts.flatMap((verdict) =>
    verdict.kind === 'invalid' ? verdict.properties : [],
  );
  expect(broken).toContain('CommitCurrentTerm');
});

test('a right change is reached and raises no alarm', () => {
  const { checks, reached } = simulate({ system: 'raft', variants: [oneAtATime], seed: 1 });
  expect(checks.filter(({ verdict }) => verdict.kind === 'invalid')).toEqual([]);
  expect(reached['one-at-a-time: batchEntries']?.changed).toBeGreaterThan(0);
});

test('--rules takes the same files', async () => {
  const file = join(import.meta.dirname, 'eager-commit.ts');
  expect((await loadVariants(file)).map(({ id }) => id)).toEqual(['eager-commit']);
});
