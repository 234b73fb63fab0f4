/** Three nodes as real processes on the loopback: links, disks, control channel, exit statuses. */

import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NODE_EXIT, WIRE_VERSION } from '../../../harness/host/config.ts';
import type { NodeAnswer } from '../../../harness/host/control.ts';
import { encodeFrame } from '../../../harness/host/frame.ts';
import type { Operation } from '../../../systems/operations.ts';
import { ProcessCluster } from './cluster-of-processes.ts';
import { system } from './tiny.ts';

const TINY = { name: system.name, modules: [join(import.meta.dirname, 'tiny.ts')] };
type View = Extract<NodeAnswer, { kind: 'view' }>;
type Clock = Extract<NodeAnswer, { kind: 'clock' }>;

function knowsLeader(answer: NodeAnswer): answer is View {
  return answer.kind === 'view' && answer.view.leader !== null;
}

function isClock(answer: NodeAnswer): answer is Clock {
  return answer.kind === 'clock';
}

async function formed(): Promise<ProcessCluster> {
  const cluster = await ProcessCluster.start(3, TINY);
  await Promise.all([0, 1, 2].map((node) => cluster.ask(node, { kind: 'view' }, knowsLeader)));
  return cluster;
}

/** Resolves once the other side has closed the connection on which these bytes were sent. */
async function turnedAway(port: number, bytes: readonly Buffer[]): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  socket.write(Buffer.concat(bytes));
  await once(socket, 'close');
}

function write(value: number): Operation {
  return { f: 'write', key: 'k', value };
}

const read: Operation = { f: 'read', key: 'k', value: null };

describe('nodes as processes', () => {
  test('what was acknowledged is read again, also after kill -9 of every node', async () => {
    await using cluster = await formed();
    const client = cluster.client(1, system);
    expect(await client.invoke(write(5))).toMatchObject({ type: 'ok' });
    await Promise.all([0, 1, 2].map((node) => cluster.kill(node)));
    for (const node of [0, 1, 2]) cluster.spawn(node);
    for (const node of [0, 1, 2]) {
      const { incarnation } = await cluster.ask(node, { kind: 'view' }, knowsLeader);
      expect(incarnation).toBe(2);
    }
    expect(await cluster.client(2, system).invoke(read)).toMatchObject({ type: 'ok', value: 5 });
  });

  test('links come back when their peer does, and the traces keep their order', async () => {
    await using cluster = await formed();
    await cluster.kill(1);
    await cluster.kill(2);
    const client = cluster.client(0, system);
    expect(await client.invoke(write(1))).toMatchObject({ type: 'info' });
    cluster.spawn(1);
    await cluster.ask(1, { kind: 'view' }, knowsLeader);
    expect(await client.invoke(write(2))).toMatchObject({ type: 'ok' });
    for (const node of [0, 1]) {
      const lines = cluster.trace(node);
      for (const [i, line] of lines.entries()) {
        const before = lines[i - 1];
        if (before === undefined) continue;
        expect(line.lamport).toBeGreaterThan(before.lamport);
        const next = line.incarnation === before.incarnation ? before.sequence + 1 : 0;
        expect(line.sequence).toBe(next);
      }
    }
  });

  test('the control channel skews the clock, and answers nobody without the token', async () => {
    await using cluster = await formed();
    const bump = { mode: 'bump', offsetMs: 60_000, periodMs: 0, ratePpm: 0 } as const;
    const command = { kind: 'clock', skews: [bump] } as const;
    const { reading } = await cluster.ask(1, command, isClock);
    expect(Math.round((reading.wallUs - reading.trueWallUs) / 1e6)).toBe(60);
    const stranger = cluster.control(1, 'a guess');
    await expect(stranger.ask({ kind: 'view' }, 5000)).rejects.toThrow('connection closed');
    stranger.close();
    await expect(stranger.ask({ kind: 'view' }, 5000)).rejects.toThrow('channel is closed');
  });

  test('what strangers say on any port ends their connection, and not the node', async () => {
    await using cluster = await formed();
    const nonsense: unknown[] = [null, 7, [null], {}, { from: { toString: 1 } }, 'x'.repeat(2000)];
    const greeting = { kind: 'client-hello', version: WIRE_VERSION, clusterId: 'cluster' };
    for (const of of ['peer', 'client', 'control'] as const) {
      for (const value of nonsense) {
        await turnedAway(cluster.port(0, of), [encodeFrame(value)]);
      }
      // A long greeting is refused by its length alone, before the rest of it has come.
      await turnedAway(cluster.port(0, of), [encodeFrame('x'.repeat(2000)).subarray(0, 8)]);
    }
    const hello = { ...greeting, kind: 'hello', to: 0, from: { toString: 1 } };
    await turnedAway(cluster.port(0, 'peer'), [encodeFrame(hello)]);
    for (const value of [null, {}, { from: null }]) {
      const frames = [encodeFrame(greeting), encodeFrame(value)];
      await turnedAway(cluster.port(0, 'client'), frames);
    }
    const { incarnation } = await cluster.ask(0, { kind: 'view' }, knowsLeader);
    expect(incarnation).toBe(1);
  });

  test('a protocol that throws leaves a panic in its trace and an exit status of its own', async () => {
    await using cluster = await formed();
    const client = cluster.client(0, system);
    const outcome = client.invoke({ f: 'write', key: 'panic', value: 1 });
    expect(await cluster.exit(0)).toBe(NODE_EXIT.panic);
    expect(cluster.trace(0).at(-1)?.event).toMatchObject({
      kind: 'panic',
      reason: expect.stringMatching(/^`request` of tiny\.ts:\d+ threw: asked to$/),
    });
    expect((await outcome).type).toBe('info');
  });

  test('a node refuses to start on a damaged log, and says where the damage is', async () => {
    await using cluster = await formed();
    const client = cluster.client(0, system);
    for (const value of [1, 2, 3]) await client.invoke(write(value));
    await cluster.kill(0);
    const log = join(cluster.dataDirectory(0), 'wal-1.log');
    const bytes = readFileSync(log);
    const at = Math.floor(bytes.length / 2);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(log, bytes);
    cluster.spawn(0);
    expect(await cluster.exit(0)).toBe(NODE_EXIT.corrupt);
    expect(cluster.log(0)).toMatch(/wal-1\.log: damaged at byte \d+ of \d+/);
  });

  test('a configuration without a field is refused by the name of the field', async () => {
    await using cluster = await formed();
    await cluster.kill(2);
    const path = join(cluster.directory, '2.json');
    const { token, ...rest } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    expect(token).toBeDefined();
    writeFileSync(path, JSON.stringify(rest));
    cluster.spawn(2);
    expect(await cluster.exit(2)).toBe(NODE_EXIT.usage);
    expect(cluster.log(2)).toContain('field "token" is missing (a text is needed)');
  });
});
