/** Clocks that the nemesis sets wrong, and what was read back. */

import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import { nodeName } from '../../checkers/trace.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { Fault, Receipt } from '../../nemesis/fault.ts';
import { type ClockFault, type FaultLedger, ratePpmOf } from '../core/fault-ledger.ts';
import type { World } from './world.ts';

type FreezeFault = Extract<Fault, { kind: 'clock-freeze' }>;

export class ClockFaults {
  readonly #world: World;
  readonly #ledger: FaultLedger;
  /** By node: by how much its wall clock was ahead when the clock began to drift. */
  readonly #aheadUs: Micros[];

  constructor(world: World, ledger: FaultLedger) {
    this.#world = world;
    this.#ledger = ledger;
    this.#aheadUs = world.members.map(() => 0);
  }

  copyFrom(original: ClockFaults): void {
    for (const [node, aheadUs] of original.#aheadUs.entries()) this.#aheadUs[node] = aheadUs;
  }

  begin(fault: ClockFault | FreezeFault): Receipt {
    if (fault.kind === 'clock-freeze') return this.#freeze(fault);
    for (const node of fault.nodes) this.#skew(node, fault);
    return this.#read(fault);
  }

  undo(fault: ClockFault | FreezeFault): Receipt {
    if (fault.kind === 'clock-freeze') return this.#freeze(fault);
    for (const node of fault.nodes) this.#unskew(node, fault);
    return this.#read(fault);
  }

  /** A clock stands still as long as any fault in force says so. */
  #freeze({ nodes }: FreezeFault): Receipt {
    const { nowUs } = this.#world;
    const frozen = new Set(this.#ledger.faultsOf('clock-freeze').flatMap((one) => one.nodes));
    const readings = nodes.map((node) => {
      const { clock } = itemAt(this.#world.nodes, node);
      clock.freeze(frozen.has(node) ? nowUs : null);
      const behindMs = Math.round((nowUs - clock.wallUs(nowUs)) / 1000);
      return `${nodeName(node)} ${clock.isFrozen ? 'stands still' : 'goes on'}, ${behindMs} ms behind`;
    });
    return { status: 'installed', evidence: `wall clocks: ${readings.join('; ')}` };
  }

  /** Reads the clocks back, and compares what is set with what all faults in force ask for. */
  #read(fault: ClockFault): Receipt {
    const now = this.#world.nowUs;
    const readings = fault.nodes.map((node) => {
      const clock = this.#world.nodes[node]?.clock;
      const aheadUs = (clock?.wallUs(now) ?? now) - now;
      const rate = fault.mode === 'drift' ? ` at ${signed(clock?.ratePpm ?? 0)} ppm` : '';
      return `${nodeName(node)} ${signed(Math.round(aheadUs / 1000))} ms${rate}`;
    });
    const set = fault.nodes.every((node) => {
      const { clock } = itemAt(this.#world.nodes, node);
      const faults = this.#ledger.clocksOn(node);
      const strobes = faults.some(({ mode }) => mode === 'strobe');
      return clock.ratePpm === ratePpmOf(faults) && (strobes || clock.strobeUs === 0);
    });
    const evidence = `wall clocks: ${readings.join(', ')}`;
    return { status: set ? 'installed' : 'indeterminate', evidence };
  }

  /** Bumps and rates add up; of several strobes, the latest strobes. */
  #skew(node: NodeId, { mode, offsetMs, periodMs }: ClockFault): void {
    if (mode === 'bump') this.#bump(node, offsetMs * 1000);
    else if (mode === 'drift') this.#drift(node);
    else this.#world.startStrobe(node, offsetMs * 1000, periodMs * 1000);
  }

  #unskew(node: NodeId, { mode, offsetMs }: ClockFault): void {
    if (mode === 'bump') this.#bump(node, offsetMs * -1000);
    else if (mode === 'drift') this.#drift(node);
    else {
      this.#world.stopStrobe(node);
      const last = this.#ledger.clocksOn(node).findLast((fault) => fault.mode === 'strobe');
      if (last !== undefined) {
        this.#world.startStrobe(node, last.offsetMs * 1000, last.periodMs * 1000);
      }
    }
  }

  #bump(node: NodeId, offsetUs: Micros): void {
    const { clock } = itemAt(this.#world.nodes, node);
    clock.offsetUs += offsetUs;
  }

  /** When no drift is left, the wall clock is set right, as a time service would do. */
  #drift(node: NodeId): void {
    const { nowUs } = this.#world;
    const { clock } = itemAt(this.#world.nodes, node);
    const ratePpm = ratePpmOf(this.#ledger.clocksOn(node));
    const aheadUs = clock.monotonicUs(nowUs) - nowUs;
    if (clock.ratePpm === 0) this.#aheadUs[node] = aheadUs;
    assert(Number.isInteger(ratePpm), 'rates are whole parts per million');
    clock.setRate(nowUs, ratePpm);
    if (ratePpm === 0) clock.offsetUs -= aheadUs - itemAt(this.#aheadUs, node);
  }
}

function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}
