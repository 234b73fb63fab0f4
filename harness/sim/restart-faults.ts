/** Nodes that are stopped and started again, one group after another, over and over. */

import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import { nodeName } from '../../checkers/trace.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { Fault, Receipt } from '../../nemesis/fault.ts';
import type { FaultLedger } from '../core/fault-ledger.ts';
import type { CrashModel } from './disk.ts';
import type { WakeAt } from './link-faults.ts';
import type { World } from './world.ts';

type Restarts = Extract<Fault, { kind: 'restarts' }>;

/** How far one of them has come. */
interface Round {
  /** The place of the group whose turn it is, and whether it is down. */
  at: number;
  isDown: boolean;
  /** Times that a node was stopped. */
  stops: number;
}

export class RestartFaults {
  readonly #world: World;
  readonly #ledger: FaultLedger;
  readonly #crashModel: CrashModel;
  readonly #wakeAt: WakeAt;
  readonly #rounds = new Map<number, Round>();

  constructor(world: World, ledger: FaultLedger, crashModel: CrashModel, wakeAt: WakeAt) {
    this.#world = world;
    this.#ledger = ledger;
    this.#crashModel = crashModel;
    this.#wakeAt = wakeAt;
  }

  copyFrom(original: RestartFaults): void {
    for (const [id, round] of original.#rounds) this.#rounds.set(id, { ...round });
  }

  /** The first group of which anybody is up goes down at once. */
  begin(id: number, fault: Restarts): Receipt {
    const { nodes } = this.#world;
    const at = fault.groups.findIndex((group) => group.some((node) => nodes[node]?.up === true));
    if (at < 0) return { status: 'skipped', evidence: 'all of them were down' };
    const round = { at, isDown: false, stops: 0 };
    this.#rounds.set(id, round);
    return { status: 'installed', evidence: this.#stop(id, fault, round) };
  }

  turn(id: number, fault: Restarts): void {
    const round = this.#rounds.get(id);
    assert(round !== undefined, 'it is the turn of restarts that have begun');
    if (!round.isDown) {
      this.#stop(id, fault, round);
      return;
    }
    this.#start(id, itemAt(fault.groups, round.at));
    round.isDown = false;
    round.at = (round.at + 1) % fault.groups.length;
    this.#wakeAt(id, this.#world.nowUs + fault.upMs * 1000);
  }

  undo(id: number, { groups }: Restarts): Receipt {
    const round = this.#rounds.get(id);
    assert(round !== undefined, 'restarts that end have begun');
    const { stops } = round;
    this.#rounds.delete(id);
    const failed = groups.flatMap((group) => this.#start(id, group));
    if (failed.length > 0) return didNotComeUp(failed);
    return { status: 'installed', evidence: `stopped ${stops} times; up: ${upNodes(this.#world)}` };
  }

  #stop(id: number, fault: Restarts, round: Round): string {
    const model = fault.how === 'stop' ? 'none-lost' : this.#crashModel;
    assert(!round.isDown, 'a group goes down that is up');
    const nodes = itemAt(fault.groups, round.at);
    const found = killNodes(this.#world, this.#ledger, id, { nodes, model });
    round.isDown = true;
    round.stops += found.length;
    this.#wakeAt(id, this.#world.nowUs + fault.downMs * 1000);
    return found.join('; ');
  }

  #start(id: number, group: readonly NodeId[]): readonly NodeId[] {
    return startAgain(this.#world, this.#ledger, id, group);
  }
}

/** Holds nodes down for a fault, and crashes those that are up: what became of each of these. */
export function killNodes(
  world: World,
  ledger: FaultLedger,
  id: number,
  { nodes, model }: { readonly nodes: readonly NodeId[]; readonly model: CrashModel | 'none-lost' },
): readonly string[] {
  return nodes.flatMap((node) => {
    ledger.kill(id, node);
    if (world.nodes[node]?.up !== true) return [];
    return [`${nodeName(node)} ${world.crash(node, model)}`];
  });
}

/** Starts nodes that no other fault holds down; those that did not come up. */
export function startAgain(
  world: World,
  ledger: FaultLedger,
  id: number,
  nodes: readonly NodeId[],
): readonly NodeId[] {
  return nodes.filter((node) => {
    const isFree = ledger.revive(id, node);
    if (isFree && world.nodes[node]?.up === false) world.nodes[node].boot();
    return isFree && world.nodes[node]?.up === false;
  });
}

export function didNotComeUp(nodes: readonly NodeId[]): Receipt {
  return { status: 'indeterminate', evidence: `did not come up: ${nodes.map(nodeName).join(' ')}` };
}

/** The nodes that are up, by name. */
export function upNodes({ nodes }: World): string {
  const up = nodes.filter((node) => node.up);
  return up.map((node) => nodeName(node.self)).join(' ');
}
