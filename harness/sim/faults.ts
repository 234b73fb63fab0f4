/** Carries faults out in the simulator, and says what was found when they were in force. */

import { assert } from '../../checkers/assert.ts';
import { nodeName } from '../../checkers/trace.ts';
import type { Cut, Fault, Receipt } from '../../nemesis/fault.ts';
import { Holds } from '../core/holds.ts';
import type { NodeClock } from './clock.ts';
import type { CrashModel } from './disk.ts';
import type { SimNode } from './node.ts';
import type { World } from './world.ts';

type ClockFault = Extract<Fault, { kind: 'clock' }>;

/** Faults are told apart by the id that the plan gave them. */
export class SimFaults {
  readonly #world: World;
  readonly #crashModel: CrashModel;
  /** What is in force, as it was resolved, by id. */
  readonly #inForce = new Map<number, Fault>();
  readonly #killed: Holds;
  readonly #paused: Holds;
  readonly #skews: Skew[];

  constructor(world: World, crashModel: CrashModel) {
    this.#world = world;
    this.#crashModel = crashModel;
    this.#killed = new Holds(world.members.length);
    this.#paused = new Holds(world.members.length);
    this.#skews = world.members.map((node) => new Skew(node));
  }

  /** Takes on what is in force in another world, of which this one's is a copy. */
  copyFrom(original: SimFaults): void {
    for (const [id, fault] of original.#inForce) this.#inForce.set(id, fault);
    this.#killed.copyFrom(original.#killed);
    this.#paused.copyFrom(original.#paused);
    for (const [node, skew] of this.#skews.entries()) skew.copyFrom(original.#skews[node] as Skew);
  }

  /** A fault that finds nothing to do is `skipped`, and is not in force: it holds nobody down. */
  start(id: number, fault: Fault): Receipt {
    assert(!this.#inForce.has(id), 'a fault starts once');
    this.#inForce.set(id, fault);
    const receipt = this.#begin(id, fault);
    if (receipt.status === 'skipped') this.#forget(id, fault);
    return receipt;
  }

  /** Null where no such fault is in force. */
  end(id: number): { readonly fault: Fault; readonly receipt: Receipt } | null {
    const fault = this.#inForce.get(id);
    if (fault === undefined) return null;
    this.#inForce.delete(id);
    return { fault, receipt: this.#undo(id, fault) };
  }

  #begin(id: number, fault: Fault): Receipt {
    switch (fault.kind) {
      case 'partition':
        for (const { from, to } of fault.cuts) this.#world.cutLink(from, to, id);
        return this.#links(fault.cuts, true);
      case 'kill':
        return this.#kill(id, fault.nodes);
      case 'pause':
        return this.#pause(id, fault.nodes);
      case 'clock':
        for (const node of fault.nodes) this.#skews[node]?.start(this.#world, id, fault);
        return this.#clocks(fault);
    }
  }

  #undo(id: number, fault: Fault): Receipt {
    switch (fault.kind) {
      case 'partition':
        for (const { from, to } of fault.cuts) this.#world.network.healLink(from, to, id);
        return this.#links(fault.cuts, false);
      case 'kill':
        return this.#restart(id, fault.nodes);
      case 'pause':
        return this.#resume(id, fault.nodes);
      case 'clock':
        for (const node of fault.nodes) this.#skews[node]?.end(this.#world, id, fault);
        return this.#clocks(fault);
    }
  }

  /** Only kills and pauses are ever skipped. */
  #forget(id: number, fault: Fault): void {
    this.#inForce.delete(id);
    assert(fault.kind === 'kill' || fault.kind === 'pause', 'a kill or a pause was skipped');
    const held = fault.kind === 'kill' ? this.#killed : this.#paused;
    for (const node of fault.nodes) held.release(node, id);
  }

  /** After a cut every one of its links must be closed; after a heal others may hold some closed. */
  #links(cuts: readonly Cut[], cut: boolean): Receipt {
    const closed = cuts.filter(({ from, to }) => this.#world.network.isCut(from, to)).length;
    assert(!cut || closed === cuts.length, 'a cut link carries no messages');
    return { status: 'installed', evidence: `${closed} of ${cuts.length} links closed` };
  }

  #kill(id: number, nodes: readonly number[]): Receipt {
    const found = nodes.map((node) => {
      this.#killed.hold(node, id);
      if (!this.#world.nodes[node]?.up) return null;
      return `${nodeName(node)} ${this.#world.crash(node, this.#crashModel)}`;
    });
    const killed = found.filter((evidence) => evidence !== null);
    if (killed.length === 0) return { status: 'skipped', evidence: 'all of them were down' };
    return { status: 'installed', evidence: killed.join('; ') };
  }

  /** A node that another kill still holds down stays down. */
  #restart(id: number, nodes: readonly number[]): Receipt {
    const failed: string[] = [];
    for (const node of nodes) {
      if (!this.#killed.release(node, id) || this.#world.nodes[node]?.up) continue;
      this.#world.nodes[node]?.boot();
      if (!this.#world.nodes[node]?.up) failed.push(nodeName(node));
    }
    if (failed.length > 0) {
      return { status: 'indeterminate', evidence: `did not come up: ${failed.join(' ')}` };
    }
    return { status: 'installed', evidence: `up: ${this.#upNodes()}` };
  }

  #pause(id: number, nodes: readonly number[]): Receipt {
    let stopped = 0;
    for (const node of nodes) {
      this.#paused.hold(node, id);
      if (!this.#world.nodes[node]?.up) continue;
      this.#world.pause(node);
      stopped++;
    }
    const evidence = `${stopped} of ${nodes.length} processes stopped`;
    return { status: stopped > 0 ? 'installed' : 'skipped', evidence };
  }

  /** A node that was killed while it was paused has nothing left to resume. */
  #resume(id: number, nodes: readonly number[]): Receipt {
    let resumed = 0;
    for (const node of nodes) {
      if (!this.#paused.release(node, id) || !this.#world.nodes[node]?.paused) continue;
      this.#world.resume(node);
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
      const clock = this.#world.nodes[node]?.clock;
      return clock !== undefined && this.#skews[node]?.isSetOn(clock);
    });
    const evidence = `wall clocks: ${readings.join(', ')}`;
    return { status: set ? 'installed' : 'indeterminate', evidence };
  }

  #upNodes(): string {
    const up = this.#world.nodes.filter((node) => node.up);
    return up.map((node) => nodeName(node.self)).join(' ');
  }
}

/** The clock faults in force on one node: bumps and rates add up, the latest strobe strobes. */
class Skew {
  readonly #node: number;
  #ratePpm = 0;
  /** By id of the fault, the latest last. */
  readonly #strobes = new Map<number, { readonly offsetUs: number; readonly periodUs: number }>();
  /** By how much the wall clock was ahead when the clock began to drift. */
  #aheadUs = 0;

  constructor(node: number) {
    this.#node = node;
  }

  copyFrom(original: Skew): void {
    this.#ratePpm = original.#ratePpm;
    for (const [id, strobe] of original.#strobes) this.#strobes.set(id, strobe);
    this.#aheadUs = original.#aheadUs;
  }

  start(world: World, id: number, fault: ClockFault): void {
    const { mode, offsetMs, periodMs, ratePpm } = fault;
    const offsetUs = offsetMs * 1000;
    if (mode === 'bump') this.#bump(world, offsetUs);
    else if (mode === 'drift') this.#drift(world, this.#ratePpm + ratePpm);
    else {
      this.#strobes.set(id, { offsetUs, periodUs: periodMs * 1000 });
      world.startStrobe(this.#node, offsetUs, periodMs * 1000);
    }
  }

  end(world: World, id: number, { mode, offsetMs, ratePpm }: ClockFault): void {
    if (mode === 'bump') this.#bump(world, -offsetMs * 1000);
    else if (mode === 'drift') this.#drift(world, this.#ratePpm - ratePpm);
    else {
      this.#strobes.delete(id);
      world.stopStrobe(this.#node);
      const last = [...this.#strobes.values()].at(-1);
      if (last !== undefined) world.startStrobe(this.#node, last.offsetUs, last.periodUs);
    }
  }

  isSetOn(clock: NodeClock): boolean {
    return clock.ratePpm === this.#ratePpm && (this.#strobes.size > 0 || clock.strobeUs === 0);
  }

  #bump(world: World, offsetUs: number): void {
    const { clock } = world.nodes[this.#node] as SimNode;
    clock.offsetUs += offsetUs;
  }

  /** When no drift is left, the wall clock is set right, as a time service would do. */
  #drift(world: World, ratePpm: number): void {
    const { clock } = world.nodes[this.#node] as SimNode;
    const aheadUs = clock.monotonicUs(world.nowUs) - world.nowUs;
    if (this.#ratePpm === 0) this.#aheadUs = aheadUs;
    clock.setRate(world.nowUs, ratePpm);
    this.#ratePpm = ratePpm;
    if (ratePpm === 0) clock.offsetUs -= aheadUs - this.#aheadUs;
  }
}

function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}
