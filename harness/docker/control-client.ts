/** The harness's end of a control channel: asks one process of the run, by number. */

import { connect as dial, type Socket } from 'node:net';
import type { Millis } from '../../checkers/units.ts';
import type { Address } from '../host/config.ts';
import { answered, type ControlHello, type Question, type Talk } from '../host/control.ts';
import { encodeFrame, readFrames } from '../host/frame.ts';

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

export interface ControlClientOptions<Command, Answer> {
  readonly address: Address;
  readonly token: string;
  readonly talk: Talk<Command, Answer>;
  /** Told what came back that is no answer: a fault of ours, whatever the system does. */
  readonly onNonsense: (what: string) => void;
}

export class ControlClient<Command, Answer> {
  readonly #options: ControlClientOptions<Command, Answer>;
  #socket: Socket | null = null;
  #id = 0;
  #closed = false;
  readonly #waiting = new Map<number, Waiting<Answer>>();

  constructor(options: ControlClientOptions<Command, Answer>) {
    this.#options = options;
  }

  /**
   * Asks, and waits at most `timeoutMs`. Rejects when the process does not answer in time, is gone,
   * or answers that it failed. A stopped process may still carry the command out once it goes on.
   */
  ask(command: Command, timeoutMs: Millis): Promise<Answer> {
    if (this.#closed) return Promise.reject(new Error('control channel is closed'));
    const id = ++this.#id;
    const socket = this.#connected();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // A dial into nowhere would go on for minutes; the next question dials anew.
        if (socket.connecting) socket.destroy();
        settle(() => reject(new Error(`no answer within ${timeoutMs} ms`)));
      }, timeoutMs);
      const settle = (how: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        how();
      };
      this.#waiting.set(id, {
        resolve: (answer) => settle(() => resolve(answer)),
        reject: (error) => settle(() => reject(error)),
      });
      const question: Question<Command> = { id, command };
      socket.write(encodeFrame(question));
    });
  }

  /** Whether nobody can be asked any more: whoever waits for an answer may give up. */
  get closed(): boolean {
    return this.#closed;
  }

  /** For good. Questions under way are rejected. */
  close(): void {
    this.#closed = true;
    this.#socket?.destroy();
  }

  #connected(): Socket {
    if (this.#socket !== null) return this.#socket;
    const { address, token } = this.#options;
    const socket = dial({ ...address, noDelay: true });
    this.#socket = socket;
    const hello: ControlHello = { kind: 'control-hello', token };
    socket.write(encodeFrame(hello));
    readFrames(socket, (value) => {
      const wrong = this.#hear(value);
      if (wrong === null) return;
      this.#options.onNonsense(
        `the control channel of ${address.host} answered nonsense: ${wrong}`,
      );
      socket.destroy();
    });
    socket.on('close', () => {
      this.#socket = null;
      const gone = new Error('connection closed');
      for (const waiting of this.#waiting.values()) waiting.reject(gone);
    });
    return socket;
  }

  /** Hands an answer to whoever waits for it; what is wrong with it where it is none. */
  #hear(value: unknown): string | null {
    if (!answered.is(value)) return answered.wrongIn(value);
    const waiting = this.#waiting.get(value.id);
    if (value.kind === 'failed') {
      waiting?.reject(new Error(value.error));
      return null;
    }
    const { answer } = this.#options.talk;
    if (!answer.is(value.answer)) return answer.wrongIn(value.answer);
    waiting?.resolve(value.answer);
    return null;
  }
}
