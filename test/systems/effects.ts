/** A system whose nodes' effects pass through a function on their way out: for laws over all of them. */

import type { AnyProtocol, Env } from '../../systems/protocol.ts';
import type { ProtocolSystem as System } from '../../systems/system.ts';

/** What a node hands to its environment or gets back from it: messages, records, answers, events. */
export type Change = <Value>(value: Value) => Value;

/** The same system, with everything that leaves a node, and every record it starts from, changed. */
export function changingEffects(system: System, change: Change): System {
  const envs = new WeakMap<Env<unknown, unknown>, Env<unknown, unknown>>();
  const wrapped = (env: Env<unknown, unknown>): Env<unknown, unknown> => {
    const known = envs.get(env);
    if (known !== undefined) return known;
    const wrapper: Env<unknown, unknown> = {
      self: env.self,
      members: env.members,
      get incarnation() {
        return env.incarnation;
      },
      nowUs: () => env.nowUs(),
      wallUs: () => env.wallUs(),
      random: () => env.random(),
      send: (to, message) => env.send(to, change(message)),
      setTimer: (timer, delayUs) => env.setTimer(timer, delayUs),
      cancelTimer: (timer) => env.cancelTimer(timer),
      persist: (record) => env.persist(change(record)),
      checkpoint: (records) => env.checkpoint(records.map(change)),
      reply: (to, reply) => env.reply(to, change(reply)),
      trace: (event) => env.trace(change(event)),
    };
    envs.set(env, wrapper);
    return wrapper;
  };
  return {
    ...system,
    protocol(rules) {
      const inner = system.protocol(rules);
      const outer: AnyProtocol = {
        ...inner,
        start: (env, options, records) => inner.start(wrapped(env), options, records.map(change)),
        message: (state, env, from, message) => inner.message(state, wrapped(env), from, message),
        timer: (state, env, timer) => inner.timer(state, wrapped(env), timer),
        request: (state, env, request) => inner.request(state, wrapped(env), request),
        durable: (state, env, record) => inner.durable(state, wrapped(env), record),
      };
      if (inner.disconnected !== undefined) {
        outer.disconnected = (state, env, peer) => inner.disconnected?.(state, wrapped(env), peer);
      }
      return outer;
    },
  };
}

/** A copy that shares nothing with the value, made by way of text. */
export function copied<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

/** The value itself, which nobody can change any more: who tries, throws. */
export function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) frozen(part);
  return value;
}
