/**
 * `npm run bench`: simulator events per second, and simulated seconds per real second, of five-node
 * Raft with agreement checking on; how both change with nodes and clients; what checking costs; and
 * the same of every system of the registry.
 */

import { systemNamed } from '../../harness/config/catalogue.ts';
import { type RunRequest, resolveConfig } from '../../harness/config/config.ts';
import { TraceFollower } from '../../harness/judge/trace-follower.ts';
import { virtualRun } from '../../harness/run/simulate.ts';
import { runVirtual } from '../../harness/run/virtual.ts';
import { systems } from '../../systems/index.ts';
import { workloadServedBy } from '../systems/workload-of.ts';

const ROUNDS = 7;

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
