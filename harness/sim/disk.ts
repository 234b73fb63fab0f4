/**
 * A simulated write-ahead log: its durable records, and what was written but not yet synced.
 *
 * A sync makes everything written before it durable. A crash keeps a part of what was not synced,
 * by the crash model drawn for it (`nemesis/FAULTS.md`).
 */

import { assert } from '../../checkers/assert.ts';
import type { Micros } from '../../checkers/units.ts';
import type { Copying } from '../../systems/copying.ts';
import type { DiskHabits } from '../../systems/system.ts';

/**
 * How a crash treats what was not synced: some prefix survives, or nothing, or a prefix and a part
 * of the write behind it, which its checksum gives away, or any of them, so that a start that reads on
 * behind the first one missing finds what had been written after it.
 */
export const CRASH_MODELS = ['prefix', 'all-lost', 'torn', 'partial'] as const;

export type CrashModel = (typeof CRASH_MODELS)[number];

/** How long a sync of a node's disk takes. */
export interface DiskOptions {
  readonly syncMinUs: Micros;
  readonly syncMaxUs: Micros;
}

/** What variants change about how a program uses its disk, and how often that mattered. */
export interface ActiveDiskHabits extends DiskHabits {
  readonly reach: { calls: number; changed: number };
}

/** An append, or the replacement of the whole log: both atomic. */
type Write =
  | { readonly kind: 'append'; readonly record: unknown }
  | { readonly kind: 'replace'; readonly records: readonly unknown[] };

export class Disk {
  /** What a restart finds. */
  durable: unknown[] = [];
  /** Writes so far that are durable; `written` counts all. */
  durableCount = 0;
  written = 0;
  /** Writes that the sync under way will have made durable; 0 when none is under way. */
  syncingTo = 0;
  /** What the next sync comes to; null where it succeeds. */
  fails: 'sync-fails' | 'full' | null = null;
  /** How many of the durable records were there before the last sync: damage to them is found. */
  #framedTo = 0;
  /** The record as it was before it was damaged, and where it stands; null where none is. */
  #damaged: { readonly at: number; readonly record: unknown } | null = null;
  #pending: Write[] = [];
  /** What is wrong with the program above the disk; null where it is as it should be. */
  readonly #habits: ActiveDiskHabits | null;
  /** Where the directory may still point after a replacement whose rename is not durable. */
  #replaced: unknown[] | null = null;

  constructor(habits: ActiveDiskHabits | null = null) {
    this.#habits = habits;
  }

  copyFrom(original: Disk, copying: Copying): void {
    assert(this.written === 0, 'a disk is copied onto an empty one');
    const { durable, pending, replaced, damaged } = copying.data(
      {
        durable: original.durable,
        pending: original.#pending,
        replaced: original.#replaced,
        damaged: original.#damaged,
      },
      'what is on a disk',
    );
    this.#damaged = damaged;
    this.#framedTo = original.#framedTo;
    this.fails = original.fails;
    this.durable = durable;
    this.#pending = pending;
    this.#replaced = replaced;
    this.durableCount = original.durableCount;
    this.written = original.written;
    this.syncingTo = original.syncingTo;
  }

  /** All that a crash or a start may find here. */
  get contents(): readonly unknown[] {
    return [this.durable, this.#pending, this.#replaced];
  }

  append(record: unknown): void {
    this.#pending.push({ kind: 'append', record });
    this.written++;
  }

  replace(records: readonly unknown[]): void {
    this.#pending.push({ kind: 'replace', records });
    this.written++;
  }

  /** A sync of everything written so far begins. */
  startSync(): void {
    this.syncingTo = this.written;
  }

  /**
   * The sync under way has failed, or its writes found no room: whether its program goes on as if not,
   * and the records that it takes for durable. Else it must stop: nobody knows what is on the disk.
   */
  ignoreFailure(): readonly unknown[] | null {
    const habit = this.fails === 'full' ? this.#habits?.noRoom : this.#habits?.failedSync;
    if (this.#habits === null || habit !== 'ignored') return null;
    this.#habits.reach.calls++;
    this.#habits.reach.changed++;
    const count = this.syncingTo - this.durableCount;
    const lost = this.#pending.splice(0, count);
    this.syncingTo = 0;
    this.durableCount += count;
    return lost.flatMap((write) => (write.kind === 'append' ? [write.record] : write.records));
  }

  /**
   * Damages a record that was durable before the last sync, by a draw; where there is none, the damage
   * would look like a torn write. Returns what was done, for a receipt; null for nothing.
   */
  damage(draw: number): string | null {
    if (this.#framedTo === 0 || this.#damaged !== null) return null;
    const at = draw % this.#framedTo;
    this.#damaged = { at, record: this.durable[at] };
    this.durable[at] = tear(this.durable[at]);
    return `record ${at + 1} of ${this.durable.length} damaged`;
  }

  /** The damage is gone: the record is as it was. */
  repair(): void {
    if (this.#damaged !== null) this.durable[this.#damaged.at] = this.#damaged.record;
    this.#damaged = null;
  }

  /** Whether a start finds by its checksums that what was durable is damaged, and must not go on. */
  get refusesStart(): boolean {
    if (this.#damaged === null) return false;
    if (this.#habits?.damage !== 'accept') return true;
    this.#habits.reach.calls++;
    this.#habits.reach.changed++;
    return false;
  }

  /** What was on the disk at some other time, or nothing, is on it now; its node is down. */
  restore(records: readonly unknown[]): void {
    assert(this.#pending.length === 0, 'a disk is exchanged while nobody writes to it');
    this.durable = [...records];
    this.#framedTo = 0;
    this.#damaged = null;
    this.#replaced = null;
  }

  /** The sync under way has ended; returns the records it made durable, oldest first. */
  finishSync(): unknown[] {
    assert(this.syncingTo >= this.durableCount, 'a sync that ends had begun');
    const count = this.syncingTo - this.durableCount;
    this.syncingTo = 0;
    return this.#apply(count);
  }

  /**
   * Power is lost: `draw` settles how much of the unsynced tail survives; where the process alone
   * ended (`none-lost`), all of it does. Returns the evidence.
   */
  crash(model: CrashModel | 'none-lost', draw: number): string {
    const unsynced = this.#pending.length;
    if (model === 'none-lost') {
      this.#apply(unsynced);
      this.#replaced = null;
      this.syncingTo = 0;
      return `all of ${unsynced} unsynced writes kept`;
    }
    assert(unsynced === this.written - this.durableCount, 'what is written is durable or pending');
    const kept = model === 'all-lost' ? 0 : draw % (unsynced + 1);
    const torn = model === 'torn' ? this.#pending[kept] : undefined;
    const behind = model === 'partial' ? this.#pending.slice(kept + 1) : [];
    this.#apply(kept);
    this.#pending = [];
    this.written = this.durableCount;
    this.syncingTo = 0;
    const evidence = `${model}: ${kept} of ${unsynced} unsynced writes kept`;
    return evidence + this.#tail(torn) + this.#behind(behind, draw) + this.#directory(draw);
  }

  /** A start finds the torn write by its checksum and cuts it off, or ought to. */
  #tail(torn: Write | undefined): string {
    // A replacement is a file of its own, and takes the place of the log only when it is whole.
    if (torn?.kind !== 'append') return '';
    if (this.#habits?.tornTail !== 'accept') return ', the next one torn and cut off';
    this.durable.push(tear(torn.record));
    this.#habits.reach.calls++;
    this.#habits.reach.changed++;
    return ', the next one torn and taken for whole';
  }

  /** Of what was written behind the first write missing, each is there or not, by a bit of the draw. */
  #behind(writes: readonly Write[], draw: number): string {
    const found = writes.flatMap((write, at) =>
      write.kind === 'append' && ((draw >>> (8 + (at % 16))) & 1) === 1 ? [write.record] : [],
    );
    if (found.length === 0) return '';
    const told = `, ${found.length} behind the first one missing`;
    if (this.#habits?.tornTail !== 'accept') return `${told} cut off`;
    this.durable.push(...found);
    this.#habits.reach.calls++;
    this.#habits.reach.changed++;
    return `${told} read all the same`;
  }

  #directory(draw: number): string {
    const before = this.#replaced;
    this.#replaced = null;
    // Whether the directory reached the disk by itself is another bit of the same draw.
    if (before === null || this.#habits === null || (draw >>> 16) % 2 === 0) return '';
    this.durable = before;
    this.#habits.reach.changed++;
    return ', the last rename lost';
  }

  #apply(count: number): unknown[] {
    assert(count >= 0 && count <= this.#pending.length, 'what becomes durable was written');
    const records: unknown[] = [];
    if (count > 0) this.#framedTo = this.durable.length;
    for (let i = 0; i < count; i++) {
      const write = this.#pending[i] as Write;
      if (write.kind === 'append') {
        this.durable.push(write.record);
        records.push(write.record);
      } else {
        if (this.#habits?.rename === 'unsynced') {
          this.#habits.reach.calls++;
          this.#replaced = this.durable;
        }
        this.durable = [...write.records];
        this.#framedTo = 0;
        this.#damaged = null;
        for (const record of write.records) records.push(record);
      }
    }
    if (count === this.#pending.length) this.#pending = [];
    else this.#pending.splice(0, count);
    this.durableCount += count;
    assert(this.durableCount <= this.written, 'no more is durable than was written');
    return records;
  }
}

/** A record of which only the first half reached the disk: what follows is zeros, or nothing. */
function tear(record: unknown): unknown {
  const leaves = countLeaves(record);
  let seen = 0;
  const torn = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(torn);
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, torn(part)]));
    }
    if (seen++ < leaves / 2) return value;
    if (typeof value === 'number') return 0;
    return typeof value === 'string' ? '' : value;
  };
  return torn(record);
}

function countLeaves(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, part) => sum + countLeaves(part), 0);
}
