/**
 * Which faults are in force, by identity, and what each has taken hold of. Faults overlap: a link that
 * two of them cut is open, and a node that two of them killed may start, once both have let go.
 *
 * A fault is in force from `begin` to `end`. It takes hold of its targets, and lets go of them, one by
 * one: on real machines that takes time, and what is done to one node is done in order.
 */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import { type Cut, type Fault, type FaultKind, linksOf, targetsOf } from '../../nemesis/fault.ts';
import { Holds } from './holds.ts';

export type ClockFault = Extract<Fault, { kind: 'clock' }>;

export class FaultLedger {
  readonly #nodes: number;
  /** In the order in which they began. */
  readonly #inForce = new Map<number, Fault>();
  readonly #kills: Holds;
  readonly #pauses: Holds;
  /** By link: from, times the number of nodes, plus to. */
  readonly #cuts: Holds;

  constructor(nodes: number) {
    this.#nodes = nodes;
    this.#kills = new Holds(nodes);
    this.#pauses = new Holds(nodes);
    this.#cuts = new Holds(nodes * nodes);
  }

  begin(id: number, fault: Fault): void {
    assert(!this.#inForce.has(id), 'a fault that is in force does not begin again');
    this.#inForce.set(id, fault);
  }

  /** It is not in force any more, and is to let go of its targets; null where it was not. */
  end(id: number): Fault | null {
    const fault = this.#inForce.get(id) ?? null;
    this.#inForce.delete(id);
    return fault;
  }

  /** It found nobody to act on: as if it had not begun. It may have been ended meanwhile. */
  forget(id: number): void {
    const fault = this.end(id);
    if (fault === null) return;
    for (const node of targetsOf(fault)) {
      this.#kills.release(node, id);
      this.#pauses.release(node, id);
    }
    for (const cut of linksOf(fault) ?? []) this.mend(id, cut);
  }

  /** Returns whether no other fault had killed the node. */
  kill(id: number, node: NodeId): boolean {
    return this.#kills.hold(node, id);
  }

  /** Returns whether no fault keeps the node down any more. */
  revive(id: number, node: NodeId): boolean {
    return this.#kills.release(node, id);
  }

  pause(id: number, node: NodeId): void {
    this.#pauses.hold(node, id);
  }

  /** Returns whether no fault keeps the node paused any more. */
  resume(id: number, node: NodeId): boolean {
    return this.#pauses.release(node, id);
  }

  cut(id: number, { from, to }: Cut): void {
    this.#cuts.hold(this.#link(from, to), id);
  }

  /** Returns whether no fault keeps the link cut any more. */
  mend(id: number, { from, to }: Cut): boolean {
    return this.#cuts.release(this.#link(from, to), id);
  }

  isKilled(node: NodeId): boolean {
    return this.#kills.isHeld(node);
  }

  isCut(from: NodeId, to: NodeId): boolean {
    return this.#cuts.isHeld(this.#link(from, to));
  }

  /** The fault of this id; null where it is not in force. */
  faultOf(id: number): Fault | null {
    return this.#inForce.get(id) ?? null;
  }

  /** The faults of one kind that are in force, the latest last. */
  faultsOf<Kind extends FaultKind>(kind: Kind): Extract<Fault, { kind: Kind }>[] {
    const isOfKind = (fault: Fault): fault is Extract<Fault, { kind: Kind }> => fault.kind === kind;
    return [...this.#inForce.values()].filter(isOfKind);
  }

  /** The clock faults in force on a node, the latest last. */
  clocksOn(node: NodeId): ClockFault[] {
    return this.faultsOf('clock').filter(({ nodes }) => nodes.includes(node));
  }

  copyFrom(original: FaultLedger): void {
    for (const [id, fault] of original.#inForce) this.#inForce.set(id, fault);
    this.#kills.copyFrom(original.#kills);
    this.#pauses.copyFrom(original.#pauses);
    this.#cuts.copyFrom(original.#cuts);
  }

  #link(from: NodeId, to: NodeId): number {
    assert(from < this.#nodes && to < this.#nodes, 'a link joins two of the nodes');
    return from * this.#nodes + to;
  }
}

/** By how much the clocks of a node under these faults run fast: rates add up. */
export function ratePpmOf(faults: readonly ClockFault[]): number {
  return faults.reduce((sum, { mode, ratePpm }) => sum + (mode === 'drift' ? ratePpm : 0), 0);
}
