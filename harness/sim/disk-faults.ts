/** Disks that are slow, fail, rot or lose what was on them. */

import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import { nodeName } from '../../checkers/trace.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { Fault, Receipt } from '../../nemesis/fault.ts';
import type { FaultLedger } from '../core/fault-ledger.ts';
import type { CrashModel } from './disk.ts';
import type { SimNode } from './node.ts';
import { didNotComeUp, startAgain, upNodes } from './restart-faults.ts';
import type { World } from './world.ts';

type DiskKind = 'slow-disk' | 'failing-disk' | 'bit-rot' | 'lost-disk';
export type DiskFault = Extract<Fault, { kind: DiskKind }>;
type LostDisk = Extract<Fault, { kind: 'lost-disk' }>;

const ALL_DOWN: Receipt = { status: 'skipped', evidence: 'all of them were down' };

export class DiskFaults {
  readonly #world: World;
  readonly #ledger: FaultLedger;
  readonly #crashModel: CrashModel;
  /** What was on the disks of nodes when a fault began that will bring it back; by fault and node. */
  readonly #images = new Map<number, ReadonlyMap<NodeId, readonly unknown[]>>();

  constructor(world: World, ledger: FaultLedger, crashModel: CrashModel) {
    this.#world = world;
    this.#ledger = ledger;
    this.#crashModel = crashModel;
  }

  copyFrom(original: DiskFaults): void {
    for (const [id, image] of original.#images) this.#images.set(id, image);
  }

  begin(id: number, fault: DiskFault): Receipt {
    switch (fault.kind) {
      case 'slow-disk':
        return this.#slow(fault.nodes);
      case 'failing-disk':
        if (!fault.nodes.some((node) => this.#node(node).up)) return ALL_DOWN;
        // What it stops stays down to its end, whoever else would start it again.
        for (const node of fault.nodes) this.#ledger.kill(id, node);
        return this.#fail(fault.nodes);
      case 'bit-rot':
        return this.#rot(id, fault.nodes, fault.place);
      case 'lost-disk':
        return fault.how === 'wiped' ? this.#wipe(id, fault.nodes) : this.#keepImage(id, fault);
    }
  }

  undo(id: number, fault: DiskFault): Receipt {
    switch (fault.kind) {
      case 'slow-disk':
        return this.#slow(fault.nodes);
      case 'failing-disk': {
        const down = fault.nodes.filter((node) => !this.#node(node).up).map(nodeName);
        this.#fail(fault.nodes);
        const what = `down because of it: ${down.join(' ') || 'nobody'}`;
        return this.#startAll(id, fault.nodes, what);
      }
      case 'bit-rot':
        for (const node of fault.nodes) this.#node(node).disk.repair();
        return this.#startAll(id, fault.nodes, 'disks repaired');
      case 'lost-disk':
        return this.#startAll(id, fault.nodes, this.#restoreImages(id, fault));
    }
  }

  /** Of several faults on one disk, the slowest counts. */
  #slow(nodes: readonly NodeId[]): Receipt {
    const { slowSyncsUs } = this.#world;
    const found = nodes.map((node) => {
      const acting = this.#ledger.faultsOf('slow-disk').filter((one) => one.nodes.includes(node));
      const delayMs = Math.max(0, ...acting.map((one) => one.delayMs));
      assert(Number.isFinite(delayMs), 'a slow disk writes in the end');
      slowSyncsUs[node] = 1000 * delayMs;
      return `${nodeName(node)} up to ${delayMs} ms`;
    });
    return { status: 'installed', evidence: `syncs take longer: ${found.join(', ')}` };
  }

  /** The latest fault on a disk says how it fails. */
  #fail(nodes: readonly NodeId[]): Receipt {
    const found = nodes.map((node) => {
      const acting = this.#ledger
        .faultsOf('failing-disk')
        .filter((one) => one.nodes.includes(node));
      const { disk, up } = this.#node(node);
      disk.fails = acting.at(-1)?.how ?? null;
      return up
        ? `${nodeName(node)}: ${WORDS[disk.fails ?? 'works']}`
        : `${nodeName(node)} is down`;
    });
    return { status: 'installed', evidence: found.join(', ') };
  }

  /** The nodes crash, and are asked to start at once: that must fail. */
  #rot(id: number, nodes: readonly NodeId[], place: number): Receipt {
    const found: string[] = [];
    for (const node of nodes) {
      const { up, disk } = this.#node(node);
      if (!up) continue;
      const damage = disk.damage(place);
      if (damage === null) continue;
      this.#ledger.kill(id, node);
      this.#world.crash(node, this.#crashModel);
      this.#node(node).boot();
      const what = this.#node(node).up ? 'taken as it is' : 'found, and the start refused';
      found.push(`${nodeName(node)}: ${damage}, ${what}`);
    }
    if (found.length === 0) return { status: 'skipped', evidence: 'nothing old enough to rot' };
    return { status: 'installed', evidence: found.join('; ') };
  }

  #wipe(id: number, nodes: readonly NodeId[]): Receipt {
    const found: string[] = [];
    for (const node of nodes) {
      this.#ledger.kill(id, node);
      if (!this.#node(node).up) continue;
      this.#world.crash(node, this.#crashModel);
      found.push(`${nodeName(node)}: ${this.#node(node).disk.durable.length} records lost`);
      this.#node(node).disk.restore([]);
    }
    if (found.length === 0) return ALL_DOWN;
    return { status: 'installed', evidence: found.join('; ') };
  }

  #keepImage(id: number, { nodes }: LostDisk): Receipt {
    const images = new Map(
      nodes.map((node) => [node, [...this.#node(node).disk.durable]] as const),
    );
    this.#images.set(id, images);
    const found = [...images].map(([node, { length }]) => `${nodeName(node)}: ${length} records`);
    return { status: 'installed', evidence: `images kept of ${found.join(', ')}` };
  }

  /** Old images are back on the disks of nodes that are crashed for it. */
  #restoreImages(id: number, { how, nodes }: LostDisk): string {
    if (how === 'wiped') return 'with empty disks';
    const images = this.#images.get(id);
    assert(images !== undefined, 'old images are put back that were kept');
    this.#images.delete(id);
    const found = nodes.map((node) => {
      const image = images.get(node);
      assert(image !== undefined, 'an image was kept of every disk that is to have its own back');
      this.#ledger.kill(id, node);
      if (this.#node(node).up) this.#world.crash(node, this.#crashModel);
      const { disk } = this.#node(node);
      const told = `${nodeName(node)}: ${image.length} records in place of ${disk.durable.length}`;
      disk.restore(image);
      return told;
    });
    return found.join('; ');
  }

  #startAll(id: number, nodes: readonly NodeId[], what: string): Receipt {
    const failed = startAgain(this.#world, this.#ledger, id, nodes);
    if (failed.length > 0) return didNotComeUp(failed);
    return { status: 'installed', evidence: `${what}; up: ${upNodes(this.#world)}` };
  }

  #node(node: NodeId): SimNode {
    return itemAt(this.#world.nodes, node);
  }
}

const WORDS = {
  'sync-fails': 'its next sync fails',
  full: 'no room for its next write',
  works: 'its disk works',
} as const;
