/** One client endpoint: the machine of `systems/client.ts` over TCP and real timers. */

import { connect as dial, type Socket } from 'node:net';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { ClientEnv, ClientProtocol, ClientState } from '../../systems/client.ts';
import type { Operation, Outcome } from '../../systems/operations.ts';
import type { Request } from '../../systems/protocol.ts';
import type { LiveClient } from '../core/backend.ts';
import { DOMAIN, drawAt, streamBase } from '../core/draw.ts';
import type { CausalClock } from '../host/causality.ts';
import { type ClientHello, type RequestFrame, replyFrame } from '../host/client-port.ts';
import { type Address, WIRE_VERSION } from '../host/config.ts';
import { encodeFrame, readFrames } from '../host/frame.ts';

/** Beyond this a connection is taken for cut: the next request dials anew. */
const CONNECT_TIMEOUT_MS = 1000;

export interface TcpClientOptions {
  readonly endpoint: number;
  readonly clusterId: string;
  readonly seed: number;
  readonly protocol: ClientProtocol;
  /** Where each node serves clients, by node. */
  readonly nodes: readonly Address[];
  /** What the process of all clients knows: what one has heard, another may act upon. */
  readonly clock: CausalClock;
  /** Told what a node sent that is no reply: a fault of ours, whatever the system does. */
  readonly onNonsense: (what: string) => void;
}

export class TcpClient implements LiveClient, ClientEnv {
  readonly client: number;
  readonly nodes: readonly NodeId[];

  readonly #options: TcpClientOptions;
  readonly #drawBase: number;
  readonly #state: ClientState;
  readonly #sockets = new Map<number, Socket>();
  #draws = 0;
  #timer: NodeJS.Timeout | undefined;
  #finish: ((outcome: Outcome) => void) | null = null;
  #closed = false;

  constructor(options: TcpClientOptions) {
    this.#options = options;
    this.client = options.endpoint;
    this.nodes = [...options.nodes.keys()];
    this.#drawBase = streamBase(options.seed, DOMAIN.client, options.endpoint);
    this.#state = options.protocol.start(this);
  }

  invoke(operation: Operation): Promise<Outcome> {
    return new Promise((resolve) => {
      if (this.#closed || this.#finish !== null) {
        resolve({ type: 'info', error: this.#closed ? 'client is closed' : 'client is busy' });
        return;
      }
      this.#finish = resolve;
      this.#step(() => this.#options.protocol.invoke(this.#state, this, operation));
    });
  }

  close(): void {
    this.#closed = true;
    for (const socket of this.#sockets.values()) socket.destroy();
    this.complete({ type: 'info', error: 'client closed' });
  }

  nowUs(): Micros {
    return Math.floor(performance.now() * 1000);
  }

  random(): number {
    return drawAt(this.#drawBase, this.#draws++);
  }

  send(to: NodeId, request: Request): void {
    const frame: RequestFrame = { stamp: this.#options.clock.stamp(), request };
    this.#connected(to)?.write(encodeFrame(frame));
  }

  setTimer(delayUs: Micros): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.#step(() => this.#options.protocol.timer(this.#state, this)),
      Math.ceil(delayUs / 1000),
    );
  }

  cancelTimer(): void {
    clearTimeout(this.#timer);
  }

  complete(outcome: Outcome): void {
    this.cancelTimer();
    const finish = this.#finish;
    this.#finish = null;
    finish?.(outcome);
  }

  /** The machine's own failure ends the operation: nobody knows what its requests still do. */
  #step(handler: () => void): void {
    try {
      handler();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.complete({ type: 'info', error: `client failed: ${message}` });
    }
  }

  #connected(node: NodeId): Socket | null {
    const address = this.#options.nodes[node];
    if (address === undefined || this.#closed) return null;
    const open = this.#sockets.get(node);
    if (open !== undefined) return open;
    const socket = dial({ ...address, noDelay: true });
    this.#sockets.set(node, socket);
    const giveUp = setTimeout(() => socket.destroy(), CONNECT_TIMEOUT_MS);
    const hello: ClientHello = {
      kind: 'client-hello',
      version: WIRE_VERSION,
      clusterId: this.#options.clusterId,
    };
    socket.write(encodeFrame(hello));
    readFrames(socket, (value) => {
      if (!replyFrame.is(value)) {
        const wrong = replyFrame.wrongIn(value);
        this.#options.onNonsense(`${address.host} replied nonsense to a client: ${wrong}`);
        socket.destroy();
        return;
      }
      const { stamp, to, reply } = value;
      this.#options.clock.witness(stamp);
      this.#step(() => this.#options.protocol.reply(this.#state, this, node, to, reply));
    });
    socket.on('connect', () => clearTimeout(giveUp));
    socket.on('close', () => {
      clearTimeout(giveUp);
      if (this.#sockets.get(node) === socket) this.#sockets.delete(node);
    });
    return socket;
  }
}
