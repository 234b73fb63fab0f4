/**
 * The control channel of one process of a run: question and answer as frames, in order.
 *
 * It answers only to whoever shows the run's token first; a wrong token closes the connection, and
 * is compared in constant time so that it cannot be guessed byte by byte.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { NodeView } from '../../systems/protocol.ts';
import type { ClockReading, Skew } from './clock.ts';
import { encodeFrame, GREETING_BYTES_MAX, readFrames } from './frame.ts';
import { listen } from './tcp.ts';

/** What the harness asks of a node. */
export type NodeCommand =
  | { readonly kind: 'view' }
  /** Replaces the skews in force, and reads the clocks back. */
  | { readonly kind: 'clock'; readonly skews: readonly Skew[] };

export type NodeAnswer =
  | { readonly kind: 'view'; readonly view: NodeView; readonly incarnation: number }
  | { readonly kind: 'clock'; readonly reading: ClockReading };

/** The first frame on a control connection. */
export interface ControlHello {
  readonly kind: 'control-hello';
  readonly token: string;
}

/** Questions are numbered by the asker; a failed one is answered with what went wrong. */
export interface Question<Command> {
  readonly id: number;
  readonly command: Command;
}

export type Answered<Answer> =
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly error: string };

export class ControlServer<Command, Answer> {
  readonly #token: Buffer;
  readonly #answer: (command: Command) => Answer | Promise<Answer>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(token: string, answer: (command: Command) => Answer | Promise<Answer>) {
    this.#token = digest(token);
    this.#answer = answer;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  open(port: number): Promise<void> {
    return listen(this.#server, port);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    let trusted = false;
    const onFrame = (value: object) => {
      if (trusted) {
        void this.#respond(socket, value as Question<Command>);
        return;
      }
      const { token } = value as Partial<ControlHello>;
      trusted = typeof token === 'string' && timingSafeEqual(digest(token), this.#token);
      if (!trusted) socket.destroy();
    };
    readFrames(socket, onFrame, GREETING_BYTES_MAX);
  }

  async #respond(socket: Socket, { id, command }: Question<Command>): Promise<void> {
    let answered: Answered<Answer>;
    try {
      answered = { id, answer: await this.#answer(command) };
    } catch (error) {
      answered = { id, error: error instanceof Error ? error.message : String(error) };
    }
    if (!socket.destroyed) socket.write(encodeFrame(answered));
  }
}

/** Equal lengths, as a constant-time comparison needs. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
