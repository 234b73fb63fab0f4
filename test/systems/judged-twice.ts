/** One simulated run, judged twice: while it goes on, and from the lines that a store would hold. */

import { History } from '../../checkers/history.ts';
import type { CheckResult } from '../../checkers/verdict.ts';
import type { Catalogue } from '../../harness/config/catalogue.ts';
import { builtIn, systemNamed } from '../../harness/config/catalogue.ts';
import type { RunConfig } from '../../harness/config/config.ts';
import { judgeRun } from '../../harness/judge/judge.ts';
import { quietTimeNs } from '../../harness/judge/phases.ts';
import { TraceFollower } from '../../harness/judge/trace-follower.ts';
import { virtualRun } from '../../harness/run/simulate.ts';
import { VirtualDriver } from '../../harness/run/virtual.ts';
import { historyEventOf, historyLine, traceJson } from '../../harness/store/lines.ts';
import { traceLineOf } from '../../harness/store/trace-lines.ts';
import { promiseOf, type Variant } from '../../systems/system.ts';

export function judgedTwice(
  config: RunConfig,
  variants: readonly Variant[],
  catalogue: Catalogue,
): { readonly live: readonly CheckResult[]; readonly stored: readonly CheckResult[] } {
  const system = systemNamed(config.system, catalogue);
  const follower = new TraceFollower(system);
  const { run } = virtualRun(
    config,
    variants,
    { follower, record: true, stopAtViolation: false },
    catalogue,
  );
  const driver = new VirtualDriver(run);
  driver.advance(Number.POSITIVE_INFINITY);
  const evidence = {
    config,
    system,
    workload: run.workload,
    nemeses: catalogue.nemeses,
    promise: promiseOf(system, config.set),
    idle: driver.result().idle,
    ending: { kind: 'finished' },
  } as const;
  const live = judgeRun({ ...evidence, history: driver.history, follower, gap: null });

  const history = new History();
  for (const event of driver.history) {
    history.push(historyEventOf(JSON.parse(historyLine(event)), 'history', history.length));
  }
  const payloads = catalogue.systems[system.name] === builtIn.systems[system.name] ? 'ours' : 'own';
  const again = new TraceFollower(system);
  const lines = driver
    .takeLines()
    .map((line) => traceLineOf(JSON.parse(traceJson(line)), 'trace', payloads));
  const gap = again.feedAll(lines, quietTimeNs(history));
  const stored = judgeRun({ ...evidence, history, follower: again, gap });
  return { live: live.checks.map(untimed), stored: stored.checks.map(untimed) };
}

function untimed({ checker, verdict, stats = {} }: CheckResult): CheckResult {
  return { checker, verdict, stats };
}
