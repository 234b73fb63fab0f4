/** What goes into an image: everything that a node runs. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { SOURCES } from '../../../harness/docker/image.ts';
import { REPOSITORY } from '../../../harness/own/code.ts';

/** The files that a program reaches by its imports of ours, types aside; from the repository. */
function reached(from: string): Set<string> {
  const found = new Set<string>();
  const open = [join(REPOSITORY, from)];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(relative(REPOSITORY, path)) || !existsSync(path)) continue;
    found.add(relative(REPOSITORY, path));
    const text = readFileSync(path, 'utf8');
    const statements =
      /(?:^import|^export) (?!type )(?:[^;]*? from )?'(\.[^']+)'|import\('(\.[^']+)'\)/gm;
    for (const [, still, late] of text.matchAll(statements)) {
      open.push(join(dirname(path), (still ?? late) as string));
    }
  }
  return found;
}

test.each([
  'harness/host/main.ts',
  'harness/host/sidecar.ts',
  // What own modules are led to.
  'harness/own/kit.ts',
  'checkers/index.ts',
])('the image holds all that %s imports', (program) => {
  const files = [...reached(program)];
  const isIn = (file: string) =>
    SOURCES.some((source) => file === source || file.startsWith(`${source}/`));
  expect(files.length).toBeGreaterThan(3);
  expect(files.filter((file) => !isIn(file))).toEqual([]);
});
