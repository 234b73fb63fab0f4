/**
 * One simulated node: the environment that a protocol is handed, over virtual time, the simulated
 * disk and the simulated network.
 */

import { assert } from '../../checkers/assert.ts';
import { IntColumn } from '../../checkers/columns.ts';
import { heldFor, type TraceEvent } from '../../checkers/trace.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { Copying } from '../../systems/copying.ts';
import {
  type AnyProtocol,
  type ClientRef,
  copyState,
  type Env,
  type KnownMembership,
  type Options,
  type Reply,
  type Request,
  TIMERS,
} from '../../systems/protocol.ts';
import type { Durability } from '../../systems/system.ts';
import { DOMAIN, Draws } from '../core/draw.ts';
import { Outbox, type Outlet } from '../core/outbox.ts';
import { endsItsNode, panicOf } from '../core/panics.ts';
import { NodeClock } from './clock.ts';
import { type ActiveDiskHabits, type CrashModel, Disk } from './disk.ts';
import type { EventQueue } from './event-queue.ts';

/** Those of the protocol, and one in which a variant's delayed effects wait. */
const TIMERS_MAX = TIMERS + 1;

/** What a node needs to be started. */
export interface NodeSpec {
  readonly protocol: AnyProtocol;
  readonly options: Options;
  readonly members: readonly NodeId[];
  /** How many there are to write to: the members, and services after them. */
  readonly reachable: number;
  readonly seed: number;
  /** Ids of the variants in force: a protocol does not know that it has any. */
  readonly variants: readonly string[];
  /** Null where every record is synced, as it should be. */
  readonly durability: ((record: unknown) => Durability) | null;
  /** Null where the disk is used as it should be. */
  readonly disk: ActiveDiskHabits | null;
}

/** What the world is to each of its nodes. */
export interface NodeWorld {
  /** Virtual time in microseconds. */
  readonly nowUs: Micros;
  readonly queue: EventQueue;
  /** What protocol code threw. */
  readonly panics: unknown[];
  send(from: NodeId, to: NodeId, message: unknown): void;
  reply(from: NodeId, endpoint: number, id: number, reply: Reply): void;
  trace(node: SimNode, event: TraceEvent): void;
  /** The node's disk has begun a sync: its end is to be an event. */
  scheduleSync(node: SimNode): void;
  onStopped(node: NodeId): void;
}

export class SimNode implements Env<unknown, unknown> {
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  incarnation = 0;
  up = false;
  paused = false;
  readonly clock = new NodeClock();
  readonly disk: Disk;
  /** Position of the next trace line within the incarnation. */
  sequence = 0;
  /** Whether it ever exchanged a message, stored a record or answered a client. */
  atWork = false;

  readonly #world: NodeWorld;
  readonly #spec: NodeSpec;
  readonly #protocol: AnyProtocol;
  #state: unknown = null;
  readonly #timerGeneration = new IntColumn(TIMERS_MAX);
  /** Of the life at hand. */
  #draws: Draws;
  readonly #crashDraws: Draws;
  readonly #outbox = new Outbox();
  readonly #outlet: Outlet = {
    send: (to, message) => this.#world.send(this.self, to, message),
    reply: (client, id, reply) => this.#world.reply(this.self, client, id, reply),
    trace: (event, askedUs) =>
      this.#world.trace(this, heldFor(event, (this.#world.nowUs - askedUs) * 1000)),
  };

  constructor(world: NodeWorld, self: NodeId, spec: NodeSpec) {
    this.#world = world;
    this.#spec = spec;
    this.#protocol = spec.protocol;
    this.self = self;
    this.members = spec.members;
    this.disk = new Disk(spec.disk);
    this.#draws = this.#drawsOfLife();
    this.#crashDraws = new Draws(spec.seed, DOMAIN.crash, self);
  }

  copyFrom(original: SimNode, copying: Copying): void {
    this.incarnation = original.incarnation;
    this.up = original.up;
    this.paused = original.paused;
    this.sequence = original.sequence;
    this.atWork = original.atWork;
    this.clock.copyFrom(original.clock);
    this.disk.copyFrom(original.disk, copying);
    this.#state = original.up ? copyState(this.#protocol, original.#state, copying) : null;
    this.#timerGeneration.set(original.#timerGeneration);
    this.#draws = this.#drawsOfLife();
    this.#draws.copyFrom(original.#draws);
    this.#crashDraws.copyFrom(original.#crashDraws);
    this.#outbox.copyFrom(original.#outbox, copying);
  }

  get view(): ReturnType<AnyProtocol['view']> | null {
    return this.up ? this.#protocol.view(this.#state) : null;
  }

  /** Starts the node from its durable records; where these are damaged, it stays down. */
  boot(): void {
    if (this.disk.refusesStart) return;
    assert(!this.up && !this.paused, 'what is started was down');
    assert(!this.#outbox.isHolding, 'nothing outlives a crash but what is on the disk');
    this.incarnation++;
    this.sequence = 0;
    this.up = true;
    this.#draws = this.#drawsOfLife();
    try {
      this.#state = this.#protocol.start(this, this.#spec.options, this.disk.durable);
    } catch (error) {
      this.#panic(error);
    }
  }

  /**
   * Power is lost, or the process is told to end: everything volatile is gone. Returns what the disk
   * kept, as evidence.
   */
  crash(model: CrashModel | 'none-lost'): string {
    assert(this.up, 'only a node that is up crashes');
    this.#world.trace(this, { kind: 'crash' });
    this.#stop();
    return this.disk.crash(model, this.#crashDraws.next(this.#world.nowUs));
  }

  hear(from: NodeId, message: unknown): void {
    assert(this.up && !this.paused, 'only a node that runs hears');
    this.atWork = true;
    try {
      this.#protocol.message(this.#state, this, from, message);
    } catch (error) {
      this.#panic(error);
    }
  }

  /** The connection to a peer is gone, and with it what was to be sent on it once synced. */
  disconnected(peer: NodeId): void {
    assert(this.up && peer !== this.self, 'a node that runs is told of a connection with another');
    this.#outbox.dropSendsTo(peer);
    try {
      this.#protocol.disconnected?.(this.#state, this, peer);
    } catch (error) {
      this.#panic(error);
    }
  }

  ask(request: Request): void {
    assert(this.up && !this.paused, 'only a node that runs is asked');
    try {
      this.#protocol.request(this.#state, this, request);
    } catch (error) {
      this.#panic(error);
    }
  }

  /** An operator says who should take part; only where one can. */
  operate(members: readonly NodeId[]): void {
    assert(this.up && !this.paused, 'only a node that runs is told');
    this.atWork = true;
    try {
      this.#protocol.operate?.(this.#state, this, members);
    } catch (error) {
      this.#panic(error);
    }
  }

  /** Who takes part, as far as it knows; null where it is down, or nobody can change that. */
  get membership(): KnownMembership | null {
    return this.up ? (this.#protocol.membership?.(this.#state) ?? null) : null;
  }

  /** What the disk of a new node holds, by the word of this one, which knows that the old one is out. */
  newDisk(): readonly unknown[] {
    assert(this.up && this.#protocol.newDisk !== undefined, 'a node is replaced by others');
    return this.#protocol.newDisk(this.#state);
  }

  fire(timer: number, generation: number): void {
    if (this.#timerGeneration[timer] !== generation) return;
    assert(this.up && !this.paused, 'timers of a node that is down or paused do not fire');
    try {
      this.#protocol.timer(this.#state, this, timer);
    } catch (error) {
      this.#panic(error);
    }
  }

  /** The sync under way has ended: what waited for it leaves, in order. */
  synced(): void {
    assert(this.up && this.disk.syncingTo > 0, 'a sync that ends had begun in this life');
    const taken = this.disk.fails === null ? null : this.disk.ignoreFailure();
    if (this.disk.fails !== null && taken === null) {
      this.#failed();
      return;
    }
    const records = taken ?? this.disk.finishSync();
    this.#outbox.release(this.disk.durableCount, this.#outlet);
    if (this.disk.written > this.disk.durableCount) this.#startSync();
    try {
      for (const record of records) this.#protocol.durable(this.#state, this, record);
    } catch (error) {
      this.#panic(error);
    }
  }

  /** A sync has failed: the process ends at once, and nothing that waited for it leaves. */
  #failed(): void {
    this.crash('prefix');
  }

  nowUs(): Micros {
    return this.clock.monotonicUs(this.#world.nowUs);
  }

  wallUs(): Micros {
    return this.clock.wallUs(this.#world.nowUs);
  }

  random(): number {
    return this.#draws.next(this.#world.nowUs);
  }

  send(to: NodeId, message: unknown): void {
    assert(to >= 0 && to < this.#spec.reachable, 'a message is for one of the nodes');
    this.atWork = true;
    if (this.#outbox.isHolding) this.#outbox.send(to, message);
    else this.#world.send(this.self, to, message);
  }

  setTimer(timer: number, delayUs: Micros): void {
    assert(timer >= 0 && timer < TIMERS_MAX, 'a timer is one of those that there are');
    const generation = this.#timerGeneration.get(timer) + 1;
    this.#timerGeneration[timer] = generation;
    const at = this.#world.nowUs + this.clock.virtualDelayUs(delayUs);
    this.#world.queue.timer(at, this.self, timer, generation);
  }

  cancelTimer(timer: number): void {
    this.#timerGeneration[timer] = this.#timerGeneration.get(timer) + 1;
  }

  persist(record: unknown): void {
    assert(this.up, 'only a node that is up writes');
    this.atWork = true;
    this.disk.append(record);
    if (this.#spec.durability?.(record) === 'unsynced') return;
    this.#barrier();
  }

  checkpoint(records: readonly unknown[]): void {
    this.atWork = true;
    this.disk.replace(records);
    this.#barrier();
  }

  reply(to: ClientRef, reply: Reply): void {
    if (reply.status === 'ok') this.atWork = true;
    if (this.#outbox.isHolding) this.#outbox.reply(to, reply);
    else this.#world.reply(this.self, to.client, to.id, reply);
  }

  trace(event: TraceEvent): void {
    if (event.kind === 'boot' && this.#spec.variants.length > 0) {
      this.#world.trace(this, { ...event, variants: this.#spec.variants });
      return;
    }
    if (this.#outbox.isHolding) this.#outbox.trace(event, this.#world.nowUs);
    else this.#world.trace(this, heldFor(event, 0));
  }

  #drawsOfLife(): Draws {
    const who = this.self + this.incarnation * this.members.length;
    return new Draws(this.#spec.seed, DOMAIN.node, who);
  }

  #barrier(): void {
    this.#outbox.barrier(this.disk.written);
    if (this.disk.syncingTo === 0) this.#startSync();
  }

  #startSync(): void {
    assert(this.disk.syncingTo === 0, 'one sync is under way at a time');
    this.disk.startSync();
    this.#world.scheduleSync(this);
  }

  /** Lets go of whatever it holds besides its state, when its world ends. */
  dispose(): void {
    if (this.#state !== null) this.#protocol.stopped?.(this.#state);
  }

  #stop(): void {
    // What threw in its very first step has no state yet.
    if (this.#state !== null) this.#protocol.stopped?.(this.#state);
    this.up = false;
    this.#state = null;
    this.#outbox.clear();
    for (let timer = 0; timer < TIMERS_MAX; timer++) this.cancelTimer(timer);
    this.#world.onStopped(this.self);
  }

  /** The protocol's own code threw: its node stops, as a process would; a variant's mistake ends the run. */
  #panic(error: unknown): void {
    if (!endsItsNode(error)) throw error;
    this.#world.trace(this, panicOf(error));
    this.#world.panics.push(error);
    this.#stop();
    this.disk.crash('all-lost', 0);
  }
}
