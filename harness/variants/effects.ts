/**
 * Lets variants have their say in what a node does and in what happens to it: a protocol around a
 * protocol, so that it is the same in the simulator, in containers and in scenarios.
 */

import { assert } from '../../checkers/assert.ts';
import { entryOf } from '../../checkers/item-at.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { Copying } from '../../systems/copying.ts';
import type { Effect, NodeContext, NodeEvent } from '../../systems/effect.ts';
import { type AnyProtocol, copyState, type Env, TIMERS } from '../../systems/protocol.ts';
import { DOMAIN, Draws } from '../core/draw.ts';
import { isObject } from '../core/guards.ts';
import { decided, type Filter, filtered } from './filters.ts';

type AnyEnv = Env<unknown, unknown>;
/** The timer in which delayed effects wait: behind those that a protocol has. */
const DELAY_TIMER = TIMERS;

interface Delayed {
  readonly dueUs: Micros;
  readonly effect: Effect;
}

/** What is kept for a node beside the protocol's own state, from one start to the next. */
interface Side {
  /** Whose draws, in which life. */
  readonly who: number;
  readonly delayed: Delayed[];
  /** One for each question. */
  readonly draws: Draws;
  /** By record as it was written: the one that the protocol asked for; null for none of its own. */
  readonly asked: Map<unknown, unknown>;
  /** Asked for and never written, of which the node knows nothing. */
  unwritten: unknown[];
}

export interface Filters {
  readonly effects: readonly Filter[];
  readonly events: readonly Filter[];
  readonly start: readonly Filter[];
}

/** The protocol under these variants. `seed` is that of the run. */
export function filteredProtocol(
  protocol: AnyProtocol,
  filters: Filters,
  seed: number,
): AnyProtocol {
  if (Object.values(filters).every((one) => one.length === 0)) return protocol;
  return new FilteredProtocol(protocol, filters, seed);
}

/** What variants keep for a node beside its state, between two steps; null where they keep nothing. */
export function keptBeside(protocol: AnyProtocol, state: unknown): unknown {
  return protocol instanceof FilteredProtocol ? protocol.keptBeside(state) : null;
}

class FilteredProtocol implements AnyProtocol {
  readonly #inner: AnyProtocol;
  readonly #filters: Filters;
  readonly #seed: number;
  readonly #sides = new WeakMap<object, Side>();
  /** By node: for states that are no objects. */
  readonly #lastSides = new Map<number, Side>();
  /** What the node at hand is handling: handlers are not entered again while one runs. */
  #env: AnyEnv | null = null;
  #atWork: Side | null = null;
  #state: unknown = null;
  #event: NodeEvent | null = null;
  readonly #outer: AnyEnv;

  constructor(inner: AnyProtocol, filters: Filters, seed: number) {
    this.#inner = inner;
    this.#filters = filters;
    this.#seed = seed;
    this.#outer = this.#filteringEnv();
  }

  start: AnyProtocol['start'] = (env, options, records) => {
    const { members, self, incarnation } = env;
    const side = newSide(this.#seed, self + incarnation * members.length);
    this.#lastSides.set(self, side);
    this.#enter(env, null, null);
    let read = records;
    for (const filter of this.#filters.start) {
      read = decided(filter, read, read, this.#context()) as readonly unknown[];
    }
    const state = this.#inner.start(this.#outer, options, read);
    if (isObject(state)) this.#sides.set(state, side);
    this.#leave(env, state);
    return state;
  };

  message: AnyProtocol['message'] = (state, env, from, message) =>
    this.#happen(state, env, { kind: 'message', from, message });

  request: AnyProtocol['request'] = (state, env, request) =>
    this.#happen(state, env, { kind: 'request', request });

  operate: NonNullable<AnyProtocol['operate']> = (state, env, members) =>
    this.#happen(state, env, { kind: 'operate', members });

  membership: NonNullable<AnyProtocol['membership']> = (state) =>
    (this.#inner.membership as NonNullable<AnyProtocol['membership']>)(state);

  newDisk: NonNullable<AnyProtocol['newDisk']> = (state) =>
    (this.#inner.newDisk as NonNullable<AnyProtocol['newDisk']>)(state);

  disconnected = (state: unknown, env: AnyEnv, peer: NodeId): void =>
    this.#happen(state, env, { kind: 'disconnected', peer });

  timer: AnyProtocol['timer'] = (state, env, timer) => {
    if (timer === DELAY_TIMER) this.#releaseDelayed(state, env);
    else this.#happen(state, env, { kind: 'timer', timer });
  };

  durable: AnyProtocol['durable'] = (state, env, record) => {
    const { asked } = this.#side(state, env);
    const known = asked.has(record) ? asked.get(record) : record;
    asked.delete(record);
    if (known !== null) this.#happen(state, env, { kind: 'durable', record: known });
  };

  view: AnyProtocol['view'] = (state) => this.#inner.view(state);
  messageKind: AnyProtocol['messageKind'] = (message) => this.#inner.messageKind(message);

  copy = (state: unknown, copying: Copying): unknown => {
    const copied = copyState(this.#inner, state, copying);
    const original = isObject(state) ? this.#sides.get(state) : undefined;
    assert(original !== undefined && isObject(copied), 'a state that is copied is an object');
    this.#sides.set(copied, copySide(original, copying));
    return copied;
  };

  keptBeside(state: unknown): unknown {
    const side = isObject(state) ? this.#sides.get(state) : undefined;
    return side === undefined || side.delayed.length === 0 ? null : side.delayed;
  }

  #side(state: unknown, env: AnyEnv): Side {
    const known = isObject(state) ? this.#sides.get(state) : undefined;
    return known ?? entryOf(this.#lastSides, env.self);
  }

  #enter(env: AnyEnv, state: unknown, event: NodeEvent | null): void {
    this.#env = env;
    this.#atWork = this.#side(state, env);
    this.#state = state;
    this.#event = event;
  }

  /** The end of a step: what was never written counts as written, since the node is not told. */
  #leave(env: AnyEnv, state: unknown): void {
    const side = this.#side(state, env);
    while (side.unwritten.length > 0) {
      const records = side.unwritten;
      side.unwritten = [];
      for (const record of records) this.#handle(state, env, { kind: 'durable', record });
    }
  }

  #happen(state: unknown, env: AnyEnv, event: NodeEvent): void {
    this.#enter(env, state, null);
    const events = filtered(this.#filters.events, event, this.#context());
    for (const one of events) this.#handle(state, env, one);
    this.#leave(env, state);
  }

  #handle(state: unknown, env: AnyEnv, event: NodeEvent): void {
    this.#enter(env, state, event);
    const inner = this.#inner;
    switch (event.kind) {
      case 'message':
        inner.message(state, this.#outer, event.from, event.message);
        break;
      case 'timer':
        inner.timer(state, this.#outer, event.timer);
        break;
      case 'request':
        inner.request(state, this.#outer, event.request);
        break;
      case 'durable':
        inner.durable(state, this.#outer, event.record);
        break;
      case 'operate':
        inner.operate?.(state, this.#outer, event.members);
        break;
      case 'disconnected':
        inner.disconnected?.(state, this.#outer, event.peer);
        break;
    }
  }

  #context(): NodeContext {
    const env = this.#env as AnyEnv;
    const nowUs = env.nowUs();
    return {
      self: env.self,
      members: env.members,
      incarnation: env.incarnation,
      nowUs,
      state: this.#state,
      ...(this.#event === null ? {} : { event: this.#event }),
      draw: (this.#atWork as Side).draws.next(nowUs),
    };
  }

  /** What the protocol is handed: the real environment, behind the variants. */
  #filteringEnv(): AnyEnv {
    const real = () => this.#env as AnyEnv;
    const effect = (one: Effect) => this.#effect(one);
    return {
      get self() {
        return real().self;
      },
      get members() {
        return real().members;
      },
      get incarnation() {
        return real().incarnation;
      },
      nowUs: () => real().nowUs(),
      wallUs: () => real().wallUs(),
      random: () => real().random(),
      trace: (event) => real().trace(event),
      send: (to, message) => effect({ kind: 'send', to, message }),
      reply: (to, reply) => effect({ kind: 'reply', to, reply }),
      persist: (record) => effect({ kind: 'persist', record }),
      checkpoint: (records) => effect({ kind: 'checkpoint', records }),
      setTimer: (timer, delayUs) => effect({ kind: 'set-timer', timer, delayUs }),
      cancelTimer: (timer) => effect({ kind: 'cancel-timer', timer }),
    };
  }

  #effect(effect: Effect): void {
    const env = this.#env as AnyEnv;
    if (this.#filters.effects.length === 0) {
      carryOut(env, effect);
      return;
    }
    const made = filtered(this.#filters.effects, effect, this.#context());
    if (effect.kind === 'persist') this.#noteWritten(effect.record, made);
    for (const one of made) {
      if (one.afterUs === undefined || one.afterUs === 0) carryOut(env, one);
      else this.#delay(env, one, one.afterUs);
    }
  }

  /** The node is told that its record is durable when the last of what was made of it is. */
  #noteWritten(record: unknown, made: readonly Effect[]): void {
    const side = this.#atWork as Side;
    const written = made.flatMap((one) => (one.kind === 'persist' ? [one.record] : []));
    const last = written.pop();
    if (last === undefined) {
      side.unwritten.push(record);
      return;
    }
    for (const one of written) if (one !== last) side.asked.set(one, null);
    if (last !== record) side.asked.set(last, record);
  }

  #delay(env: AnyEnv, effect: Effect, delayUs: Micros): void {
    const { delayed } = this.#atWork as Side;
    delayed.push({ dueUs: env.nowUs() + delayUs, effect });
    armDelays(env, delayed);
  }

  #releaseDelayed(state: unknown, env: AnyEnv): void {
    const { delayed } = this.#side(state, env);
    const nowUs = env.nowUs();
    const due = delayed.filter(({ dueUs }) => dueUs <= nowUs).sort((a, b) => a.dueUs - b.dueUs);
    const later = delayed.filter(({ dueUs }) => dueUs > nowUs);
    delayed.splice(0, delayed.length, ...later);
    for (const { effect } of due) carryOut(env, effect);
    armDelays(env, delayed);
  }
}

function newSide(seed: number, who: number): Side {
  const draws = new Draws(seed, DOMAIN.variant, who);
  return { who, delayed: [], draws, asked: new Map(), unwritten: [] };
}

function copySide(original: Side, copying: Copying): Side {
  const { delayed, asked, unwritten } = original;
  const side = newSide(copying.seed, original.who);
  side.draws.copyFrom(original.draws);
  return { ...side, ...copying.data({ delayed, asked, unwritten }, 'what a variant keeps') };
}

function armDelays(env: AnyEnv, delayed: readonly Delayed[]): void {
  if (delayed.length === 0) return;
  const dueUs = delayed.reduce(
    (least, one) => Math.min(least, one.dueUs),
    Number.POSITIVE_INFINITY,
  );
  env.setTimer(DELAY_TIMER, Math.max(0, dueUs - env.nowUs()));
}

function carryOut(env: AnyEnv, effect: Effect): void {
  switch (effect.kind) {
    case 'send':
      env.send(effect.to, effect.message);
      break;
    case 'reply':
      env.reply(effect.to, effect.reply);
      break;
    case 'persist':
      env.persist(effect.record);
      break;
    case 'checkpoint':
      env.checkpoint(effect.records);
      break;
    case 'set-timer':
      env.setTimer(effect.timer, effect.delayUs);
      break;
    case 'cancel-timer':
      env.cancelTimer(effect.timer);
      break;
  }
}
