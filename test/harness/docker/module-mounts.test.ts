/** Which folder of a user's is mounted, so that a module finds what it imports. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ModuleMounts } from '../../../harness/docker/module-mounts.ts';
import { scratch } from './machine.ts';

/** What is mounted for `repo/packages/mine/src/it.ts` where these files and folders are there. */
function mountedAmong(...paths: readonly string[]): string {
  using place = scratch();
  const module = join(place.path, 'repo/packages/mine/src/it.ts');
  for (const path of paths.map((one) => join(place.path, one))) {
    mkdirSync(path.endsWith('node_modules') ? path : dirname(path), { recursive: true });
    if (!path.endsWith('node_modules')) writeFileSync(path, '{}');
  }
  const mounts = new ModuleMounts([module]);
  const [source = ''] = mounts.targets.keys();
  expect(mounts.outside(mounts.inside(module))).toBe(module);
  return source.slice(place.path.length + 1);
}

const MINE = 'repo/packages/mine/package.json';

test('it is its project, or its own folder where there is none', () => {
  expect(mountedAmong()).toBe('repo/packages/mine/src');
  expect(mountedAmong(MINE, 'repo/packages/mine/node_modules')).toBe('repo/packages/mine');
  // A project around it that holds nothing for it, and packages that belong to no project.
  expect(mountedAmong(MINE, 'repo/package.json')).toBe('repo/packages/mine');
  expect(mountedAmong(MINE, 'repo/node_modules')).toBe('repo/packages/mine');
});

test('in a monorepo it is the outermost project that holds its packages', () => {
  expect(mountedAmong(MINE, 'repo/package.json', 'repo/node_modules')).toBe('repo');
  expect(mountedAmong(MINE, 'repo/package.json', 'repo/pnpm-workspace.yaml')).toBe('repo');
  const inner = ['repo/packages/package.json', 'repo/packages/node_modules'];
  expect(mountedAmong(MINE, ...inner)).toBe('repo/packages');
  expect(mountedAmong(MINE, ...inner, 'repo/package.json', 'repo/node_modules')).toBe('repo');
});
