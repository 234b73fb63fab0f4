/** A real cluster of containers: its faults and their receipts, and what it leaves behind. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agreementVerdict } from '../../../checkers/agreement/index.ts';
import type { Value } from '../../../checkers/history.ts';
import type { LiveClient, LiveCluster } from '../../../harness/core/backend.ts';
import { launch } from '../../../harness/docker/cluster.ts';
import { connectEngine } from '../../../harness/docker/engine.ts';
import { buildImage, findLeftovers, probeDocker, sweep } from '../../../harness/docker/index.ts';
import { createNetwork } from '../../../harness/docker/network.ts';
import { LABEL, thisProcess } from '../../../harness/docker/owner.ts';
import { applyVariants, builtInVariant } from '../../../harness/variants/variants.ts';
import type { Cut, Fault, Receipt } from '../../../nemesis/fault.ts';
import { containerOf, eventually, hasEngine, inventory, scratch, spec } from './machine.ts';

const MINUTE_MS = 60_000;
const ABILITIES = [
  'docker engine',
  'image',
  'firewall in a container',
  'container addresses',
  'pause',
];
const engine = await hasEngine();

async function write(client: LiveClient, value: number): Promise<string> {
  return (await client.invoke({ f: 'write', key: 'k', value })).type;
}

function read(client: LiveClient): Promise<Value> {
  return eventually('read', async () => {
    const outcome = await client.invoke({ f: 'read', key: 'k', value: null });
    return outcome.type === 'ok' ? outcome.value : null;
  });
}

function partition(cuts: readonly Cut[]): Fault {
  return { kind: 'partition', shape: 'test', cuts };
}

function clock(mode: 'bump' | 'drift', nodes: number[], amount: number): Fault {
  const skew = { offsetMs: 0, periodMs: 0, ratePpm: 0 };
  if (mode === 'bump') skew.offsetMs = amount;
  else skew.ratePpm = amount;
  return { kind: 'clock', mode, nodes, ...skew };
}

/** What a receipt tells of each node, however much later a busy machine showed it of one of them. */
function evidenceOf({ evidence }: Receipt): string {
  return evidence.replaceAll(/, \d+ ms after the first/g, '');
}

function leaderOf(cluster: LiveCluster, among = cluster.nodes): Promise<number> {
  return eventually('leader', async () => {
    const { leader } = await cluster.view();
    return leader !== null && among.includes(leader) ? leader : null;
  });
}

describe.skipIf(!engine)('a cluster of containers (needs a Docker Engine)', () => {
  const logs = scratch();
  let before: string[];
  let cluster: LiveCluster;

  beforeAll(async () => {
    await buildImage(() => undefined);
    await sweep();
    before = await inventory();
    cluster = await launch(spec(logs.path));
  }, 5 * MINUTE_MS);

  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
    const after = await inventory();
    const log = readFileSync(join(logs.path, 'n1.log'), 'utf8');
    logs[Symbol.dispose]();
    expect(after).toEqual(before);
    expect(log).toContain('start: incarnation 1');
  }, 3 * MINUTE_MS);

  test('forms with a leader that it names', async () => {
    const view = await cluster.view();
    expect(view.nodes).toEqual([0, 1, 2]);
    expect(view.nodes).toContain(view.leader);
  });

  test(
    'keeps what was acknowledged over kill -9 of every node at once',
    async () => {
      const client = cluster.client(10);
      expect(await write(client, 41)).toBe('ok');
      const fault: Fault = { kind: 'kill', nodes: [0, 1, 2] };
      const down = await cluster.start(1, fault);
      expect(down).toMatchObject({ status: 'installed' });
      expect(evidenceOf(down)).toBe('n1 down (exit 137); n2 down (exit 137); n3 down (exit 137)');
      expect(await cluster.view()).toEqual({ nodes: [0, 1, 2], leader: null });
      const up = await cluster.end(1);
      expect(up).toMatchObject({ status: 'installed' });
      expect(up.evidence).toMatch(/n2 up again after \d+ ms, incarnation 2/);
      expect(await read(client)).toBe(41);
    },
    3 * MINUTE_MS,
  );

  test('a cut of one direction leaves the other open, and two cuts need two heals', async () => {
    const oneWay = partition([{ from: 0, to: 1 }]);
    const both = partition([
      { from: 0, to: 1 },
      { from: 1, to: 0 },
    ]);
    const evidence = (cut: number, open: number) =>
      `probed: ${cut} of ${cut} cut links silent, ${open} of ${open} open links heard`;
    const installed = 'installed';
    expect(await cluster.start(1, oneWay)).toEqual({ status: installed, evidence: evidence(1, 1) });
    expect(await cluster.start(2, both)).toEqual({ status: installed, evidence: evidence(2, 0) });
    expect(await cluster.end(1)).toEqual({ status: installed, evidence: evidence(2, 0) });
    expect(await cluster.end(2)).toEqual({ status: installed, evidence: evidence(0, 2) });
  });

  test(
    'a leader that is cut off loses its place, and the rest goes on',
    async () => {
      const leader = await leaderOf(cluster);
      const others = [0, 1, 2].filter((node) => node !== leader);
      const isolated = partition(
        others.flatMap((node) => [
          { from: leader, to: node },
          { from: node, to: leader },
        ]),
      );
      await cluster.start(1, isolated);
      const client = cluster.client(11);
      await leaderOf(cluster, others);
      await eventually('write', async () => ((await write(client, 42)) === 'ok' ? true : null));
      expect(await cluster.end(1)).toMatchObject({ status: 'installed' });
      expect(await read(cluster.client(12))).toBe(42);
    },
    3 * MINUTE_MS,
  );

  test(
    'a node that restarts under a partition finds its links as cut as before',
    async () => {
      const cut = partition([
        { from: 1, to: 2 },
        { from: 2, to: 1 },
      ]);
      const kill: Fault = { kind: 'kill', nodes: [2] };
      await cluster.start(1, cut);
      await cluster.start(2, kill);
      await cluster.end(2);
      // Cut once more and healed once: the probe sees the links of the new process, still cut.
      await cluster.start(3, cut);
      expect((await cluster.end(1)).evidence).toContain('2 of 2 cut links silent');
      // What is over is not undone again, though another like it is in force.
      expect(await cluster.end(1)).toEqual({ status: 'skipped', evidence: 'nothing to undo' });
      expect((await cluster.end(3)).evidence).toContain('2 of 2 open links heard');
    },
    3 * MINUTE_MS,
  );

  test(
    'a paused node is paused, and one that was killed meanwhile is not resumed',
    async () => {
      const pause: Fault = { kind: 'pause', nodes: [1] };
      const kill: Fault = { kind: 'kill', nodes: [1] };
      expect(await cluster.start(1, pause)).toEqual({ status: 'installed', evidence: 'n2 paused' });
      expect(await cluster.end(1)).toEqual({ status: 'installed', evidence: 'n2 running' });
      await cluster.start(2, pause);
      expect(await cluster.start(3, kill)).toMatchObject({ evidence: 'n2 down (exit 137)' });
      expect((await cluster.end(2)).status).toBe('skipped');
      expect((await cluster.end(3)).evidence).toMatch(/n2 up again/);
    },
    3 * MINUTE_MS,
  );

  test(
    'clocks are read back skewed, add up, survive a restart, and are set right',
    async () => {
      const bump = clock('bump', [0], 5000);
      const drift = clock('drift', [0, 1], 40_000);
      const kill: Fault = { kind: 'kill', nodes: [0] };
      expect((await cluster.start(1, bump)).evidence).toMatch(
        /^n1 wall clock off by 5000 ms, rate 0/,
      );
      expect(evidenceOf(await cluster.start(2, drift))).toMatch(
        /n1 .* rate 40000 ppm; n2 .* 40000 ppm/,
      );
      await cluster.start(3, kill);
      await cluster.end(3);
      expect(evidenceOf(await cluster.end(2))).toBe(
        'n1 wall clock off by 5000 ms, rate 0 ppm; n2 wall clock off by 0 ms, rate 0 ppm',
      );
      expect((await cluster.end(1)).evidence).toBe('n1 wall clock off by 0 ms, rate 0 ppm');
    },
    3 * MINUTE_MS,
  );

  test(
    'a clock fault on a node that is down says so, and at its end whether it had been in force',
    async () => {
      const bump = clock('bump', [2], 3000);
      const kill: Fault = { kind: 'kill', nodes: [2] };
      await cluster.start(1, kill);
      const started = await cluster.start(2, bump);
      expect(started.status).toBe('indeterminate');
      expect(started.evidence).toContain('n3 is down: will hold from its next start on');
      expect(await cluster.end(2)).toEqual({
        status: 'skipped',
        evidence: 'n3 was down all the time: never held',
      });
      await cluster.start(3, bump);
      await cluster.end(1);
      expect(await cluster.end(3)).toEqual({
        status: 'installed',
        evidence: 'n3 wall clock off by 0 ms, rate 0 ppm, had held since its restart',
        held: true,
      });
    },
    3 * MINUTE_MS,
  );

  test('its traces hold every crash once, and show that the nodes agreed', async () => {
    const { lines } = cluster.trace();
    const crashes = lines.filter(({ event }) => event.kind === 'crash');
    const lives = crashes.map(({ node, incarnation }) => `${node}:${incarnation}`);
    expect(new Set(lives).size).toBe(lives.length);
    expect(crashes.length).toBeGreaterThanOrEqual(6);
    expect(agreementVerdict(lines)).toMatchObject({ verdict: { kind: 'valid' } });
  });

  test(
    'the doctor finds the machine able to do what the nemeses need',
    async () => {
      const lines = await probeDocker();
      for (const name of ABILITIES) {
        expect(lines.find((line) => line.name === name)).toMatchObject({ ok: true });
      }
    },
    3 * MINUTE_MS,
  );
});

const docker = new Docker();

/** The container of one of this process's nodes. */
async function removeContainer(node: string): Promise<void> {
  await docker.getContainer(await containerOf(node)).remove({ force: true });
}

describe.skipIf(!engine)('variants in containers (needs a Docker Engine)', () => {
  test(
    "a built-in mutant and a user's file with its neighbour reach nodes and clients",
    async () => {
      using logs = scratch();
      const file = join(logs.path, 'mine.ts');
      const own = "{ id, describe: 'x', kind: 'variant', durability: () => 'synced' }";
      writeFileSync(join(logs.path, 'neighbour.ts'), "export const id: string = 'mine';\n");
      writeFileSync(
        file,
        `import { id } from './neighbour.ts';\nexport const mine: object = ${own};\n`,
      );
      const { system } = spec(logs.path);
      const mutants = ['sys-timeout-reported-as-fail'];
      const builtIn = mutants.map((id) => builtInVariant(system, id));
      const under = applyVariants(system, builtIn).client(1);
      await using cluster = await launch(
        spec(join(logs.path, 'a:b'), { nodes: 2, client: under, mutants, ruleFiles: [file] }),
      );
      const client = cluster.client(0);
      expect(await write(client, 1)).toBe('ok');
      const [first] = cluster.trace().lines;
      expect(first?.event).toMatchObject({ kind: 'boot', variants: [...mutants, 'mine'] });

      const kill: Fault = { kind: 'kill', nodes: [0, 1] };
      await cluster.start(1, kill);
      // What the right client cannot know: `info`.
      expect(await write(client, 2)).toBe('fail');
      // Somebody removes a node: the fault's end is not proved, although the other node is back.
      expect(await cluster.lossSoFar()).toBeNull();
      await removeContainer('n2');
      const up = await cluster.end(1);
      expect(up.status).toBe('indeterminate');
      expect(up.evidence).toMatch(/^n1 up again .*; n2 .*no such container/i);

      const pause: Fault = { kind: 'pause', nodes: [0] };
      await docker.getContainer(await containerOf('n1')).pause();
      // Paused without our knowing, as after a call that failed: the engine is asked, not memory.
      expect(await cluster.start(2, pause)).toMatchObject({ evidence: 'n1 was paused already' });
      expect(await cluster.end(2)).toEqual({ status: 'installed', evidence: 'n1 running' });
    },
    3 * MINUTE_MS,
  );
});

describe.skipIf(!engine)('nodes that others end (needs a Docker Engine)', () => {
  test(
    'are named, with how they ended; what the run itself does to them is no loss',
    async () => {
      using logs = scratch();
      await using cluster = await launch(spec(logs.path));
      const told = new Promise<string>((resolve) => {
        cluster.onLoss(({ failure, message }) => resolve(`${failure}: ${message}`));
      });
      const kill: Fault = { kind: 'kill', nodes: [1] };
      await cluster.start(1, kill);
      expect(await cluster.lossSoFar()).toBeNull();
      await cluster.end(1);
      expect(await cluster.lossSoFar()).toBeNull();
      await docker.getContainer(await containerOf('n3')).kill();
      expect(await told).toMatch(
        /^infrastructure: n3 \(container ordeal-\w+-n3\) was ended \(exit 137\) at .*not by Ordeal/,
      );
      await removeContainer('n1-net');
      const both = await cluster.lossSoFar();
      expect(both?.message).toMatch(/the container of the sidecar of n1 was removed; n3 /);
    },
    2 * MINUTE_MS,
  );

  test(
    'are not forgotten over what the run does to them afterwards',
    async () => {
      using logs = scratch();
      await using cluster = await launch(spec(logs.path));
      const kill = (node: number): Fault => ({ kind: 'kill', nodes: [node] });
      await cluster.start(1, kill(1));
      await docker.getContainer(await containerOf('n2')).start();
      // A kill of a kill: the receipt is what the engine says, not what we remember.
      expect(await cluster.start(3, kill(1))).toMatchObject({ status: 'indeterminate' });
      await docker.getContainer(await containerOf('n1')).restart({ t: 0 });
      await cluster.start(0, kill(0));
      await docker.getContainer(await containerOf('n3')).kill();
      expect(await cluster.start(2, kill(2))).toMatchObject({ status: 'skipped' });
      for (const node of [0, 2]) await cluster.end(node);
      const loss = (await cluster.lossSoFar())?.message;
      expect(loss).toMatch(
        /^n1 \(container \S+\) was restarted at .*; n2 \(\S+ \S+\) was restarted/,
      );
      expect(loss).toMatch(/; n3 \(container \S+\) was ended \(exit 137\)/);
    },
    2 * MINUTE_MS,
  );
});

describe.skipIf(!engine)('what is left behind (needs a Docker Engine)', () => {
  test(
    'a start that is interrupted leaves nothing',
    async () => {
      using logs = scratch();
      const before = await inventory();
      for (const delayMs of [0, 300, 1500]) {
        const abort = new AbortController();
        setTimeout(() => abort.abort(new Error('interrupted')), delayMs);
        const started = launch(spec(logs.path, { signal: abort.signal }));
        await expect(started).rejects.toThrow('interrupted');
      }
      expect(await inventory()).toEqual(before);
    },
    3 * MINUTE_MS,
  );

  test(
    'a node that stops on a mistake is told by that mistake',
    async () => {
      using logs = scratch();
      const before = await inventory();
      const started = launch(spec(logs.path, { mutants: ['no-such-variant'], nodes: 1 }));
      await expect(started).rejects.toThrow(/^n\d stopped: .*no-such-variant/);
      expect(await inventory()).toEqual(before);
    },
    3 * MINUTE_MS,
  );

  test(
    'what a killed controller left is found and removed by the next, and nothing else',
    async () => {
      using logs = scratch();
      const { docker } = await connectEngine();
      const before = await inventory();
      const program = join(import.meta.dirname, 'crashing-controller.ts');
      const controller = spawn(process.execPath, [program, logs.path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(controller.stdout, 'data');
      const mine = () =>
        findLeftovers().then((all) => all.filter(({ kind }) => kind !== 'directory'));
      const running = { label: [`${LABEL.pid}=${controller.pid}`] };
      expect(await docker.listContainers({ filters: running })).toHaveLength(6);
      expect(await mine()).toEqual([]);
      controller.kill('SIGKILL');
      await once(controller, 'exit');
      expect((await mine()).map(({ kind }) => kind).toSorted()).toEqual([
        ...Array.from({ length: 6 }, () => 'container'),
        'network',
      ]);
      await sweep();
      const trace = readFileSync(join(logs.path, 'n1.trace.jsonl'), 'utf8');
      expect(trace).toContain('"boot"');
      expect(await docker.listContainers({ all: true, filters: running })).toEqual([]);
      expect(await findLeftovers()).toEqual([]);
      expect(await inventory()).toEqual(before);
    },
    3 * MINUTE_MS,
  );

  test('a network whose subnets are all taken is one clear line', async () => {
    const { docker } = await connectEngine();
    const owner = thisProcess('ordeal-test-network');
    const prefixes = ['10.254.17.'];
    const first = await createNetwork(docker, owner, 'ordeal-test-1', 1, prefixes);
    try {
      await expect(createNetwork(docker, owner, 'ordeal-test-2', 1, prefixes)).rejects.toThrow(
        /^no network for the cluster: .* \(see: docker network ls; npx ordeal doctor --clean\)$/,
      );
    } finally {
      await docker.getNetwork(first.id).remove();
    }
  });
});
