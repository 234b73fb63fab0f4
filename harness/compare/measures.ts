/** What a run costs and how it fares, in figures that can be compared over many pairs of runs. */

import { FloatColumn } from '../../checkers/columns.ts';
import type { History } from '../../checkers/history.ts';
import type { CheckResult } from '../../checkers/verdict.ts';
import { pairOperations } from '../report/operations.ts';
import { quantile, sampleLatencies } from '../report/samples.ts';
import type { VirtualResult } from '../run/virtual-run.ts';
import { figuresOf } from '../store/figures.ts';

/** By name: what it is called, and how a value of it is written. */
export const MEASURES = {
  latencyP50S: { name: 'latency, median', unit: 'seconds' },
  latencyP99S: { name: 'latency, 99 %', unit: 'seconds' },
  okPerS: { name: 'operations/s', unit: 'number' },
  messagesPerOk: { name: 'messages/op', unit: 'number' },
  bytesPerOk: { name: 'bytes sent/op', unit: 'number' },
  syncsPerOk: { name: 'syncs/op', unit: 'number' },
  recoveryS: { name: 'recovery', unit: 'seconds' },
  leaderChanges: { name: 'leader changes', unit: 'number' },
} as const;

export type Measure = keyof typeof MEASURES;

/** Of one run; null for what it does not show. */
export type Measured = Readonly<Record<Measure, number | null>>;

/** One message in so many is weighed; a prime, since those to each peer come in turn. */
const WEIGHED = 7;

/** Weighs messages between nodes as they are written on a wire of JSON. */
export class Scales {
  #sent = 0;
  #bytes = 0;

  readonly weigh = (message: unknown): void => {
    if (this.#sent++ % WEIGHED === 0) this.#bytes += JSON.stringify(message).length;
  };

  get bytes(): number {
    return this.#bytes * WEIGHED;
  }
}

/** O(events). */
export function measured(
  { history, endUs, messages, syncs, ending }: VirtualResult,
  checks: readonly CheckResult[],
  bytes: number,
): Measured {
  const unknown = { idle: null, simulatedS: null, realS: 0, reached: null, determinism: null };
  const { operations, leaderChanges, recoveryS } = figuresOf(history, checks, {
    ...unknown,
    ending,
  });
  const { ok } = operations;
  const perOk = (total: number) => (ok === 0 ? null : total / ok);
  const latencies = okLatencies(history);
  const latencyS = (share: number) =>
    latencies.length === 0 ? null : quantile(latencies, share) / 1e9;
  return {
    latencyP50S: latencyS(0.5),
    latencyP99S: latencyS(0.99),
    okPerS: endUs === 0 ? null : ok / (endUs / 1e6),
    messagesPerOk: perOk(messages),
    bytesPerOk: perOk(bytes),
    syncsPerOk: perOk(syncs),
    recoveryS,
    leaderChanges,
  };
}

/** Of all operations that ended `ok`, sorted, in nanoseconds. */
function okLatencies(history: History): FloatColumn {
  const { sortedOk } = sampleLatencies(history, pairOperations(history), []);
  return new FloatColumn([...sortedOk.values()].flatMap((column) => [...column])).sort();
}
