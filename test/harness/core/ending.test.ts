/** How a run ended: a union in memory, and words and flags in what is stored. */

import { describe, expect, test } from 'vitest';
import { type Ending, endingFigures, endingOf, whyCutShort } from '../../../harness/core/ending.ts';

const ENDINGS: readonly Ending[] = [
  { kind: 'finished' },
  { kind: 'unformed' },
  { kind: 'violated', atUs: 12_340_000 },
  { kind: 'interrupted' },
  { kind: 'failed', because: 'n2 was ended' },
  { kind: 'broken-off', because: 'the recording is cut off' },
];

describe('how a run ended', () => {
  test.each(ENDINGS)('$kind is the same once it has been stored', (ending) => {
    const stored = JSON.parse(JSON.stringify(endingFigures(ending))) as typeof ending;
    expect(endingOf(stored as unknown as ReturnType<typeof endingFigures>)).toEqual(ending);
  });

  test.each(ENDINGS)(
    '$kind of an older version, which has words alone, means the same',
    (ending) => {
      const { ending: _, ...older } = endingFigures(ending);
      const read = endingOf(older);
      expect(endingFigures(read)).toMatchObject(older);
      expect(whyCutShort(read)).toBe(whyCutShort(ending));
    },
  );

  test('is told in one sentence, which says when a violation ended it', () => {
    expect(ENDINGS.map(whyCutShort)).toEqual([
      null,
      null,
      'stopped at the first violation at 12.3 s',
      'the run was interrupted',
      'n2 was ended',
      'the recording is cut off',
    ]);
  });
});
