/**
 * The environment of a protocol over real clocks, sockets and disks.
 *
 * Effects leave once their step is over, and what comes after a `persist` once its record is durable
 * (`core/outbox.ts`): the node goes on working meanwhile, and the records of several steps share one
 * sync (group commit).
 */

import { heldFor, type TraceEvent } from '../../checkers/trace.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type {
  AnyProtocol,
  ClientRef,
  Env,
  Options,
  Reply,
  Request,
} from '../../systems/protocol.ts';
import type { Durability } from '../../systems/system.ts';
import { DOMAIN, drawAt, streamBase } from '../core/draw.ts';
import { Outbox, type Outlet } from '../core/outbox.ts';
import type { Stamp } from './causality.ts';
import type { SkewedClock } from './clock.ts';
import type { TraceFile } from './trace-file.ts';
import type { WriteAheadLog } from './wal.ts';

/** The wires to other nodes and to clients. */
interface Wire {
  send(to: NodeId, message: unknown): void;
  reply(to: ClientRef, reply: Reply): void;
}

export interface HostEnvOptions {
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  readonly incarnation: number;
  readonly seed: number;
  readonly protocol: AnyProtocol;
  readonly durability: (record: unknown) => Durability;
  /** Ids of the variants over the protocol's rules, which itself does not know them. */
  readonly variants: readonly string[];
  readonly clock: SkewedClock;
  readonly wal: WriteAheadLog;
  readonly trace: TraceFile;
  readonly wire: Wire;
  /** The protocol's own code threw. The node must stop. */
  readonly onPanic: (error: unknown) => void;
}

interface Timer {
  readonly deadlineUs: Micros;
  readonly handle: NodeJS.Timeout;
}

export class HostEnv implements Env<unknown, unknown> {
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  readonly incarnation: number;

  readonly #options: HostEnvOptions;
  readonly #drawBase: number;
  #draws = 0;
  #state: unknown = null;
  #running = false;
  /** When the step under way began, on the clock of the trace. */
  #stepNs = 0;
  readonly #timers = new Map<number, Timer>();
  readonly #outbox = new Outbox();
  /** What leaves a node comes after what it has reported before. */
  readonly #outlet: Outlet = {
    send: (to, message) => {
      this.#options.trace.flush();
      this.#options.wire.send(to, message);
    },
    reply: (client, id, reply) => {
      this.#options.trace.flush();
      this.#options.wire.reply({ client, id }, reply);
    },
    trace: (event, stepNs) => {
      const { trace } = this.#options;
      trace.record(heldFor(event, trace.nowNs() - stepNs));
    },
  };

  constructor(options: HostEnvOptions) {
    this.#options = options;
    this.self = options.self;
    this.members = options.members;
    this.incarnation = options.incarnation;
    const who = options.self + options.incarnation * options.members.length;
    this.#drawBase = streamBase(options.seed, DOMAIN.node, who);
  }

  start(options: Options, records: readonly unknown[]): void {
    this.#running = true;
    this.#step(() => {
      this.#state = this.#options.protocol.start(this, options, records);
    });
  }

  stop(): void {
    this.#running = false;
    for (const timer of this.#timers.values()) clearTimeout(timer.handle);
    this.#timers.clear();
    this.#outbox.clear();
  }

  message(from: NodeId, stamp: Stamp, message: unknown): void {
    this.#options.trace.witness(stamp);
    this.#step(() => this.#options.protocol.message(this.#state, this, from, message));
  }

  /** The connection to a peer is gone, and with it what was to be sent on it once synced. */
  disconnected(peer: NodeId): void {
    this.#outbox.dropSendsTo(peer);
    this.#step(() => this.#options.protocol.disconnected?.(this.#state, this, peer));
  }

  request(stamp: Stamp, request: Request): void {
    this.#options.trace.witness(stamp);
    this.#step(() => this.#options.protocol.request(this.#state, this, request));
  }

  /** A sync has ended; `records` have become durable by it. */
  durable(records: readonly unknown[]): void {
    if (!this.#running) return;
    this.#release();
    this.#step(() => {
      for (const record of records) this.#options.protocol.durable(this.#state, this, record);
    });
  }

  view(): ReturnType<AnyProtocol['view']> {
    return this.#options.protocol.view(this.#state);
  }

  /** The clock's rate has changed: timers that run are set anew for what they have left. */
  rearmTimers(): void {
    for (const [timer, { deadlineUs }] of this.#timers) this.#arm(timer, deadlineUs);
  }

  nowUs(): Micros {
    return this.#options.clock.monotonicUs();
  }

  wallUs(): Micros {
    return this.#options.clock.wallUs();
  }

  random(): number {
    return drawAt(this.#drawBase, this.#draws++);
  }

  send(to: NodeId, message: unknown): void {
    this.#outbox.send(to, message);
  }

  reply(to: ClientRef, reply: Reply): void {
    this.#outbox.reply(to, reply);
  }

  trace(event: TraceEvent): void {
    const { variants } = this.#options;
    const told = event.kind === 'boot' ? { ...event, variants } : event;
    this.#outbox.trace(told, this.#stepNs);
  }

  setTimer(timer: number, delayUs: Micros): void {
    this.#arm(timer, this.nowUs() + delayUs);
  }

  cancelTimer(timer: number): void {
    clearTimeout(this.#timers.get(timer)?.handle);
    this.#timers.delete(timer);
  }

  persist(record: unknown): void {
    const written = this.#options.wal.append(record);
    if (this.#options.durability(record) === 'unsynced') return;
    this.#barrier(written);
  }

  checkpoint(records: readonly unknown[]): void {
    this.#barrier(this.#options.wal.replace(records));
  }

  #barrier(written: number): void {
    this.#outbox.barrier(written);
    this.#options.wal.requestSync();
  }

  /** One step of the protocol, and whatever may leave after it. */
  #step(handler: () => void): void {
    if (!this.#running) return;
    this.#stepNs = this.#options.trace.nowNs();
    try {
      handler();
    } catch (error) {
      this.#release();
      this.stop();
      this.#options.onPanic(error);
      return;
    }
    this.#release();
  }

  #release(): void {
    const { wal, trace } = this.#options;
    this.#outbox.release(wal.durable, this.#outlet);
    trace.flush();
  }

  #arm(timer: number, deadlineUs: Micros): void {
    clearTimeout(this.#timers.get(timer)?.handle);
    const delayMs = this.#options.clock.machineDelayMs(Math.max(0, deadlineUs - this.nowUs()));
    const handle = setTimeout(() => this.#fire(timer, deadlineUs), Math.ceil(delayMs));
    this.#timers.set(timer, { deadlineUs, handle });
  }

  #fire(timer: number, deadlineUs: Micros): void {
    if (this.nowUs() < deadlineUs) {
      this.#arm(timer, deadlineUs);
      return;
    }
    this.#timers.delete(timer);
    this.#step(() => this.#options.protocol.timer(this.#state, this, timer));
  }
}
