/**
 * A Raft cluster that a test drives by hand: messages wait until they are delivered or dropped,
 * timers fire when the test says so, a sync ends when the test says so (at once by default).
 */

import { raftChecker } from '../../../checkers/agreement/raft.ts';
import type { TraceEvent } from '../../../checkers/trace.ts';
import { operationCommand } from '../../../systems/kv.ts';
import type { Operation } from '../../../systems/operations.ts';
import type { ClientRef, Options, Protocol, Reply } from '../../../systems/protocol.ts';
import type { Entry, RaftMessage, RaftRecord } from '../../../systems/raft/messages.ts';
import { raftProtocol } from '../../../systems/raft/protocol.ts';
import { type RaftRules, raftRules } from '../../../systems/raft/rules.ts';
import { NOBODY, type RaftEnv, type RaftState, TIMER } from '../../../systems/raft/state.ts';

export interface InFlight {
  readonly from: number;
  readonly to: number;
  readonly message: RaftMessage;
}

export interface Answer {
  readonly node: number;
  readonly to: ClientRef;
  readonly reply: Reply;
}

/** What a test may say about messages: their kind, sender and receiver. */
export type Filter = (flight: InFlight) => boolean;

export interface ScriptSpec {
  readonly nodes: number;
  readonly rules?: Partial<RaftRules>;
  readonly options?: Options;
  /** Disks to start with, by node. */
  readonly disks?: readonly (readonly RaftRecord[])[];
}

interface Host {
  state: RaftState | null;
  disk: RaftRecord[];
  /** Written, not yet synced; with what waits for it. */
  unsynced: { readonly records: readonly RaftRecord[]; readonly replace: boolean }[];
  /** Effects behind the barriers that are up: each waits for so many syncs. */
  held: { readonly after: number; readonly release: () => void }[];
  written: number;
  synced: number;
  incarnation: number;
  draws: number;
}

export class Script {
  nowUs = 0;
  readonly network: InFlight[] = [];
  readonly answers: Answer[] = [];
  readonly traced: { readonly node: number; readonly event: TraceEvent }[] = [];
  readonly checker = raftChecker();
  /** Messages delivered so far, by kind. */
  readonly delivered = new Map<string, number>();
  /** Syncs end with the step that asked for them; set to false to end them by `sync`. */
  autoSync = true;
  readonly members: readonly number[];
  readonly #hosts: Host[];
  readonly #protocol: Protocol<RaftState, RaftMessage, RaftRecord>;
  readonly #options: Options;
  #requests = 0;

  constructor({ nodes, rules = {}, options = {}, disks = [] }: ScriptSpec) {
    this.members = Array.from({ length: nodes }, (_, node) => node);
    this.#protocol = raftProtocol({ ...raftRules, ...rules });
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

  state(node: number): RaftState {
    const { state } = this.#host(node);
    if (state === null) throw new Error(`node ${node} is down`);
    return state;
  }

  /** The election timeout of a node runs out now. */
  timeOut(node: number): void {
    const state = this.state(node);
    this.nowUs += state.config.electionTimeoutUs * 2;
    this.#step(node, (_, env) => this.#protocol.timer(state, env, TIMER.election));
  }

  heartbeat(node: number): void {
    this.nowUs += this.state(node).config.heartbeatUs;
    this.#step(node, (state, env) => this.#protocol.timer(state, env, TIMER.heartbeat));
  }

  /** Delivers what is in flight and passes the filter; not what is sent meanwhile. */
  deliver(filter: Filter = () => true): number {
    const passing = this.network.filter(filter);
    for (const flight of passing) {
      const at = this.network.indexOf(flight);
      if (at < 0) continue;
      this.network.splice(at, 1);
      this.#deliverOne(flight);
    }
    return passing.length;
  }

  /** Delivers what passes until nothing does; throws if that never happens. */
  settle(filter: Filter = () => true): void {
    for (let round = 0; round < 1000; round++) if (this.deliver(filter) === 0) return;
    throw new Error('messages never settle');
  }

  drop(filter: Filter = () => true): void {
    const rest = this.network.filter((flight) => !filter(flight));
    this.network.splice(0, this.network.length, ...rest);
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

  /** Asks a node; the answer, once there is one, is found by `answer(id)`. */
  request(node: number, operation: Operation, session = 0, sequence = 0): number {
    const id = ++this.#requests;
    const from = { client: 0, id };
    this.#step(node, (state, env) =>
      this.#protocol.request(state, env, { kind: 'operation', from, operation, session, sequence }),
    );
    return id;
  }

  openSession(node: number): number {
    const id = ++this.#requests;
    this.#step(node, (state, env) =>
      this.#protocol.request(state, env, { kind: 'open', from: { client: 0, id } }),
    );
    return id;
  }

  answer(id: number): Reply | null {
    return this.answers.find(({ to }) => to.id === id)?.reply ?? null;
  }

  /** Elects `node`, with the votes of everybody that hears it through `filter`. */
  elect(node: number, filter: Filter = () => true): void {
    this.timeOut(node);
    this.settle(filter);
    if (this.state(node).role !== 'leader') throw new Error(`node ${node} was not elected`);
  }

  /** Terms of a node's log, from the first entry that is not compacted. */
  terms(node: number): number[] {
    return this.state(node).log.map((entry) => entry.term);
  }

  #deliverOne({ from, to, message }: InFlight): void {
    if (this.#host(to).state === null) return;
    this.delivered.set(message.kind, (this.delivered.get(message.kind) ?? 0) + 1);
    this.#step(to, (state, env) => this.#protocol.message(state, env, from, message));
  }

  #step(node: number, step: (state: RaftState, env: RaftEnv) => void): void {
    step(this.state(node), this.#env(node));
    this.#endStep(node);
  }

  #endStep(node: number): void {
    while (this.autoSync && this.#host(node).unsynced.length > 0) this.sync(node);
  }

  #host(node: number): Host {
    return this.#hosts[node] as Host;
  }

  #trace(node: number, event: TraceEvent): void {
    this.traced.push({ node, event });
    this.checker.feed(event, node, this.#host(node).incarnation, this.nowUs * 1000);
  }

  #write(node: number, records: readonly RaftRecord[], replace: boolean): void {
    const host = this.#host(node);
    host.unsynced.push({ records, replace });
    host.written++;
  }

  #effect(node: number, release: () => void): void {
    const host = this.#host(node);
    if (host.synced >= host.written) release();
    else host.held.push({ after: host.written, release });
  }

  #env(node: number): RaftEnv {
    const host = this.#host(node);
    const write = (records: readonly RaftRecord[], replace: boolean): void =>
      this.#write(node, records, replace);
    return {
      self: node,
      members: this.members,
      incarnation: host.incarnation,
      nowUs: () => this.nowUs,
      wallUs: () => this.nowUs,
      random: () => Math.imul(host.draws++ * 7 + node, 0x9e3779b1) >>> 0,
      send: (to, message) =>
        this.#effect(node, () => this.network.push({ from: node, to, message })),
      setTimer: () => {},
      cancelTimer: () => {},
      persist: (record) => write([record], false),
      checkpoint: (records) => write(records, true),
      reply: (to, reply) => this.#effect(node, () => this.answers.push({ node, to, reply })),
      trace: (event) => this.#effect(node, () => this.#trace(node, event)),
    };
  }
}

/** A disk that holds a log of entries of these terms. */
export function diskWithTerms(
  terms: readonly number[],
  term: number,
  votedFor = NOBODY,
): RaftRecord[] {
  const entries: Entry[] = terms.map((entryTerm, at) => ({
    term: entryTerm,
    command: operationCommand({ f: 'write', key: 'x', value: entryTerm * 100 + at }, 0, 0, 0),
  }));
  return [
    { kind: 'entries', from: 1, entries },
    { kind: 'vote', term, votedFor },
  ];
}

export function between(...nodes: readonly number[]): Filter {
  return ({ from, to }) => nodes.includes(from) && nodes.includes(to);
}
