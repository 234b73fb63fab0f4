/** `ordeal run --backend docker` as its user runs it: what it tells, keeps and leaves behind. */

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildImage, sweep } from '../../../harness/docker/index.ts';
import { DIRECTORY_PREFIX } from '../../../harness/docker/leftovers.ts';
import { LABEL } from '../../../harness/docker/owner.ts';
import { readRun } from '../../../harness/store/reader.ts';
import { hasEngine, inventory, scratch } from './machine.ts';
import { expectNothingNew, Ordeal, POLL, recorded, whyUnjudged } from './ordeal-process.ts';

const MINUTE_MS = 60_000;
const engine = await hasEngine();

function run(store: string, ...parameters: string[]): Ordeal {
  const common = ['--backend', 'docker', '--nodes', '3', '--seed', '1', '--store', store];
  return new Ordeal(['run', 'raft', ...common, ...parameters]);
}

/** A container of this process, which somebody else does something to. */
async function containerOf({ pid }: Ordeal, node: string): Promise<Docker.Container> {
  const docker = new Docker();
  const label = [`${LABEL.pid}=${pid}`];
  const containers = await docker.listContainers({ filters: { label } });
  const found = containers.find(({ Names }) => Names.some((name) => name.endsWith(`-${node}`)));
  return docker.getContainer(found?.Id ?? '');
}

/** Leaves a container no more memory than it has, until it asks for more and is killed for it. */
async function starve(container: Docker.Container): Promise<void> {
  // Once it is killed, its run takes it away.
  const isRunning = () =>
    container.inspect().then(
      ({ State: { Running } }) => Running,
      () => false,
    );
  while (await isRunning()) {
    const stats = await container.stats({ stream: false, 'one-shot': true }).catch(() => null);
    // Of a container that has just ended there are none.
    const memory: { readonly usage?: number } | undefined = stats?.memory_stats;
    if (memory?.usage === undefined) continue;
    const limit = { Memory: memory.usage, MemorySwap: memory.usage };
    // Refused where the kernel cannot get it down to that just now.
    await container.update(limit).catch(() => undefined);
  }
}

const WAYS = {
  'is killed': {
    node: 'n2',
    act: (container: Docker.Container) => container.kill(),
    says: /^n2 \(container \S+-n2\) was ended \(exit 137\)/,
  },
  'is killed by the kernel for its memory': {
    node: 'n2',
    act: starve,
    says: /^n2 \(container \S+-n2\) was ended \(exit 137: the kernel killed it for memory\)/,
  },
  'is restarted within a moment': {
    node: 'n2',
    act: (container: Docker.Container) => container.restart({ t: 0 }),
    // Or seen in between.
    says: /^n2 \(container \S+-n2\) was (restarted|ended \(exit \d+\)) at \S+; its log ends: /,
  },
  'loses its sidecar': {
    node: 'n2-net',
    act: (container: Docker.Container) => container.remove({ force: true }),
    says: /sidecar of n2 (was removed|\(container \S+-n2-net\) was ended)/,
  },
  'has its sidecar restarted': {
    node: 'n2-net',
    act: (container: Docker.Container) => container.restart({ t: 0 }),
    says: /^the sidecar of n2 \(container \S+-n2-net\) was (restarted|ended \(exit \d+\)) at \S+/,
  },
} as const;

/** Where the run of a process keeps what its nodes have on disk. */
function directoryOf({ pid }: Ordeal): string {
  const owned = readdirSync(tmpdir())
    .filter((name) => name.startsWith(DIRECTORY_PREFIX))
    .map((name) => join(tmpdir(), name));
  const found = owned.find((path) => {
    const owner = join(path, 'owner.json');
    return existsSync(owner) && readFileSync(owner, 'utf8').includes(`"pid":${pid},`);
  });
  if (found === undefined) throw new Error(`process ${pid} has no directory`);
  return found;
}

/** The number of containers that a process has made. */
async function containersOf({ pid }: Ordeal): Promise<number> {
  const label = [`${LABEL.pid}=${pid}`];
  return (await new Docker().listContainers({ all: true, filters: { label } })).length;
}

describe.skipIf(!engine)('ordeal run --backend docker (needs a Docker Engine)', () => {
  beforeAll(async () => {
    await buildImage(() => undefined);
  }, 5 * MINUTE_MS);

  test(
    'records a run under faults of every kind, finds no violation, and leaves nothing behind',
    async () => {
      using store = scratch();
      const before = await inventory([]);
      const nemesis = ['--nemesis', 'partition,kill,pause,clock', '--nemesis-interval', '2'];
      await using ordeal = run(store.path, '--time-limit', '10', ...nemesis);
      expect([0, 2], ordeal.stderr).toContain(await ordeal.status());
      await expectNothingNew(before, ordeal);
      const { history, trace, truncated } = readRun(join(store.path, 'latest'));
      expect(truncated).toBe(false);
      expect([...trace].length).toBeGreaterThan(100);
      const installed = new Set<string>();
      let completed = 0;
      for (let i = 0; i < history.length; i++) {
        const { type, process, f, value } = history.event(i);
        if (type === 'ok') completed++;
        if (process !== 'nemesis' || !Array.isArray(value)) continue;
        if (value[0] === 'start' && value[3] === 'installed') installed.add(f);
      }
      expect(completed).toBeGreaterThan(100);
      expect([...installed].toSorted()).toEqual(['clock', 'kill', 'partition', 'pause']);
    },
    4 * MINUTE_MS,
  );

  test(
    'interrupted while the cluster starts, it ends with 130 and leaves nothing behind',
    async () => {
      using store = scratch();
      const before = await inventory([]);
      await using ordeal = run(store.path);
      await expect.poll(() => containersOf(ordeal), POLL).toBeGreaterThan(2);
      ordeal.child.kill('SIGINT');
      expect(await ordeal.status(), ordeal.stderr).toBe(130);
      await expectNothingNew(before, ordeal);
      expect(readRun(join(store.path, 'latest')).results?.exitStatus).toBe(130);
    },
    4 * MINUTE_MS,
  );

  test(
    'interrupted under load, it ends with 130, keeps what it recorded and leaves nothing behind',
    async () => {
      using store = scratch();
      const before = await inventory([]);
      await using ordeal = run(store.path, '--nemesis-interval', '1');
      await expect.poll(() => recorded(store.path), POLL).toBeGreaterThan(200);
      ordeal.child.kill('SIGINT');
      expect(await ordeal.status(), ordeal.stderr).toBe(130);
      await expectNothingNew(before, ordeal);
      const { history, trace, results } = readRun(join(store.path, 'latest'));
      expect(history.length).toBeGreaterThan(100);
      expect([...trace].length).toBeGreaterThan(10);
      expect(results?.exitStatus).toBe(130);
    },
    4 * MINUTE_MS,
  );

  test.each(Object.entries(WAYS))(
    'a node that %s, not by Ordeal, ends the run with status 3, and is nobody’s violation',
    async (_, { node, act, says }) => {
      using store = scratch();
      const before = await inventory([]);
      await using ordeal = run(store.path, '--nemesis', 'pause', '--time-limit', '60');
      await expect.poll(() => recorded(store.path), POLL).toBeGreaterThan(200);
      await act(await containerOf(ordeal, node));
      expect(await ordeal.status(), ordeal.stderr).toBe(3);
      expect(whyUnjudged(store.path)).toMatch(says);
      expect(whyUnjudged(store.path)).toMatch(/: not by Ordeal, so the run says nothing about/);
      await expectNothingNew(before, ordeal);
      const { results, trace } = readRun(join(store.path, 'latest'));
      expect(results).toMatchObject({ exitStatus: 3, verdict: { kind: 'unknown' } });
      expect([...trace].length).toBeGreaterThan(100);
      // Judged again from what is stored, it is the same.
      await using check = new Ordeal(['check', join(store.path, 'latest')]);
      expect(await check.status(), check.stderr).toBe(3);
    },
    4 * MINUTE_MS,
  );

  test(
    'a run whose directory somebody removes ends with status 3, and leaves nothing behind',
    async () => {
      using store = scratch();
      const before = await inventory([]);
      await using ordeal = run(store.path, '--nemesis', 'none', '--time-limit', '60');
      await expect.poll(() => recorded(store.path), POLL).toBeGreaterThan(200);
      rmSync(directoryOf(ordeal), { recursive: true });
      expect(await ordeal.status(), ordeal.stderr).toBe(3);
      expect(whyUnjudged(store.path)).toMatch(
        /n\d \(container \S+\) was ended \(exit 71\) at \S+; its log ends: .*disk: ENOENT/,
      );
      await expectNothingNew(before, ordeal);
    },
    4 * MINUTE_MS,
  );

  test(
    'what a killed controller left in the store is judged from the logs of the nodes',
    async () => {
      using store = scratch();
      const before = await inventory([]);
      const faults = ['--nemesis', 'kill', '--nemesis-interval', '1', '--workload', 'set'];
      await using ordeal = run(store.path, ...faults, '--rate', '300');
      await expect.poll(() => recorded(store.path), POLL).toBeGreaterThan(1500);
      ordeal.child.kill('SIGKILL');
      await ordeal.status();
      // The nodes still run, and write.
      await using check = new Ordeal(['check', join(store.path, 'latest')]);
      expect(await check.status(), check.stderr).toBe(2);
      const { results, trace } = readRun(join(store.path, 'latest'));
      const agreement = results?.checks.find(({ checker }) => checker === 'agreement');
      expect(agreement).toMatchObject({ verdict: { kind: 'valid' } });
      expect([...trace].length).toBeGreaterThan(1000);
      await sweep();
      await expectNothingNew(before, ordeal);
    },
    4 * MINUTE_MS,
  );

  test(
    'finds a bug that is planted in the nodes',
    async () => {
      using store = scratch();
      const faults = ['--nemesis', 'kill,pause', '--nemesis-interval', '1', '--time-limit', '4'];
      const planted = ['--mutant', 'sys-reply-before-apply', '--seed', '1', '--runs', '4'];
      await using ordeal = run(store.path, ...planted, ...faults);
      expect(await ordeal.status(), ordeal.stderr).toBe(1);
      const { results } = readRun(join(store.path, 'latest'));
      expect(results?.verdict).toMatchObject({ kind: 'invalid' });
      const [reach] = Object.values(results?.figures.reached ?? {});
      expect(reach?.changed).toBeGreaterThan(0);
      expect(reach?.calls).toBeGreaterThanOrEqual(reach?.changed ?? 0);
    },
    3 * MINUTE_MS,
  );

  test(
    'of a rule that never decides otherwise in any node says that nothing was tested',
    async () => {
      using store = scratch();
      const rules = join(store.path, 'same.ts');
      const variant = "{ id: 'same', describe: 'as before', kind: 'variant', rules }";
      writeFileSync(
        rules,
        `const rules = ({ quorum }) => ({ quorum: (...all) => quorum(...all) });\nexport const same = ${variant};\n`,
      );
      const calm = ['--nemesis', 'none', '--time-limit', '3', '--rules', rules];
      await using ordeal = run(store.path, ...calm);
      expect(await ordeal.status(), ordeal.stderr).toBe(2);
      expect(whyUnjudged(store.path)).toMatch(/^same was asked \d+ times, and always agreed/);
    },
    3 * MINUTE_MS,
  );
});

describe('ordeal run --backend docker without an engine', () => {
  test('is one clear line and status 3, and no store is made', async () => {
    using scratched = scratch();
    const store = join(scratched.path, 'store');
    const env = { DOCKER_HOST: 'unix:///nonexistent.sock' };
    await using ordeal = new Ordeal(['run', 'raft', '--backend', 'docker', '--store', store], env);
    expect(await ordeal.status()).toBe(3);
    expect(ordeal.stderr).toMatch(/^ordeal: .*unix:\/\/\/nonexistent\.sock.*ordeal doctor\)\n$/);
    expect(readdirSync(scratched.path)).toEqual([]);
  });
});
