/** Links between real processes where the two directions of a pair are one connection. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { PeerNetwork } from '../../../harness/host/tcp.ts';

const HOST = '127.0.0.1';
const STAMP = { lamport: 0, lines: [] };

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});

/** Stands between a node and the peer that it dials, and can be cut. */
class Wire {
  readonly server: Server;
  readonly #target: () => number;
  readonly #sockets = new Set<Socket>();
  isCut = false;

  constructor(target: () => number) {
    this.#target = target;
    this.server = createServer((near) => this.#join(near));
    opened.push({ close: () => this.close() });
  }

  async listen(): Promise<number> {
    this.server.listen(0, HOST);
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  #join(near: Socket): void {
    if (this.isCut) {
      near.destroy();
      return;
    }
    const far = connect(this.#target(), HOST);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => other.destroy());
      socket.on('data', (chunk) => other.write(chunk));
    }
  }
}

/** One node, and what it heard and was told, in order. */
class Peer {
  readonly noticed: string[] = [];
  readonly network: PeerNetwork;
  #wake: (() => void)[] = [];

  constructor(self: number, ports: readonly number[], incarnation = 1) {
    this.network = new PeerNetwork({
      clusterId: 'test',
      self,
      incarnation,
      peers: ports.map((port) => ({ host: HOST, port })),
      onMessage: (_from, _stamp, message) => this.#notice(String(message)),
      onBroken: () => this.#notice('broken'),
      onNonsense: (what) => this.#notice(what),
      log: () => undefined,
    });
    opened.push(this.network);
  }

  /** Resolves once this was noticed, so often. */
  async sees(what: string, times = 1): Promise<void> {
    while (this.noticed.filter((each) => each === what).length < times) {
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
      });
    }
  }

  #notice(what: string): void {
    this.noticed.push(what);
    for (const wake of this.#wake.splice(0)) wake();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Two nodes; the first dials the second over a wire. */
async function pair(): Promise<{ one: Peer; other: Peer; wire: Wire; ports: number[] }> {
  const ports = [await freePort(), await freePort()];
  const wire = new Wire(() => ports[1] as number);
  const wirePort = await wire.listen();
  const one = new Peer(0, [ports[0] as number, wirePort]);
  const other = new Peer(1, ports);
  await Promise.all([one.network.open(), other.network.open()]);
  return { one, other, wire, ports };
}

describe('a connection between two processes', () => {
  test('delivers what is said before it is open, in order', async () => {
    const { one, other } = await pair();
    for (let at = 0; at < 100; at++) one.network.send(1, STAMP, `m${at}`);
    await other.sees('m99');
    expect(other.noticed).toEqual(Array.from({ length: 100 }, (_, at) => `m${at}`));
    expect(one.noticed).toEqual([]);
  });

  test('is lost in both directions when one is: both ends are told, once', async () => {
    const { one, other, wire } = await pair();
    one.network.send(1, STAMP, 'there');
    other.network.send(0, STAMP, 'back');
    await Promise.all([one.sees('back'), other.sees('there')]);
    wire.cut();
    await Promise.all([one.sees('broken'), other.sees('broken')]);
    wire.isCut = false;
    one.network.send(1, STAMP, 'there again');
    other.network.send(0, STAMP, 'back again');
    await Promise.all([one.sees('back again'), other.sees('there again')]);
    expect(one.noticed).toEqual(['back', 'broken', 'back again']);
    expect(other.noticed).toEqual(['there', 'broken', 'there again']);
  });

  test('that cannot be opened is told to who tried', async () => {
    const { one, wire } = await pair();
    wire.cut();
    one.network.send(1, STAMP, 'lost');
    await one.sees('broken');
    wire.isCut = false;
    one.network.send(1, STAMP, 'lost as well, or not');
    expect(one.noticed).toEqual(['broken']);
  });

  test('ends with the process at the other end; nothing of its next life comes before that', async () => {
    const { one, other, ports } = await pair();
    other.network.send(0, STAMP, 'first life');
    one.network.send(1, STAMP, 'there');
    await Promise.all([one.sees('first life'), other.sees('there')]);
    other.network.close();
    const next = new Peer(1, ports, 2);
    await next.network.open();
    next.network.send(0, STAMP, 'second life');
    await one.sees('second life');
    expect(one.noticed).toEqual(['first life', 'broken', 'second life']);
  });
});
