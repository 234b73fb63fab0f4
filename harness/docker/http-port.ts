/** JSON over HTTP to one port of one member: what came of each question, and whether it was sent. */

import { Agent, request } from 'node:http';
import { connect as dial } from 'node:net';
import type { Millis } from '../../checkers/units.ts';
import type { Answer, Ask } from '../../systems/member.ts';
import { messageOf } from '../core/errors.ts';

/** What is longer is no answer. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;
/** Nobody took the connection: nothing was sent. */
const UNSENT: ReadonlySet<string | undefined> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

export class HttpPort {
  readonly #host: string;
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true });
  #closed = false;

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  /** Waits so long for the whole answer. Never rejects. */
  ask({ path, body, listenMs }: Ask, timeoutMs: Millis): Promise<Answer> {
    if (this.#closed) return Promise.resolve({ kind: 'unsent', because: 'client is closed' });
    const isStream = listenMs !== undefined;
    const text = isStream && Array.isArray(body) ? linesOf(body) : JSON.stringify(body);
    return new Promise((resolve) => {
      const asked = request({
        host: this.#host,
        port: this.#port,
        path,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        },
        agent: this.#agent,
      });
      const end = (answer: Answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      // Not a signal's: nothing but this holds on to the question while nobody answers.
      const waitMs = listenMs ?? timeoutMs;
      let heard: (() => Answer) | null = null;
      const timer = setTimeout(() => {
        const because = `no answer within ${Math.round(waitMs)} ms`;
        end(heard?.() ?? { kind: 'lost', because });
        asked.destroy();
      }, waitMs);
      const lost = (error: NodeJS.ErrnoException) => {
        if (heard !== null) end(heard());
        else end({ kind: UNSENT.has(error.code) ? 'unsent' : 'lost', because: messageOf(error) });
      };
      asked.on('error', lost);
      asked.on('response', (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > BODY_BYTES_MAX) response.destroy(new Error('the answer has no end'));
          chunks.push(chunk);
        });
        const said = () => Buffer.concat(chunks).toString('utf8');
        const status = response.statusCode ?? 0;
        if (isStream) heard = () => ({ kind: 'answered', status, body: textsIn(said()) });
        response.on('error', lost);
        response.on('end', () => {
          end(heard?.() ?? { kind: 'answered', status, body: parsed(said()) });
        });
      });
      asked.end(text);
    });
  }

  /** Resolves once any port of the member takes a connection; rejects where none is taken in time. */
  reach(port: number, timeoutMs: Millis): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = dial({ host: this.#host, port, timeout: timeoutMs });
      socket.on('connect', () => {
        socket.destroy();
        resolve();
      });
      socket.on('timeout', () => socket.destroy(new Error(`no connection in ${timeoutMs} ms`)));
      socket.on('error', reject);
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
    this.#agent.destroy();
  }
}

function linesOf(said: readonly unknown[]): string {
  return said.map((each) => JSON.stringify(each)).join('\n');
}

/** Up to the last whole line: the one after that is still being said. */
function textsIn(said: string): readonly unknown[] {
  const whole = said.slice(0, said.lastIndexOf('\n') + 1).split('\n');
  return whole.filter((line) => line !== '').map(parsed);
}

/** What is no JSON stays a text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
