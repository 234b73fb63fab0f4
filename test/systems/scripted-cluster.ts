/**
 * A cluster of any protocol that a test drives by hand, of the nodes that scenarios are played with:
 * messages wait until they are delivered or dropped, timers fire when the test says so, and what is
 * written is synced with the step, or when the test says so.
 */

import type { TraceChecker, TraceEvent } from '../../checkers/trace.ts';
import { ScriptedNode, type ScriptedWorld } from '../../harness/scenario/scripted-node.ts';
import type { Operation } from '../../systems/operations.ts';
import type {
  AnyProtocol,
  ClientRef,
  Env,
  Options,
  Protocol,
  Reply,
  Request,
} from '../../systems/protocol.ts';

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

export class ScriptedCluster<State, Message extends { readonly kind: string }, Stored>
  implements ScriptedWorld
{
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
  readonly #nodes: readonly ScriptedNode[];
  readonly #protocol: Protocol<State, Message, Stored>;
  #requests = 0;

  constructor(spec: ScriptSpec<State, Message, Stored>) {
    const { nodes, protocol, checker, options = {}, disks = [] } = spec;
    this.members = Array.from({ length: nodes }, (_, node) => node);
    this.#protocol = protocol;
    this.checker = checker;
    const node = {
      protocol: protocol as AnyProtocol,
      options,
      seed: 1,
      variants: [],
      durability: null,
      diskHabits: null,
    };
    this.#nodes = this.members.map(
      (self) => new ScriptedNode(this, self, { ...node, records: disks[self] ?? [] }),
    );
    for (const node of this.members) this.start(node);
  }

  start(node: number): void {
    this.#node(node).boot();
    this.#endStep(node);
  }

  /** Kills a node: unsynced records and what waited for them are gone. */
  crash(node: number): void {
    const one = this.#node(node);
    one.stop();
    this.report(one, { kind: 'crash' });
  }

  restart(node: number): void {
    this.crash(node);
    this.start(node);
  }

  isUp(node: number): boolean {
    return this.#node(node).up;
  }

  state(node: number): State {
    const { up, state } = this.#node(node);
    if (!up) throw new Error(`node ${node} is down`);
    return state as State;
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
      if (!this.isUp(flight.to)) continue;
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
      if (!this.isUp(node)) continue;
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
    if (this.isUp(node)) this.#node(node).sync();
  }

  answer(id: number): Reply | null {
    return this.answers.find(({ to }) => to.id === id)?.reply ?? null;
  }

  /** Names of the broken properties so far. */
  get violations(): string[] {
    return this.checker.violations.map(({ property }) => property);
  }

  send(from: number, to: number, message: unknown): void {
    this.network.push({ from, to, message: message as Message });
  }

  reply(to: ClientRef, reply: Reply): void {
    this.answers.push({ to, reply });
  }

  report({ self: node, incarnation }: ScriptedNode, event: TraceEvent): void {
    this.traced.push({ node, event });
    this.checker.feed(event, node, incarnation, this.nowUs * 1000);
  }

  #step(node: number, step: (state: State, env: Env<Message, Stored>) => void): void {
    step(this.state(node), this.#node(node).env as Env<Message, Stored>);
    this.#endStep(node);
  }

  #endStep(node: number): void {
    const one = this.#node(node);
    while (this.autoSync && one.isSyncDue) one.sync();
  }

  #node(node: number): ScriptedNode {
    return this.#nodes[node] as ScriptedNode;
  }
}
