/** The table of planted bugs on each system's page lists those that there are, and nothing else. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TIERS } from '../../checkers/agreement/property.ts';
import { systems } from '../../systems/index.ts';
import type { System } from '../../systems/system.ts';

const SCRIPTED = 'its script';

interface Row {
  readonly id: string;
  /** By tier of evidence, the first seed that shows it; `-` for none. */
  readonly seeds: readonly string[];
  readonly names: readonly string[];
}

function sectionOf(system: System): string {
  const page = readFileSync(`systems/${system.name}/README.md`, 'utf8');
  return page.split(/^## /m).find((section) => section.startsWith('Mutants\n')) ?? '';
}

function rowsOf(section: string): Row[] {
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  const cells = lines.map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
  // Behind the heads of the columns and the line under them.
  return cells.slice(2).map(([id = '', ...rest]) => {
    return { id, seeds: rest.slice(0, -1), names: rest.at(-1)?.split(', ') ?? [] };
  });
}

describe.each(Object.values(systems))('the page of $name', (system) => {
  const section = sectionOf(system);
  const rows = rowsOf(section);
  const mutants = system.variants.filter(({ kind }) => kind === 'mutant');
  const decoys = system.variants.filter(({ kind }) => kind === 'decoy');

  test('has a line for every planted bug, in the order of the registry, and for nothing else', () => {
    expect(rows.map(({ id }) => id)).toEqual(mutants.map(({ id }) => id));
  });

  test('says of each by what it is seen, and one of the names is that by which it should be', () => {
    for (const { id, seeds, names } of rows) {
      expect(seeds, id).toHaveLength(TIERS.length);
      const shown = seeds.filter((seed) => seed !== '-').length;
      const expected = mutants.find((mutant) => mutant.id === id)?.expect ?? [];
      if (names.includes(SCRIPTED)) {
        expect([shown, expected, names], id).toEqual([0, [], [SCRIPTED]]);
        continue;
      }
      for (const seed of seeds) expect(seed, id).toMatch(/^(-|[1-9]\d*)$/);
      expect(names.length, id).toBe(shown);
      expect(
        names.some((name) => expected.includes(name)),
        `${id}: ${names.join(', ')}`,
      ).toBe(true);
    }
  });

  test('names every harmless change', () => {
    const named = new Set(Array.from(section.matchAll(/`([a-z]+-[a-z0-9-]+)`/g), ([, id]) => id));
    for (const { id } of decoys) expect(named).toContain(id);
  });
});
