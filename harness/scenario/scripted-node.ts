/**
 * One node of a cluster that a script drives by hand: the environment that its protocol is handed.
 * Its clock is the script's, its timers fire when they are told to, and its disk syncs when asked.
 */

import { assert } from '../../checkers/assert.ts';
import { heldFor, type TraceEvent } from '../../checkers/trace.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { ClientRef, Options, Reply } from '../../systems/protocol.ts';
import { DOMAIN, drawAt, streamBase } from '../core/draw.ts';
import { type Driver, SteppedEnv, type SteppedSpec } from '../sim/stepped-env.ts';

/** What a script is to each of its nodes. */
export interface ScriptedWorld {
  readonly nowUs: Micros;
  readonly members: readonly NodeId[];
  send(from: NodeId, to: NodeId, message: unknown): void;
  reply(to: ClientRef, reply: Reply): void;
  report(node: ScriptedNode, event: TraceEvent): void;
}

export interface ScriptedNodeSpec extends Omit<SteppedSpec, 'members'> {
  readonly options: Options;
  readonly seed: number;
  /** What its disk holds before the first start, oldest first. */
  readonly records: readonly unknown[];
}

export class ScriptedNode implements Driver {
  /** Null while it is down. */
  state: unknown = null;
  up = false;
  readonly env: SteppedEnv;
  readonly #world: ScriptedWorld;
  readonly #spec: ScriptedNodeSpec;
  #drawBase = 0;
  #draws = 0;

  constructor(world: ScriptedWorld, self: NodeId, spec: ScriptedNodeSpec) {
    this.#world = world;
    this.#spec = spec;
    const { members } = world;
    this.env = new SteppedEnv(self, { ...spec, members }, this);
    const { disk } = this.env;
    for (const record of spec.records) disk.append(record);
    disk.startSync();
    disk.finishSync();
  }

  get self(): NodeId {
    return this.env.self;
  }

  get incarnation(): number {
    return this.env.incarnation;
  }

  /** When each timer that is armed is due, in microseconds. */
  get timers(): Map<number, Micros> {
    return this.env.timers;
  }

  get nowUs(): Micros {
    return this.#world.nowUs;
  }

  /** Starts from what is on the disk. */
  boot(): void {
    assert(!this.up, 'what is started was down');
    this.env.incarnation++;
    this.up = true;
    this.#draws = 0;
    const who = this.self + this.incarnation * this.env.members.length;
    this.#drawBase = streamBase(this.#spec.seed, DOMAIN.node, who);
    const { protocol, options } = this.#spec;
    this.state = protocol.start(this.env, options, this.env.disk.durable);
  }

  /** Power is lost: what was not synced is gone, with what waited for it. */
  stop(): void {
    this.up = false;
    this.state = null;
    this.env.forget();
    this.timers.clear();
    this.env.disk.crash('all-lost', 0);
  }

  /** Whether something that was written waits for a sync. */
  get isSyncDue(): boolean {
    return this.env.isSyncDue;
  }

  /** What was written becomes durable, what waited for that happens, and the protocol is told. */
  sync(): void {
    if (this.isSyncDue) this.env.sync(this.state);
  }

  random(): number {
    return drawAt(this.#drawBase, this.#draws++);
  }

  send(to: NodeId, message: unknown): void {
    this.#world.send(this.self, to, message);
  }

  reply(client: number, id: number, reply: Reply): void {
    this.#world.reply({ client, id }, reply);
  }

  trace(event: TraceEvent, askedUs: Micros): void {
    this.#world.report(this, heldFor(event, (this.nowUs - askedUs) * 1000));
  }
}
