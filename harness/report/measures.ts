/** What programs are measured by, as Maelstrom does: messages, and how soon all know. */

import type { RunFile, TimedCheck } from '../store/format.ts';
import { seconds } from './text.ts';

type Row = readonly [name: string, text: string];

/** A row for each measure that a run has; none of a run that is not of programs. */
export function measureRows(
  { backend }: Pick<RunFile, 'backend'>,
  checks: readonly TimedCheck[],
): readonly Row[] {
  const { messagesPerOperationBetweenNodes: between, messagesPerOperation: all } = backend;
  if (between === undefined || all === undefined) return [];
  return [
    ['messages an operation', `${between} between nodes and services, ${all} in all`],
    ...latencyRows(checks),
    ...convergenceRows(checks),
  ];
}

/** From a request to its answer. */
function latencyRows(checks: readonly TimedCheck[]): readonly Row[] {
  const { p50Ns, p99Ns, maxNs } = checks.find(({ checker }) => checker === 'stats')?.stats ?? {};
  return rowOf('latency', [p50Ns, p99Ns, maxNs], 1e9);
}

/** From the moment at which an element is known to exist until every read has it. */
function convergenceRows(checks: readonly TimedCheck[]): readonly Row[] {
  const stats = checks.find(({ checker }) => checker === 'set-full')?.stats ?? {};
  const times = [stats['stable_p50_ms'], stats['stable_p99_ms'], stats['stable_max_ms']];
  return rowOf('convergence', times, 1e3);
}

/** Half, 99 % and all of something, by the time within which they came. */
function rowOf(
  name: string,
  times: readonly (number | string | undefined)[],
  inSecond: number,
): readonly Row[] {
  const [half, most, all] = times;
  if (typeof half !== 'number' || typeof most !== 'number' || typeof all !== 'number') return [];
  const within = (time: number) => `within ${seconds(time / inSecond)}`;
  return [[name, `half ${within(half)}, 99 % ${within(most)}, all ${within(all)}`]];
}
