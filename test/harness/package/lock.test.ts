/** The lock file is the same for every npm and every platform: installing leaves no change behind. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Entry {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const ROOT = join(import.meta.dirname, '..', '..', '..');
const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, Entry>>;
};
const entries = Object.entries(lock.packages);

test('it has what is installed on other platforms', () => {
  const named = entries.flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).map((name) => ({ path, name })),
  );
  expect(named.length).toBeGreaterThan(20);
  const missing = named.filter(({ path, name }) => {
    return !(
      `node_modules/${name}` in lock.packages || `${path}/node_modules/${name}` in lock.packages
    );
  });
  expect(missing).toEqual([]);
});

test('it has nothing that npm 10 drops, warns of on an older Node, or that names a registry', () => {
  const fields = entries.flatMap(([path, entry]) => {
    const unstable = ['libc', 'engines', 'resolved'].filter((field) => field in entry);
    return path === '' ? [] : unstable.map((field) => `${path}: ${field} (npm run lock)`);
  });
  expect(fields).toEqual([]);
});
