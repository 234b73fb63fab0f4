/** The next few messages of one kind that a node sends, lost, repeated or kept back. */

import { assert } from '../../checkers/assert.ts';
import { nodeName } from '../../checkers/trace.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { Fault, Receipt } from '../../nemesis/fault.ts';
import { kindOf, mixed } from './message-kinds.ts';
import type { World } from './world.ts';
import type { Fate } from './world-spec.ts';

type MessagesFault = Extract<Fault, { kind: 'messages' }>;

/** Of so many kinds of messages a fault waits for one. */
const KINDS = 3;

/** A fault in force: the kind that it has settled on, and how many of that it has picked out. */
interface Picking {
  readonly fault: MessagesFault;
  kind: string | null;
  taken: number;
}

export class MessageFaults {
  readonly #world: World;
  readonly #picking = new Map<number, Picking>();

  constructor(world: World) {
    this.#world = world;
  }

  copyFrom(original: MessageFaults): void {
    for (const [id, picking] of original.#picking) this.#picking.set(id, { ...picking });
    this.#arm();
  }

  begin(id: number, fault: MessagesFault): Receipt {
    this.#picking.set(id, { fault, kind: null, taken: 0 });
    this.#arm();
    const { how, nodes, count } = fault;
    const whose = nodes.map(nodeName).join(' ');
    return { status: 'installed', evidence: `${how}: the next ${count} of a kind from ${whose}` };
  }

  /** It was in force if it met a message. */
  undo(id: number, { how, count }: MessagesFault): Receipt {
    const picking = this.#picking.get(id);
    assert(picking !== undefined, 'picking that ends has begun');
    const { kind, taken } = picking;
    assert(taken <= count, 'no more messages are picked out than were to be');
    assert(taken === 0 || kind !== null, 'messages that are picked out are of a kind');
    this.#picking.delete(id);
    this.#arm();
    const what = kind === null ? 'no such message was sent' : `${taken} of ${count} ${kind}`;
    const evidence = `${how}: ${what}`;
    return { status: 'installed', evidence, ...(taken === 0 ? { held: false } : {}) };
  }

  #arm(): void {
    const isArmed = this.#picking.size > 0;
    this.#world.intercept = isArmed ? (from, message) => this.#fateOf(from, message) : null;
  }

  #fateOf(from: NodeId, message: unknown): Fate | null {
    const kind = kindOf(message);
    for (const picking of this.#picking.values()) {
      const { fault, taken } = picking;
      if (taken === fault.count || !fault.nodes.includes(from)) continue;
      if (picking.kind === null && mixed(kind, fault.pick) % KINDS === 0) picking.kind = kind;
      if (picking.kind !== kind) continue;
      picking.taken++;
      return { how: fault.how, delayUs: fault.delayMs * 1000 };
    }
    return null;
  }
}
