/** Carries faults out in the simulator, and says what was found when they were in force. */

import { nodeName } from '../../checkers/trace.ts';
import type { ClusterView, Fault, Receipt } from '../../nemesis/fault.ts';
import type { CrashModel } from './disk.ts';
import type { World } from './world.ts';

/** Overlapping faults are counted: what two of them hold down needs both to end. */
export class SimFaults {
  readonly #world: World;
  readonly #crashModel: CrashModel;
  readonly #killed: number[];
  readonly #paused: number[];

  constructor(world: World, crashModel: CrashModel) {
    this.#world = world;
    this.#crashModel = crashModel;
    this.#killed = world.members.map(() => 0);
    this.#paused = world.members.map(() => 0);
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
        for (const { from, to } of fault.cuts) this.#world.network.cutLink(from, to);
        return this.#links(fault.cuts, true);
      case 'kill':
        return { status: 'installed', evidence: fault.nodes.map((n) => this.#kill(n)).join('; ') };
      case 'pause':
        return this.#pause(fault.nodes);
      case 'clock':
        for (const node of fault.nodes) this.#skew(node, fault, 1);
        return this.#clocks(fault.nodes);
    }
  }

  end(fault: Fault): Receipt {
    switch (fault.kind) {
      case 'partition':
        for (const { from, to } of fault.cuts) this.#world.network.healLink(from, to);
        return this.#links(fault.cuts, false);
      case 'kill':
        for (const node of fault.nodes) this.#restart(node);
        return { status: 'installed', evidence: `up: ${this.#upNodes()}` };
      case 'pause':
        for (const node of fault.nodes) this.#resume(node);
        return { status: 'installed', evidence: 'resumed' };
      case 'clock':
        for (const node of fault.nodes) this.#skew(node, fault, -1);
        return this.#clocks(fault.nodes);
    }
  }

  /** After a cut every one of its links must be closed; after a heal others may hold some closed. */
  #links(cuts: readonly { from: number; to: number }[], cut: boolean): Receipt {
    const closed = cuts.filter(({ from, to }) => this.#world.network.isCut(from, to)).length;
    if (cut && closed < cuts.length) throw new Error('a cut link still carries messages');
    return { status: 'installed', evidence: `${closed} of ${cuts.length} links closed` };
  }

  #kill(node: number): string {
    this.#killed[node] = (this.#killed[node] as number) + 1;
    if (!this.#world.nodes[node]?.up) return `${nodeName(node)} was down`;
    return `${nodeName(node)} ${this.#world.crash(node, this.#crashModel)}`;
  }

  #restart(node: number): void {
    const left = (this.#killed[node] as number) - 1;
    this.#killed[node] = left;
    if (left === 0 && !this.#world.nodes[node]?.up) this.#world.nodes[node]?.boot();
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

  #resume(node: number): void {
    const left = (this.#paused[node] as number) - 1;
    this.#paused[node] = left;
    if (left === 0 && this.#world.nodes[node]?.paused) this.#world.resume(node);
  }

  #skew(node: number, fault: Fault & { kind: 'clock' }, sign: 1 | -1): void {
    const world = this.#world;
    const clock = world.nodes[node]?.clock;
    if (clock === undefined) return;
    const offsetUs = fault.offsetMs * 1000;
    if (fault.mode === 'bump') clock.offsetUs += sign * offsetUs;
    else if (fault.mode === 'drift') clock.setRate(world.nowUs, sign === 1 ? fault.ratePpm : 0);
    else if (sign === 1) world.startStrobe(node, offsetUs, fault.periodMs * 1000);
    else world.stopStrobe(node);
  }

  /** Reads the clocks back. */
  #clocks(nodes: readonly number[]): Receipt {
    const now = this.#world.nowUs;
    const readings = nodes.map((node) => {
      const aheadUs = (this.#world.nodes[node]?.clock.wallUs(now) ?? 0) - now;
      return `${nodeName(node)} ${aheadUs >= 0 ? '+' : ''}${Math.round(aheadUs / 1000)} ms`;
    });
    return { status: 'installed', evidence: `wall clocks: ${readings.join(', ')}` };
  }

  #upNodes(): string {
    const up = this.#world.nodes.filter((node) => node.up);
    return up.map((node) => nodeName(node.self)).join(' ');
  }
}
