/** A stored trace of which lines are missing accuses nobody of what may stand in those. */

import { describe, expect, test } from 'vitest';
import type { TraceLine } from '../../../checkers/trace.ts';
import { resolveConfig } from '../../../harness/config/config.ts';
import { judgeRun } from '../../../harness/judge/judge.ts';
import { quietTimeNs } from '../../../harness/judge/phases.ts';
import { TraceFollower } from '../../../harness/judge/trace-follower.ts';
import { virtualRun } from '../../../harness/run/simulate.ts';
import { VirtualDriver } from '../../../harness/run/virtual.ts';
import { raft } from '../../../systems/raft/index.ts';

const request = {
  system: 'raft',
  seed: 3,
  timeLimitS: 5,
  nemesis: ['kill', 'partition'],
  nemesisIntervalS: 1,
  // Longer than any bound on recovery.
  recoveryMinS: 20,
};
const config = resolveConfig(request, [], () => 1);
const { run } = virtualRun(config, [], { follower: null, record: true, stopAtViolation: false });
const driver = new VirtualDriver(run);
driver.advance(Number.POSITIVE_INFINITY);
const { history } = driver;
const whole = driver.takeLines();
const quietAtNs = quietTimeNs(history) ?? Number.NaN;

/** What each checker of the trace says of these lines; `truncated` as a store tells it. */
function verdicts(lines: readonly TraceLine[], truncated = false): Record<string, string> {
  const follower = new TraceFollower(raft);
  const gap = follower.feedAll(lines, quietAtNs);
  const { checks } = judgeRun({
    config,
    system: raft,
    workload: run.workload,
    nemeses: run.nemeses,
    promise: 'linearizable',
    history,
    follower,
    gap: truncated ? 'the trace is cut off' : gap,
    idle: null,
    ending: { kind: 'finished' },
  });
  const ofTrace = checks.filter(({ checker }) => ['agreement', 'liveness'].includes(checker));
  return Object.fromEntries(ofTrace.map(({ checker, verdict }) => [checker, verdict.kind]));
}

describe('a trace', () => {
  test('that is whole is judged', () => {
    expect(verdicts(whole)).toEqual({ agreement: 'valid', liveness: 'valid' });
  });

  test('that ends early does not show that nobody caught up', () => {
    const early = whole.filter(({ time }) => time < quietAtNs + 1e6);
    expect(verdicts(early, true)).toEqual({ agreement: 'unknown', liveness: 'unknown' });
    // With no more to come, it would.
    expect(verdicts(early)).toMatchObject({ liveness: 'invalid' });
  });

  test.each(['vote', 'term', 'append', 'match', 'commit'])('without a line of %s', (kind) => {
    const at = whole.findIndex(({ event }) => event.kind === kind);
    const without = whole.filter((_, index) => index !== at);
    expect(verdicts(without)).toEqual({ agreement: 'unknown', liveness: 'unknown' });
  });

  test('of which votes are missing still shows what a node said of itself', () => {
    const without = whole.filter(({ event }) => event.kind !== 'vote');
    const last = without.at(-1) as TraceLine;
    const panic: TraceLine = {
      ...last,
      sequence: last.sequence + 1,
      event: { kind: 'panic', reason: 'boom' },
    };
    expect(verdicts([...without, panic])).toEqual({ agreement: 'invalid', liveness: 'unknown' });
  });
});
