/** Chains of messages of which some come after others: each has a rank, which follows from a draw. */

import type { Micros, NodeId } from '../../checkers/units.ts';
import type { Fault, Receipt } from '../../nemesis/fault.ts';
import { next } from '../../nemesis/targets.ts';
import type { WakeAt } from './link-faults.ts';
import { kindOf, mixed } from './message-kinds.ts';
import type { World } from './world.ts';

type PrioritiesFault = Extract<Fault, { kind: 'priorities' }>;

/** A rank is later than the one before it by this factor, so that it is after all of them. */
const RANKS_APART = 4;

/** A fault in force: the draw that the ranks follow from at the moment. */
interface Ranking {
  readonly fault: PrioritiesFault;
  pick: number;
  turns: number;
  delayed: number;
}

export class PriorityFaults {
  readonly #world: World;
  readonly #wakeAt: WakeAt;
  readonly #rankings = new Map<number, Ranking>();

  constructor(world: World, wakeAt: WakeAt) {
    this.#world = world;
    this.#wakeAt = wakeAt;
  }

  copyFrom(original: PriorityFaults): void {
    for (const [id, ranking] of original.#rankings) this.#rankings.set(id, { ...ranking });
    this.#arm();
  }

  begin(id: number, fault: PrioritiesFault): Receipt {
    this.#rankings.set(id, { fault, pick: fault.pick, turns: 0, delayed: 0 });
    this.#arm();
    this.#wake(id, fault);
    return { status: 'installed', evidence: `${fault.levels} ranks` };
  }

  /** Ranks are drawn anew. */
  turn(id: number, fault: PrioritiesFault): void {
    const ranking = this.#rankings.get(id);
    if (ranking === undefined) return;
    ranking.pick = next(ranking.pick);
    ranking.turns++;
    this.#wake(id, fault);
  }

  /** It was in force if it had some message come later. */
  undo(id: number): Receipt {
    const { turns, delayed } = this.#rankings.get(id) ?? { turns: 0, delayed: 0 };
    this.#rankings.delete(id);
    this.#arm();
    const evidence = `${delayed} messages put behind others, ranks turned over ${turns} times`;
    return { status: 'installed', evidence, ...(delayed === 0 ? { held: false } : {}) };
  }

  #wake(id: number, { everyMs }: PrioritiesFault): void {
    if (everyMs > 0) this.#wakeAt(id, this.#world.nowUs + everyMs * 1000);
  }

  #arm(): void {
    const isArmed = this.#rankings.size > 0;
    this.#world.lag = isArmed ? (from, to, message) => this.#lagUs(from, to, message) : null;
  }

  /** Of several faults, the one that puts it furthest behind. */
  #lagUs(from: NodeId, to: NodeId, message: unknown): Micros {
    let mostUs = 0;
    for (const ranking of this.#rankings.values()) {
      const { levels, delayMs, chains } = ranking.fault;
      const ofLink =
        chains === 'kinds'
          ? ranking.pick
          : next(ranking.pick ^ (1 + from * this.#world.members.length + to));
      const rank = (chains === 'links' ? ofLink : mixed(kindOf(message), ofLink)) % levels;
      if (rank === 0) continue;
      const lagUs = Math.floor((delayMs * 1000) / RANKS_APART ** (levels - 1 - rank));
      if (lagUs > 0) ranking.delayed++;
      mostUs = Math.max(mostUs, lagUs);
    }
    return mostUs;
  }
}
