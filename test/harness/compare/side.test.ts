/** How a side of a comparison is written. */

import { describe, expect, test } from 'vitest';
import { sideSpec } from '../../../harness/compare/side.ts';

const nothing = { mutants: [], rules: [], set: {} };

describe('a side is read as', () => {
  test.each([
    ['raft', { system: 'raft', revision: null, ...nothing }],
    ['raft@HEAD~3', { system: 'raft', revision: 'HEAD~3', ...nothing }],
    ['raft@feature/x@{1}', { system: 'raft', revision: 'feature/x@{1}', ...nothing }],
    [
      'raft@main:reads=lease,mutant=rf-a,mutant=rf-b,rules=./mine.ts',
      {
        system: 'raft',
        revision: 'main',
        mutants: ['rf-a', 'rf-b'],
        rules: ['./mine.ts'],
        set: { reads: 'lease' },
      },
    ],
    ['./a@b/my.ts', { system: './a@b/my.ts', revision: null, ...nothing }],
    ['./my.ts@v1.0', { system: './my.ts', revision: 'v1.0', ...nothing }],
    [
      'raft:network.lossPpm=0',
      { system: 'raft', revision: null, mutants: [], rules: [], set: { 'network.lossPpm': '0' } },
    ],
  ])('%s', (text, spec) => {
    expect(sideSpec(text, 'A')).toEqual({ text, ...spec });
  });
});

describe('a mistake is one line that names the side', () => {
  test.each([
    ['', /^A: "" names no system/],
    ['@main', /^A: "@main" names no system/],
    ['raft@', /^A: "raft@" names no revision/],
    ['raft:lease', /^A: "lease" is no setting/],
    ['raft:', /^A: "" is no setting/],
    ['raft:reads=', /^A: "reads=" is no setting/],
  ])('%s', (text, told) => {
    expect(() => sideSpec(text, 'A')).toThrow(told);
  });
});
