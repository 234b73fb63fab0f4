/**
 * Links between nodes: one TCP connection per direction, so messages of one link stay in order.
 *
 * Each connection begins with a handshake that names cluster, sender, receiver and incarnation: a
 * message never reaches another cluster, node or life of a node. What is sent while a link is down
 * is lost, as on any network; protocols repeat what matters.
 */

import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { type Address, WIRE_VERSION } from './config.ts';
import { encodeFrame, GREETING_BYTES_MAX, readFrames } from './frame.ts';

const BACKOFF_MS_MIN = 20;
const BACKOFF_MS_MAX = 250;
/** A connection attempt into a cut would otherwise wait for ever longer SYN retransmissions. */
const CONNECT_TIMEOUT_MS = 500;
const PING_INTERVAL_MS = 200;
/** Unanswered pings after which a link is given up and dialled anew. */
const PINGS_LOST_MAX = 5;
/** A peer that takes nothing in: better no connection than one with a hole in it. */
const UNSENT_BYTES_MAX = 16 * 1024 * 1024;

interface Hello {
  readonly kind: 'hello';
  readonly version: number;
  readonly clusterId: string;
  readonly from: number;
  readonly to: number;
  readonly incarnation: number;
}

type PeerFrame =
  | { readonly kind: 'message'; readonly lamport: number; readonly message: unknown }
  | { readonly kind: 'ping' };

/** The dialled side's answers; nothing else flows back on a connection. */
type Answer = { readonly kind: 'welcome' } | { readonly kind: 'pong' };

interface PeerNetworkOptions {
  readonly clusterId: string;
  readonly self: number;
  readonly incarnation: number;
  readonly peers: readonly Address[];
  readonly onMessage: (from: number, lamport: number, message: unknown) => void;
  readonly log: (line: string) => void;
}

export class PeerNetwork {
  readonly #options: PeerNetworkOptions;
  readonly #links = new Map<number, Link>();
  readonly #inbound = new Map<number, { incarnation: number; socket: Socket }>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(options: PeerNetworkOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  /** Listens, and dials every peer. Rejects when the port cannot be had. */
  async open(): Promise<void> {
    const { self, peers } = this.#options;
    await listen(this.#server, peers[self]?.port as number);
    for (const [peer, address] of peers.entries()) {
      if (peer !== self) this.#links.set(peer, new Link(this.#hello(peer), address));
    }
  }

  send(to: number, lamport: number, message: unknown): void {
    this.#links.get(to)?.send({ kind: 'message', lamport, message });
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #hello(to: number): Hello {
    const { clusterId, self, incarnation } = this.#options;
    return { kind: 'hello', version: WIRE_VERSION, clusterId, from: self, to, incarnation };
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    let peer: number | null = null;
    const onFrame = (value: object) => {
      if (peer === null) {
        peer = this.#admit(socket, value as Hello);
        return;
      }
      const frame = value as PeerFrame;
      if (frame.kind === 'ping') answer(socket, { kind: 'pong' });
      else this.#options.onMessage(peer, frame.lamport, frame.message);
    };
    readFrames(socket, onFrame, GREETING_BYTES_MAX);
  }

  /** Checks the handshake; the sender's node, or null when the connection was turned away. */
  #admit(socket: Socket, hello: Hello): number | null {
    const { clusterId, self, peers } = this.#options;
    const current = this.#inbound.get(hello.from);
    const refusal =
      hello.kind !== 'hello' || hello.version !== WIRE_VERSION
        ? 'speaks another version'
        : hello.clusterId !== clusterId
          ? 'belongs to another cluster'
          : hello.to !== self || typeof hello.from !== 'number' || peers[hello.from] === undefined
            ? 'names nodes that are not this link'
            : current !== undefined && current.incarnation > hello.incarnation
              ? 'is an earlier life of that node'
              : null;
    if (refusal !== null) {
      this.#options.log(
        `peers: turned away ${socket.remoteAddress ?? 'a connection'}: it ${refusal}`,
      );
      socket.destroy();
      return null;
    }
    // Only the newest connection counts: an older one's remains would arrive out of order.
    current?.socket.destroy();
    this.#inbound.set(hello.from, { incarnation: hello.incarnation, socket });
    answer(socket, { kind: 'welcome' });
    return hello.from;
  }
}

function answer(socket: Socket, frame: Answer): void {
  socket.write(encodeFrame(frame));
}

/** The outgoing connection to one peer, dialled again whenever it is lost. */
class Link {
  readonly #hello: Hello;
  readonly #address: Address;
  #socket: Socket | null = null;
  #ready = false;
  #backoffMs = BACKOFF_MS_MIN;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(hello: Hello, address: Address) {
    this.#hello = hello;
    this.#address = address;
    this.#dial();
  }

  send(frame: PeerFrame): void {
    const socket = this.#socket;
    if (!this.#ready || socket === null) return;
    if (socket.writableLength > UNSENT_BYTES_MAX) socket.destroy();
    else socket.write(encodeFrame(frame));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  #dial(): void {
    const socket = dial({ ...this.#address, noDelay: true });
    this.#socket = socket;
    let unanswered = 0;
    const giveUp = setTimeout(() => socket.destroy(), CONNECT_TIMEOUT_MS);
    let pinging: NodeJS.Timeout | undefined;
    socket.on('connect', () => socket.write(encodeFrame(this.#hello)));
    readFrames(socket, (value) => {
      const { kind } = value as Answer;
      unanswered = 0;
      if (kind !== 'welcome') return;
      clearTimeout(giveUp);
      this.#ready = true;
      this.#backoffMs = BACKOFF_MS_MIN;
      // Counted, not timed: a process that was stopped for long finds its links as it left them.
      pinging = setInterval(() => {
        if (++unanswered > PINGS_LOST_MAX) socket.destroy();
        else this.send({ kind: 'ping' });
      }, PING_INTERVAL_MS);
    });
    socket.on('close', () => {
      clearTimeout(giveUp);
      clearInterval(pinging);
      this.#ready = false;
      this.#redial();
    });
  }

  #redial(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => this.#dial(), this.#backoffMs);
    this.#backoffMs = Math.min(this.#backoffMs * 2, BACKOFF_MS_MAX);
  }
}

/** Starts listening on all addresses. Rejects when the port is taken. */
export function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
