/**
 * One node of a cluster that a script drives by hand: the environment that its protocol is handed.
 * Its clock is the script's, its timers fire when they are told to, and its disk syncs when asked.
 */

import { assert } from '../../checkers/assert.ts';
import { heldFor, type TraceEvent } from '../../checkers/trace.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { AnyProtocol, ClientRef, Env, Options, Reply } from '../../systems/protocol.ts';
import type { Durability } from '../../systems/system.ts';
import { DOMAIN, drawAt, streamBase } from '../core/draw.ts';
import { Outbox, type Outlet } from '../core/outbox.ts';
import { type ActiveDiskHabits, Disk } from '../sim/disk.ts';

/** What a script is to each of its nodes. */
export interface ScriptedWorld {
  readonly nowUs: Micros;
  readonly members: readonly NodeId[];
  send(from: NodeId, to: NodeId, message: unknown): void;
  reply(to: ClientRef, reply: Reply): void;
  report(node: ScriptedNode, event: TraceEvent): void;
}

export interface ScriptedNodeSpec {
  readonly protocol: AnyProtocol;
  readonly options: Options;
  readonly seed: number;
  /** Ids of the variants in force, of which a protocol does not know. */
  readonly variants: readonly string[];
  /** Null where every record is synced. */
  readonly durability: ((record: unknown) => Durability) | null;
  /** Null where the disk is used as it should be. */
  readonly diskHabits: ActiveDiskHabits | null;
  /** What its disk holds before the first start, oldest first. */
  readonly records: readonly unknown[];
}

export class ScriptedNode implements Env<unknown, unknown> {
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  incarnation = 0;
  /** Null while it is down. */
  state: unknown = null;
  up = false;
  /** When each timer that is armed is due, in microseconds. */
  readonly timers = new Map<number, number>();
  readonly #world: ScriptedWorld;
  readonly #spec: ScriptedNodeSpec;
  readonly #disk: Disk;
  readonly #outbox = new Outbox();
  #drawBase = 0;
  #draws = 0;
  readonly #outlet: Outlet = {
    send: (to, message) => this.#world.send(this.self, to, message),
    reply: (client, id, reply) => this.#world.reply({ client, id }, reply),
    trace: (event, askedUs) =>
      this.#world.report(this, heldFor(event, (this.#world.nowUs - askedUs) * 1000)),
  };

  constructor(world: ScriptedWorld, self: NodeId, spec: ScriptedNodeSpec) {
    this.#world = world;
    this.#spec = spec;
    this.self = self;
    this.members = world.members;
    this.#disk = new Disk(spec.diskHabits);
    for (const record of spec.records) this.#disk.append(record);
    this.#disk.startSync();
    this.#disk.finishSync();
  }

  /** Starts from what is on the disk. */
  boot(): void {
    assert(!this.up, 'what is started was down');
    this.incarnation++;
    this.up = true;
    this.#draws = 0;
    const who = this.self + this.incarnation * this.members.length;
    this.#drawBase = streamBase(this.#spec.seed, DOMAIN.node, who);
    const { protocol, options } = this.#spec;
    this.state = protocol.start(this, options, this.#disk.durable);
  }

  /** Power is lost: what was not synced is gone, with what waited for it. */
  stop(): void {
    this.up = false;
    this.state = null;
    this.#outbox.clear();
    this.timers.clear();
    this.#disk.crash('all-lost', 0);
  }

  /** Whether something that was written waits for a sync. */
  get isSyncDue(): boolean {
    return this.#outbox.isHolding;
  }

  /** What was written becomes durable, what waited for that happens, and the protocol is told. */
  sync(): void {
    if (!this.isSyncDue) return;
    const records = this.#disk.finishSync();
    this.#outbox.release(this.#disk.durableCount, this.#outlet);
    for (const record of records) this.#spec.protocol.durable(this.state, this, record);
  }

  nowUs(): Micros {
    return this.#world.nowUs;
  }

  wallUs(): Micros {
    return this.#world.nowUs;
  }

  random(): number {
    return drawAt(this.#drawBase, this.#draws++);
  }

  send(to: NodeId, message: unknown): void {
    if (this.#outbox.isHolding) this.#outbox.send(to, message);
    else this.#outlet.send(to, message);
  }

  reply(to: ClientRef, reply: Reply): void {
    if (this.#outbox.isHolding) this.#outbox.reply(to, reply);
    else this.#outlet.reply(to.client, to.id, reply);
  }

  trace(event: TraceEvent): void {
    const { variants } = this.#spec;
    if (event.kind === 'boot') this.#world.report(this, { ...event, variants });
    else if (this.#outbox.isHolding) this.#outbox.trace(event, this.#world.nowUs);
    else this.#outlet.trace(event, this.#world.nowUs);
  }

  setTimer(timer: number, delayUs: Micros): void {
    this.timers.set(timer, this.#world.nowUs + delayUs);
  }

  cancelTimer(timer: number): void {
    this.timers.delete(timer);
  }

  persist(record: unknown): void {
    this.#disk.append(record);
    if (this.#spec.durability?.(record) !== 'unsynced') this.#barrier();
  }

  checkpoint(records: readonly unknown[]): void {
    this.#disk.replace(records);
    this.#barrier();
  }

  /** What was written up to here is synced next; what is written without a barrier only at the next one. */
  #barrier(): void {
    this.#disk.startSync();
    this.#outbox.barrier(this.#disk.written);
  }
}
