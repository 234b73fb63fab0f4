/**
 * The barrier that `persist` is, for every host of a node: what the node sends, answers or reports
 * after it, in that step or a later one, waits until the record is durable, and leaves in the order
 * in which it was asked for.
 */

import { assert } from '../../checkers/assert.ts';
import type { TraceEvent } from '../../checkers/trace.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { Copying } from '../../systems/copying.ts';
import type { ClientRef, Reply } from '../../systems/protocol.ts';

/** Where effects go once nothing holds them back. */
export interface Outlet {
  send(to: NodeId, message: unknown): void;
  reply(client: number, id: number, reply: Reply): void;
  /** The event was asked for at `askedAt`, which is as the host counts. */
  trace(event: TraceEvent, askedAt: number): void;
}

const NOTHING = 0;
const SEND = 1;
const REPLY = 2;
const TRACE = 3;
const BARRIER = 4;

export class Outbox {
  /**
   * Parallel columns, from `#head` up to `#tail`. They are overwritten and never shortened, since
   * shortening gives their memory back every time.
   */
  readonly #kind: number[] = [];
  /** The node or client that it is for; when an event was asked for; how many writes a barrier needs. */
  readonly #to: NodeId[] = [];
  /** Of a client's request. */
  readonly #id: number[] = [];
  readonly #payload: unknown[] = [];
  #head = 0;
  #tail = 0;

  /** Whether anything waits: what comes now must wait behind it. */
  get isHolding(): boolean {
    return this.#head < this.#tail;
  }

  send(to: NodeId, message: unknown): void {
    this.#hold(SEND, to, 0, message);
  }

  reply({ client, id }: ClientRef, reply: Reply): void {
    this.#hold(REPLY, client, id, reply);
  }

  trace(event: TraceEvent, askedAt: number): void {
    this.#hold(TRACE, askedAt, 0, event);
  }

  /** What comes from here on waits until so many writes are durable. */
  barrier(written: number): void {
    this.#hold(BARRIER, written, 0, null);
  }

  /** Lets out, in order, what waits for no more than this many durable writes. */
  release(durable: number, outlet: Outlet): void {
    while (this.#head < this.#tail) {
      const at = this.#head;
      const kind = this.#kind[at];
      const to = this.#to[at] as number;
      if (kind === BARRIER && to > durable) return;
      const payload = this.#payload[at];
      this.#head++;
      if (kind === SEND) outlet.send(to, payload);
      else if (kind === TRACE) outlet.trace(payload as TraceEvent, to);
      else if (kind === REPLY) outlet.reply(to, this.#id[at] as number, payload as Reply);
    }
    this.clear();
  }

  /** What was to be sent to a node whose connection is gone is never sent. */
  dropSendsTo(peer: NodeId): void {
    for (let at = this.#head; at < this.#tail; at++) {
      if (this.#kind[at] !== SEND || this.#to[at] !== peer) continue;
      this.#kind[at] = NOTHING;
      this.#payload[at] = null;
    }
  }

  /** The node is down: what waited never leaves. */
  clear(): void {
    this.#head = 0;
    this.#tail = 0;
  }

  copyFrom(original: Outbox, copying: Copying): void {
    assert(!this.isHolding, 'an outbox is copied into an empty one');
    for (let at = original.#head; at < original.#tail; at++) {
      const payload = copying.data(original.#payload[at], 'what waits for a disk');
      const to = original.#to[at] as number;
      this.#hold(original.#kind[at] as number, to, original.#id[at] as number, payload);
    }
  }

  #hold(kind: number, to: NodeId, id: number, payload: unknown): void {
    const at = this.#tail++;
    this.#kind[at] = kind;
    this.#to[at] = to;
    this.#id[at] = id;
    this.#payload[at] = payload;
  }
}
