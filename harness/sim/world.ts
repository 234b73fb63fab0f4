/**
 * The deterministic simulator: one event loop over virtual time, in which the nodes of a system,
 * their disks, clocks and links, and the clients all live. Same seed, same events.
 */

import type { TraceEvent } from '../../checkers/trace.ts';
import type { ClientProtocol } from '../../systems/client.ts';
import type { Outcome } from '../../systems/operations.ts';
import type { AnyProtocol, Options, Reply, Request } from '../../systems/protocol.ts';
import type { Durability, System } from '../../systems/system.ts';
import { DOMAIN, drawAt, streamBase } from '../draw.ts';
import { SimClient } from './client.ts';
import { Connections } from './connections.ts';
import type { ActiveDiskHabits, CrashModel } from './disk.ts';
import { EVENT, EventQueue } from './event-queue.ts';
import { LOST, Network, type NetworkOptions } from './network.ts';
import { SimNode } from './node.ts';

/** How long a sync of a node's disk takes. */
export interface DiskOptions {
  readonly syncMinUs: number;
  readonly syncMaxUs: number;
}

export interface WorldSpec {
  readonly nodes: number;
  readonly seed: number;
  readonly protocol: AnyProtocol;
  readonly client: ClientProtocol;
  readonly options: Options;
  readonly variants: readonly string[];
  readonly durability: ((record: unknown) => Durability) | null;
  /** Null where disks are used as they should be. */
  readonly diskHabits: ActiveDiskHabits | null;
  readonly network: NetworkOptions;
  readonly disk: DiskOptions;
  /** What carries messages between nodes; datagrams where absent. */
  readonly links?: System['links'];
}

/** Follows what nodes report, as it happens. */
export type TraceSink = (
  event: TraceEvent,
  node: number,
  incarnation: number,
  sequence: number,
  step: number,
  timeUs: number,
) => void;

/** Who is told of what the world itself does not decide. */
export interface WorldObserver {
  trace: TraceSink;
  completed(client: number, outcome: Outcome): void;
  wake(client: number): void;
}

export class World {
  /** Virtual time in microseconds since the nodes were started. */
  nowUs = 0;
  /** Events carried out so far. */
  steps = 0;
  readonly queue = new EventQueue();
  readonly members: readonly number[];
  readonly nodes: SimNode[];
  readonly network: Network;
  /** What protocol code threw, for a report; the nodes that threw are down. */
  readonly panics: unknown[] = [];

  readonly #spec: WorldSpec;
  readonly #observer: WorldObserver;
  /** Null where nodes exchange datagrams. */
  readonly #connections: Connections | null;
  readonly #clients: SimClient[] = [];
  readonly #syncs: Int32Array;
  readonly #syncRange: number;
  readonly #syncBase: number[];
  /** Events that reached a paused node, in order. */
  readonly #deferred: number[][];
  readonly #deferredPayload: unknown[][];
  readonly #strobe: Int32Array;

  constructor(spec: WorldSpec, observer: WorldObserver) {
    this.#spec = spec;
    this.#observer = observer;
    this.members = Array.from({ length: spec.nodes }, (_, node) => node);
    this.network = new Network(spec.nodes, spec.seed, spec.network);
    this.#connections =
      spec.links === 'connections' ? new Connections(this, spec.nodes, spec.seed) : null;
    this.#syncs = new Int32Array(spec.nodes);
    this.#syncRange = spec.disk.syncMaxUs - spec.disk.syncMinUs + 1;
    this.#syncBase = this.members.map((node) => streamBase(spec.seed, DOMAIN.disk, node));
    this.#deferred = this.members.map(() => []);
    this.#deferredPayload = this.members.map(() => []);
    this.#strobe = new Int32Array(spec.nodes);
    const { protocol, options, seed, variants, durability, diskHabits: disk } = spec;
    const node = { protocol, options, seed, variants, durability, disk, members: this.members };
    this.nodes = this.members.map((self) => new SimNode(this, self, node));
  }

  boot(): void {
    for (const node of this.nodes) node.boot();
  }

  /** Syncs of all disks so far. */
  get syncs(): number {
    return this.#syncs.reduce((sum, count) => sum + count, 0);
  }

  /** Carries out the next event. */
  step(): void {
    const queue = this.queue;
    const slot = queue.pop();
    this.nowUs = queue.poppedUs;
    this.steps++;
    const kind = queue.kind[slot] as number;
    const a = queue.a[slot] as number;
    const b = queue.b[slot] as number;
    const c = queue.c[slot] as number;
    const payload = queue.payload[slot];
    queue.payload[slot] = null;
    this.#carryOut(kind, a, b, c, payload);
  }

  client(endpoint: number): SimClient {
    const known = this.#clients[endpoint];
    if (known !== undefined) return known;
    const client = new SimClient(this, endpoint, this.#spec.client, this.#spec.seed);
    this.#clients[endpoint] = client;
    return client;
  }

  send(from: number, to: number, message: unknown): void {
    if (this.#connections !== null) {
      this.#connections.send(from, to, message);
      return;
    }
    const delay = this.network.delayUs(from, to);
    if (delay !== LOST) this.queue.push(this.nowUs + delay, EVENT.message, to, from, 0, message);
    const again = this.network.duplicateUs(from, to);
    if (again !== LOST) this.queue.push(this.nowUs + again, EVENT.message, to, from, 0, message);
  }

  sendRequest(client: SimClient, to: number, request: Request): void {
    const delay = this.network.clientDelayUs(client.toNodes, client.sentCount++);
    if (delay !== LOST) this.queue.push(this.nowUs + delay, EVENT.request, to, 0, 0, request);
  }

  reply(from: number, endpoint: number, id: number, reply: Reply): void {
    const client = this.#clients[endpoint];
    if (client === undefined) return;
    const delay = this.network.clientDelayUs(client.fromNodes, client.receivedCount++);
    if (delay !== LOST) this.queue.push(this.nowUs + delay, EVENT.reply, endpoint, from, id, reply);
  }

  trace(node: SimNode, event: TraceEvent): void {
    this.#observer.trace(
      event,
      node.self,
      node.incarnation,
      node.sequence++,
      this.steps,
      this.nowUs,
    );
  }

  onComplete(client: number, outcome: Outcome): void {
    this.#observer.completed(client, outcome);
  }

  scheduleSync(node: SimNode): void {
    const base = this.#syncBase[node.self] as number;
    const count = this.#syncs[node.self] as number;
    this.#syncs[node.self] = count + 1;
    const takesUs = this.#spec.disk.syncMinUs + (drawAt(base, count) % this.#syncRange);
    this.queue.push(this.nowUs + takesUs, EVENT.synced, node.self, node.incarnation, 0, null);
  }

  /** Cuts a link in one direction; a connection needs both. */
  cutLink(from: number, to: number): void {
    this.network.cutLink(from, to);
    this.#connections?.break(from, to);
  }

  /** A node has stopped, for whatever reason. */
  onStopped(node: number): void {
    this.#connections?.stopped(node);
  }

  /** Kills a node: what waited for it while it was paused is gone with it. */
  crash(node: number, model: CrashModel): string {
    const victim = this.#node(node);
    victim.paused = false;
    (this.#deferred[node] as number[]).length = 0;
    (this.#deferredPayload[node] as unknown[]).length = 0;
    return victim.crash(model);
  }

  pause(node: number): void {
    this.#node(node).paused = true;
  }

  /** Everything that reached the node while it was paused reaches it now, in order. */
  resume(node: number): void {
    this.#node(node).paused = false;
    const fields = this.#deferred[node] as number[];
    const payloads = this.#deferredPayload[node] as unknown[];
    for (let i = 0; i < payloads.length; i++) {
      const [kind = 0, b = 0, c = 0] = fields.slice(i * 3, i * 3 + 3);
      this.queue.push(this.nowUs, kind, node, b, c, payloads[i]);
    }
    fields.length = 0;
    payloads.length = 0;
  }

  /** From now on the node's wall clock jumps by `offsetUs` and back, every `periodUs`. */
  startStrobe(node: number, offsetUs: number, periodUs: number): void {
    const strobe = (this.#strobe[node] as number) + 1;
    this.#strobe[node] = strobe;
    this.queue.push(this.nowUs, EVENT.strobe, node, strobe, periodUs, offsetUs);
  }

  stopStrobe(node: number): void {
    this.#strobe[node] = (this.#strobe[node] as number) + 1;
    this.#node(node).clock.strobeUs = 0;
  }

  #carryOut(kind: number, a: number, b: number, c: number, payload: unknown): void {
    switch (kind) {
      case EVENT.message:
      case EVENT.timer:
      case EVENT.synced:
      case EVENT.request:
      case EVENT.stream:
        this.#reachNode(kind, this.#node(a), b, c, payload);
        break;
      case EVENT.reply:
        this.#clients[a]?.hear(b, c, payload as Reply);
        break;
      case EVENT.clientTimer:
        this.#clients[a]?.fire();
        break;
      case EVENT.wake:
        this.#observer.wake(a);
        break;
      case EVENT.strobe:
        this.#jump(this.#node(a), b, c, payload as number);
        break;
    }
  }

  #reachNode(kind: number, node: SimNode, b: number, c: number, payload: unknown): void {
    if (!node.up) return;
    if (node.paused) {
      (this.#deferred[node.self] as number[]).push(kind, b, c);
      (this.#deferredPayload[node.self] as unknown[]).push(payload);
      return;
    }
    if (kind === EVENT.message) {
      if (!this.network.isCut(b, node.self)) node.hear(b, payload);
    } else if (kind === EVENT.stream) this.#connections?.arrive(node.self, b, c);
    else if (kind === EVENT.timer) node.fire(b, c);
    else if (kind === EVENT.request) node.ask(payload as Request);
    else if (b === node.incarnation) node.synced();
  }

  #jump(node: SimNode, strobe: number, periodUs: number, offsetUs: number): void {
    if (this.#strobe[node.self] !== strobe) return;
    node.clock.strobeUs = node.clock.strobeUs === 0 ? offsetUs : 0;
    this.queue.push(this.nowUs + periodUs, EVENT.strobe, node.self, strobe, periodUs, offsetUs);
  }

  #node(node: number): SimNode {
    return this.nodes[node] as SimNode;
  }
}
