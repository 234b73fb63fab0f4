/** Carries faults out in the simulator, and says what was found when they were in force. */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import { type Cut, type Fault, type Receipt, targetsOf } from '../../nemesis/fault.ts';
import { FaultLedger } from '../core/fault-ledger.ts';
import { troubleClients } from './client-faults.ts';
import { ClockFaults } from './clock-faults.ts';
import type { CrashModel } from './disk.ts';
import { DiskFaults } from './disk-faults.ts';
import { LinkFaults, type WakeAt } from './link-faults.ts';
import { MessageFaults } from './message-faults.ts';
import { OperatorFaults } from './operator-faults.ts';
import { PriorityFaults } from './priority-faults.ts';
import { didNotComeUp, killNodes, RestartFaults, startAgain, upNodes } from './restart-faults.ts';
import type { World } from './world.ts';

/** Faults are told apart by the id that the plan gave them. */
export class SimFaults {
  readonly #world: World;
  readonly #crashModel: CrashModel;
  readonly #ledger: FaultLedger;
  readonly #clocks: ClockFaults;
  readonly #disks: DiskFaults;
  readonly #links: LinkFaults;
  readonly #messages: MessageFaults;
  readonly #priorities: PriorityFaults;
  readonly #operator: OperatorFaults;
  readonly #restarts: RestartFaults;

  /** `wakeAt` has a fault that comes and goes told when its next turn is (`turn`). */
  constructor(world: World, crashModel: CrashModel, wakeAt: WakeAt) {
    this.#world = world;
    this.#crashModel = crashModel;
    this.#ledger = new FaultLedger(world.members.length);
    this.#clocks = new ClockFaults(world, this.#ledger);
    this.#disks = new DiskFaults(world, this.#ledger, crashModel);
    this.#links = new LinkFaults(world, this.#ledger, wakeAt);
    this.#messages = new MessageFaults(world);
    this.#priorities = new PriorityFaults(world, wakeAt);
    this.#operator = new OperatorFaults(world, this.#ledger, crashModel, wakeAt);
    this.#restarts = new RestartFaults(world, this.#ledger, crashModel, wakeAt);
  }

  /** Takes on what is in force in another world, of which this one's is a copy. */
  copyFrom(original: SimFaults): void {
    this.#ledger.copyFrom(original.#ledger);
    this.#clocks.copyFrom(original.#clocks);
    this.#disks.copyFrom(original.#disks);
    this.#links.copyFrom(original.#links);
    this.#messages.copyFrom(original.#messages);
    this.#priorities.copyFrom(original.#priorities);
    this.#operator.copyFrom(original.#operator);
    this.#restarts.copyFrom(original.#restarts);
  }

  /** A fault that finds nothing to do is `skipped`, and is not in force: it holds nobody down. */
  start(id: number, fault: Fault): Receipt {
    assert(
      targetsOf(fault).every((node) => this.#world.nodes[node] !== undefined),
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

  /** It is the turn of a fault that comes and goes; nothing where it is over. */
  turn(id: number): void {
    const fault = this.#ledger.faultOf(id);
    if (fault?.kind === 'links') this.#links.turn(id, fault);
    if (fault?.kind === 'priorities') this.#priorities.turn(id, fault);
    if (fault?.kind === 'restarts') this.#restarts.turn(id, fault);
    // An operator goes on until everybody is back in, which is later.
    this.#operator.turn(id);
  }

  #begin(id: number, fault: Fault): Receipt {
    switch (fault.kind) {
      case 'partition':
        for (const cut of fault.cuts) {
          this.#ledger.cut(id, cut);
          this.#world.cutLink(cut.from, cut.to);
        }
        return this.#cutLinks(fault.cuts, true);
      case 'kill':
        return this.#kill(id, fault.nodes, this.#crashModel);
      case 'power-loss':
        return this.#kill(id, fault.nodes, fault.keeps);
      case 'pause':
        return this.#pause(id, fault.nodes);
      case 'clock':
      case 'clock-freeze':
        return this.#clocks.begin(fault);
      case 'restarts':
        return this.#restarts.begin(id, fault);
      case 'links':
        return this.#links.begin(id, fault);
      case 'messages':
        return this.#messages.begin(id, fault);
      case 'priorities':
        return this.#priorities.begin(id, fault);
      case 'slow-disk':
      case 'failing-disk':
      case 'bit-rot':
      case 'lost-disk':
        return this.#disks.begin(id, fault);
      case 'leave':
      case 'replace':
        return this.#operator.begin(id, fault);
      case 'client-links':
        return troubleClients(this.#world, this.#ledger, fault);
    }
  }

  #undo(id: number, fault: Fault): Receipt {
    switch (fault.kind) {
      case 'partition':
        for (const cut of fault.cuts) {
          if (this.#ledger.mend(id, cut)) this.#world.network.healLink(cut.from, cut.to);
        }
        return this.#cutLinks(fault.cuts, false);
      case 'kill':
      case 'power-loss':
        return this.#restart(id, fault.nodes);
      case 'pause':
        return this.#resume(id, fault.nodes);
      case 'clock':
      case 'clock-freeze':
        return this.#clocks.undo(fault);
      case 'restarts':
        return this.#restarts.undo(id, fault);
      case 'links':
        return this.#links.undo(id, fault);
      case 'messages':
        return this.#messages.undo(id, fault);
      case 'priorities':
        return this.#priorities.undo(id);
      case 'slow-disk':
      case 'failing-disk':
      case 'bit-rot':
      case 'lost-disk':
        return this.#disks.undo(id, fault);
      case 'leave':
      case 'replace':
        return this.#operator.undo(id, fault);
      case 'client-links':
        return troubleClients(this.#world, this.#ledger, fault);
    }
  }

  /** After a cut every one of its links must be closed; after a heal others may hold some closed. */
  #cutLinks(cuts: readonly Cut[], cut: boolean): Receipt {
    const closed = cuts.filter(({ from, to }) => this.#world.network.isCut(from, to)).length;
    assert(!cut || closed === cuts.length, 'a cut link carries no messages');
    return { status: 'installed', evidence: `${closed} of ${cuts.length} links closed` };
  }

  #kill(id: number, nodes: readonly NodeId[], model: CrashModel): Receipt {
    const killed = killNodes(this.#world, this.#ledger, id, { nodes, model });
    if (killed.length === 0) return { status: 'skipped', evidence: 'all of them were down' };
    return { status: 'installed', evidence: killed.join('; ') };
  }

  /** A node that another kill still holds down stays down. */
  #restart(id: number, nodes: readonly NodeId[]): Receipt {
    const failed = startAgain(this.#world, this.#ledger, id, nodes);
    if (failed.length > 0) return didNotComeUp(failed);
    return { status: 'installed', evidence: `up: ${upNodes(this.#world)}` };
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
}
