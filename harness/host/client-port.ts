/** Where clients ask: requests and replies as frames. A reply goes where the client last asked. */

import { createServer, type Server, type Socket } from 'node:net';
import type { Value } from '../../checkers/value.ts';
import { type Operation, PROTOCOL_OPERATIONS } from '../../systems/operations.ts';
import type { ClientRef, Reply, Request } from '../../systems/protocol.ts';
import {
  byTag,
  count,
  fields,
  needs,
  nullable,
  number,
  oneOf,
  optional,
  text,
} from '../core/shape.ts';
import { type Stamp, stamp } from './causality.ts';
import { WIRE_VERSION } from './config.ts';
import { encodeFrame, GREETING_BYTES_MAX, readFrames } from './frame.ts';
import { listen } from './tcp.ts';

/** The first frame of a client; a node of another run closes the connection. */
export interface ClientHello {
  readonly kind: 'client-hello';
  readonly version: number;
  readonly clusterId: string;
}

const hello = fields<ClientHello>({ kind: oneOf('client-hello'), version: count, clusterId: text });

/** What a client asks, and what it knew then. */
export interface RequestFrame {
  readonly stamp: Stamp;
  readonly request: Request;
}

/** Whatever JSON can say is one. */
const value = needs('a value', (given): given is Value => given !== undefined);
const clientRef = fields<ClientRef>({ client: count, id: count });

const requestFrame = fields<RequestFrame>({
  stamp,
  request: byTag<Request, 'kind'>('kind', {
    open: { from: clientRef },
    operation: {
      from: clientRef,
      operation: fields<Operation>({
        f: oneOf(...PROTOCOL_OPERATIONS),
        key: text,
        value,
        node: optional(number),
      }),
      session: count,
      sequence: count,
      seen: optional(number),
    },
  }),
});

/** A node's answer to one request. */
export interface ReplyFrame {
  readonly stamp: Stamp;
  readonly to: ClientRef;
  readonly reply: Reply;
}

export const replyFrame = fields<ReplyFrame>({
  stamp,
  to: clientRef,
  reply: byTag<Reply, 'status'>('status', {
    ok: { value, position: nullable(count) },
    fail: { error: text, position: optional(count) },
    redirect: { leader: nullable(count) },
    unknown: { error: text },
  }),
});

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
      if (greeted && requestFrame.is(value)) {
        const { stamp: known, request } = value;
        clients.add(request.from.client);
        this.#byClient.set(request.from.client, socket);
        this.#onRequest(known, request);
        return;
      }
      greeted = !greeted && this.#isOurs(value);
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

  #isOurs(value: object): boolean {
    if (!hello.is(value)) return false;
    return value.clusterId === this.#clusterId && value.version === WIRE_VERSION;
  }
}
