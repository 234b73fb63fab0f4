/** Laws that every system of the registry keeps, whatever protocol it is. */

import { describe, expect, test } from 'vitest';
import { builtIn } from '../../harness/catalogue.ts';
import { resolveConfig } from '../../harness/config.ts';
import { VirtualDriver } from '../../harness/drivers/virtual.ts';
import { simulateOnce, virtualRun } from '../../harness/simulate.ts';
import { historyLine, traceJson } from '../../harness/store/lines.ts';
import type { AnyProtocol, Env } from '../../systems/protocol.ts';
import type { System } from '../../systems/system.ts';
import { workloadServedBy, workloadsServedBy } from './workload-of.ts';

const SIZES = [1, 3, 4, 5, 7];

function configOf(system: System, nodes: number, seed: number) {
  const request = {
    system: system.name,
    workload: workloadServedBy(system),
    nodes,
    seed,
    timeLimitS: 8,
  };
  const catalogue = { ...builtIn, systems: { [system.name]: system } };
  return {
    catalogue,
    config: resolveConfig({ ...request, nemesisIntervalS: 2 }, [], () => seed, catalogue),
  };
}

/** Every byte that a run leaves. */
function recording(system: System, nodes: number, seed: number): string[] {
  const { config, catalogue } = configOf(system, nodes, seed);
  const watching = { follower: null, record: true, stopAtViolation: false };
  const driver = new VirtualDriver(virtualRun(config, [], watching, catalogue).run);
  driver.advance(Number.POSITIVE_INFINITY);
  return [...[...driver.history].map(historyLine), ...driver.takeLines().map(traceJson)];
}

const copied = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

/** The same system, with everything that leaves a node sent through text and back. */
function throughText(system: System): System {
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
      send: (to, message) => env.send(to, copied(message)),
      setTimer: (timer, delayUs) => env.setTimer(timer, delayUs),
      cancelTimer: (timer) => env.cancelTimer(timer),
      persist: (record) => env.persist(copied(record)),
      checkpoint: (records) => env.checkpoint(copied(records)),
      reply: (to, reply) => env.reply(to, copied(reply)),
      trace: (event) => env.trace(copied(event)),
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
        start: (env, options, records) => inner.start(wrapped(env), options, copied(records)),
        message: (state, env, from, message) => inner.message(state, wrapped(env), from, message),
        timer: (state, env, timer) => inner.timer(state, wrapped(env), timer),
        request: (state, env, request) => inner.request(state, wrapped(env), request),
        durable: (state, env, record) => inner.durable(state, wrapped(env), record),
      };
      return outer;
    },
  };
}

describe.each(Object.values(builtIn.systems))('$name', (system) => {
  test.each(SIZES)('is valid under every nemesis at %i nodes', (nodes) => {
    for (let seed = 1; seed <= 5; seed++) {
      const { config, catalogue } = configOf(system, nodes, seed);
      const { verdict, checks } = simulateOnce(config, [], catalogue);
      const wrong = checks.filter((check) => check.verdict.kind === 'invalid');
      expect(wrong).toEqual([]);
      expect(verdict.kind).not.toBe('invalid');
    }
  });

  test.each(workloadsServedBy(system))('serves the workload %s without an alarm', (workload) => {
    for (let seed = 1; seed <= 3; seed++) {
      const request = { system: system.name, workload, seed, timeLimitS: 8, nemesisIntervalS: 2 };
      const { checks } = simulateOnce(
        resolveConfig(request, [], () => seed),
        [],
      );
      expect(checks.filter((check) => check.verdict.kind === 'invalid')).toEqual([]);
      const clients = checks.filter(
        ({ checker }) => checker === 'linearizable' || checker === workload,
      );
      expect(clients.map(({ verdict }) => verdict.kind)).toEqual(['valid']);
    }
  });

  test('leaves the same bytes for the same seed, and others for another', () => {
    expect(recording(system, 5, 1)).toEqual(recording(system, 5, 1));
    expect(recording(system, 5, 1)).not.toEqual(recording(system, 5, 2));
  });

  test('sends and stores only what survives being written as text', () => {
    expect(recording(throughText(system), 3, 4)).toEqual(recording(system, 3, 4));
  });

  test('has variants with unique ids, each with a description', () => {
    const ids = system.variants.map((variant) => variant.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const variant of system.variants) expect(variant.describe).not.toBe('');
  });
});
