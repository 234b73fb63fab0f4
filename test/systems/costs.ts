/**
 * What one operation costs a protocol: messages between nodes, syncs of disks, and round trips
 * between nodes until its answer. Counted in a simulated cluster of five without faults, where
 * every message takes one millisecond and a disk no time, and one client works at a time.
 * Heartbeats are ten seconds apart, and what an idle cluster sends is taken off.
 */

import { OK } from '../../checkers/history.ts';
import { builtIn, type Catalogue } from '../../harness/config/catalogue.ts';
import { resolveConfig } from '../../harness/config/config.ts';
import { virtualRun } from '../../harness/run/simulate.ts';
import { runVirtual } from '../../harness/run/virtual.ts';
import type { VirtualResult } from '../../harness/run/virtual-run.ts';
import type { Operation } from '../../systems/operations.ts';
import type { Options } from '../../systems/protocol.ts';
import type { System } from '../../systems/system.ts';
import type { Workload } from '../../workloads/workload.ts';

const OPERATIONS = 300;
const GAP_US = 40_000;
const LATENCY_US = 1_000;

/** One operation every 40 ms, each on a key of its own or on one that has a value. */
function steady(
  name: string,
  operations: number,
  operationAt: (id: number) => Operation,
): Workload {
  return {
    name,
    describe: name,
    operations: [],
    model: 'write-once',
    initial: null,
    options: {},
    plan: () =>
      Array.from({ length: operations }, (_, id) => {
        const { f, key, value } = operationAt(id);
        return { id, client: 0, atUs: id * GAP_US, f, key, value };
      }),
    settle: ({ f, key, value }) => ({ f, key, value }),
    finalReads: () => [],
  };
}

/** The first operations find the leader and open the session: they are not counted. */
const FIRST = 10;

const writes = steady('writes', OPERATIONS, (id) => ({ f: 'propose', key: `k${id}`, value: id }));
const reads = steady('reads', OPERATIONS, (id) =>
  id < FIRST ? { f: 'propose', key: `k${id}`, value: id } : { f: 'read', key: 'k0', value: null },
);
const idle = steady('idle', FIRST, (id) => ({ f: 'propose', key: `k${id}`, value: id }));

/** Slow heartbeats, of the systems that have such an option: confirming reads replaces some. */
const QUIET: Options = { heartbeatMs: 10_000, electionTimeoutMs: 20_000 };

function quiet(system: System): Options {
  const names = Object.keys(QUIET).filter((name) => Object.hasOwn(system.options, name));
  return Object.fromEntries(names.map((name) => [name, QUIET[name] as number]));
}

/** The defaults, and each other way of reading or learning that a system has. */
export function waysOf(system: System): Options[] {
  const ways: Options[] = [{}];
  for (const name of ['reads', 'distinguishedLearner', 'rounds']) {
    const spec = system.options[name];
    if (spec === undefined) continue;
    const values = 'choices' in spec ? spec.choices : [true, false];
    for (const value of values) if (value !== spec.default) ways.push({ [name]: value });
  }
  return ways;
}

function run(system: System, way: Options, workload: Workload): VirtualResult {
  const catalogue: Catalogue = { ...builtIn, workloads: { [workload.name]: workload } };
  const request = {
    system: system.name,
    workload: workload.name,
    nodes: 5,
    concurrency: 1,
    nemesis: ['none'],
    seed: 1,
    timeLimitS: Math.ceil((OPERATIONS * GAP_US) / 1e6) + 1,
    set: {
      ...quiet(system),
      ...way,
      'network.latencyMinUs': LATENCY_US,
      'network.latencyMaxUs': LATENCY_US,
      'network.lossPpm': 0,
      'network.duplicatePpm': 0,
      'network.latePpm': 0,
      'disk.syncMinUs': 0,
      'disk.syncMaxUs': 0,
    },
  };
  const config = resolveConfig(request, [], () => 1, catalogue);
  const watching = { follower: null, record: false, stopAtViolation: false };
  return runVirtual(virtualRun(config, [], watching, catalogue).run);
}

/** Middle of the time from invocation to answer, in round trips between nodes. */
function roundTrips({ history }: VirtualResult): number {
  const took: number[] = [];
  for (let index = 1; index < history.length; index++) {
    if (history.type[index] !== OK) continue;
    took.push(history.time.get(index) - history.time.get(index - 1));
  }
  took.sort((a, b) => a - b);
  const middleUs = (took[took.length >> 1] ?? 0) / 1000;
  // The client's own request and answer are not the protocol's.
  return (middleUs - 2 * LATENCY_US) / (2 * LATENCY_US);
}

export interface Cost {
  readonly messages: number;
  readonly syncs: number;
  readonly roundTrips: number;
}

/** Means per operation, but for the round trips: there the middle one. */
export function costOf(system: System, way: Options, kind: 'write' | 'read'): Cost {
  const still = run(system, way, idle);
  const busy = run(system, way, kind === 'write' ? writes : reads);
  const counted = OPERATIONS - FIRST;
  return {
    messages: (busy.messages - still.messages) / counted,
    syncs: (busy.syncs - still.syncs) / counted,
    roundTrips: roundTrips(busy),
  };
}
