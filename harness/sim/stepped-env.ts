/**
 * The environment of a node that is stepped from outside, by a script or by a search: what it does waits
 * for what it has written (`core/outbox.ts`), and its disk syncs when its driver says so.
 */

import type { TraceEvent } from '../../checkers/trace.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { AnyProtocol, ClientRef, Env, Reply } from '../../systems/protocol.ts';
import type { Durability } from '../../systems/system.ts';
import { Outbox, type Outlet } from '../core/outbox.ts';
import { type ActiveDiskHabits, Disk } from './disk.ts';

/** What a node is run with, whoever steps it. */
export interface SteppedSpec {
  readonly protocol: AnyProtocol;
  readonly members: readonly NodeId[];
  /** Ids of the variants in force, of which a protocol does not know. */
  readonly variants: readonly string[];
  /** Null where every record is synced. */
  readonly durability: ((record: unknown) => Durability) | null;
  /** Null where the disk is used as it should be. */
  readonly diskHabits: ActiveDiskHabits | null;
}

/** What is the driver's: where effects go once nothing holds them back, the clock, and what is drawn. */
export interface Driver extends Outlet {
  readonly nowUs: Micros;
  random(): number;
}

export class SteppedEnv implements Env<unknown, unknown> {
  self: NodeId;
  readonly members: readonly NodeId[];
  incarnation = 0;
  /** When each timer that is armed is due, on the driver's clock. */
  timers = new Map<number, Micros>();
  disk: Disk;
  readonly #spec: SteppedSpec;
  readonly #driver: Driver;
  readonly #outbox = new Outbox();

  constructor(self: NodeId, spec: SteppedSpec, driver: Driver) {
    this.self = self;
    this.members = spec.members;
    this.disk = new Disk(spec.diskHabits);
    this.#spec = spec;
    this.#driver = driver;
  }

  /** Whether something that was written waits for a sync. */
  get isSyncDue(): boolean {
    return this.#outbox.isHolding;
  }

  /** What was written becomes durable, what waited for that happens, and the protocol is told. */
  sync(state: unknown): void {
    const records = this.disk.finishSync();
    this.#outbox.release(this.disk.durableCount, this.#driver);
    for (const record of records) this.#spec.protocol.durable(state, this, record);
  }

  /** What waits for a sync never happens. */
  forget(): void {
    this.#outbox.clear();
  }

  nowUs(): Micros {
    return this.#driver.nowUs;
  }

  wallUs(): Micros {
    return this.#driver.nowUs;
  }

  random(): number {
    return this.#driver.random();
  }

  send(to: NodeId, message: unknown): void {
    if (this.#outbox.isHolding) this.#outbox.send(to, message);
    else this.#driver.send(to, message);
  }

  reply(to: ClientRef, reply: Reply): void {
    if (this.#outbox.isHolding) this.#outbox.reply(to, reply);
    else this.#driver.reply(to.client, to.id, reply);
  }

  trace(event: TraceEvent): void {
    const { nowUs } = this.#driver;
    // A start is reported at once, with what its protocol does not know of.
    if (event.kind === 'boot') {
      this.#driver.trace({ ...event, variants: this.#spec.variants }, nowUs);
    } else if (this.#outbox.isHolding) this.#outbox.trace(event, nowUs);
    else this.#driver.trace(event, nowUs);
  }

  setTimer(timer: number, delayUs: Micros): void {
    this.timers.set(timer, this.#driver.nowUs + delayUs);
  }

  cancelTimer(timer: number): void {
    this.timers.delete(timer);
  }

  persist(record: unknown): void {
    this.disk.append(record);
    if (this.#spec.durability?.(record) !== 'unsynced') this.#barrier();
  }

  checkpoint(records: readonly unknown[]): void {
    this.disk.replace(records);
    this.#barrier();
  }

  /** What was written up to here is synced next; what is written without a barrier only at the next one. */
  #barrier(): void {
    this.disk.startSync();
    this.#outbox.barrier(this.disk.written);
  }
}
