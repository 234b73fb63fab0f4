/**
 * Traces that end anywhere, as files that are read while their nodes run do: no correct protocol
 * is accused, whatever the ends, and what is wrong in a whole trace is still found.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TraceLine } from '../../checkers/trace.ts';
import { builtIn } from '../../harness/config/catalogue.ts';
import { resolveConfig } from '../../harness/config/config.ts';
import type { StampedLine } from '../../harness/host/causality.ts';
import { mergeTraces } from '../../harness/host/node-traces.ts';
import { TraceFollower } from '../../harness/judge/trace-follower.ts';
import { virtualRun } from '../../harness/run/simulate.ts';
import { VirtualDriver } from '../../harness/run/virtual.ts';
import { builtInVariant } from '../../harness/variants/variants.ts';
import type { ClientEnv, ClientProtocol } from '../../systems/client.ts';
import { systems } from '../../systems/index.ts';
import type { AnyProtocol, Env, Reply, Request } from '../../systems/protocol.ts';
import type { HuntSettings, ProtocolSystem as System } from '../../systems/system.ts';

/** How far a node's trace had come: lines of one life, on top of all earlier lives. */
const LIFE = 1e9;
type Knowledge = number[];

interface Stamped {
  readonly stamp: Knowledge;
  readonly inner: unknown;
}

/** The system with stamps on all that its nodes and clients hand to one another, or to a disk. */
function stamping(system: System): { system: System; after: Map<string, Knowledge> } {
  /** By place of the line: what its writer had heard of. */
  const after = new Map<string, Knowledge>();
  const nodes = new Map<number, Knowledge>();
  const clients: Knowledge = [];
  const merge = (into: Knowledge, from: Knowledge) => {
    for (const [node, count] of from.entries()) into[node] = Math.max(into[node] ?? 0, count ?? 0);
  };
  const open = (known: Knowledge, stamped: unknown) => {
    const { stamp, inner } = stamped as Stamped;
    merge(known, stamp);
    return inner;
  };
  const envs = new WeakMap<object, Env<unknown, unknown>>();
  const wrapped = (env: Env<unknown, unknown>) => {
    const known = nodes.get(env.self) as Knowledge;
    const pack = (inner: unknown): Stamped => ({ stamp: [...known], inner });
    const outer: Env<unknown, unknown> = {
      self: env.self,
      members: env.members,
      incarnation: env.incarnation,
      nowUs: () => env.nowUs(),
      wallUs: () => env.wallUs(),
      random: () => env.random(),
      setTimer: (timer, delayUs) => env.setTimer(timer, delayUs),
      cancelTimer: (timer) => env.cancelTimer(timer),
      send: (to, message) => env.send(to, pack(message)),
      persist: (record) => env.persist(pack(record)),
      checkpoint: (records) => env.checkpoint(records.map(pack)),
      reply: (to, reply) => env.reply(to, Object.assign({ stamp: [...known] }, reply)),
      trace(event) {
        const own = known[env.self] as number;
        after.set(`${env.self}:${own}`, [...known]);
        known[env.self] = own + 1;
        env.trace(event);
      },
    };
    envs.set(env, outer);
    return outer;
  };
  const of = (env: Env<unknown, unknown>) => envs.get(env) as Env<unknown, unknown>;
  const knownBy = (env: Env<unknown, unknown>) => nodes.get(env.self) as Knowledge;
  return {
    after,
    system: {
      ...system,
      protocol(rules) {
        const inner = system.protocol(rules);
        const outer: AnyProtocol = {
          ...inner,
          start(env, options, records) {
            const known: Knowledge = [];
            nodes.set(env.self, known);
            const own = records.map((record) => open(known, record));
            known[env.self] = env.incarnation * LIFE;
            return inner.start(wrapped(env), options, own);
          },
          message: (state, env, from, message) =>
            inner.message(state, of(env), from, open(knownBy(env), message)),
          timer: (state, env, timer) => inner.timer(state, of(env), timer),
          request: (state, env, request) => {
            merge(knownBy(env), (request as Request & { stamp: Knowledge }).stamp);
            inner.request(state, of(env), request);
          },
          durable: (state, env, record) => inner.durable(state, of(env), (record as Stamped).inner),
          disconnected: (state, env, peer) => inner.disconnected?.(state, of(env), peer),
          messageKind: (message) => inner.messageKind((message as Stamped).inner),
        };
        return outer;
      },
      client(rules) {
        const inner = system.client(rules);
        const told = (env: ClientEnv): ClientEnv => ({
          client: env.client,
          nodes: env.nodes,
          nowUs: () => env.nowUs(),
          random: () => env.random(),
          send: (to, request) => env.send(to, Object.assign({ stamp: [...clients] }, request)),
          setTimer: (delayUs) => env.setTimer(delayUs),
          cancelTimer: () => env.cancelTimer(),
          complete: (outcome) => env.complete(outcome),
        });
        const outer: ClientProtocol = {
          start: (env) => inner.start(told(env)),
          invoke: (state, env, operation) => inner.invoke(state, told(env), operation),
          timer: (state, env) => inner.timer(state, told(env)),
          reply(state, env, from, to, reply) {
            merge(clients, (reply as Reply & { stamp: Knowledge }).stamp);
            inner.reply(state, told(env), from, to, reply);
          },
        };
        return outer;
      },
    },
  };
}

interface Recording {
  /** By node, as its file has them. */
  readonly nodes: readonly (readonly StampedLine[])[];
  /** What the harness wrote. */
  readonly crashes: readonly TraceLine[];
}

/** One simulated run, its trace as files of nodes would have it. */
function record(plain: System, settings: HuntSettings, seed: number, mutant?: string): Recording {
  const { system, after } = stamping(plain);
  const catalogue = { ...builtIn, systems: { ...builtIn.systems, [system.name]: system } };
  const variants = mutant === undefined ? [] : [builtInVariant(plain, mutant)];
  const hunts = variants.map(({ hunt }) => hunt ?? {});
  const request = { system: system.name, seed, ...settings };
  const config = resolveConfig(request, hunts, () => seed, catalogue);
  const watching = { follower: null, record: true, stopAtViolation: false };
  const driver = new VirtualDriver(virtualRun(config, variants, watching, catalogue).run);
  driver.advance(Number.POSITIVE_INFINITY);
  const lines = driver.takeLines();
  const crashes = lines.filter(({ event }) => event.kind === 'crash');
  const own = Array.from({ length: config.nodes }, (_, node) =>
    lines.filter((line) => line.node === node && line.event.kind !== 'crash'),
  );
  const placeOf = ({ incarnation, sequence }: TraceLine) => incarnation * LIFE + sequence;
  const places = own.map((all) => all.map(placeOf));
  const nodes = own.map((all, node) =>
    all.map((line) => {
      const known = after.get(`${node}:${placeOf(line)}`);
      if (known === undefined) return line;
      return { ...line, after: places.map((of, at) => countBelow(of, known[at] ?? 0)) };
    }),
  );
  return { nodes, crashes };
}

/** How many of these ascending numbers are smaller. */
function countBelow(ascending: readonly number[], limit: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function violations(system: System, lines: readonly TraceLine[]): string[] {
  const follower = new TraceFollower(system);
  follower.feedAll(lines, null);
  return follower.violations.map(({ property, because }) => `${property}: ${because}`);
}

const SETTINGS: HuntSettings = { nodes: 3, timeLimitS: 6, nemesisIntervalS: 1, rate: 200 };
/** Each is found in this trace as a whole. */
const PLANTED: Readonly<Record<string, { readonly mutant: string; readonly seed: number }>> = {
  'basic-paxos': { mutant: 'px-quorum-half', seed: 1 },
  'multi-paxos': { mutant: 'mp-quorum-half', seed: 1 },
  'fast-paxos': { mutant: 'fp-fast-quorum-majority', seed: 1 },
  raft: { mutant: 'rf-quorum-half', seed: 1 },
  zab: { mutant: 'zb-quorum-half', seed: 1 },
};

describe.each(Object.values(systems))('$name', (system) => {
  const recording = record(system, SETTINGS, 5);
  const ends = fc.tuple(
    ...recording.nodes.map(({ length }) =>
      // A trace that ends early among whole ones shows most.
      fc.oneof(fc.constant(length), fc.nat(length), fc.integer({ min: length >> 1, max: length })),
    ),
  );
  const cutAt = (within: readonly number[]) =>
    recording.nodes.map((lines, node) => lines.slice(0, within[node]));

  test('is accused of nothing, wherever the traces of its nodes end', () => {
    const bare = (lines: readonly StampedLine[]) =>
      lines.map(({ time, node, incarnation, sequence, lamport, event }) => {
        return { time, node, incarnation, sequence, lamport, event };
      });
    let accused = 0;
    fc.assert(
      fc.property(ends, (within) => {
        const cut = cutAt(within);
        expect(violations(system, mergeTraces(cut, recording.crashes))).toEqual([]);
        // Without what the stamps tell, the same traces would be taken for a violation.
        const torn = mergeTraces(cut.map(bare), recording.crashes);
        if (violations(system, torn).length > 0) accused++;
      }),
      { numRuns: 25 },
    );
    expect(accused).toBeGreaterThan(0);
  });

  test('is whole where its traces are', () => {
    const { nodes, crashes } = recording;
    const merged = mergeTraces(nodes, crashes);
    expect(merged.length).toBe(nodes.flat().length + crashes.length);
    expect(violations(system, merged)).toEqual([]);
  });

  test('is still accused of what is wrong in it', () => {
    const { mutant, seed } = PLANTED[system.name] as { mutant: string; seed: number };
    const { nodes, crashes } = record(system, {}, seed, mutant);
    expect(violations(system, mergeTraces(nodes, crashes))).not.toEqual([]);
  });
});
