/**
 * Node code of a user's own system, held to the contract of `systems/protocol.ts` on every backend:
 * what JSON cannot carry, nodes and timers that there are not, promises and clocks are told by file
 * and line, and no two nodes, and no two lives of one, share anything.
 *
 * What a node may get wrong in mid-run (a message, a delay) throws at its call and ends the node,
 * as it would in life; what is wrong with how it is written ends the run as a mistake.
 */

import { assert } from '../../checkers/assert.ts';
import { entryOf } from '../../checkers/item-at.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { Copying } from '../../systems/copying.ts';
import {
  type AnyProtocol,
  copyState,
  type Env,
  type KnownMembership,
  type NodeView,
} from '../../systems/protocol.ts';
import type { Rules } from '../../systems/system.ts';
import { fieldsOf, isObject, isWhole } from '../core/guards.ts';
import { plainCopy } from '../core/plain-data.ts';
import { shown } from '../core/shown.ts';
import {
  wrongInClientRef,
  wrongInDelay,
  wrongInNode,
  wrongInReply,
  wrongInTimer,
} from '../variants/contract.ts';
import { Supervision } from './supervision.ts';

type AnyEnv = Env<unknown, unknown>;

/** So many timers that fire at once in one instant leave no room for anything else. */
const AT_ONCE_MAX = 10_000;

/** One node from its start to its end. */
interface Life {
  readonly protocol: AnyProtocol;
  readonly members: readonly NodeId[];
  /** By what is on its way to its disk: the record that the protocol asked for. */
  readonly records: Map<object, unknown>;
  /** Timers set to fire at once, in the instant `atUs` of its clock. */
  atUs: Micros;
  atOnce: number;
}

/** `build` makes the node code anew, over `rules`, for each start of each node. */
export class OwnNode implements AnyProtocol {
  readonly #build: () => AnyProtocol;
  readonly #rules: Rules;
  readonly #supervision: Supervision;
  readonly #lives = new Map<number, Life>();
  readonly #byState = new WeakMap<object, Life>();
  /** For states that are no objects, and messages, which belong to nobody. */
  #last: Life | null = null;
  /** Of the handler at work: one at a time. */
  #env: AnyEnv | null = null;
  #atWork: Life | null = null;
  readonly #outer: AnyEnv;

  constructor(name: string, rules: Rules, build: (rules: Rules) => AnyProtocol) {
    this.#rules = rules;
    this.#build = () => build(rules);
    this.#supervision = new Supervision(
      `system ${name}`,
      'env.nowUs(), env.random() and env.setTimer() take its place',
    );
    this.#outer = this.#checkingEnv();
  }

  start: AnyProtocol['start'] = (env, options, records) => {
    const members = Object.freeze([...env.members]);
    const life = { protocol: this.#build(), members, records: new Map(), atUs: -1, atOnce: 0 };
    this.#lives.set(env.self, life);
    this.#last = life;
    const given = plainCopy(records, 'records');
    const begin = () => life.protocol.start(this.#outer, Object.freeze({ ...options }), given);
    const state = this.#step('start', env, life, begin);
    if (isObject(state)) this.#byState.set(state, life);
    return state;
  };

  message: AnyProtocol['message'] = (state, env, from, message) => {
    const life = this.#lifeOf(state, env);
    const { protocol } = life;
    const own = plainCopy(message, 'message');
    this.#step('message', env, life, () => protocol.message(state, this.#outer, from, own));
  };

  timer: AnyProtocol['timer'] = (state, env, timer) => {
    const life = this.#lifeOf(state, env);
    const { protocol } = life;
    this.#step('timer', env, life, () => protocol.timer(state, this.#outer, timer));
  };

  request: AnyProtocol['request'] = (state, env, request) => {
    const life = this.#lifeOf(state, env);
    const { protocol } = life;
    const own = plainCopy(request, 'request');
    this.#step('request', env, life, () => protocol.request(state, this.#outer, own));
  };

  durable: AnyProtocol['durable'] = (state, env, record) => {
    const life = this.#lifeOf(state, env);
    const { protocol, records } = life;
    let asked = record;
    if (isObject(record) && records.has(record)) {
      asked = records.get(record);
      records.delete(record);
    }
    this.#step('durable', env, life, () => protocol.durable(state, this.#outer, asked));
  };

  disconnected = (state: unknown, env: AnyEnv, peer: NodeId): void => {
    const life = this.#lifeOf(state, env);
    const { protocol } = life;
    this.#step('disconnected', env, life, () => protocol.disconnected?.(state, this.#outer, peer));
  };

  operate = (state: unknown, env: AnyEnv, members: readonly NodeId[]): void => {
    const life = this.#lifeOf(state, env);
    const { protocol } = life;
    const own = Object.freeze([...members]);
    this.#step('operate', env, life, () => protocol.operate?.(state, this.#outer, own));
  };

  membership = (state: unknown): KnownMembership => {
    const life = this.#lifeOfState(state);
    const known: unknown = this.#supervision.call('membership', () =>
      life.protocol.membership?.(state),
    );
    const wrong = wrongInMembership(known, life.members.length);
    if (wrong === null) return known as KnownMembership;
    throw this.#supervision.mistake(`answers ${shown(known)}: ${wrong}`, 'membership');
  };

  newDisk = (state: unknown): readonly unknown[] => {
    const { protocol } = this.#lifeOfState(state);
    const records: unknown = this.#supervision.call('newDisk', () => protocol.newDisk?.(state));
    if (Array.isArray(records)) return plainCopy(records, 'records');
    throw this.#supervision.mistake(`answers ${shown(records)}: it must be a list`, 'newDisk');
  };

  view: AnyProtocol['view'] = (state) => {
    const life = this.#lifeOfState(state);
    const view: unknown = this.#supervision.call('view', () => life.protocol.view(state));
    const wrong = wrongInView(view, life.members.length);
    if (wrong !== null) throw this.#supervision.mistake(`answers ${shown(view)}: ${wrong}`, 'view');
    return view as NodeView;
  };

  messageKind: AnyProtocol['messageKind'] = (message) => {
    const { protocol } = begun(this.#last);
    const kind: unknown = this.#supervision.call('messageKind', () =>
      protocol.messageKind(message),
    );
    if (typeof kind === 'string') return kind;
    throw this.#supervision.mistake(`answers ${shown(kind)}: it must be a text`, 'messageKind');
  };

  copy = (state: unknown, copying: Copying): unknown => {
    const life = isObject(state) ? this.#byState.get(state) : undefined;
    if (life === undefined) {
      throw this.#supervision.mistake(
        `answers ${shown(state)}: a run can be branched only where a node keeps its state in an object`,
        'start',
      );
    }
    copying.share(this.#rules);
    const copied = this.#supervision.call('copy', () => copyState(life.protocol, state, copying));
    const records = copying.data(life.records, 'what is on its way to a disk');
    // Variables of its code, outside of the state, belong to one life and cannot be copied: they begin
    // anew, so that the original is not disturbed.
    this.#byState.set(copied as object, { ...life, records, protocol: this.#build() });
    return copied;
  };

  #lifeOf(state: unknown, env: AnyEnv): Life {
    const known = isObject(state) ? this.#byState.get(state) : undefined;
    return known ?? entryOf(this.#lives, env.self);
  }

  /** Where nobody is at work: by its state, or the last that was. */
  #lifeOfState(state: unknown): Life {
    return (isObject(state) ? this.#byState.get(state) : undefined) ?? begun(this.#last);
  }

  #step<Result>(part: string, env: AnyEnv, life: Life, code: () => Result): Result {
    this.#env = env;
    this.#atWork = life;
    return this.#supervision.call(part, code);
  }

  /** What the protocol is handed: the real environment, behind the checks. */
  #checkingEnv(): AnyEnv {
    const real = () => begun(this.#env);
    const supervision = this.#supervision;
    const atWork = () => begun(this.#atWork);
    return {
      get self() {
        return real().self;
      },
      get members() {
        return atWork().members;
      },
      get incarnation() {
        return real().incarnation;
      },
      nowUs: () => supervision.ours('env.nowUs', () => real().nowUs()),
      wallUs: () => supervision.ours('env.wallUs', () => real().wallUs()),
      random: () => supervision.ours('env.random', () => real().random()),
      send: (to, message) => {
        check('env.send', wrongInNode(to, real().members.length));
        const copy = plainCopy(message, 'env.send: the message');
        supervision.ours('env.send', () => real().send(to, copy));
      },
      setTimer: (timer, delayUs) => {
        check('env.setTimer', wrongInTimer(timer) ?? wrongInDelay(delayUs));
        supervision.ours('env.setTimer', () => this.#setTimer(real(), timer, Math.ceil(delayUs)));
      },
      cancelTimer: (timer) => {
        check('env.cancelTimer', wrongInTimer(timer));
        supervision.ours('env.cancelTimer', () => real().cancelTimer(timer));
      },
      persist: (record) => {
        const copy = this.#recordOf(record, 'env.persist: the record');
        supervision.ours('env.persist', () => real().persist(copy));
      },
      checkpoint: (records) => {
        if (!Array.isArray(records)) {
          throw new TypeError(`env.checkpoint: ${shown(records)} is no list of records`);
        }
        const copies = records.map((one, at) =>
          this.#recordOf(one, `env.checkpoint: record ${at}`),
        );
        supervision.ours('env.checkpoint', () => real().checkpoint(copies));
      },
      reply: (to, reply) => {
        check('env.reply', wrongInClientRef(to));
        const wrong = wrongInReply(reply, real().members.length);
        if (wrong !== null) throw new TypeError(`env.reply: ${shown(reply)} is no reply: ${wrong}`);
        const copy = plainCopy(reply, 'env.reply: the reply');
        supervision.ours('env.reply', () => real().reply({ ...to }, copy));
      },
      trace: (event) => {
        const copy = plainCopy(event, 'env.trace: the event');
        if (typeof fieldsOf(copy)['kind'] !== 'string') {
          throw new TypeError(`env.trace: ${shown(event)} is no event (its kind must be a text)`);
        }
        supervision.ours('env.trace', () => real().trace(copy));
      },
    };
  }

  /** What goes to the disk; `durable` is told of the record that was asked for. */
  #recordOf(record: unknown, named: string): unknown {
    const copy = plainCopy(record, named);
    if (isObject(copy)) this.#atWork?.records.set(copy, record);
    return copy;
  }

  #setTimer(env: AnyEnv, timer: number, delayUs: Micros): void {
    const life = begun(this.#atWork);
    const nowUs = env.nowUs();
    if (delayUs > 0 || nowUs !== life.atUs) life.atOnce = 0;
    life.atUs = nowUs;
    if (delayUs === 0 && ++life.atOnce > AT_ONCE_MAX) {
      throw this.#supervision.mistake(
        `sets timer ${timer} to 0 again and again, and no time ever passes: delays above 0 are needed`,
      );
    }
    env.setTimer(timer, delayUs);
  }
}

function check(what: string, wrong: string | null): void {
  if (wrong !== null) throw new RangeError(`${what}: ${wrong}`);
}

function wrongInMembership(known: unknown, nodes: number): string | null {
  if (!isObject(known)) return 'it must be an object';
  const { index, isSettled, ...lists } = fieldsOf(known);
  if (!isWhole(index, 0, Number.MAX_SAFE_INTEGER)) return 'index must be a whole number from 0';
  if (typeof isSettled !== 'boolean') return 'isSettled must be true or false';
  for (const field of ['voters', 'named']) {
    const list = lists[field];
    const isList = Array.isArray(list) && list.every((node) => isWhole(node, 0, nodes));
    if (!isList) return `${field} must be a list of nodes (0 to ${nodes - 1})`;
  }
  return null;
}

function wrongInView(view: unknown, nodes: number): string | null {
  if (!isObject(view)) return 'it must be an object';
  const { role, leader, ...numbers } = fieldsOf(view);
  if (typeof role !== 'string') return 'role must be a text';
  for (const field of ['term', 'commit', 'applied']) {
    if (!Number.isFinite(numbers[field])) return `${field} must be a number`;
  }
  if (leader === null || isWhole(leader, 0, nodes)) return null;
  return `leader must be a node (0 to ${nodes - 1}), or null`;
}

/** What there is from a node's first step on. */
function begun<Present>(one: Present | null): Present {
  assert(one !== null, 'nothing is asked of a node before its first step');
  return one;
}
