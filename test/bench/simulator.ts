/**
 * `npm run bench`: simulator events per second, and simulated seconds per real second, of five-node
 * Raft with agreement checking on; how both change with nodes and clients; what checking costs; the
 * same of every system of the registry; and what a copy of a run of each costs.
 */

import { systemNamed } from '../../harness/config/catalogue.ts';
import { type RunRequest, resolveConfig } from '../../harness/config/config.ts';
import { TraceFollower } from '../../harness/judge/trace-follower.ts';
import { virtualRun } from '../../harness/run/simulate.ts';
import { runVirtual, VirtualDriver } from '../../harness/run/virtual.ts';
import { systems } from '../../systems/index.ts';
import { workloadServedBy } from '../systems/workload-of.ts';

const ROUNDS = 7;
const COPIES = 50;
/** Events after which a run is copied: about ten seconds of Raft. */
const COPIED_AT = 20_000;

interface Sample {
  readonly eventsPerS: number;
  readonly timesReal: number;
}

/** One setting's samples; settings are interleaved, so that a busy machine hits all alike. */
interface Setting {
  readonly name: string;
  readonly request: RunRequest;
  readonly checked: boolean;
  readonly samples: Sample[];
}

function setting(name: string, request: Partial<RunRequest>, checked = true): Setting {
  return { name, request: { system: 'raft', timeLimitS: 300, ...request }, checked, samples: [] };
}

const settings = [
  setting('5 nodes, 10 clients, all faults (default)', {}),
  setting('5 nodes, 10 clients, no faults', { nemesis: ['none'] }),
  setting('5 nodes, 10 clients, no faults, unchecked', { nemesis: ['none'] }, false),
  setting('3 nodes, 10 clients, no faults', { nodes: 3, nemesis: ['none'] }),
  setting('7 nodes, 10 clients, no faults', { nodes: 7, nemesis: ['none'] }),
  setting('5 nodes, 100 clients at 1000/s', {
    concurrency: 100,
    rate: 1000,
    timeLimitS: 30,
    nemesis: ['none'],
  }),
  ...Object.values(systems).map((system) =>
    setting(`${system.name}, 5 nodes, all faults`, {
      system: system.name,
      workload: workloadServedBy(system),
    }),
  ),
];

function sample({ request, checked }: Setting, seed: number): Sample {
  const config = resolveConfig({ ...request, seed }, [], () => seed);
  const follower = checked ? new TraceFollower(systemNamed(config.system)) : null;
  const { run } = virtualRun(config, [], { follower, record: false, stopAtViolation: false });
  const begun = performance.now();
  const result = runVirtual(run);
  const realS = (performance.now() - begun) / 1000;
  if (follower !== null && follower.violations.length > 0) {
    throw new Error(`seed ${seed}: ${follower.violations[0]?.because}`);
  }
  return { eventsPerS: result.steps / realS, timesReal: result.endUs / 1e6 / realS };
}

function spread(values: readonly number[], digits: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const show = (value: number) => value.toFixed(digits);
  return `${show(at(0.5))} (${show(at(0))} to ${show(at(1))})`;
}

for (let round = 0; round <= ROUNDS; round++) {
  for (const one of settings) {
    const taken = sample(one, round + 1);
    // The first round only warms the machine code up.
    if (round > 0) one.samples.push(taken);
  }
}

/** Copies of a run in its middle: what one takes of a processor, and what it holds. */
function copies(name: string): string {
  const request = { system: name, workload: workloadServedBy(systemNamed(name)), seed: 1 };
  const config = resolveConfig(request, [], () => 1);
  const watching = { follower: null, record: true, stopAtViolation: false };
  const driver = new VirtualDriver(virtualRun(config, [], watching).run);
  // The trace so far is told again to whoever follows a copy: that is the cost of checking.
  const nobody = { follower: null, liveness: null, watch: null };
  driver.advance(COPIED_AT);
  const takesUs: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const begun = process.cpuUsage();
    for (let copy = 0; copy < COPIES; copy++) driver.branch(nobody);
    const { user, system } = process.cpuUsage(begun);
    if (round > 0) takesUs.push((user + system) / COPIES);
  }
  const before = bytesHeld();
  const held = Array.from({ length: COPIES }, () => driver.branch(nobody));
  const kib = (bytesHeld() - before) / held.length / 1024;
  return `${spread(takesUs, 0)} µs, ${kib.toFixed(0)} KiB`;
}

function bytesHeld(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const width = Math.max(...settings.map(({ name }) => name.length));
console.log(`node ${process.version}, median (least to most) of ${ROUNDS} rounds, one core\n`);
console.log(`${'setting'.padEnd(width)}  million events/s       times real time`);
for (const { name, samples } of settings) {
  const events = spread(
    samples.map(({ eventsPerS }) => eventsPerS / 1e6),
    2,
  );
  const real = spread(
    samples.map(({ timesReal }) => timesReal),
    0,
  );
  console.log(`${name.padEnd(width)}  ${events.padEnd(21)}  ${real}`);
}

console.log(`\na copy of a run after ${COPIED_AT} events`);
for (const name of Object.keys(systems)) console.log(`${name.padEnd(width)}  ${copies(name)}`);
