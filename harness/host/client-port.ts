/** Where clients ask: requests and replies as frames. A reply goes where the client last asked. */

import { createServer, type Server, type Socket } from 'node:net';
import type { ClientRef, Reply, Request } from '../../systems/protocol.ts';
import type { Stamp } from './causality.ts';
import { WIRE_VERSION } from './config.ts';
import { encodeFrame, GREETING_BYTES_MAX, readFrames } from './frame.ts';
import { listen } from './tcp.ts';

/** The first frame of a client; a node of another run closes the connection. */
export interface ClientHello {
  readonly kind: 'client-hello';
  readonly version: number;
  readonly clusterId: string;
}

/** What a client asks, and what it knew then. */
export interface RequestFrame {
  readonly stamp: Stamp;
  readonly request: Request;
}

/** A node's answer to one request. */
export interface ReplyFrame {
  readonly stamp: Stamp;
  readonly to: ClientRef;
  readonly reply: Reply;
}

export class ClientPort {
  readonly #clusterId: string;
  readonly #onRequest: (stamp: Stamp, request: Request) => void;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #byClient = new Map<number, Socket>();

  constructor(clusterId: string, onRequest: (stamp: Stamp, request: Request) => void) {
    this.#clusterId = clusterId;
    this.#onRequest = onRequest;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  open(port: number): Promise<void> {
    return listen(this.#server, port);
  }

  /** Lost when the client is gone, which is what its own timeout is for. */
  reply(to: ClientRef, stamp: Stamp, reply: Reply): void {
    const frame: ReplyFrame = { stamp, to, reply };
    this.#byClient.get(to.client)?.write(encodeFrame(frame));
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    const clients = new Set<number>();
    let greeted = false;
    const onFrame = (value: object) => {
      if (greeted) {
        if (!isRequest(value)) {
          socket.destroy();
          return;
        }
        const { stamp, request } = value;
        clients.add(request.from.client);
        this.#byClient.set(request.from.client, socket);
        this.#onRequest(stamp, request);
        return;
      }
      const hello = value as Partial<ClientHello>;
      greeted = hello.clusterId === this.#clusterId && hello.version === WIRE_VERSION;
      if (!greeted) socket.destroy();
    };
    readFrames(socket, onFrame, GREETING_BYTES_MAX);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      for (const client of clients) {
        if (this.#byClient.get(client) === socket) this.#byClient.delete(client);
      }
    });
  }
}

/** Whether it names its sender; what it asks for is for the protocol to refuse. */
function isRequest(value: object): value is RequestFrame {
  const { stamp, request } = value as Partial<RequestFrame>;
  return (
    Array.isArray(stamp?.lines) &&
    Number.isSafeInteger(stamp.lamport) &&
    Number.isSafeInteger(request?.from?.client)
  );
}
