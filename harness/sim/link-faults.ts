/** Links with which something is the matter, all the time or to and fro. */

import { assert } from '../../checkers/assert.ts';
import type { Micros } from '../../checkers/units.ts';
import type { Cut, Fault, Receipt } from '../../nemesis/fault.ts';
import type { FaultLedger } from '../core/fault-ledger.ts';
import { Holds } from '../core/holds.ts';
import type { Trouble } from './network.ts';
import type { World } from './world.ts';

/** Has a fault that comes and goes told, by its id, when its next turn has come. */
export type WakeAt = (id: number, atUs: Micros) => void;

type LinksFault = Extract<Fault, { kind: 'links' }>;

const MILLION = 1_000_000;

/** A fault in force: whether it bites at the moment, how often it has so far, and what it let go. */
interface Bite {
  isOn: boolean;
  times: number;
  released: number;
}

export class LinkFaults {
  readonly #world: World;
  readonly #ledger: FaultLedger;
  readonly #wakeAt: WakeAt;
  readonly #bites = new Map<number, Bite>();
  /** Links that are held, by from, times the number of nodes, plus to. */
  readonly #holds: Holds;

  constructor(world: World, ledger: FaultLedger, wakeAt: WakeAt) {
    this.#world = world;
    this.#ledger = ledger;
    this.#wakeAt = wakeAt;
    this.#holds = new Holds(world.members.length ** 2);
  }

  copyFrom(original: LinkFaults): void {
    for (const [id, bite] of original.#bites) this.#bites.set(id, { ...bite });
    this.#holds.copyFrom(original.#holds);
  }

  begin(id: number, fault: LinksFault): Receipt {
    this.#bites.set(id, { isOn: false, times: 0, released: 0 });
    this.turn(id, fault);
    const { length } = fault.cuts;
    return {
      status: 'installed',
      evidence: `${this.#bitten(fault)} of ${length} links ${WORDS[fault.effect]}`,
    };
  }

  /** Begins to bite, or leaves off for a while. */
  turn(id: number, fault: LinksFault): void {
    const bite = this.#bites.get(id);
    assert(bite !== undefined, 'it is the turn of links that have begun to be in trouble');
    bite.isOn = !bite.isOn;
    if (bite.isOn) bite.times++;
    this.#apply(id, fault, bite);
    if (fault.offMs > 0) {
      const afterMs = bite.isOn ? fault.onMs : fault.offMs;
      this.#wakeAt(id, this.#world.nowUs + afterMs * 1000);
    }
  }

  undo(id: number, fault: LinksFault): Receipt {
    const bite = this.#bites.get(id);
    assert(bite !== undefined, 'trouble of links that ends has begun');
    bite.isOn = false;
    this.#apply(id, fault, bite);
    this.#bites.delete(id);
    const { effect, cuts } = fault;
    const still = `${this.#bitten(fault)} of ${cuts.length} links ${WORDS[effect]}`;
    const released = effect === 'hold' ? `, ${bite.released} messages released` : '';
    const times = bite.times === 1 ? 'once' : `${bite.times} times`;
    return { status: 'installed', evidence: `${still}, after ${times}${released}` };
  }

  #apply(id: number, { effect, cuts }: LinksFault, bite: Bite): void {
    const { network } = this.#world;
    for (const cut of cuts) {
      const { from, to } = cut;
      if (effect === 'cut') {
        if (bite.isOn) {
          this.#ledger.cut(id, cut);
          this.#world.cutLink(from, to);
        } else if (this.#ledger.mend(id, cut)) network.healLink(from, to);
      } else if (effect === 'hold') {
        const link = from * this.#world.members.length + to;
        if (bite.isOn) {
          this.#holds.hold(link, id);
          network.setHeld(from, to, true);
        } else if (this.#holds.release(link, id))
          bite.released += this.#world.releaseLink(from, to);
      } else network.setTrouble(from, to, this.#troubleOf(cut));
    }
  }

  /** What all faults that bite at the moment come to: the worst of each. */
  #troubleOf({ from, to }: Cut): Trouble | null {
    let delayMs = 0;
    let ppm = 0;
    for (const [id, { isOn }] of this.#bites) {
      const fault = isOn ? this.#ledger.faultOf(id) : null;
      if (fault?.kind !== 'links') continue;
      if (!fault.cuts.some((cut) => cut.from === from && cut.to === to)) continue;
      if (fault.effect === 'slow') delayMs = Math.max(delayMs, fault.delayMs);
      if (fault.effect === 'lossy') ppm = Math.max(ppm, fault.ppm);
    }
    if (delayMs === 0 && ppm === 0) return null;
    assert(ppm <= MILLION, "a share of nodes' messages is part of a million");
    return { delayUs: delayMs * 1000, latePpm: MILLION, lossPpm: ppm, duplicatePpm: ppm };
  }

  /** How many of its links are as it says, because of it or of another. */
  #bitten({ effect, cuts }: LinksFault): number {
    const { network } = this.#world;
    return cuts.filter(({ from, to }) => {
      if (effect === 'cut') return network.isCut(from, to);
      if (effect === 'hold') return network.isHeld(from, to);
      const trouble = network.troubleOf(from, to);
      return effect === 'slow' ? (trouble?.delayUs ?? 0) > 0 : (trouble?.lossPpm ?? 0) > 0;
    }).length;
  }
}

const WORDS = { cut: 'closed', slow: 'slow', lossy: 'lossy', hold: 'held' } as const;
