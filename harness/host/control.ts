/**
 * The control channel of one process of a run: question and answer as frames, in order.
 *
 * It answers only to whoever shows the run's token first; a wrong token closes the connection, and
 * is compared in constant time so that it cannot be guessed byte by byte.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { NodeView } from '../../systems/protocol.ts';
import {
  anything,
  byTag,
  count,
  fields,
  list,
  nullable,
  number,
  oneOf,
  type Shape,
  text,
} from '../core/shape.ts';
import { type ClockReading, clockReading, type Skew, skew } from './clock.ts';
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

/** The view is that of a protocol, a user's perhaps, which has been held to it in its own process. */
const view = fields<NodeView>({
  role: text,
  term: number,
  leader: nullable(count),
  commit: number,
  applied: number,
});

/** What can be asked on a control channel, and answered. */
export interface Talk<Command, Answer> {
  readonly command: Shape<Command>;
  readonly answer: Shape<Answer>;
}

export const nodeTalk: Talk<NodeCommand, NodeAnswer> = {
  command: byTag<NodeCommand, 'kind'>('kind', { view: {}, clock: { skews: list(skew) } }),
  answer: byTag<NodeAnswer, 'kind'>('kind', {
    view: { view, incarnation: count },
    clock: { reading: clockReading },
  }),
};

/** The first frame on a control connection. */
export interface ControlHello {
  readonly kind: 'control-hello';
  readonly token: string;
}

const hello = fields<ControlHello>({ kind: oneOf('control-hello'), token: text });

/** Questions are numbered by the asker. */
export interface Question<Command> {
  readonly id: number;
  readonly command: Command;
}

const question = fields<Question<unknown>>({ id: count, command: anything });

/** What became of a question; a failed one is answered with what went wrong. */
export type Answered<Answer> =
  | { readonly kind: 'answered'; readonly id: number; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly id: number; readonly error: string };

/** Whatever the answer is. */
export const answered = byTag<Answered<unknown>, 'kind'>('kind', {
  answered: { id: count, answer: anything },
  failed: { id: count, error: text },
});

export class ControlServer<Command, Answer> {
  readonly #token: Buffer;
  readonly #talk: Talk<Command, Answer>;
  readonly #answer: (command: Command) => Answer | Promise<Answer>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(
    token: string,
    talk: Talk<Command, Answer>,
    answer: (command: Command) => Answer | Promise<Answer>,
  ) {
    this.#token = digest(token);
    this.#talk = talk;
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
      if (trusted && question.is(value)) {
        void this.#respond(socket, value);
        return;
      }
      trusted = !trusted && hello.is(value) && timingSafeEqual(digest(value.token), this.#token);
      if (!trusted) socket.destroy();
    };
    readFrames(socket, onFrame, GREETING_BYTES_MAX);
  }

  async #respond(socket: Socket, { id, command: asked }: Question<unknown>): Promise<void> {
    let said: Answered<Answer>;
    try {
      const command = this.#talk.command.expect(asked, (wrong) => new TypeError(wrong));
      said = { kind: 'answered', id, answer: await this.#answer(command) };
    } catch (error) {
      said = { kind: 'failed', id, error: error instanceof Error ? error.message : String(error) };
    }
    if (!socket.destroyed) socket.write(encodeFrame(said));
  }
}

/** Equal lengths, as a constant-time comparison needs. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
