/** Containers on a machine that has more to do than it can, by processes that the test starts. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildImage } from '../../../harness/docker/index.ts';
import { readRun } from '../../../harness/store/reader.ts';
import { hasEngine, inventory, scratch } from './machine.ts';
import { expectNothingNew, Ordeal, POLL, recorded } from './ordeal-process.ts';

const MINUTE_MS = 60_000;
const BURNERS_PER_CORE = 4;
/** Ends by itself, too: a test that is killed has nobody left who could end it. */
const BURN = 'const endMs = performance.now() + 60_000; while (performance.now() < endMs);';
const engine = await hasEngine();

/** Keeps every core of the machine busy several times over until the end of the block. */
class Load implements AsyncDisposable {
  readonly #burners: readonly ChildProcess[] = Array.from(
    { length: BURNERS_PER_CORE * availableParallelism() },
    () => spawn(process.execPath, ['-e', BURN], { stdio: 'ignore' }),
  );

  async [Symbol.asyncDispose](): Promise<void> {
    const running = this.#burners.filter(({ exitCode }) => exitCode === null);
    const ended = running.map((burner) => once(burner, 'close'));
    for (const burner of this.#burners) burner.kill('SIGKILL');
    await Promise.all(ended);
  }
}

describe.skipIf(!engine)('containers on a busy machine (needs a Docker Engine)', () => {
  beforeAll(async () => {
    await buildImage(() => undefined);
  }, 5 * MINUTE_MS);

  test(
    'a run that is interrupted between a message and its effect accuses nobody',
    async () => {
      using store = scratch();
      const before = await inventory([]);
      const cluster = ['--backend', 'docker', '--nodes', '3', '--seed', '7'];
      const work = ['--workload', 'set', '--rate', '200', '--concurrency', '20'];
      const rest = ['--nemesis', 'none', '--store', store.path];
      await using ordeal = new Ordeal(['run', 'fast-paxos', ...cluster, ...work, ...rest]);
      await expect.poll(() => recorded(store.path), POLL).toBeGreaterThan(200);
      await using _ = new Load();
      await expect.poll(() => recorded(store.path), POLL).toBeGreaterThan(1500);
      ordeal.child.kill('SIGINT');
      expect(await ordeal.status(), ordeal.stderr).toBe(130);
      const { results, trace, history } = readRun(join(store.path, 'latest'));
      expect(history.length).toBeGreaterThan(1000);
      expect([...trace].length).toBeGreaterThan(1000);
      const accused = results?.checks.filter(({ verdict }) => verdict.kind === 'invalid');
      expect(accused).toEqual([]);
      expect(results?.checks.map(({ checker }) => checker)).toContain('agreement');
      await expectNothingNew(before, ordeal);
    },
    4 * MINUTE_MS,
  );
});
