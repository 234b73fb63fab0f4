/** What an engine of the test's own is needed for: its restart, and which images it is left with. */

import { appendFileSync, cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { baseTag } from '../../../harness/docker/base-image.ts';
import { buildImage } from '../../../harness/docker/index.ts';
import { LABEL } from '../../../harness/docker/owner.ts';
import { REPOSITORY } from '../../../harness/own/code.ts';
import { readRun } from '../../../harness/store/reader.ts';
import { hasEngine, scratch } from './machine.ts';
import { Ordeal, POLL, recorded, whyUnjudged } from './ordeal-process.ts';
import { canStartEngine, OwnEngine } from './own-engine.ts';

const MINUTE_MS = 60_000;
const isPossible = (await hasEngine()) && canStartEngine();

describe.skipIf(!isPossible)('an engine of its own (needs root and dockerd)', () => {
  let engine: OwnEngine;

  beforeAll(async () => {
    await buildImage(() => undefined);
    engine = await OwnEngine.with([baseTag()]);
  }, 5 * MINUTE_MS);

  afterAll(() => engine?.[Symbol.asyncDispose](), 2 * MINUTE_MS);

  async function tags(): Promise<string[]> {
    const images = await engine.docker.listImages({ filters: { reference: ['ordeal-node'] } });
    return images.flatMap(({ RepoTags: own }) => own ?? []);
  }

  async function danglers(): Promise<string[]> {
    const images = await engine.docker.listImages({ filters: { dangling: ['true'] } });
    return images.map(({ Id }) => Id);
  }

  test(
    'that restarts in mid-run ends the run with status 3, and is cleaned up once it is back',
    async () => {
      using store = scratch();
      const what = ['run', 'raft', '--backend', 'docker', '--nodes', '3', '--store', store.path];
      const how = ['--seed', '1', '--time-limit', '60', '--nemesis', 'none'];
      await using ordeal = new Ordeal([...what, ...how], engine.env, { within: engine.within });
      await expect.poll(() => recorded(store.path), POLL).toBeGreaterThan(200);
      await engine.stop();
      await engine.start();
      expect(await ordeal.status(), ordeal.stderr).toBe(3);
      expect(whyUnjudged(store.path)).toMatch(
        /\(container ordeal-[\w-]+\) was ended \(exit \d+\) at .*: not by Ordeal, so the run says nothing/,
      );
      expect(readRun(join(store.path, 'latest')).results).toMatchObject({ exitStatus: 3 });
      expect(ordeal.stderr).not.toContain('left behind');
      const filters = { label: [LABEL.run] };
      expect(await engine.docker.listContainers({ all: true, filters })).toEqual([]);
      expect(await engine.docker.listNetworks({ filters })).toEqual([]);
    },
    5 * MINUTE_MS,
  );

  test(
    'keeps the images of the two latest states of the sources, those in use, and none without a name',
    async () => {
      using copy = scratch();
      const checkout = copyOfSources(copy.path);
      const build = async () => {
        await using ordeal = new Ordeal(['image', 'build'], engine.env, checkout);
        expect(await ordeal.status(), ordeal.stderr).toBe(0);
        const found = (await tags())[0] as string;
        expect(await danglers()).toEqual([]);
        return found;
      };
      const change = () => appendFileSync(join(copy.path, 'systems', 'kv.ts'), '// changed\n');
      change();
      const first = await build();
      expect(await build()).toBe(first);
      const user = await engine.docker.createContainer({ Image: first, Cmd: ['true'] });
      change();
      const second = await build();
      change();
      const third = await build();
      // Oldest first: the engine lists the youngest first.
      expect((await tags()).toReversed()).toEqual([first, second, third]);
      await user.remove();
      change();
      const fourth = await build();
      expect((await tags()).toReversed()).toEqual([third, fourth]);
    },
    5 * MINUTE_MS,
  );

  test(
    'is left with one image by two controllers that build it at the same time',
    async () => {
      using copy = scratch();
      const checkout = copyOfSources(copy.path);
      appendFileSync(join(copy.path, 'systems', 'kv.ts'), '// built twice\n');
      const before = await tags();
      const start = () => new Ordeal(['image', 'build'], engine.env, checkout);
      await using one = start();
      await using other = start();
      expect(await one.status(), one.stderr).toBe(0);
      expect(await other.status(), other.stderr).toBe(0);
      const built = (await tags()).filter((tag) => !before.includes(tag));
      expect(built).toHaveLength(1);
      expect(await danglers()).toEqual([]);
    },
    5 * MINUTE_MS,
  );
});

/** Another checkout, whose sources may be changed. */
function copyOfSources(to: string): { readonly program: string } {
  mkdirSync(to, { recursive: true });
  for (const name of ['checkers', 'harness', 'nemesis', 'systems', 'workloads', 'package.json']) {
    cpSync(join(REPOSITORY, name), join(to, name), { recursive: true });
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(to, 'node_modules'));
  return { program: join(to, 'harness', 'bin.js') };
}
