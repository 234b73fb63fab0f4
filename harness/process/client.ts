/** A client of programs: one request at a time, and what became of it. */

import type { Millis } from '../../checkers/units.ts';
import type { Operation, OperationName, Outcome } from '../../systems/operations.ts';
import { BadAnswer, type Body, type Conversation } from '../../workloads/workload.ts';
import type { LiveClient } from '../core/backend.ts';
import { shorten } from '../core/errors.ts';
import { type Message, messageOf } from './message.ts';
import { type Network, programName } from './network.ts';

/** Maelstrom's clients wait so long unless a workload says otherwise. */
export const TIMEOUT_MS = 5000;

/** Errors after which an operation certainly did not happen, and never will (Maelstrom's page on its protocol). */
const DEFINITE = new Map([
  [1, 'node-not-found'],
  [10, 'not-supported'],
  [11, 'temporarily-unavailable'],
  [12, 'malformed-request'],
  [14, 'abort'],
  [20, 'key-does-not-exist'],
  [21, 'key-already-exists'],
  [22, 'precondition-failed'],
  [30, 'txn-conflict'],
]);
const INDEFINITE = new Map([
  [0, 'timeout'],
  [13, 'crash'],
]);

/** What a client has to do with, besides the network. */
export interface ClientSpec {
  /** `c4`, say. */
  readonly id: string;
  /** Which node it talks to, unless an operation says otherwise. */
  readonly node: number;
  readonly conversation: Conversation;
  /** Told of an answer that is none: the program does not keep to what was agreed. */
  readonly onNonsense: (what: string) => void;
  /** Told of every operation. */
  readonly onOperation: () => void;
  /** Told of a second answer to one request, which nobody heeds. */
  readonly onTwice: (node: string) => void;
}

/** An operation, and the request of it that is due. */
interface Asking {
  readonly operation: Operation;
  readonly node: number;
  readonly request: Body;
  readonly resolve: (outcome: Outcome) => void;
}

interface Waiting extends Asking {
  readonly id: number;
  readonly timer: NodeJS.Timeout;
}

export class ProgramClient implements LiveClient {
  readonly #spec: ClientSpec;
  readonly #network: Network;
  /** The number of the last request; answers to those before it are late. */
  #id = 0;
  #answered = 0;
  #waiting: Waiting | null = null;

  constructor(spec: ClientSpec, network: Network) {
    this.#spec = spec;
    this.#network = network;
    network.join(spec.id, { receive: (message) => this.#hear(message) });
  }

  invoke(operation: Operation): Promise<Outcome> {
    this.#spec.onOperation();
    const node = operation.node ?? this.#spec.node;
    const request = this.#spec.conversation.request(operation);
    return new Promise((resolve) => this.#ask({ operation, node, request, resolve }));
  }

  close(): void {
    this.#network.leave(this.#spec.id);
    const waiting = this.#waiting;
    if (waiting !== null) this.#end(unanswered(waiting.operation, waiting.node));
  }

  #ask(asking: Asking): void {
    const { conversation, id: src } = this.#spec;
    const { operation, node, request } = asking;
    const id = ++this.#id;
    const timeoutMs: Millis = conversation.timeoutMs ?? TIMEOUT_MS;
    const timer = setTimeout(() => this.#end(unanswered(operation, node)), timeoutMs);
    this.#waiting = { ...asking, id, timer };
    this.#network.send(messageOf(src, programName(node), { ...request, msg_id: id }));
  }

  #hear({ src, body }: Message): void {
    const waiting = this.#waiting;
    const to = body['in_reply_to'];
    if (waiting === null || to !== waiting.id) {
      if (to === this.#answered && to !== 0) this.#spec.onTwice(src);
      return;
    }
    this.#answered = waiting.id;
    const { operation, node } = waiting;
    if (body['type'] === 'error') {
      this.#end(failed(operation, node, body));
      return;
    }
    try {
      const { conversation } = this.#spec;
      const value = conversation.answer(operation, body);
      const request = conversation.followUp?.(operation) ?? null;
      if (request === null) this.#end({ type: 'ok', value, node });
      else {
        clearTimeout(waiting.timer);
        this.#ask({ ...waiting, request });
      }
    } catch (error) {
      if (!(error instanceof BadAnswer)) throw error;
      const said = shorten(JSON.stringify(body), 200);
      const asked = JSON.stringify(waiting.request);
      this.#spec.onNonsense(
        `${src} answered ${shorten(asked, 200)}\n  with ${said}\n  where this is expected: ${error.message}`,
      );
      this.#end({ type: 'info', error: 'an answer that is none', node });
    }
  }

  #end(outcome: Outcome): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    this.#waiting = null;
    clearTimeout(waiting.timer);
    waiting.resolve(outcome);
  }
}

/** Nobody knows what became of it: of what changes nothing, that is as good as nothing. */
export function unanswered(operation: Operation, node: number): Outcome {
  const type = isIdempotent(operation) ? 'fail' : 'info';
  return { type, error: 'no answer in time', node };
}

/** What an answer of type `error` means. */
export function failed(operation: Operation, node: number, body: Body): Outcome {
  const code = Number(body['code']);
  const name = DEFINITE.get(code) ?? INDEFINITE.get(code) ?? `error ${String(body['code'])}`;
  const text = typeof body['text'] === 'string' ? `: ${shorten(body['text'], 100)}` : '';
  const isSure = DEFINITE.has(code) || isIdempotent(operation);
  return { type: isSure ? 'fail' : 'info', error: `${name}${text}`, node };
}

/** A poll may have committed how far it got. */
const READS: readonly OperationName[] = ['read', 'echo', 'generate', 'assign', 'drain'];

/** What may have happened or not without anybody seeing a difference. */
function isIdempotent({ f, value }: Operation): boolean {
  if (READS.includes(f)) return true;
  return f === 'txn' && Array.isArray(value) && value.every((one) => isRead(one));
}

function isRead(micro: unknown): boolean {
  return Array.isArray(micro) && micro[0] === 'r';
}
