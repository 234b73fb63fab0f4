/** The page that lists what a trace can break is written from the registry of properties. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SECTIONS } from '../../../checkers/agreement/properties.ts';
import type { Properties } from '../../../checkers/agreement/property.ts';

const PAGE = 'checkers/agreement/README.md';

test('the tables are those of the registry (npx vitest run --update writes them)', async () => {
  let page = readFileSync(PAGE, 'utf8');
  for (const [title, properties] of Object.entries(SECTIONS)) {
    const section = new RegExp(`(## ${title}\n\n)(?:\\|.*\n)*`);
    expect(page).toMatch(section);
    page = page.replace(section, (_, heading: string) => heading + table(properties));
  }
  await expect(page).toMatchFileSnapshot(`../../../${PAGE}`);
});

function table(properties: Properties): string {
  const rows = [
    ['property', 'tier', 'says', 'source'],
    ...Object.entries(properties).map(([name, { tier, holds, source }]) => {
      return [`\`${name}\``, tier, holds, source];
    }),
  ];
  const widths =
    rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const padded = rows.map((row) => line(row.map((cell, at) => cell.padEnd(widths[at] ?? 0))));
  padded.splice(1, 0, line(widths.map((width) => '-'.repeat(width))));
  return padded.join('');
}
