/**
 * The simulator's future: events by time, ties in the order of scheduling.
 *
 * A 4-ary heap over typed arrays and recycled slots: nothing is allocated per event. Written here
 * because the queue is the simulator's core and stable ties are what makes it deterministic.
 */

/** What an event is; the meaning of `a`, `b`, `c` and the payload depends on it. */
export const EVENT = {
  /** Node `a` hears from node `b`; payload: the message. */
  message: 0,
  /** Timer `b` of node `a` fires, if still armed as generation `c`. */
  timer: 1,
  /** The disk of node `a` has finished a sync, if still incarnation `b`. */
  synced: 2,
  /** Node `a` hears a client's request; payload: the request. */
  request: 3,
  /** Client `a` hears from node `b`; payload: the answer's address and the answer. */
  reply: 4,
  /** The timer of client `a` fires, if still armed as generation `b`. */
  clientTimer: 5,
  /** The engine asked to be woken for client `a`. */
  wake: 6,
  /** A clock of node `a` jumps to and fro, if still strobe number `b`. */
  strobe: 7,
} as const;

const ARITY = 4;

export class EventQueue {
  size = 0;
  /** Slot of the event that `pop` returned: read its fields before scheduling anything. */
  kind: Uint8Array = new Uint8Array(256);
  a: Int32Array = new Int32Array(256);
  b: Int32Array = new Int32Array(256);
  c: Int32Array = new Int32Array(256);
  readonly payload: unknown[] = [];

  #time: Float64Array = new Float64Array(256);
  #order: Float64Array = new Float64Array(256);
  #heap: Int32Array = new Int32Array(256);
  readonly #free: number[] = [];
  #slots = 0;
  #scheduled = 0;

  /** Schedules an event at `timeUs`; fields that its kind does not use are 0 and null. */
  push(timeUs: number, kind: number, a: number, b: number, c: number, payload: unknown): void {
    const slot = this.#free.pop() ?? this.#newSlot();
    this.#time[slot] = timeUs;
    this.#order[slot] = this.#scheduled++;
    this.kind[slot] = kind;
    this.a[slot] = a;
    this.b[slot] = b;
    this.c[slot] = c;
    this.payload[slot] = payload;
    this.#siftUp(this.size++, slot);
  }

  /** The time of the next event; Infinity when there is none. */
  nextTimeUs(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.#at(this.#time, this.#heap[0] ?? 0);
  }

  /** Removes the next event and returns its slot, valid until the next `push`. */
  pop(): number {
    const top = this.#heap[0] as number;
    const last = this.#heap[--this.size] as number;
    if (this.size > 0) this.#siftDown(last);
    this.#free.push(top);
    return top;
  }

  timeUs(slot: number): number {
    return this.#at(this.#time, slot);
  }

  #at(column: Float64Array, index: number): number {
    return column[index] as number;
  }

  #siftUp(start: number, slot: number): void {
    const heap = this.#heap;
    const times = this.#time;
    const time = times[slot] as number;
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const other = heap[parent] as number;
      // A new event has the highest order number, so on a tie it stays below its parent.
      if (time >= (times[other] as number)) break;
      heap[at] = other;
      at = parent;
    }
    heap[at] = slot;
  }

  #siftDown(slot: number): void {
    const heap = this.#heap;
    const size = this.size;
    let at = 0;
    for (;;) {
      const first = at * ARITY + 1;
      if (first >= size) break;
      let best = first;
      const end = Math.min(first + ARITY, size);
      for (let child = first + 1; child < end; child++) {
        if (this.#before(heap[child] as number, heap[best] as number)) best = child;
      }
      if (!this.#before(heap[best] as number, slot)) break;
      heap[at] = heap[best] as number;
      at = best;
    }
    heap[at] = slot;
  }

  #before(one: number, other: number): boolean {
    const a = this.#time[one] as number;
    const b = this.#time[other] as number;
    return a < b || (a === b && (this.#order[one] as number) < (this.#order[other] as number));
  }

  #newSlot(): number {
    const slot = this.#slots++;
    this.payload.push(null);
    if (slot === this.#time.length) this.#grow(slot * 2);
    return slot;
  }

  #grow(capacity: number): void {
    const wider = <Column extends Float64Array | Uint8Array | Int32Array>(
      column: Column,
      empty: Column,
    ): Column => {
      empty.set(column);
      return empty;
    };
    this.kind = wider(this.kind, new Uint8Array(capacity));
    this.a = wider(this.a, new Int32Array(capacity));
    this.b = wider(this.b, new Int32Array(capacity));
    this.c = wider(this.c, new Int32Array(capacity));
    this.#time = wider(this.#time, new Float64Array(capacity));
    this.#order = wider(this.#order, new Float64Array(capacity));
    this.#heap = wider(this.#heap, new Int32Array(capacity));
  }
}
