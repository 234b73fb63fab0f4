/**
 * A cluster that a script drives by hand: messages wait until they are delivered or lost, timers
 * fire when the script says so, and what is written is synced with the step. It runs the very code
 * that the simulator and containers run, and its trace is checked line by line.
 */

import { assert } from '../../checkers/assert.ts';
import type { TraceEvent, TraceLine } from '../../checkers/trace.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { Operation } from '../../systems/operations.ts';
import type {
  AnyProtocol,
  ClientRef,
  Env,
  Options,
  Reply,
  Request,
} from '../../systems/protocol.ts';
import type { System } from '../../systems/system.ts';
import { endsItsNode, panicOf } from '../core/panics.ts';
import type { TraceFollower } from '../judge/trace-follower.ts';
import type { ActiveRules } from '../variants/variants.ts';
import { type Broken, DISCONNECTED, type Flight, Links } from './links.ts';
import { ScriptedNode, type ScriptedWorld } from './scripted-node.ts';

export interface ClusterSpec {
  readonly system: System;
  readonly active: ActiveRules;
  readonly follower: TraceFollower;
  readonly options: Options;
  readonly seed: number;
  /** Durable records that each node starts from. */
  readonly disks: readonly (readonly unknown[])[];
  /** Nodes that are not started with the others. */
  readonly down: readonly number[];
  readonly variants: readonly string[];
}

/** What happened in a step, in order. */
export type Happening =
  | { readonly what: 'sent' | 'delivered' | 'lost'; readonly flight: Flight }
  | { readonly what: 'answered'; readonly request: number; readonly reply: Reply }
  | { readonly what: 'traced'; readonly node: NodeId; readonly event: TraceEvent };

/** Rounds of deliveries after which messages count as never ending. */
const ROUNDS_MAX = 2_000;

export class Cluster implements ScriptedWorld {
  nowUs = 0;
  readonly members: readonly NodeId[];
  readonly links: Links;
  /** What happened so far; whoever tells the story takes it away. */
  happenings: Happening[] = [];
  readonly answers = new Map<number, Reply>();
  /** Everything that nodes reported, in order. */
  readonly trace: TraceLine[] = [];
  /** Messages delivered so far, by kind. */
  readonly delivered = new Map<string, number>();
  readonly #spec: ClusterSpec;
  readonly #protocol: AnyProtocol;
  readonly #nodes: readonly ScriptedNode[];
  /** By node: lines of its trace since its start. */
  readonly #lines: number[];
  #requests = 0;

  constructor(spec: ClusterSpec) {
    this.#spec = spec;
    this.#protocol = spec.active.protocol(spec.seed);
    this.members = spec.disks.map((_, node) => node);
    const isUp = (node: NodeId) => this.isUp(node);
    this.links = new Links(this.members.length, spec.system.links ?? 'datagrams', isUp);
    const { active, options, seed, variants } = spec;
    const { durability, disk: diskHabits } = active;
    const node = { protocol: this.#protocol, options, seed, variants, durability, diskHabits };
    this.#nodes = spec.disks.map(
      (records, self) => new ScriptedNode(this, self, { ...node, records }),
    );
    this.#lines = this.members.map(() => 0);
    for (const node of this.members) if (!spec.down.includes(node)) this.start(node);
  }

  isUp(node: NodeId): boolean {
    return this.#node(node).up;
  }

  /** The state of a node; null while it is down. */
  state(node: NodeId): unknown {
    return this.#node(node).state;
  }

  view(node: NodeId): ReturnType<AnyProtocol['view']> {
    return this.#protocol.view(this.#node(node).state);
  }

  start(node: NodeId): void {
    if (this.isUp(node)) return;
    this.#lines[node] = 0;
    this.#guard(node, (one) => one.boot());
  }

  /** Power is lost: what was not synced is gone, and so are the node's connections. */
  crash(node: NodeId): void {
    if (!this.isUp(node)) return;
    this.report(this.#node(node), { kind: 'crash' });
    this.#stop(node);
  }

  /** Cuts or mends links; what was under way over one that is cut is lost. */
  cut(groups: readonly (readonly number[])[] | null, isolated: ReadonlySet<number>): void {
    this.#broken(this.links.cut(groups, isolated));
  }

  /** A connection breaks, and both ends are told. */
  disconnect(one: number, other: number): void {
    this.#broken(this.links.break(one, other));
  }

  /** Delivers one message that is in flight; to a node that is down, it is lost. */
  deliver(flight: Flight): void {
    if (!this.links.take(flight)) return;
    if (!this.isUp(flight.to)) {
      this.#lose([flight]);
      return;
    }
    this.happenings.push({ what: 'delivered', flight });
    const { from, to, kind, message } = flight;
    if (kind === DISCONNECTED) {
      this.#disconnected(to, from);
      return;
    }
    this.delivered.set(kind, (this.delivered.get(kind) ?? 0) + 1);
    this.#step(to, (state, env) => this.#protocol.message(state, env, from, message));
  }

  lose(flights: readonly Flight[]): void {
    for (const flight of flights) this.links.take(flight);
    this.#lose(flights);
  }

  /** Delivers what the filter lets pass until that is nothing; false if it never ends. */
  settle(passing: (links: Links) => readonly Flight[]): boolean {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const flights = passing(this.links);
      if (flights.length === 0) return true;
      for (const flight of flights) this.deliver(flight);
    }
    return false;
  }

  /** When a timer is due, in microseconds; null where it is not armed. */
  dueUs(node: NodeId, timer: number): Micros | null {
    return this.#node(node).timers.get(timer) ?? null;
  }

  /** The timer that is due first; of several, that of the first node. */
  nextTimer(): { readonly node: NodeId; readonly timer: number; readonly dueUs: Micros } | null {
    let next: { node: NodeId; timer: number; dueUs: Micros } | null = null;
    for (const node of this.members) {
      if (!this.isUp(node)) continue;
      for (const [timer, dueUs] of this.#node(node).timers) {
        if (next === null || dueUs < next.dueUs) next = { node, timer, dueUs };
      }
    }
    return next;
  }

  /** A timer fires when it is due, or now where that is over. Returns what followed from it. */
  fire(node: NodeId, timer: number): number {
    const { timers } = this.#node(node);
    const dueUs = timers.get(timer) ?? this.nowUs;
    timers.delete(timer);
    this.nowUs = Math.max(this.nowUs, dueUs);
    const before = this.happenings.length;
    this.#step(node, (state, env) => this.#protocol.timer(state, env, timer));
    return this.happenings.length - before;
  }

  /** Asks a node; returns the number under which `answers` will have the answer. */
  ask(node: NodeId, operation: Operation, session: number, sequence: number): number {
    return this.#request(node, (from) => ({
      kind: 'operation',
      from,
      operation,
      session,
      sequence,
    }));
  }

  openSession(node: NodeId): number {
    return this.#request(node, (from) => ({ kind: 'open', from }));
  }

  #request(node: NodeId, make: (from: Request['from']) => Request): number {
    const id = ++this.#requests;
    const request = make({ client: 0, id });
    this.#step(node, (state, env) => this.#protocol.request(state, env, request));
    return id;
  }

  #node(node: NodeId): ScriptedNode {
    const found = this.#nodes[node];
    assert(found !== undefined, 'a node is one of the cluster');
    return found;
  }

  #step(node: NodeId, step: (state: unknown, env: Env<unknown, unknown>) => void): void {
    if (!this.isUp(node)) return;
    this.#guard(node, (one) => step(one.state, one.env));
  }

  /** Runs protocol code to the end of its step; a node whose code throws stops, as a process would. */
  #guard(node: NodeId, code: (one: ScriptedNode) => void): void {
    const one = this.#node(node);
    try {
      code(one);
      while (one.isSyncDue) one.sync();
    } catch (error) {
      if (!endsItsNode(error)) throw error;
      this.report(one, panicOf(error));
      this.#stop(node);
    }
  }

  #stop(node: NodeId): void {
    this.#node(node).stop();
    this.#broken(this.links.stopped(node));
  }

  #broken({ lost, news }: Broken): void {
    this.#lose(lost);
    for (const end of news) if (this.links.take(end)) this.#disconnected(end.to, end.from);
  }

  #disconnected(node: NodeId, peer: NodeId): void {
    this.#step(node, (state, env) => this.#protocol.disconnected?.(state, env, peer));
  }

  #lose(flights: readonly Flight[]): void {
    for (const flight of flights) {
      if (flight.kind !== DISCONNECTED) this.happenings.push({ what: 'lost', flight });
    }
  }

  send(from: NodeId, to: NodeId, message: unknown): void {
    const flight = { from, to, kind: this.#protocol.messageKind(message), message };
    const isOnItsWay = this.links.send(flight);
    this.happenings.push({ what: isOnItsWay ? 'sent' : 'lost', flight });
  }

  reply({ id: request }: ClientRef, reply: Reply): void {
    this.answers.set(request, reply);
    this.happenings.push({ what: 'answered', request, reply });
  }

  /** One thing happens after the other here, so that the number of a line is its Lamport time. */
  report({ self: node, incarnation }: ScriptedNode, event: TraceEvent): void {
    const time = this.nowUs * 1000;
    const sequence = this.#lines[node] ?? 0;
    this.#lines[node] = sequence + 1;
    this.trace.push({ time, node, incarnation, sequence, lamport: this.trace.length, event });
    this.#spec.follower.feed(event, node, incarnation, time);
    this.happenings.push({ what: 'traced', node, event });
  }
}
