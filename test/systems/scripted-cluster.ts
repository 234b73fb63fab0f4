/**
 * A cluster of any protocol that a test drives by hand: messages wait until they are delivered or
 * dropped, timers fire when the test says so, and what is written is synced with the step, or when
 * the test says so.
 */

import { heldFor, type TraceChecker, type TraceEvent } from '../../checkers/trace.ts';
import type { Operation } from '../../systems/operations.ts';
import type { ClientRef, Env, Options, Protocol, Reply, Request } from '../../systems/protocol.ts';

export interface InFlight<Message> {
  readonly from: number;
  readonly to: number;
  readonly message: Message;
}

/** What a test says about messages: their kind, sender and receiver. */
export type Filter<Message> = (flight: InFlight<Message>) => boolean;

export interface ScriptSpec<State, Message, Stored> {
  readonly nodes: number;
  readonly protocol: Protocol<State, Message, Stored>;
  readonly checker: TraceChecker;
  readonly options?: Options;
  /** Disks to start with, by node. */
  readonly disks?: readonly (readonly Stored[])[];
}

/** What a client asks for in a request that is no opening of a session. */
type Asked = Extract<Request, { kind: 'operation' }>;

interface Host<State, Stored> {
  state: State | null;
  disk: Stored[];
  /** Written, not yet synced. */
  unsynced: { readonly records: readonly Stored[]; readonly replace: boolean }[];
  /** Effects behind the barriers that are up: each waits for so many writes to be synced. */
  held: { readonly after: number; readonly release: () => void }[];
  written: number;
  synced: number;
  incarnation: number;
  draws: number;
}

export class ScriptedCluster<State, Message extends { readonly kind: string }, Stored> {
  nowUs = 0;
  readonly network: InFlight<Message>[] = [];
  readonly answers: { readonly to: ClientRef; readonly reply: Reply }[] = [];
  readonly traced: { readonly node: number; readonly event: TraceEvent }[] = [];
  readonly checker: TraceChecker;
  /** Messages delivered so far, by kind. */
  readonly delivered = new Map<string, number>();
  /** Syncs end with the step that asked for them; set to false to end them by `sync`. */
  autoSync = true;
  readonly members: readonly number[];
  readonly #hosts: Host<State, Stored>[];
  readonly #protocol: Protocol<State, Message, Stored>;
  readonly #options: Options;
  #requests = 0;

  constructor(spec: ScriptSpec<State, Message, Stored>) {
    const { nodes, protocol, checker, options = {}, disks = [] } = spec;
    this.members = Array.from({ length: nodes }, (_, node) => node);
    this.#protocol = protocol;
    this.checker = checker;
    this.#options = options;
    this.#hosts = this.members.map((node) => ({
      state: null,
      disk: [...(disks[node] ?? [])],
      unsynced: [],
      held: [],
      written: 0,
      synced: 0,
      incarnation: 0,
      draws: 0,
    }));
    for (const node of this.members) this.start(node);
  }

  start(node: number): void {
    const host = this.#host(node);
    host.incarnation++;
    host.state = this.#protocol.start(this.#env(node), this.#options, host.disk);
    this.#endStep(node);
  }

  /** Kills a node: unsynced records and what waited for them are gone. */
  crash(node: number): void {
    const host = this.#host(node);
    host.state = null;
    host.unsynced = [];
    host.held = [];
    host.written = host.synced;
    this.#trace(node, { kind: 'crash' });
  }

  restart(node: number): void {
    this.crash(node);
    this.start(node);
  }

  isUp(node: number): boolean {
    return this.#host(node).state !== null;
  }

  state(node: number): State {
    const { state } = this.#host(node);
    if (state === null) throw new Error(`node ${node} is down`);
    return state;
  }

  /** A timer of a node fires, so much later. */
  fire(node: number, timer: number, laterUs = 0): void {
    this.nowUs += laterUs;
    this.#step(node, (state, env) => this.#protocol.timer(state, env, timer));
  }

  /** Delivers what is in flight and passes the filter; not what is sent meanwhile. */
  deliver(filter: Filter<Message> = () => true): number {
    const passing = this.network.filter(filter);
    for (const flight of passing) {
      const at = this.network.indexOf(flight);
      if (at < 0) continue;
      this.network.splice(at, 1);
      if (this.#host(flight.to).state === null) continue;
      const { kind } = flight.message;
      this.delivered.set(kind, (this.delivered.get(kind) ?? 0) + 1);
      this.#step(flight.to, (state, env) =>
        this.#protocol.message(state, env, flight.from, flight.message),
      );
    }
    return passing.length;
  }

  /** Delivers what passes until nothing does; throws if that never happens. */
  settle(filter: Filter<Message> = () => true): void {
    for (let round = 0; round < 1000; round++) if (this.deliver(filter) === 0) return;
    throw new Error('messages never settle');
  }

  drop(filter: Filter<Message> = () => true): void {
    const rest = this.network.filter((flight) => !filter(flight));
    this.network.splice(0, this.network.length, ...rest);
  }

  /** Asks a node; the answer, once there is one, is found by `answer(id)`. */
  request(node: number, operation: Operation, session = 0, sequence = 0): number {
    return this.ask(node, { operation, session, sequence });
  }

  /** The same for a client that has seen the state at some position. */
  ask(node: number, request: Omit<Asked, 'kind' | 'from'>): number {
    const id = ++this.#requests;
    const from = { client: 0, id };
    this.#step(node, (state, env) =>
      this.#protocol.request(state, env, { kind: 'operation', from, ...request }),
    );
    return id;
  }

  /** The connection of two nodes breaks: what is under way in it is lost, and both are told. */
  disconnect(one: number, other: number): void {
    this.drop(({ from, to }) => (from === one && to === other) || (from === other && to === one));
    for (const [node, peer] of [
      [one, other],
      [other, one],
    ] as const) {
      if (this.#host(node).state === null) continue;
      this.#step(node, (state, env) => this.#protocol.disconnected?.(state, env, peer));
    }
  }

  openSession(node: number): number {
    const id = ++this.#requests;
    this.#step(node, (state, env) =>
      this.#protocol.request(state, env, { kind: 'open', from: { client: 0, id } }),
    );
    return id;
  }

  /** The sync of a node ends: what waited for it happens. */
  sync(node: number): void {
    const host = this.#host(node);
    const batches = host.unsynced;
    host.unsynced = [];
    host.synced = host.written;
    for (const { records, replace } of batches) {
      host.disk = replace ? [...records] : [...host.disk, ...records];
    }
    const ready = host.held.filter(({ after }) => after <= host.synced);
    host.held = host.held.filter(({ after }) => after > host.synced);
    for (const { release } of ready) release();
    const { state } = host;
    if (state === null) return;
    for (const { records } of batches) {
      for (const record of records) this.#protocol.durable(state, this.#env(node), record);
    }
  }

  answer(id: number): Reply | null {
    return this.answers.find(({ to }) => to.id === id)?.reply ?? null;
  }

  /** Names of the broken properties so far. */
  get violations(): string[] {
    return this.checker.violations.map(({ property }) => property);
  }

  #step(node: number, step: (state: State, env: Env<Message, Stored>) => void): void {
    step(this.state(node), this.#env(node));
    this.#endStep(node);
  }

  #endStep(node: number): void {
    while (this.autoSync && this.#host(node).unsynced.length > 0) this.sync(node);
  }

  #host(node: number): Host<State, Stored> {
    return this.#hosts[node] as Host<State, Stored>;
  }

  #trace(node: number, event: TraceEvent): void {
    this.traced.push({ node, event });
    this.checker.feed(event, node, this.#host(node).incarnation, this.nowUs * 1000);
  }

  #effect(node: number, release: () => void): void {
    const host = this.#host(node);
    if (host.synced >= host.written) release();
    else host.held.push({ after: host.written, release });
  }

  #env(node: number): Env<Message, Stored> {
    const host = this.#host(node);
    const write = (records: readonly Stored[], replace: boolean): void => {
      host.unsynced.push({ records, replace });
      host.written++;
    };
    return {
      self: node,
      members: this.members,
      incarnation: host.incarnation,
      nowUs: () => this.nowUs,
      wallUs: () => this.nowUs,
      random: () => Math.imul(host.draws++ * 7 + node + 1, 0x9e3779b1) >>> 0,
      send: (to, message) =>
        this.#effect(node, () => this.network.push({ from: node, to, message })),
      setTimer: () => {},
      cancelTimer: () => {},
      persist: (record) => write([record], false),
      checkpoint: (records) => write(records, true),
      reply: (to, reply) => this.#effect(node, () => this.answers.push({ to, reply })),
      trace: (event) => {
        const saidUs = this.nowUs;
        this.#effect(node, () => this.#trace(node, heldFor(event, (this.nowUs - saidUs) * 1000)));
      },
    };
  }
}
