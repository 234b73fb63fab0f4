/**
 * An operator who changes who takes part: nodes are taken out and back in, or replaced by new ones.
 *
 * As operators of real clusters do, it says over and over what it wants, to whoever claims to lead, and
 * looks what has come of it; so an order that was lost with a leader is given again. It speaks to nodes
 * directly: no order of its is under way when it wants something else.
 */

import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import { nodeName } from '../../checkers/trace.ts';
import type { LogIndex, Micros, NodeId } from '../../checkers/units.ts';
import type { Fault, Receipt } from '../../nemesis/fault.ts';
import { majorityOf } from '../../nemesis/targets.ts';
import type { FaultLedger } from '../core/fault-ledger.ts';
import type { CrashModel } from './disk.ts';
import type { WakeAt } from './link-faults.ts';
import type { SimNode } from './node.ts';
import { didNotComeUp, killNodes, startAgain, upNodes } from './restart-faults.ts';
import type { World } from './world.ts';

type OperatorFault = Extract<Fault, { kind: 'leave' | 'replace' }>;

/** How long it waits before it looks and asks again. */
const PATIENCE_US = 100_000;

/** How far a piece of work has come. */
interface Work {
  readonly fault: OperatorFault;
  /** Whether its fault is over: whoever is out is to come back. */
  isOver: boolean;
  /** Whether anybody who claimed to lead was told of it. */
  isHeard: boolean;
  /** When all of its nodes were seen to be out; null before. */
  outUs: Micros | null;
}

export class OperatorFaults {
  readonly #world: World;
  readonly #ledger: FaultLedger;
  readonly #crashModel: CrashModel;
  readonly #wakeAt: WakeAt;
  readonly #works = new Map<number, Work>();
  /** By node: the latest place in any log that says that it takes part. */
  readonly #namedAt: LogIndex[];

  constructor(world: World, ledger: FaultLedger, crashModel: CrashModel, wakeAt: WakeAt) {
    this.#world = world;
    this.#ledger = ledger;
    this.#crashModel = crashModel;
    this.#wakeAt = wakeAt;
    this.#namedAt = world.members.map(() => 0);
  }

  copyFrom(original: OperatorFaults): void {
    for (const [id, work] of original.#works) this.#works.set(id, { ...work });
    for (const node of this.#world.members) this.#namedAt[node] = original.#namedAt[node] ?? 0;
  }

  begin(id: number, fault: OperatorFault): Receipt {
    const { length } = this.#world.members;
    const out = new Set([...this.#outgoing(), ...fault.nodes]);
    if (length - out.size < majorityOf(length)) {
      return { status: 'skipped', evidence: 'too few would be left' };
    }
    const lost = { nodes: fault.nodes, model: this.#crashModel };
    const killed = fault.kind === 'replace' ? killNodes(this.#world, this.#ledger, id, lost) : [];
    this.#works.set(id, { fault, isOver: false, isHeard: false, outUs: null });
    this.turn(id);
    const asked = `asked for ${this.#names(this.#wanted())}`;
    // Whether anybody was there to be asked is seen later.
    if (fault.kind === 'leave') return { status: 'indeterminate', evidence: asked };
    return { status: 'installed', evidence: [...killed, asked].join('; ') };
  }

  /** Looks, and asks again; goes on, after its fault is over, until everybody is back in. */
  turn(id: number): void {
    const work = this.#works.get(id);
    if (work === undefined) return;
    this.#look();
    for (const each of this.#works.keys()) this.#carryOn(each);
    if (work.isOver && this.#areSettled(work.fault.nodes)) this.#works.delete(id);
    else {
      this.#ask();
      this.#wakeAt(id, this.#world.nowUs + PATIENCE_US);
    }
  }

  undo(id: number, { kind, nodes }: OperatorFault): Receipt {
    const work = this.#works.get(id);
    assert(work !== undefined, 'what an operator is to undo was begun');
    work.isOver = true;
    const failed = kind === 'replace' ? startAgain(this.#world, this.#ledger, id, nodes) : [];
    if (failed.length > 0) return didNotComeUp(failed);
    this.#ask();
    const { outUs, isHeard: held } = work;
    const when =
      outUs !== null
        ? `out after ${(outUs / 1e6).toFixed(1)} s of the run`
        : 'never seen to be out';
    const up = `up: ${upNodes(this.#world)}`;
    return { status: 'installed', evidence: `${when}; ${up}`, held };
  }

  /** Who is to be out for now, or until there is a new one in its place. */
  #outgoing(): readonly NodeId[] {
    return [...this.#works.values()].flatMap(({ fault, isOver, outUs }) =>
      isOver || (fault.kind === 'replace' && outUs !== null) ? [] : fault.nodes,
    );
  }

  #wanted(): readonly NodeId[] {
    const out = this.#outgoing();
    return this.#world.members.filter((node) => !out.includes(node));
  }

  /** Says who should take part to all that claim to lead. */
  #ask(): void {
    const wanted = this.#wanted();
    for (const node of this.#world.nodes) {
      if (!node.up || node.paused || node.view?.leader !== node.self) continue;
      node.operate(wanted);
      for (const work of this.#works.values()) work.isHeard = true;
    }
    this.#look();
  }

  /** Notes who takes part by the word of anybody. */
  #look(): void {
    for (const { membership } of this.#world.nodes) {
      for (const node of membership?.named ?? []) {
        this.#namedAt[node] = Math.max(this.#namedAt[node] ?? 0, membership?.index ?? 0);
      }
    }
  }

  /** A node that knows for certain that this one is out, and that nothing later takes it back in. */
  #whoKnowsOut(node: NodeId): SimNode | null {
    const known = this.#world.nodes.find(
      ({ membership }) =>
        membership?.isSettled === true &&
        !membership.named.includes(node) &&
        membership.index > (this.#namedAt[node] ?? 0),
    );
    return known ?? null;
  }

  /** What is to be done once the nodes of a work are out. */
  #carryOn(id: number): void {
    const work = this.#works.get(id);
    if (work === undefined || work.isOver || work.outUs !== null) return;
    const { kind, nodes } = work.fault;
    const witnesses = nodes.map((node) => this.#whoKnowsOut(node));
    const [witness = null] = witnesses;
    if (witness === null || witnesses.includes(null)) return;
    work.outUs = this.#world.nowUs;
    if (kind === 'leave') return;
    const records = witness.newDisk();
    for (const node of nodes) {
      const { disk, up } = this.#node(node);
      if (up) this.#world.crash(node, this.#crashModel);
      disk.restore(records);
    }
    startAgain(this.#world, this.#ledger, id, nodes);
  }

  /** Whether these nodes are in again, on the word of somebody who leads. */
  #areSettled(nodes: readonly NodeId[]): boolean {
    return this.#world.nodes.some(
      ({ view, self, membership }) =>
        view?.leader === self &&
        membership?.isSettled === true &&
        nodes.every((node) => membership.voters.includes(node)),
    );
  }

  #names(nodes: readonly NodeId[]): string {
    return nodes.map(nodeName).join(' ');
  }

  #node(node: NodeId): SimNode {
    return itemAt(this.#world.nodes, node);
  }
}
