/** Carries faults out in the simulator, and says what was found when they were in force. */

import { nodeName } from '../../checkers/trace.ts';
import type { ClusterView, Fault, Receipt } from '../../nemesis/fault.ts';
import type { NodeClock } from './clock.ts';
import type { CrashModel } from './disk.ts';
import type { SimNode } from './node.ts';
import type { World } from './world.ts';

/** Overlapping faults are counted: what two of them hold down needs both to end. */
export class SimFaults {
  readonly #world: World;
  readonly #crashModel: CrashModel;
  readonly #killed: number[];
  readonly #paused: number[];
  readonly #skews: Skew[];

  constructor(world: World, crashModel: CrashModel) {
    this.#world = world;
    this.#crashModel = crashModel;
    this.#killed = world.members.map(() => 0);
    this.#paused = world.members.map(() => 0);
    this.#skews = world.members.map((node) => new Skew(node));
  }

  /** The leader of the highest term among the nodes that are up. */
  view(): ClusterView {
    let leader: number | null = null;
    let term = -1;
    for (const node of this.#world.nodes) {
      const view = node.view;
      if (view?.role !== 'leader' || view.term <= term) continue;
      leader = node.self;
      term = view.term;
    }
    return { nodes: this.#world.members, leader };
  }

  start(fault: Fault): Receipt {
    switch (fault.kind) {
      case 'partition':
        for (const { from, to } of fault.cuts) this.#world.cutLink(from, to);
        return this.#links(fault.cuts, true);
      case 'kill':
        return this.#kill(fault.nodes);
      case 'pause':
        return this.#pause(fault.nodes);
      case 'clock':
        for (const node of fault.nodes) this.#skews[node]?.start(this.#world, fault);
        return this.#clocks(fault);
    }
  }

  end(fault: Fault): Receipt {
    switch (fault.kind) {
      case 'partition':
        for (const { from, to } of fault.cuts) this.#world.network.healLink(from, to);
        return this.#links(fault.cuts, false);
      case 'kill':
        return this.#restart(fault.nodes);
      case 'pause':
        return this.#resume(fault.nodes);
      case 'clock':
        for (const node of fault.nodes) this.#skews[node]?.end(this.#world, fault);
        return this.#clocks(fault);
    }
  }

  /** Lets go of a fault that was skipped: it no longer holds down whom it found down. */
  release(fault: Fault): void {
    const held = { kill: this.#killed, pause: this.#paused, partition: [], clock: [] }[fault.kind];
    const nodes = 'nodes' in fault ? fault.nodes : [];
    for (const node of nodes) if (held[node] !== undefined) held[node] -= 1;
  }

  /** After a cut every one of its links must be closed; after a heal others may hold some closed. */
  #links(cuts: readonly { from: number; to: number }[], cut: boolean): Receipt {
    const closed = cuts.filter(({ from, to }) => this.#world.network.isCut(from, to)).length;
    if (cut && closed < cuts.length) throw new Error('a cut link still carries messages');
    return { status: 'installed', evidence: `${closed} of ${cuts.length} links closed` };
  }

  #kill(nodes: readonly number[]): Receipt {
    const found = nodes.map((node) => {
      this.#killed[node] = (this.#killed[node] as number) + 1;
      if (!this.#world.nodes[node]?.up) return null;
      return `${nodeName(node)} ${this.#world.crash(node, this.#crashModel)}`;
    });
    const killed = found.filter((evidence) => evidence !== null);
    if (killed.length === 0) return { status: 'skipped', evidence: 'all of them were down' };
    return { status: 'installed', evidence: killed.join('; ') };
  }

  /** A node that another kill still holds down stays down. */
  #restart(nodes: readonly number[]): Receipt {
    const failed: string[] = [];
    for (const node of nodes) {
      const left = (this.#killed[node] as number) - 1;
      this.#killed[node] = left;
      if (left > 0 || this.#world.nodes[node]?.up) continue;
      this.#world.nodes[node]?.boot();
      if (!this.#world.nodes[node]?.up) failed.push(nodeName(node));
    }
    if (failed.length > 0) {
      return { status: 'indeterminate', evidence: `did not come up: ${failed.join(' ')}` };
    }
    return { status: 'installed', evidence: `up: ${this.#upNodes()}` };
  }

  #pause(nodes: readonly number[]): Receipt {
    let stopped = 0;
    for (const node of nodes) {
      this.#paused[node] = (this.#paused[node] as number) + 1;
      if (!this.#world.nodes[node]?.up) continue;
      this.#world.pause(node);
      stopped++;
    }
    const evidence = `${stopped} of ${nodes.length} processes stopped`;
    return { status: stopped > 0 ? 'installed' : 'skipped', evidence };
  }

  /** A node that was killed while it was paused has nothing left to resume. */
  #resume(nodes: readonly number[]): Receipt {
    let resumed = 0;
    for (const node of nodes) {
      const left = (this.#paused[node] as number) - 1;
      this.#paused[node] = left;
      if (left > 0 || !this.#world.nodes[node]?.paused) continue;
      this.#world.resume(node);
      resumed++;
    }
    return { status: 'installed', evidence: `${resumed} of ${nodes.length} processes resumed` };
  }

  /** Reads the clocks back, and compares what is set with what all faults in force ask for. */
  #clocks(fault: Fault & { kind: 'clock' }): Receipt {
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
  readonly #strobes: { readonly offsetUs: number; readonly periodUs: number }[] = [];
  /** By how much the wall clock was ahead when the clock began to drift. */
  #aheadUs = 0;

  constructor(node: number) {
    this.#node = node;
  }

  start(world: World, { mode, offsetMs, periodMs, ratePpm }: Fault & { kind: 'clock' }): void {
    const offsetUs = offsetMs * 1000;
    if (mode === 'bump') this.#bump(world, offsetUs);
    else if (mode === 'drift') this.#drift(world, this.#ratePpm + ratePpm);
    else {
      this.#strobes.push({ offsetUs, periodUs: periodMs * 1000 });
      world.startStrobe(this.#node, offsetUs, periodMs * 1000);
    }
  }

  end(world: World, { mode, offsetMs, ratePpm }: Fault & { kind: 'clock' }): void {
    if (mode === 'bump') this.#bump(world, -offsetMs * 1000);
    else if (mode === 'drift') this.#drift(world, this.#ratePpm - ratePpm);
    else {
      const at = this.#strobes.findIndex((strobe) => strobe.offsetUs === offsetMs * 1000);
      this.#strobes.splice(at, 1);
      world.stopStrobe(this.#node);
      const last = this.#strobes.at(-1);
      if (last !== undefined) world.startStrobe(this.#node, last.offsetUs, last.periodUs);
    }
  }

  isSetOn(clock: NodeClock): boolean {
    return clock.ratePpm === this.#ratePpm && (this.#strobes.length > 0 || clock.strobeUs === 0);
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
