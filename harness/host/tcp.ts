/**
 * Links between nodes: one TCP connection per direction, so messages of one link stay in order.
 *
 * Each connection begins with a handshake that names cluster, sender, receiver and incarnation: a
 * message never reaches another cluster, node or life of a node. What is sent while a link is down
 * is lost, as on any network; protocols repeat what matters.
 *
 * For protocols that need connections (`onBroken`), the two directions of a pair of nodes are one:
 * when one is lost the other is closed, and the protocol is told before it hears anything new.
 */

import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { itemAt } from '../../checkers/item-at.ts';
import { nodeName } from '../../checkers/trace.ts';
import type { NodeId } from '../../checkers/units.ts';
import { anything, byTag, count, fields, oneOf, text } from '../core/shape.ts';
import { type Stamp, stamp } from './causality.ts';
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
  readonly from: NodeId;
  readonly to: NodeId;
  readonly incarnation: number;
}

const hello = fields<Hello>({
  kind: oneOf('hello'),
  version: count,
  clusterId: text,
  from: count,
  to: count,
  incarnation: count,
});

type PeerFrame =
  | { readonly kind: 'message'; readonly stamp: Stamp; readonly message: unknown }
  | { readonly kind: 'ping' };

const peerFrame = byTag<PeerFrame, 'kind'>('kind', {
  message: { stamp, message: anything },
  ping: {},
});

/** The dialled side's answers; nothing else flows back on a connection. */
type Answer = { readonly kind: 'welcome' } | { readonly kind: 'pong' };

const dialledAnswer = byTag<Answer, 'kind'>('kind', { welcome: {}, pong: {} });

interface PeerNetworkOptions {
  readonly clusterId: string;
  readonly self: NodeId;
  readonly incarnation: number;
  readonly peers: readonly Address[];
  readonly onMessage: (from: NodeId, stamp: Stamp, message: unknown) => void;
  /** The connection with a peer is lost, or could not be used; absent where links are datagrams. */
  readonly onBroken?: ((peer: NodeId) => void) | undefined;
  /** Told what a peer that was let in sends, or answers, that no node of ours does. */
  readonly onNonsense: (what: string) => void;
  readonly log: (line: string) => void;
}

/** The other end of a pair, where the two directions are one connection. */
interface Pair {
  /** What came in over the next connection before the protocol was told of the end of this one. */
  readonly early: { readonly stamp: Stamp; readonly message: unknown }[];
  /** Whether something was said or heard since the protocol was last told of an end. */
  used: boolean;
  /** Whether the protocol is about to be told: until then, whatever it says is lost. */
  telling: boolean;
}

export class PeerNetwork {
  readonly #options: PeerNetworkOptions;
  readonly #links = new Map<number, Link>();
  /** The latest life of each peer that was heard of, and its connection; null once that is over. */
  readonly #inbound = new Map<number, { incarnation: number; socket: Socket | null }>();
  readonly #sockets = new Set<Socket>();
  readonly #pairs: readonly Pair[];
  readonly #server: Server;

  constructor(options: PeerNetworkOptions) {
    this.#options = options;
    this.#pairs = options.peers.map(() => ({ early: [], used: false, telling: false }));
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  /** Listens, and dials every peer. Rejects when the port cannot be had. */
  async open(): Promise<void> {
    const { self, peers } = this.#options;
    await listen(this.#server, itemAt(peers, self).port);
    for (const [peer, address] of peers.entries()) {
      if (peer === self) continue;
      const onLost = this.#options.onBroken === undefined ? null : () => this.#break(peer);
      const onNonsense = (wrong: string) => this.#complain(peer, wrong);
      this.#links.set(peer, new Link(this.#hello(peer), address, { onLost, onNonsense }));
    }
  }

  send(to: NodeId, stamp: Stamp, message: unknown): void {
    const pair = this.#pairs[to];
    if (pair === undefined || pair.telling) return;
    pair.used = true;
    this.#links.get(to)?.send({ kind: 'message', stamp, message });
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #hello(to: NodeId): Hello {
    const { clusterId, self, incarnation } = this.#options;
    return { kind: 'hello', version: WIRE_VERSION, clusterId, from: self, to, incarnation };
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    let peer: NodeId | null = null;
    const onFrame = (value: object) => {
      if (peer === null) peer = this.#admit(socket, value);
      else if (!peerFrame.is(value)) this.#complain(peer, peerFrame.wrongIn(value));
      else if (value.kind === 'ping') answer(socket, { kind: 'pong' });
      else this.#hear(peer, value.stamp, value.message);
    };
    readFrames(socket, onFrame, GREETING_BYTES_MAX);
    socket.on('close', () => {
      if (peer !== null && this.#inbound.get(peer)?.socket === socket) this.#break(peer);
    });
  }

  #complain(peer: NodeId, wrong: string | null): void {
    this.#options.onNonsense(`${nodeName(peer)} sends what no node sends: ${wrong}`);
  }

  #hear(peer: NodeId, stamp: Stamp, message: unknown): void {
    const pair = itemAt(this.#pairs, peer);
    if (pair.telling) {
      pair.early.push({ stamp, message });
      return;
    }
    pair.used = true;
    this.#options.onMessage(peer, stamp, message);
  }

  /** One direction is lost, or cannot be opened: the other one goes as well. */
  #break(peer: NodeId): void {
    const { onBroken } = this.#options;
    const pair = itemAt(this.#pairs, peer);
    if (onBroken === undefined) return;
    const inbound = this.#inbound.get(peer);
    const socket = inbound?.socket ?? null;
    if (inbound !== undefined) inbound.socket = null;
    socket?.destroy();
    pair.early.length = 0;
    this.#links.get(peer)?.renew();
    if (!pair.used || pair.telling) return;
    pair.telling = true;
    // Not within the step of the protocol that may have asked for what failed.
    setImmediate(() => {
      pair.telling = false;
      pair.used = false;
      onBroken(peer);
      for (const { stamp, message } of pair.early.splice(0)) this.#hear(peer, stamp, message);
    });
  }

  /** Checks the handshake; the sender's node, or null when the connection was turned away. */
  #admit(socket: Socket, greeting: object): NodeId | null {
    if (!hello.is(greeting)) return this.#turnAway(socket, 'does not greet as nodes do');
    const { from, incarnation } = greeting;
    const refusal = this.#refusalOf(greeting);
    if (refusal !== null) return this.#turnAway(socket, refusal);
    const current = this.#inbound.get(from);
    // Only the newest connection counts: an older one's remains would arrive out of order.
    if (current?.socket) this.#break(from);
    current?.socket?.destroy();
    this.#inbound.set(from, { incarnation, socket });
    answer(socket, { kind: 'welcome' });
    return from;
  }

  #refusalOf({ version, clusterId, from, to, incarnation }: Hello): string | null {
    const { clusterId: own, self, peers } = this.#options;
    if (version !== WIRE_VERSION) return 'speaks another version';
    if (clusterId !== own) return 'belongs to another cluster';
    if (to !== self || peers[from] === undefined) return 'names nodes that are not this link';
    const latest = this.#inbound.get(from)?.incarnation ?? 0;
    return latest > incarnation ? 'is an earlier life of that node' : null;
  }

  #turnAway(socket: Socket, refusal: string): null {
    this.#options.log(
      `peers: turned away ${socket.remoteAddress ?? 'a connection'}: it ${refusal}`,
    );
    socket.destroy();
    return null;
  }
}

function answer(socket: Socket, frame: Answer): void {
  socket.write(encodeFrame(frame));
}

interface LinkListeners {
  /** Called when it is lost, or cannot be opened though something is to be sent. */
  readonly onLost: (() => void) | null;
  readonly onNonsense: (wrong: string) => void;
}

/** The outgoing connection to one peer, dialled again whenever it is lost. */
class Link {
  readonly #hello: Hello;
  readonly #address: Address;
  readonly #listeners: LinkListeners;
  /** Frames for a connection that is not open yet; always empty where losses are not told. */
  #waiting: PeerFrame[] = [];
  #socket: Socket | null = null;
  #ready = false;
  #backoffMs = BACKOFF_MS_MIN;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(greeting: Hello, address: Address, listeners: LinkListeners) {
    this.#hello = greeting;
    this.#address = address;
    this.#listeners = listeners;
    this.#dial();
  }

  send(frame: PeerFrame): void {
    const socket = this.#socket;
    if (!this.#ready || socket === null) {
      if (this.#listeners.onLost !== null) this.#waiting.push(frame);
      return;
    }
    if (socket.writableLength > UNSENT_BYTES_MAX) socket.destroy();
    else socket.write(encodeFrame(frame));
  }

  /** Closes the connection if it is open, without calling `onLost`; it is dialled anew. */
  renew(): void {
    this.#waiting = [];
    if (!this.#ready) return;
    this.#ready = false;
    const socket = this.#socket;
    // Its end comes later, and is nobody's loss: what waits by then is for the next one.
    this.#socket = null;
    socket?.destroy();
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
      if (!dialledAnswer.is(value)) {
        this.#listeners.onNonsense(dialledAnswer.wrongIn(value) ?? '');
        return;
      }
      unanswered = 0;
      if (value.kind !== 'welcome') return;
      clearTimeout(giveUp);
      this.#ready = true;
      this.#backoffMs = BACKOFF_MS_MIN;
      for (const frame of this.#waiting.splice(0)) this.send(frame);
      // Counted, not timed: a process that was stopped for long finds its links as it left them.
      pinging = setInterval(() => {
        if (++unanswered > PINGS_LOST_MAX) socket.destroy();
        else this.send({ kind: 'ping' });
      }, PING_INTERVAL_MS);
    });
    socket.on('close', () => {
      clearTimeout(giveUp);
      clearInterval(pinging);
      const isLoss = this.#socket === socket && (this.#ready || this.#waiting.length > 0);
      this.#ready = false;
      if (isLoss) this.#listeners.onLost?.();
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
