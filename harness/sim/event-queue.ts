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
  /** The timer of client `a` may be due. */
  clientTimer: 5,
  /** The engine asked to be woken for client `a`. */
  wake: 6,
  /** A clock of node `a` jumps to and fro, if still strobe number `b`. */
  strobe: 7,
  /** What comes next in the connection from node `b` reaches node `a`, if still generation `c`. */
  stream: 8,
} as const;

const ARITY = 4;

export class EventQueue {
  size = 0;
  /** Columns by slot; `pop` returns the slot whose fields are to be read. */
  kind: Uint8Array = new Uint8Array(256);
  a: Int32Array = new Int32Array(256);
  b: Int32Array = new Int32Array(256);
  c: Int32Array = new Int32Array(256);
  readonly payload: unknown[] = [];
  /** The time of the event that `pop` returned last. */
  poppedUs = 0;

  /** The heap, in columns by place: comparing children touches neighbouring memory only. */
  #time: Float64Array = new Float64Array(256);
  #order: Float64Array = new Float64Array(256);
  #slot: Int32Array = new Int32Array(256);
  readonly #free: number[] = [];
  #slots = 0;
  #scheduled = 0;

  /** Schedules an event at `timeUs`; fields that its kind does not use are 0 and null. */
  push(timeUs: number, kind: number, a: number, b: number, c: number, payload: unknown): void {
    const slot = this.#free.pop() ?? this.#newSlot();
    this.kind[slot] = kind;
    this.a[slot] = a;
    this.b[slot] = b;
    this.c[slot] = c;
    this.payload[slot] = payload;
    this.#siftUp(this.size++, timeUs, this.#scheduled++, slot);
  }

  /** The time of the next event; Infinity when there is none. */
  nextTimeUs(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.#time[0] as number);
  }

  /** Removes the next event and returns its slot, valid until the next `push`. */
  pop(): number {
    const top = this.#slot[0] as number;
    this.poppedUs = this.#time[0] as number;
    const last = --this.size;
    if (last > 0) {
      const time = this.#time[last] as number;
      this.#siftDown(time, this.#order[last] as number, this.#slot[last] as number);
    }
    this.#free.push(top);
    return top;
  }

  #siftUp(start: number, time: number, order: number, slot: number): void {
    const times = this.#time;
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const other = times[parent] as number;
      // A new event has the highest order number, so on a tie it stays below its parent.
      if (time >= other) break;
      this.#place(at, other, this.#order[parent] as number, this.#slot[parent] as number);
      at = parent;
    }
    this.#place(at, time, order, slot);
  }

  #siftDown(time: number, order: number, slot: number): void {
    const times = this.#time;
    const orders = this.#order;
    const size = this.size;
    let at = 0;
    for (;;) {
      const first = at * ARITY + 1;
      if (first >= size) break;
      const end = Math.min(first + ARITY, size);
      let best = first;
      let bestTime = times[first] as number;
      for (let child = first + 1; child < end; child++) {
        const other = times[child] as number;
        if (other > bestTime) continue;
        if (other === bestTime && (orders[child] as number) > (orders[best] as number)) continue;
        best = child;
        bestTime = other;
      }
      const bestOrder = orders[best] as number;
      if (time < bestTime || (time === bestTime && order < bestOrder)) break;
      this.#place(at, bestTime, bestOrder, this.#slot[best] as number);
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
    this.payload.push(null);
    if (slot === this.#slot.length) this.#grow(slot * 2);
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
    this.#slot = wider(this.#slot, new Int32Array(capacity));
  }
}
