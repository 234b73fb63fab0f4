/** Carries faults out in the simulator, and says what was found when they were in force. */

import { assert } from '../../checkers/assert.ts';
import { nodeName } from '../../checkers/trace.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { Cut, Fault, Receipt } from '../../nemesis/fault.ts';
import { type ClockFault, FaultLedger, ratePpmOf } from '../core/fault-ledger.ts';
import type { CrashModel } from './disk.ts';
import type { SimNode } from './node.ts';
import type { World } from './world.ts';

/** Faults are told apart by the id that the plan gave them. */
export class SimFaults {
  readonly #world: World;
  readonly #crashModel: CrashModel;
  readonly #ledger: FaultLedger;
  /** By node: by how much its wall clock was ahead when the clock began to drift. */
  readonly #aheadUs: Micros[];

  constructor(world: World, crashModel: CrashModel) {
    this.#world = world;
    this.#crashModel = crashModel;
    this.#ledger = new FaultLedger(world.members.length);
    this.#aheadUs = world.members.map(() => 0);
  }

  /** Takes on what is in force in another world, of which this one's is a copy. */
  copyFrom(original: SimFaults): void {
    this.#ledger.copyFrom(original.#ledger);
    for (const [node, aheadUs] of original.#aheadUs.entries()) this.#aheadUs[node] = aheadUs;
  }

  /** A fault that finds nothing to do is `skipped`, and is not in force: it holds nobody down. */
  start(id: number, fault: Fault): Receipt {
    assert(
      this.#targetsOf(fault).every((node) => this.#world.nodes[node] !== undefined),
      'a fault acts on nodes of the cluster',
    );
    this.#ledger.begin(id, fault);
    const receipt = this.#begin(id, fault);
    if (receipt.status === 'skipped') this.#ledger.forget(id);
    return receipt;
  }

  /** Null where no such fault is in force. */
  end(id: number): { readonly fault: Fault; readonly receipt: Receipt } | null {
    const fault = this.#ledger.end(id);
    return fault === null ? null : { fault, receipt: this.#undo(id, fault) };
  }

  #begin(id: number, fault: Fault): Receipt {
    switch (fault.kind) {
      case 'partition':
        for (const cut of fault.cuts) {
          this.#ledger.cut(id, cut);
          this.#world.cutLink(cut.from, cut.to);
        }
        return this.#links(fault.cuts, true);
      case 'kill':
        return this.#kill(id, fault.nodes);
      case 'pause':
        return this.#pause(id, fault.nodes);
      case 'clock':
        for (const node of fault.nodes) this.#skew(node, fault);
        return this.#clocks(fault);
    }
  }

  #undo(id: number, fault: Fault): Receipt {
    switch (fault.kind) {
      case 'partition':
        for (const cut of fault.cuts) {
          if (this.#ledger.mend(id, cut)) this.#world.network.healLink(cut.from, cut.to);
        }
        return this.#links(fault.cuts, false);
      case 'kill':
        return this.#restart(id, fault.nodes);
      case 'pause':
        return this.#resume(id, fault.nodes);
      case 'clock':
        for (const node of fault.nodes) this.#unskew(node, fault);
        return this.#clocks(fault);
    }
  }

  #targetsOf(fault: Fault): readonly number[] {
    return fault.kind === 'partition'
      ? fault.cuts.flatMap(({ from, to }) => [from, to])
      : fault.nodes;
  }

  /** After a cut every one of its links must be closed; after a heal others may hold some closed. */
  #links(cuts: readonly Cut[], cut: boolean): Receipt {
    const closed = cuts.filter(({ from, to }) => this.#world.network.isCut(from, to)).length;
    assert(!cut || closed === cuts.length, 'a cut link carries no messages');
    return { status: 'installed', evidence: `${closed} of ${cuts.length} links closed` };
  }

  #kill(id: number, nodes: readonly NodeId[]): Receipt {
    const found = nodes.map((node) => {
      this.#ledger.kill(id, node);
      if (!this.#world.nodes[node]?.up) return null;
      return `${nodeName(node)} ${this.#world.crash(node, this.#crashModel)}`;
    });
    const killed = found.filter((evidence) => evidence !== null);
    if (killed.length === 0) return { status: 'skipped', evidence: 'all of them were down' };
    return { status: 'installed', evidence: killed.join('; ') };
  }

  /** A node that another kill still holds down stays down. */
  #restart(id: number, nodes: readonly NodeId[]): Receipt {
    const failed: string[] = [];
    for (const node of nodes) {
      if (!this.#ledger.revive(id, node) || this.#world.nodes[node]?.up) continue;
      this.#world.nodes[node]?.boot();
      if (!this.#world.nodes[node]?.up) failed.push(nodeName(node));
    }
    if (failed.length > 0) {
      return { status: 'indeterminate', evidence: `did not come up: ${failed.join(' ')}` };
    }
    return { status: 'installed', evidence: `up: ${this.#upNodes()}` };
  }

  #pause(id: number, nodes: readonly NodeId[]): Receipt {
    let stopped = 0;
    for (const node of nodes) {
      this.#ledger.pause(id, node);
      if (!this.#world.nodes[node]?.up) continue;
      this.#world.pause(node);
      stopped++;
    }
    const evidence = `${stopped} of ${nodes.length} processes stopped`;
    return { status: stopped > 0 ? 'installed' : 'skipped', evidence };
  }

  /** A node that was killed while it was paused has nothing left to resume. */
  #resume(id: number, nodes: readonly NodeId[]): Receipt {
    let resumed = 0;
    for (const node of nodes) {
      if (!this.#ledger.resume(id, node) || !this.#world.nodes[node]?.paused) continue;
      this.#world.resume(node);
      assert(this.#world.nodes[node]?.up === true, 'a node that goes on is up');
      resumed++;
    }
    return { status: 'installed', evidence: `${resumed} of ${nodes.length} processes resumed` };
  }

  /** Reads the clocks back, and compares what is set with what all faults in force ask for. */
  #clocks(fault: ClockFault): Receipt {
    const now = this.#world.nowUs;
    const readings = fault.nodes.map((node) => {
      const clock = this.#world.nodes[node]?.clock;
      const aheadUs = (clock?.wallUs(now) ?? now) - now;
      const rate = fault.mode === 'drift' ? ` at ${signed(clock?.ratePpm ?? 0)} ppm` : '';
      return `${nodeName(node)} ${signed(Math.round(aheadUs / 1000))} ms${rate}`;
    });
    const set = fault.nodes.every((node) => {
      const { clock } = this.#world.nodes[node] as SimNode;
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
    const { clock } = this.#world.nodes[node] as SimNode;
    clock.offsetUs += offsetUs;
  }

  /** When no drift is left, the wall clock is set right, as a time service would do. */
  #drift(node: NodeId): void {
    const { nowUs } = this.#world;
    const { clock } = this.#world.nodes[node] as SimNode;
    const ratePpm = ratePpmOf(this.#ledger.clocksOn(node));
    const aheadUs = clock.monotonicUs(nowUs) - nowUs;
    if (clock.ratePpm === 0) this.#aheadUs[node] = aheadUs;
    assert(Number.isInteger(ratePpm), 'rates are whole parts per million');
    clock.setRate(nowUs, ratePpm);
    if (ratePpm === 0) clock.offsetUs -= aheadUs - (this.#aheadUs[node] as number);
  }

  #upNodes(): string {
    const up = this.#world.nodes.filter((node) => node.up);
    return up.map((node) => nodeName(node.self)).join(' ');
  }
}

function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}
