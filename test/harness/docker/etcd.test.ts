/** etcd as it is, in containers: formed, cut apart, killed, stopped, and judged by what it says. */

import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Value } from '../../../checkers/history.ts';
import { type Heard, heardOf, isChange, reached } from '../../../checkers/watch/heard.ts';
import type { LiveClient, LiveCluster } from '../../../harness/core/backend.ts';
import { launch } from '../../../harness/docker/cluster.ts';
import { buildImage } from '../../../harness/docker/index.ts';
import type { Cut } from '../../../nemesis/fault.ts';
import { etcd } from '../../../systems/etcd/index.ts';
import type { Options } from '../../../systems/protocol.ts';
import { containerOf, eventually, hasEngine, inventory, scratch, spec } from './machine.ts';

const MINUTE_MS = 60_000;
const engine = await hasEngine();
const docker = new Docker();

function optionsWith(changes: Options = {}): Options {
  const defaults = Object.entries(etcd.options).map(([name, option]) => [name, option.default]);
  return { ...(Object.fromEntries(defaults) as Options), ...changes };
}

async function write(client: LiveClient, value: number): Promise<true | null> {
  const { type } = await client.invoke({ f: 'write', key: 'k', value });
  return type === 'ok' ? true : null;
}

async function read(client: LiveClient): Promise<Value> {
  const outcome = await client.invoke({ f: 'read', key: 'k', value: null });
  return outcome.type === 'ok' ? outcome.value : outcome.error;
}

function leaderOf(cluster: LiveCluster): Promise<number> {
  return eventually('leader', async () => (await cluster.view()).leader);
}

/** Every link between one node and the others. */
function isolating(alone: number, nodes: readonly number[]): Cut[] {
  const others = nodes.filter((node) => node !== alone);
  return others.flatMap((other) => [
    { from: alone, to: other },
    { from: other, to: alone },
  ]);
}

describe.skipIf(!engine)('etcd in containers', () => {
  let before: string[];
  beforeAll(async () => {
    before = await inventory();
    await buildImage(() => undefined);
  }, 10 * MINUTE_MS);
  afterAll(async () => expect(await inventory()).toEqual(before), MINUTE_MS);

  test(
    'answers serializable reads of a member that is cut off with what was, and no linearizable ones',
    async () => {
      using logs = scratch();
      const system = { system: etcd, options: optionsWith({ reads: 'serializable' }) };
      await using cluster = await launch(spec(logs.path, system));
      const leader = await leaderOf(cluster);
      const alone = (leader + 1) % 3;
      const [client, other] = [cluster.client(alone), cluster.client(leader)];
      await eventually('write', () => write(other, 1));
      await eventually('copy', async () => ((await read(client)) === 1 ? true : null));
      const cuts = isolating(alone, cluster.nodes);
      const receipt = await cluster.start(1, { kind: 'partition', shape: 'isolate', cuts });
      expect(receipt.status).toBe('installed');
      await eventually('write without it', () => write(other, 2));
      expect(await read(client)).toBe(1);
      expect((await cluster.end(1)).status).toBe('installed');
      await eventually('the newer value', async () => ((await read(client)) === 2 ? true : null));
    },
    10 * MINUTE_MS,
  );

  test(
    'is up again after a kill before there is a quorum that it could serve with, and keeps what it said',
    async () => {
      using logs = scratch();
      await using cluster = await launch(spec(logs.path, { system: etcd, options: optionsWith() }));
      const client = cluster.client(0);
      await eventually('write', () => write(client, 7));
      for (const [id, node] of [0, 1, 2].entries()) {
        const killed = await cluster.start(id, { kind: 'kill', nodes: [node] });
        expect(killed).toMatchObject({ status: 'installed' });
      }
      const first = await cluster.end(0);
      expect(first.evidence).toContain('takes connections at port 2380');
      expect(await read(client)).not.toBe(7);
      for (const id of [1, 2]) expect((await cluster.end(id)).status).toBe('installed');
      await eventually('the value', async () => ((await read(client)) === 7 ? true : null));
      const paused = await cluster.start(4, { kind: 'pause', nodes: [0] });
      expect(paused.evidence).toBe('n1 paused');
      // Sent, and without an answer: it may yet happen.
      expect((await client.invoke({ f: 'write', key: 'k', value: 8 })).type).toBe('info');
      await cluster.end(4);
      expect(await cluster.lossSoFar()).toBeNull();
    },
    10 * MINUTE_MS,
  );

  test(
    'tells a watcher at a member that was cut off of all that it missed, once it is back, and has one log',
    async () => {
      using logs = scratch();
      await using cluster = await launch(spec(logs.path, { system: etcd, options: optionsWith() }));
      const leader = await leaderOf(cluster);
      const alone = (leader + 1) % 3;
      const [client, other] = [cluster.client(alone), cluster.client(leader)];
      const listen = async (from: number, to: number) => {
        const heard: Heard[] = [];
        await eventually(`revision ${to}`, async () => {
          const begun = Math.max(from, reached(heard) + 1);
          const outcome = await client.invoke({ f: 'watch', key: 'w', value: [begun, 500, false] });
          heard.push(...((outcome.type === 'ok' ? heardOf(outcome.value) : null) ?? []));
          return reached(heard) >= to ? true : null;
        });
        return heard.filter(isChange).map(([, , revision]) => revision);
      };
      await eventually('write', () => write(other, 1));
      expect((await listen(1, 2))[0]).toBe(2);
      const cuts = isolating(alone, cluster.nodes);
      await cluster.start(1, { kind: 'partition', shape: 'isolate', cuts });
      for (const value of [2, 3]) await eventually('write without it', () => write(other, value));
      await other.invoke({ f: 'delete', key: 'k', value: null });
      await cluster.end(1);
      const missed = await listen(3, 5);
      expect(missed.slice(0, 3)).toEqual([3, 4, 5]);
      await eventually('one digest', async () => {
        const asked = cluster.nodes.map((node) =>
          other.invoke({ f: 'hash', key: `n${node + 1}`, value: 0, node }),
        );
        const digests = (await Promise.all(asked)).map((outcome) =>
          outcome.type === 'ok' ? JSON.stringify(outcome.value) : outcome.error,
        );
        return digests.every((digest) => digest.startsWith('[') && digest === digests[0])
          ? true
          : null;
      });
    },
    10 * MINUTE_MS,
  );

  test(
    'fails where a member ends by itself, told with its last words, and not where others end one',
    async () => {
      using logs = scratch();
      await using cluster = await launch(spec(logs.path, { system: etcd, options: optionsWith() }));
      const crashing = await docker.getContainer(await containerOf('n2')).exec({
        Cmd: ['sh', '-c', 'kill -ABRT 1'],
      });
      await crashing.start({});
      const ended = await eventually('end', async () => {
        expect(await cluster.lossSoFar()).toBeNull();
        return cluster.trace().lines[0] ?? null;
      });
      expect(ended).toMatchObject({ node: 1, event: { kind: 'panic' } });
      expect(JSON.stringify(ended.event)).toContain('status 2, having said \\"SIGABRT: abort');
      await eventually('write without it', () => write(cluster.client(0), 1));
      // The same end, but the engine knows who asked for it.
      await docker.getContainer(await containerOf('n3')).kill({ signal: 'SIGABRT' });
      const loss = await eventually('loss', () => cluster.lossSoFar());
      expect(loss.message).toMatch(/^n3 \(.*\) was ended \(exit 2\) at .*: not by Ordeal/);
      expect(cluster.trace().lines).toEqual([ended]);
    },
    10 * MINUTE_MS,
  );
});
