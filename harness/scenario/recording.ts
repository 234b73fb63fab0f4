/** What a play leaves to be judged, in memory and on disk: what clients saw and what nodes reported. */

import type { History } from '../../checkers/history.ts';
import { checkLinearizable } from '../../checkers/linearizable/index.ts';
import type { TraceLine, Violation } from '../../checkers/trace.ts';
import type { Options } from '../../systems/protocol.ts';
import type { System } from '../../systems/system.ts';
import { workloads } from '../../workloads/index.ts';
import { TraceFollower } from '../judge/trace-follower.ts';
import type { Circumstances } from './scenario.ts';

export interface Recording {
  readonly history: History;
  readonly trace: readonly TraceLine[];
}

/** Of what a recording is. */
export interface Recorded {
  readonly system: System;
  readonly circumstances: Circumstances;
  /** Resolved. */
  readonly options: Options;
}

/** Everything that is wrong with a recording: what nodes reported first, then what clients saw. */
export function violationsOf(recording: Recording, recorded: Recorded): Violation[] {
  const follower = new TraceFollower(recorded.system);
  for (const { event, node, incarnation, time } of recording.trace) {
    follower.feed(event, node, incarnation, time);
  }
  return [
    ...traceViolations(follower, recorded.circumstances.nodes),
    ...answersViolations(recording.history, recorded),
  ];
}

/** The checkers say n1, n2 ...; a story has names of its own. */
export function traceViolations(
  { violations }: TraceFollower,
  nodes: readonly string[],
): Violation[] {
  const named = (sentence: string) =>
    sentence.replace(/\bn(\d+)\b/g, (text, number) => nodes[Number(number) - 1] ?? text);
  return violations.map(({ told, because, ...violation }) => ({
    ...violation,
    ...(told === undefined ? {} : { told: named(told) }),
    because: named(because),
  }));
}

/**
 * Whether the answers are linearizable, key by key, where the operations on a key are those of one
 * of our objects. Only for a cluster that started empty: else reads find what nobody here wrote.
 */
function answersViolations(
  history: History,
  { system, circumstances, options }: Recorded,
): Violation[] {
  const promise = system.promise?.(options) ?? 'linearizable';
  const isEmpty = circumstances.disks.every((records) => records.length === 0);
  if (!isEmpty || promise !== 'linearizable') return [];
  const functions = history.functions.names;
  const workload = Object.values(workloads).find(
    (one) =>
      one.judge === undefined && functions.every((f) => one.operations.some((own) => own === f)),
  );
  if (workload === undefined || functions.length === 0) return [];
  const { model, initial } = workload;
  const { verdict } = checkLinearizable(history, { model, initial });
  if (verdict.kind !== 'invalid') return [];
  return [{ property: 'linearizable', because: verdict.because, lines: [] }];
}
