/**
 * The deterministic simulator: one event loop over virtual time, in which the nodes of a system,
 * their disks, clocks and links, and the clients all live. Same seed, same events.
 */

import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { TraceEvent } from '../../checkers/trace.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { Copying } from '../../systems/copying.ts';
import type { Outcome } from '../../systems/operations.ts';
import type { Reply, Request } from '../../systems/protocol.ts';
import { DOMAIN, Draws, drawAt } from '../core/draw.ts';
import { type ClientWorld, SimClient } from './client.ts';
import { type Carried, type Deferred, reschedule } from './deferred.ts';
import type { CrashModel } from './disk.ts';
import { EventQueue, type EventReceiver } from './event-queue.ts';
import { LOST, Network } from './network.ts';
import { type NodeWorld, SimNode } from './node.ts';
import { type StreamedWorld, Streams } from './streams.ts';
import type { Fate, WorldObserver, WorldSpec } from './world-spec.ts';

/** How the wall clock of a node jumps to and fro; a new one has a new number. */
interface Strobe {
  readonly number: number;
  readonly offsetUs: Micros;
  readonly periodUs: Micros;
}

export class World implements NodeWorld, ClientWorld, StreamedWorld {
  /** Virtual time in microseconds since the nodes were started. */
  nowUs = 0;
  /** Events carried out so far. */
  steps = 0;
  /** Syncs of all disks so far. */
  syncs = 0;
  readonly queue = new EventQueue();
  readonly members: readonly NodeId[];
  readonly nodes: SimNode[];
  readonly network: Network;
  readonly requestsRepeat: boolean;
  /** What protocol code threw, for a report; the nodes that threw are down. */
  readonly panics: unknown[] = [];

  /** Picks out messages between nodes; null while no fault does. */
  intercept: ((from: NodeId, message: unknown) => Fate | null) | null = null;
  /** By how much later a message between nodes arrives; null while no fault puts any behind others. */
  lag: ((from: NodeId, to: NodeId, message: unknown) => Micros) | null = null;
  /** By node: by how much longer a sync of its disk takes at most. */
  readonly slowSyncsUs: Micros[];

  readonly #spec: WorldSpec;
  /** They come after the nodes. */
  readonly #services: readonly SimNode[];
  readonly #observer: WorldObserver;
  /** Null where nodes exchange datagrams. */
  readonly #streams: Streams | null;
  readonly #clients: SimClient[] = [];
  readonly #syncRange: number;
  readonly #syncDraws: readonly Draws[];
  /** By node, in order. */
  readonly #deferred: Deferred[][];
  /** By node: what links to it keep back, in the order in which it would have arrived. */
  readonly #keptBack: Carried[][];
  /** By node; null while its clock does not strobe. */
  readonly #strobes: (Strobe | null)[];
  #strobeCount = 0;
  /** Where events go when their time has come: a node that is paused hears of them later. */
  readonly #receiver: EventReceiver = {
    message: (to, from, message) => {
      const node = this.#node(to);
      if (this.network.isHeld(from, to)) this.#keepBack(to, { kind: 'message', from, message });
      else if (node.paused) this.#defer(node, { kind: 'message', from, message });
      else if (node.up && !this.network.isCut(from, to)) node.hear(from, message);
    },
    stream: (to, from, generation) => {
      const node = this.#node(to);
      if (this.network.isHeld(from, to)) this.#keepBack(to, { kind: 'stream', from, generation });
      else if (node.paused) this.#defer(node, { kind: 'stream', from, generation });
      else if (node.up) this.#streams?.arrive(to, from, generation);
    },
    timer: (self, timer, generation) => {
      const node = this.#node(self);
      if (node.paused) this.#defer(node, { kind: 'timer', timer, generation });
      else if (node.up) node.fire(timer, generation);
    },
    synced: (self, incarnation) => {
      const node = this.#node(self);
      if (node.paused) this.#defer(node, { kind: 'synced', incarnation });
      else if (node.up && node.incarnation === incarnation) node.synced();
    },
    request: (to, request) => {
      const node = this.#node(to);
      if (node.paused) this.#defer(node, { kind: 'request', request });
      else if (node.up) node.ask(request);
    },
    reply: (client, from, id, reply) => this.#clients[client]?.hear(from, id, reply),
    clientTimer: (client) => this.#clients[client]?.fire(),
    wake: (client) => this.#observer.wake(client),
    strobe: (self, number) => this.#jump(self, number),
  };

  constructor(spec: WorldSpec, observer: WorldObserver) {
    assert(spec.nodes > 0, 'a world has nodes');
    assert(spec.disk.syncMinUs <= spec.disk.syncMaxUs, 'a sync takes least at its fastest');
    this.#spec = spec;
    this.#observer = observer;
    this.members = Array.from({ length: spec.nodes }, (_, node) => node);
    this.requestsRepeat = spec.requestsRepeat === true;
    const reachable = spec.nodes + (spec.services?.names.length ?? 0);
    this.network = new Network(reachable, spec.seed, spec.network);
    this.#streams = spec.links === 'connections' ? new Streams(this, spec.nodes, spec.seed) : null;
    this.#syncRange = spec.disk.syncMaxUs - spec.disk.syncMinUs + 1;
    this.#syncDraws = this.members.map((node) => new Draws(spec.seed, DOMAIN.disk, node));
    this.slowSyncsUs = this.members.map(() => 0);
    this.#deferred = this.members.map(() => []);
    this.#keptBack = this.members.map(() => []);
    this.#strobes = this.members.map(() => null);
    const { protocol, options, seed, variants, durability, diskHabits: disk } = spec;
    const { members } = this;
    const node = { protocol, options, seed, variants, durability, disk, members, reachable };
    this.nodes = members.map((self) => new SimNode(this, self, node));
    const { names, protocol: served } = spec.services ?? { names: [], protocol };
    this.#services = names.map(
      (_, at) => new SimNode(this, spec.nodes + at, { ...node, protocol: served }),
    );
  }

  /**
   * Takes on the state of another world, of the same shape, in the middle of its run. From here on the
   * two share nothing that changes: each goes on as if there were no other.
   */
  copyFrom(original: World, copying: Copying): void {
    assert(this.steps === 0 && this.queue.size === 0, 'a world is copied into a new one');
    assert(this.nodes.length === original.nodes.length, 'a copy has as many nodes');
    this.nowUs = original.nowUs;
    this.steps = original.steps;
    this.syncs = original.syncs;
    this.panics.push(...original.panics);
    this.queue.copyFrom(original.queue, copying);
    this.network.copyFrom(original.network);
    if (original.#streams !== null) this.#streams?.copyFrom(original.#streams, copying);
    for (const node of this.members) {
      this.#node(node).copyFrom(original.#node(node), copying);
      this.slowSyncsUs[node] = itemAt(original.slowSyncsUs, node);
      this.#syncDraws[node]?.copyFrom(original.#syncDraws[node] as Draws);
      this.#deferred[node] = copying.data(original.#deferred[node] ?? [], 'what waits for a node');
      this.#keptBack[node] = copying.data(original.#keptBack[node] ?? [], 'what links keep back');
      this.#strobes[node] = original.#strobes[node] ?? null;
    }
    this.#strobeCount = original.#strobeCount;
    for (const [at, service] of this.#services.entries()) {
      service.copyFrom(itemAt(original.#services, at), copying);
    }
    // By endpoint, with holes.
    original.#clients.forEach((client, endpoint) => {
      this.#newClient(endpoint).copyFrom(client, copying);
    });
  }

  boot(): void {
    assert(this.steps === 0 && this.nowUs === 0, 'a world begins with its nodes');
    for (const node of this.nodes) node.boot();
    for (const service of this.#services) service.boot();
  }

  /** Its run is over: nodes that are more than their state let go of it. */
  dispose(): void {
    for (const node of this.nodes) node.dispose();
  }

  /** Carries out the next event: the first in time, or the one that is chosen. */
  step(): void {
    this.steps++;
    const { choose } = this.#spec;
    if (choose === undefined) {
      const nextUs = this.queue.nextTimeUs();
      assert(nextUs >= this.nowUs, 'time never goes back');
      this.nowUs = nextUs;
      this.queue.deliver(this.#receiver);
      return;
    }
    const pending = this.queue.pending();
    const { number, atUs } = choose(pending);
    assert(
      pending.some((event) => event.number === number),
      'what is chosen is to come',
    );
    this.nowUs = Math.max(this.nowUs, atUs);
    this.queue.deliverOutOfTurn(number, this.#receiver);
  }

  /** Has the observer woken for a client; a moment that is over is now. */
  wakeAt(atUs: Micros, client: number): void {
    this.queue.wake(Math.max(atUs, this.nowUs), client);
  }

  client(endpoint: number): SimClient {
    const known = this.#clients[endpoint];
    if (known !== undefined) return known;
    const client = this.#newClient(endpoint);
    client.start();
    return client;
  }

  #newClient(endpoint: number): SimClient {
    const client = new SimClient(this, endpoint, this.#spec.client, this.#spec.seed);
    this.#clients[endpoint] = client;
    return client;
  }

  send(from: NodeId, to: NodeId, message: unknown): void {
    this.#spec.weigh?.(message);
    const fate = this.intercept?.(from, message) ?? null;
    if (fate !== null) {
      this.#divert(from, to, message, fate);
      return;
    }
    const lagUs = this.lag?.(from, to, message) ?? 0;
    if (this.#streams !== null) {
      this.#streams.send(from, to, message, lagUs);
      return;
    }
    const leavesUs = this.nowUs + lagUs;
    const drawn = this.network.message(from, to, this.nowUs);
    const trouble = this.network.troubleOf(from, to);
    const delay = this.network.troubledDelayUs(drawn, trouble);
    if (delay !== LOST) this.queue.message(leavesUs + delay, to, from, message);
    if (trouble !== null) {
      const second = this.network.troubledSecondUs(drawn, trouble);
      if (second !== LOST) this.queue.message(leavesUs + second, to, from, message);
    }
    const again = this.network.duplicateUs(drawn);
    if (again !== LOST) this.queue.message(leavesUs + again, to, from, message);
  }

  /** A connection that loses a message, or carries it out of order, is broken. */
  #divert(from: NodeId, to: NodeId, message: unknown, { how, delayUs }: Fate): void {
    this.#streams?.break(from, to);
    if (this.#streams !== null || how === 'drop') return;
    const { latencyMinUs } = this.network.options;
    this.queue.message(this.nowUs + latencyMinUs + delayUs, to, from, message);
    if (how === 'duplicate') this.queue.message(this.nowUs + latencyMinUs, to, from, message);
  }

  sendRequest(client: SimClient, to: NodeId, request: Request): void {
    const drawn = client.toNodes.next(this.nowUs);
    const trouble = this.network.clientTroubleOf(to);
    const delay = this.network.troubledDelayUs(drawn, trouble);
    if (delay !== LOST) this.queue.request(this.nowUs + delay, to, request);
    const second = trouble === null ? LOST : this.network.troubledSecondUs(drawn, trouble);
    if (second !== LOST) this.queue.request(this.nowUs + second, to, request);
  }

  reply(from: NodeId, endpoint: number, id: number, reply: Reply): void {
    const client = this.#clients[endpoint];
    if (client === undefined) return;
    const drawn = client.fromNodes.next(this.nowUs);
    const trouble = this.network.clientTroubleOf(from);
    const delay = this.network.troubledDelayUs(drawn, trouble);
    if (delay !== LOST) this.queue.reply(this.nowUs + delay, endpoint, from, id, reply);
    const second = trouble === null ? LOST : this.network.troubledSecondUs(drawn, trouble);
    if (second !== LOST) this.queue.reply(this.nowUs + second, endpoint, from, id, reply);
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
    this.syncs++;
    this.#observer.persisting?.(node.self);
    const draw = (this.#syncDraws[node.self] as Draws).next(this.nowUs);
    const takesUs = this.#spec.disk.syncMinUs + (draw % this.#syncRange);
    const slowUs = itemAt(this.slowSyncsUs, node.self);
    const moreUs = slowUs === 0 ? 0 : drawAt(draw, 1) % (slowUs + 1);
    this.queue.synced(this.nowUs + takesUs + moreUs, node.self, node.incarnation);
  }

  /** Cuts a link in one direction; a connection needs both. */
  cutLink(from: NodeId, to: NodeId): void {
    this.network.cutLink(from, to);
    this.#streams?.break(from, to);
  }

  /** What a link kept back reaches its end now, in order, unless it is held again by then. */
  releaseLink(from: NodeId, to: NodeId): number {
    this.network.setHeld(from, to, false);
    const all = this.#keptBack[to] ?? [];
    const released = all.filter((one) => one.from === from);
    this.#keptBack[to] = all.filter((one) => one.from !== from);
    for (const carried of released) reschedule(this.queue, this.nowUs, to, carried);
    return released.length;
  }

  #keepBack(to: NodeId, carried: Carried): void {
    this.#keptBack[to]?.push(carried);
  }

  /** A node has stopped, for whatever reason. */
  onStopped(node: NodeId): void {
    this.#streams?.stopped(node);
  }

  /** Kills a node: what waited for it while it was paused is gone with it. */
  crash(node: NodeId, model: CrashModel | 'none-lost'): string {
    const victim = this.#node(node);
    assert(victim.up, 'only a node that is up is killed');
    victim.paused = false;
    this.#deferred[node] = [];
    return victim.crash(model);
  }

  pause(node: NodeId): void {
    assert(this.#node(node).up, 'only a node that is up is paused');
    this.#node(node).paused = true;
  }

  /** Everything that reached the node while it was paused reaches it now, in order. */
  resume(node: NodeId): void {
    assert(this.#node(node).paused, 'only a node that is paused goes on');
    this.#node(node).paused = false;
    const deferred = this.#deferred[node] ?? [];
    this.#deferred[node] = [];
    for (const event of deferred) reschedule(this.queue, this.nowUs, node, event);
  }

  /** From now on the node's wall clock jumps by `offsetUs` and back, every `periodUs`. */
  startStrobe(node: NodeId, offsetUs: Micros, periodUs: Micros): void {
    assert(periodUs > 0, 'time passes between two jumps of a clock');
    const number = this.#strobeCount++;
    this.#strobes[node] = { number, offsetUs, periodUs };
    this.queue.strobe(this.nowUs, node, number);
  }

  stopStrobe(node: NodeId): void {
    this.#strobes[node] = null;
    this.#node(node).clock.strobeUs = 0;
  }

  #defer(node: SimNode, event: Deferred): void {
    assert(node.up && node.paused, 'only a node that is paused is kept waiting');
    this.#deferred[node.self]?.push(event);
  }

  #jump(self: NodeId, number: number): void {
    const strobe = this.#strobes[self];
    if (strobe?.number !== number) return;
    const { clock } = this.#node(self);
    clock.strobeUs = clock.strobeUs === 0 ? strobe.offsetUs : 0;
    this.queue.strobe(this.nowUs + strobe.periodUs, self, number);
  }

  #node(node: NodeId): SimNode {
    const found = this.nodes[node] ?? this.#services[node - this.members.length];
    assert(found !== undefined, 'a node is one of the cluster');
    return found;
  }
}
