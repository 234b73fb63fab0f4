/** Commands as a user types them into a shell. */

import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandText, setFlags } from '../../../harness/run/command-text.ts';

test('leave out what says nothing, and name each setting', () => {
  const set = setFlags({ reads: 'lease', 'network.lossPpm': 0, label: '' });
  const flags = [
    ['nodes', 0],
    ['mutant', []],
    ['rules', ['a', 'b']],
    ['rate', null],
  ] as const;
  expect(commandText(['run', 'raft'], [...flags, ['quiet', true], ...set])).toBe(
    'npx ordeal run raft --nodes 0 --rules a,b --quiet --set reads=lease --set network.lossPpm=0 --set label=',
  );
});

test('mean to a shell what was given', () => {
  const word = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 8 });
  const given = fc.sample(fc.tuple(word, word), { numRuns: 100, seed: 7 });
  const script = given.map(([file, value]) => {
    const text = commandText(['run', file], [['rules', value]]);
    return text.replace('npx ordeal', 'printf "%s\\0"');
  });
  const said = execFileSync('sh', ['-c', script.join('\n')], { encoding: 'utf8' }).split('\0');
  const expected = given.flatMap(([file, value]) => ['run', file, '--rules', value]);
  expect(said.slice(0, -1)).toEqual(expected);
});
