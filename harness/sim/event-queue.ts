/**
 * The simulator's future: events by time, ties in the order of scheduling.
 *
 * A 4-ary heap over typed arrays and recycled slots: nothing is allocated per event. Written here
 * because the queue is the simulator's core and stable ties are what makes it deterministic.
 */

import { assert } from '../../checkers/assert.ts';
import { ByteColumn, FloatColumn, IntColumn } from '../../checkers/columns.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { Copying } from '../../systems/copying.ts';
import type { Reply, Request } from '../../systems/protocol.ts';

/** Who carries events out when their time has come. Nodes and clients are numbers. */
export interface EventReceiver {
  /** A node hears from another by datagram. */
  message(to: NodeId, from: NodeId, message: unknown): void;
  /** What comes next in the connection reaches a node, if nothing was dropped since `generation`. */
  stream(to: NodeId, from: NodeId, generation: number): void;
  /** A timer fires, if it is still armed as `generation`. */
  timer(node: NodeId, timer: number, generation: number): void;
  /** A disk has finished a sync, if its node was not restarted since `incarnation`. */
  synced(node: NodeId, incarnation: number): void;
  /** A node hears a client's request. */
  request(to: NodeId, request: Request): void;
  /** A client hears a node's answer to its request `id`. */
  reply(client: number, from: NodeId, id: number, reply: Reply): void;
  /** The timer of a client may be due. */
  clientTimer(client: number): void;
  /** The engine asked to be woken. */
  wake(client: number): void;
  /** The wall clock of a node jumps to or fro, if it is still the node's strobe number `strobe`. */
  strobe(node: NodeId, strobe: number): void;
}

/** An event to come: the receiver's method and what it would be handed. */
export type Pending = {
  /** Unlike that of any other event: they are numbered as they are scheduled. */
  readonly number: number;
  readonly atUs: Micros;
} & (
  | {
      readonly kind: 'message';
      readonly to: NodeId;
      readonly from: NodeId;
      readonly message: unknown;
    }
  | {
      readonly kind: 'stream';
      readonly to: NodeId;
      readonly from: NodeId;
      readonly generation: number;
    }
  | {
      readonly kind: 'timer';
      readonly node: NodeId;
      readonly timer: number;
      readonly generation: number;
    }
  | { readonly kind: 'synced'; readonly node: NodeId; readonly incarnation: number }
  | { readonly kind: 'request'; readonly to: NodeId; readonly request: Request }
  | {
      readonly kind: 'reply';
      readonly client: number;
      readonly from: NodeId;
      readonly id: number;
      readonly reply: Reply;
    }
  | { readonly kind: 'client-timer'; readonly client: number }
  | { readonly kind: 'wake'; readonly client: number }
  | { readonly kind: 'strobe'; readonly node: NodeId; readonly strobe: number }
);

const MESSAGE = 0;
const STREAM = 1;
const TIMER = 2;
const SYNCED = 3;
const REQUEST = 4;
const REPLY = 5;
const CLIENT_TIMER = 6;
const WAKE = 7;
const STROBE = 8;

const ARITY = 4;

export class EventQueue {
  size = 0;
  /** The latest time of an event that was delivered: nothing can be scheduled before it. */
  deliveredUs = 0;

  /** Columns by slot: the arguments of the receiver's method, in order, and the last as payload. */
  #kind: ByteColumn = new ByteColumn(256);
  #a: IntColumn = new IntColumn(256);
  #b: IntColumn = new IntColumn(256);
  #c: IntColumn = new IntColumn(256);
  #payload: unknown[] = [];

  /** The heap, in columns by place: comparing children touches neighbouring memory only. */
  #time: FloatColumn = new FloatColumn(256);
  #order: FloatColumn = new FloatColumn(256);
  #slot: IntColumn = new IntColumn(256);
  #free: number[] = [];
  #slots = 0;
  #scheduled = 0;

  /** Takes on what is to come in another one, and its numbers. */
  copyFrom(original: EventQueue, copying: Copying): void {
    assert(this.size === 0, 'a queue is copied into an empty one');
    this.size = original.size;
    this.deliveredUs = original.deliveredUs;
    this.#kind = original.#kind.grown(original.#kind.length);
    this.#a = original.#a.grown(original.#a.length);
    this.#b = original.#b.grown(original.#b.length);
    this.#c = original.#c.grown(original.#c.length);
    this.#payload = copying.data(original.#payload, 'what is to come');
    this.#time = original.#time.grown(original.#time.length);
    this.#order = original.#order.grown(original.#order.length);
    this.#slot = original.#slot.grown(original.#slot.length);
    this.#free = original.#free.slice();
    this.#slots = original.#slots;
    this.#scheduled = original.#scheduled;
  }

  message(atUs: Micros, to: NodeId, from: NodeId, message: unknown): void {
    this.#push(atUs, MESSAGE, to, from, 0, message);
  }

  stream(atUs: Micros, to: NodeId, from: NodeId, generation: number): void {
    this.#push(atUs, STREAM, to, from, generation, null);
  }

  timer(atUs: Micros, node: NodeId, timer: number, generation: number): void {
    this.#push(atUs, TIMER, node, timer, generation, null);
  }

  synced(atUs: Micros, node: NodeId, incarnation: number): void {
    this.#push(atUs, SYNCED, node, incarnation, 0, null);
  }

  request(atUs: Micros, to: NodeId, request: Request): void {
    this.#push(atUs, REQUEST, to, 0, 0, request);
  }

  reply(atUs: Micros, client: number, from: NodeId, id: number, reply: Reply): void {
    this.#push(atUs, REPLY, client, from, id, reply);
  }

  clientTimer(atUs: Micros, client: number): void {
    this.#push(atUs, CLIENT_TIMER, client, 0, 0, null);
  }

  wake(atUs: Micros, client: number): void {
    this.#push(atUs, WAKE, client, 0, 0, null);
  }

  strobe(atUs: Micros, node: NodeId, strobe: number): void {
    this.#push(atUs, STROBE, node, strobe, 0, null);
  }

  /** The time of the next event; Infinity when there is none. */
  nextTimeUs(): Micros {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.#time.get(0);
  }

  /** Removes the next event, of which there must be one, and hands it to the receiver. */
  deliver(receiver: EventReceiver): void {
    assert(this.size > 0, 'there is an event to deliver');
    const slot = this.#remove(0);
    this.#hand(slot, receiver);
  }

  /** The same for the event of this number, whatever comes before it. */
  deliverOutOfTurn(number: number, receiver: EventReceiver): void {
    const place = this.#order.subarray(0, this.size).indexOf(number);
    assert(place !== -1, 'an event out of turn is one that is to come');
    const slot = this.#remove(place);
    this.#hand(slot, receiver);
  }

  /** Everything that is to come, in the order in which it will unless somebody chooses otherwise. */
  pending(): Pending[] {
    const places = Array.from({ length: this.size }, (_, place) => place);
    const times = this.#time;
    const orders = this.#order;
    places.sort(
      (one, other) => times.get(one) - times.get(other) || orders.get(one) - orders.get(other),
    );
    return places.map((place) => this.#describe(place));
  }

  #describe(place: number): Pending {
    const event = { number: this.#order.get(place), atUs: this.#time.get(place) };
    let described: Pending | null = null;
    this.#tell(this.#slot.get(place), {
      message: (to, from, message) => {
        described = { ...event, kind: 'message', to, from, message };
      },
      stream: (to, from, generation) => {
        described = { ...event, kind: 'stream', to, from, generation };
      },
      timer: (node, timer, generation) => {
        described = { ...event, kind: 'timer', node, timer, generation };
      },
      synced: (node, incarnation) => {
        described = { ...event, kind: 'synced', node, incarnation };
      },
      request: (to, request) => {
        described = { ...event, kind: 'request', to, request };
      },
      reply: (client, from, id, reply) => {
        described = { ...event, kind: 'reply', client, from, id, reply };
      },
      clientTimer: (client) => {
        described = { ...event, kind: 'client-timer', client };
      },
      wake: (client) => {
        described = { ...event, kind: 'wake', client };
      },
      strobe: (node, strobe) => {
        described = { ...event, kind: 'strobe', node, strobe };
      },
    });
    return described as unknown as Pending;
  }

  /** Frees the slot before the event is carried out, which may schedule others. */
  #hand(slot: number, receiver: EventReceiver): void {
    const payload = this.#payload[slot];
    this.#payload[slot] = null;
    this.#tell(slot, receiver, payload);
  }

  #tell(slot: number, receiver: EventReceiver, payload = this.#payload[slot]): void {
    const a = this.#a.get(slot);
    const b = this.#b.get(slot);
    const c = this.#c.get(slot);
    switch (this.#kind[slot]) {
      case MESSAGE:
        receiver.message(a, b, payload);
        break;
      case STREAM:
        receiver.stream(a, b, c);
        break;
      case TIMER:
        receiver.timer(a, b, c);
        break;
      case SYNCED:
        receiver.synced(a, b);
        break;
      case REQUEST:
        receiver.request(a, payload as Request);
        break;
      case REPLY:
        receiver.reply(a, b, c, payload as Reply);
        break;
      case CLIENT_TIMER:
        receiver.clientTimer(a);
        break;
      case WAKE:
        receiver.wake(a);
        break;
      case STROBE:
        receiver.strobe(a, b);
        break;
      default:
        assert(false, 'an event is of a known kind');
    }
  }

  #push(atUs: Micros, kind: number, a: number, b: number, c: number, payload: unknown): void {
    assert(atUs >= this.deliveredUs, 'nothing is scheduled in the past');
    assert(atUs < Number.POSITIVE_INFINITY, 'what is scheduled comes');
    const slot = this.#free.pop() ?? this.#newSlot();
    this.#kind[slot] = kind;
    this.#a[slot] = a;
    this.#b[slot] = b;
    this.#c[slot] = c;
    this.#payload[slot] = payload;
    this.#siftUp(this.size++, atUs, this.#scheduled++, slot);
  }

  /** Takes the event at a place out of the heap, and fills the place with the last one. */
  #remove(place: number): number {
    assert(place < this.size, 'what is removed is to come');
    const slot = this.#slot.get(place);
    this.deliveredUs = Math.max(this.deliveredUs, this.#time.get(place));
    const last = --this.size;
    if (place < last) {
      const time = this.#time.get(last);
      const order = this.#order.get(last);
      const mover = this.#slot.get(last);
      const parent = (place - 1) >> 2;
      if (place > 0 && this.#isBefore(time, order, parent)) this.#siftUp(place, time, order, mover);
      else this.#siftDown(place, time, order, mover);
    }
    this.#free.push(slot);
    assert(this.size + this.#free.length === this.#slots, 'a slot is free or has one event');
    return slot;
  }

  #isBefore(time: number, order: number, place: number): boolean {
    const other = this.#time.get(place);
    return time < other || (time === other && order < this.#order.get(place));
  }

  #siftUp(start: number, time: number, order: number, slot: number): void {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      if (!this.#isBefore(time, order, parent)) break;
      this.#place(at, this.#time.get(parent), this.#order.get(parent), this.#slot.get(parent));
      at = parent;
    }
    this.#place(at, time, order, slot);
  }

  #siftDown(start: number, time: number, order: number, slot: number): void {
    const times = this.#time;
    const orders = this.#order;
    const size = this.size;
    let at = start;
    for (;;) {
      const first = at * ARITY + 1;
      if (first >= size) break;
      const end = Math.min(first + ARITY, size);
      let best = first;
      let bestTime = times.get(first);
      for (let child = first + 1; child < end; child++) {
        const other = times.get(child);
        if (other > bestTime) continue;
        if (other === bestTime && orders.get(child) > orders.get(best)) continue;
        best = child;
        bestTime = other;
      }
      const bestOrder = orders.get(best);
      if (time < bestTime || (time === bestTime && order < bestOrder)) break;
      this.#place(at, bestTime, bestOrder, this.#slot.get(best));
      at = best;
    }
    this.#place(at, time, order, slot);
  }

  #place(at: number, time: number, order: number, slot: number): void {
    this.#time[at] = time;
    this.#order[at] = order;
    this.#slot[at] = slot;
  }

  #newSlot(): number {
    const slot = this.#slots++;
    this.#payload.push(null);
    if (slot === this.#slot.length) this.#grow(slot * 2);
    return slot;
  }

  #grow(capacity: number): void {
    this.#kind = this.#kind.grown(capacity);
    this.#a = this.#a.grown(capacity);
    this.#b = this.#b.grown(capacity);
    this.#c = this.#c.grown(capacity);
    this.#time = this.#time.grown(capacity);
    this.#order = this.#order.grown(capacity);
    this.#slot = this.#slot.grown(capacity);
  }
}
