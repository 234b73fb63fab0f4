/**
 * A simulated write-ahead log: its durable records, and what was written but not yet synced.
 *
 * A sync makes everything written before it durable. A crash keeps a part of what was not synced,
 * by the crash model drawn for it (`FAULTS.md`, disk model).
 */

/** How a crash treats what was not synced: some prefix survives, or nothing. */
export type CrashModel = 'prefix' | 'all-lost';

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
  #pending: Write[] = [];

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

  /** The sync under way has ended; returns the records it made durable, oldest first. */
  finishSync(): unknown[] {
    const count = this.syncingTo - this.durableCount;
    this.syncingTo = 0;
    return this.#apply(count);
  }

  /** Power is lost: `draw` settles how much of the unsynced tail survives. Returns the evidence. */
  crash(model: CrashModel, draw: number): string {
    const unsynced = this.#pending.length;
    const kept = model === 'prefix' ? draw % (unsynced + 1) : 0;
    this.#apply(kept);
    this.#pending = [];
    this.written = this.durableCount;
    this.syncingTo = 0;
    return `${model}: ${kept} of ${unsynced} unsynced writes kept`;
  }

  #apply(count: number): unknown[] {
    const records: unknown[] = [];
    for (let i = 0; i < count; i++) {
      const write = this.#pending[i] as Write;
      if (write.kind === 'append') {
        this.durable.push(write.record);
        records.push(write.record);
      } else {
        this.durable = [...write.records];
        for (const record of write.records) records.push(record);
      }
    }
    if (count === this.#pending.length) this.#pending = [];
    else this.#pending.splice(0, count);
    this.durableCount += count;
    return records;
  }
}
