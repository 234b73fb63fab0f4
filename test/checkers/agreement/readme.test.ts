/** The page that lists what a trace can break: neither more nor less than the code reports. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tierOf } from '../../../checkers/agreement/tiers.ts';

const FOLDER = 'checkers/agreement';
const page = readFileSync(`${FOLDER}/README.md`, 'utf8');

/** The names in the first column of the tables, with the tier in the second. */
const listed = new Map(
  page.split('\n').flatMap((line) => {
    const [, names, tier] = /^\|([^|]*`[^|]*)\|([^|]*)\|/.exec(line) ?? [];
    if (names === undefined || tier === undefined) return [];
    return [...names.matchAll(/`([^`]+)`/g)].map((name) => [name[1] ?? '', tier.trim()] as const);
  }),
);

/** Every name in the sources: the only quoted words there that begin with a capital. */
const reported = new Set(
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [
      ...readFileSync(`${FOLDER}/${file}`, 'utf8').matchAll(
        /'((?:[A-Z][a-z]*:)?[A-Za-z][A-Za-z-]*)'/g,
      ),
    ])
    .map((match) => match[1] ?? '')
    .filter((name) => /^[A-Z]/.test(name)),
);

test('names every property that a checker can report, and no other', () => {
  expect([...listed.keys()].sort()).toEqual([...reported].sort());
});

test('says on which tier of evidence each rests', () => {
  for (const [property, tier] of listed) {
    if (tier !== 'client') expect(tierOf(property), property).toBe(tier);
  }
});
