/**
 * One step of one node, without time: protocol code over a copy of the node's state, and what came of
 * it. The environment is that of any host (`core/outbox.ts` is the barrier); what differs is said in
 * `README.md`: a sync takes no time, but a crash may come before it; the clock stands still, but for
 * timers, which fire when they are due; what is drawn at random is always the same.
 */

import { assert } from '../../checkers/assert.ts';
import { heldFor, type TraceEvent } from '../../checkers/trace.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import {
  type ClientRef,
  copyState,
  type Options,
  type Reply,
  type Request,
} from '../../systems/protocol.ts';
import { DataCopying } from '../core/copying.ts';
import { endsItsNode, panicOf } from '../core/panics.ts';
import { Disk } from '../sim/disk.ts';
import { type Driver, SteppedEnv, type SteppedSpec } from '../sim/stepped-env.ts';

/** A node between two steps. Never changed: a step works on a copy. */
export interface NodeImage {
  readonly self: NodeId;
  readonly up: boolean;
  readonly incarnation: number;
  /** Null while it is down. */
  readonly state: unknown;
  /** When each timer that is armed is due, on the node's own clock. */
  readonly timers: ReadonlyMap<number, Micros>;
  readonly clockUs: Micros;
  readonly disk: Disk;
}

/** What may happen to a node. `tail`: how much of what was not synced a crash leaves (`Disk.crash`). */
export type NodeInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'crash'; readonly tail: number }
  | { readonly kind: 'message'; readonly from: NodeId; readonly message: unknown }
  | { readonly kind: 'timer'; readonly timer: number }
  | { readonly kind: 'request'; readonly request: Request }
  | { readonly kind: 'disconnected'; readonly peer: NodeId };

/** What left the node in a step, in order, and what is left of it. */
export interface NodeOutcome {
  readonly image: NodeImage;
  readonly sends: readonly { readonly to: NodeId; readonly message: unknown }[];
  readonly events: readonly TraceEvent[];
  readonly replies: readonly { readonly to: ClientRef; readonly reply: Reply }[];
  /** Whether power was lost in the middle of the step, before a sync. */
  readonly crashed: boolean;
}

export interface ModelNodeSpec extends SteppedSpec {
  readonly options: Options;
}

/** What every draw comes to: the middle, so that waits are neither the shortest nor the longest. */
const DRAW = 2 ** 31;
/** A timer that does nothing but wait on fires again at once, so often at most. */
const WAITS_MAX = 8;
/** The bit of a crash's draw that settles whether a rename reached the disk (`Disk.crash`). */
const DIRECTORY = 1 << 16;

/** All nodes, one step at a time. */
export class ModelNode implements Driver {
  nowUs: Micros = 0;
  readonly #spec: ModelNodeSpec;
  readonly #env: SteppedEnv;
  #state: unknown = null;
  #up = false;
  #sends: { to: NodeId; message: unknown }[] = [];
  #events: TraceEvent[] = [];
  #replies: { to: ClientRef; reply: Reply }[] = [];
  /** What comes of it if power is lost on the way. */
  #crashes: NodeOutcome[] = [];

  constructor(spec: ModelNodeSpec) {
    this.#spec = spec;
    this.#env = new SteppedEnv(0, spec, this);
  }

  random(): number {
    return DRAW;
  }

  send(to: NodeId, message: unknown): void {
    this.#sends.push({ to, message });
  }

  reply(client: number, id: number, reply: Reply): void {
    this.#replies.push({ to: { client, id }, reply });
  }

  trace(event: TraceEvent): void {
    this.#events.push(heldFor(event, 0));
  }

  /** A node that was never started. */
  unborn(self: NodeId): NodeImage {
    const disk = new Disk(this.#spec.diskHabits);
    return { self, up: false, incarnation: 0, state: null, timers: new Map(), clockUs: 0, disk };
  }

  /** All that may come of it: first what does if nothing goes wrong, then crashes on the way. */
  step(image: NodeImage, input: NodeInput): readonly NodeOutcome[] {
    assert(image.up === (input.kind !== 'start'), 'what is down can only start');
    this.#enter(image);
    if (input.kind === 'crash') this.#powerLost(input.tail);
    else this.#run(input);
    return [this.#outcome(false), ...this.#crashes];
  }

  /** The ways in which a crash may treat what is not synced. */
  tails({ disk }: Pick<NodeImage, 'disk'>): readonly number[] {
    const { diskHabits } = this.#spec;
    const kept = Array.from({ length: disk.written - disk.durableCount + 1 }, (_, at) => at);
    return diskHabits?.rename === 'unsynced'
      ? kept.flatMap((tail) => [tail, tail + DIRECTORY])
      : kept;
  }

  /** The timers that are due first. */
  nextTimers({ timers }: Pick<NodeImage, 'timers'>): readonly number[] {
    let firstUs = Number.POSITIVE_INFINITY;
    for (const dueUs of timers.values()) firstUs = Math.min(firstUs, dueUs);
    return [...timers].filter(([, dueUs]) => dueUs === firstUs).map(([timer]) => timer);
  }

  #enter(image: NodeImage): void {
    const copying = new DataCopying(0);
    this.#env.self = image.self;
    this.#env.incarnation = image.incarnation;
    this.#env.timers = new Map(image.timers);
    this.#env.disk = this.#copyOf(image.disk, copying);
    this.#env.forget();
    this.#up = image.up;
    this.nowUs = image.clockUs;
    const { protocol } = this.#spec;
    this.#state = image.up ? copyState(protocol, image.state, copying) : null;
    this.#sends = [];
    this.#events = [];
    this.#replies = [];
    this.#crashes = [];
  }

  #copyOf(disk: Disk, copying: DataCopying): Disk {
    const copy = new Disk(this.#spec.diskHabits);
    copy.copyFrom(disk, copying);
    return copy;
  }

  #outcome(crashed: boolean): NodeOutcome {
    const image = {
      self: this.#env.self,
      up: this.#up,
      incarnation: this.#env.incarnation,
      state: this.#state,
      timers: this.#env.timers,
      clockUs: this.nowUs,
      disk: this.#env.disk,
    };
    return {
      image,
      sends: this.#sends,
      events: this.#events,
      replies: this.#replies,
      crashed,
    };
  }

  /** Runs protocol code to the end of its step; a node whose code throws stops, as a process would. */
  #run(input: Exclude<NodeInput, { kind: 'crash' }>): void {
    try {
      this.#handle(input);
      while (this.#env.isSyncDue) {
        this.#mayCrash();
        this.#env.sync(this.#state);
      }
    } catch (error) {
      if (!endsItsNode(error)) throw error;
      this.#env.forget();
      this.#events.push(panicOf(error));
      this.#stop('all-lost', 0);
    }
  }

  #handle(input: Exclude<NodeInput, { kind: 'crash' }>): void {
    const { protocol, options } = this.#spec;
    switch (input.kind) {
      case 'start':
        this.#env.incarnation++;
        this.#up = true;
        this.#state = protocol.start(this.#env, options, this.#env.disk.durable);
        break;
      case 'message':
        protocol.message(this.#state, this.#env, input.from, input.message);
        break;
      case 'timer':
        this.#fire(input.timer);
        break;
      case 'request':
        protocol.request(this.#state, this.#env, input.request);
        break;
      case 'disconnected':
        protocol.disconnected?.(this.#state, this.#env, input.peer);
        break;
    }
  }

  /** The clock stands where the timer is due. A timer that finds that it has to wait on waits on. */
  #fire(timer: number): void {
    for (let waits = 0; waits < WAITS_MAX; waits++) {
      const dueUs = this.#env.timers.get(timer);
      assert(dueUs !== undefined, 'a timer that fires is armed');
      this.#env.timers.delete(timer);
      this.nowUs = Math.max(this.nowUs, dueUs);
      this.#spec.protocol.timer(this.#state, this.#env, timer);
      const didNothing = !this.#hasActed && this.#env.disk.written === this.#env.disk.durableCount;
      const isNext = this.nextTimers({ timers: this.#env.timers }).includes(timer);
      if (!didNothing || !isNext || this.#env.isSyncDue) return;
    }
  }

  get #hasActed(): boolean {
    return this.#sends.length + this.#events.length + this.#replies.length > 0;
  }

  /**
   * Power may be lost before the sync that is due. If nothing has left the node and nothing reaches
   * its disk, that is a crash before the step; if everything reaches the disk, one after it.
   */
  #mayCrash(): void {
    const tails = this.tails({ disk: this.#env.disk });
    const all = this.#env.disk.written - this.#env.disk.durableCount;
    for (const tail of tails) {
      if ((tail === 0 && !this.#hasActed) || tail === all) continue;
      const disk = this.#copyOf(this.#env.disk, new DataCopying(0));
      disk.crash('prefix', tail);
      const { self, incarnation } = this.#env;
      const down = { up: false, state: null, timers: new Map<number, Micros>() };
      this.#crashes.push({
        image: { self, incarnation, clockUs: this.nowUs, disk, ...down },
        sends: [...this.#sends],
        events: [...this.#events, { kind: 'crash' }],
        replies: [...this.#replies],
        crashed: true,
      });
    }
  }

  #powerLost(tail: number): void {
    this.#events.push({ kind: 'crash' });
    this.#stop(this.#spec.diskHabits?.tornTail === 'accept' ? 'torn' : 'prefix', tail);
  }

  #stop(model: Parameters<Disk['crash']>[0], tail: number): void {
    this.#env.disk.crash(model, tail);
    this.#up = false;
    this.#state = null;
    this.#env.timers = new Map();
  }
}
