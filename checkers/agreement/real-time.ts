/**
 * RealTimeOrder: where the system itself says at which position of its order an operation took
 * effect, that order must agree with real time. Needs no model, and costs one pass.
 */

import { type History, type HistoryEvent, INVOKE, OK } from '../history.ts';
import type { CheckResult } from '../verdict.ts';

/**
 * An operation that began after another had been answered stands behind it; a read may stand at
 * the same position as what it saw. Operations without a position are left out; with none at all
 * nothing was judged, which is `unknown`. One clock, the controller's, stamps all events.
 */
export function realTimeVerdict(history: History): CheckResult {
  const read = history.functions.find('read');
  /** Per process: the invocation under way, and what had been answered when it began. */
  const invokes = new Map<number, { index: number; floor: number; floorAt: number }>();
  let highest = Number.NEGATIVE_INFINITY;
  let highestAt = -1;
  let positions = 0;
  for (let index = 0; index < history.length; index++) {
    const process = history.process.get(index);
    if (process < 0) continue;
    if (history.type[index] === INVOKE) {
      invokes.set(process, { index, floor: highest, floorAt: highestAt });
      continue;
    }
    const invoke = invokes.get(process);
    invokes.delete(process);
    const position = history.position.get(index);
    if (invoke === undefined || history.type[index] !== OK || Number.isNaN(position)) continue;
    positions++;
    const { floor, floorAt } = invoke;
    const isRead = history.f[index] === read;
    if (position < floor || (position === floor && !isRead)) {
      return contradiction(history, { index, invoke: invoke.index, floorAt });
    }
    if (position > highest) {
      highest = position;
      highestAt = index;
    }
  }
  return {
    checker: 'real-time',
    verdict:
      positions > 0
        ? { kind: 'valid' }
        : { kind: 'unknown', because: 'no answer says at which position it took effect' },
    stats: { positions },
  };
}

function contradiction(
  history: History,
  at: { readonly index: number; readonly invoke: number; readonly floorAt: number },
): CheckResult {
  const later = history.event(at.index);
  const earlier = history.event(at.floorAt);
  return {
    checker: 'real-time',
    verdict: {
      kind: 'invalid',
      because:
        `process ${later.process}'s ${operationText(later)} began after process ` +
        `${earlier.process}'s ${operationText(earlier)} had been answered, and took effect before it`,
      detail:
        `RealTimeOrder: a ${later.f} that began after a ${earlier.f} at position ` +
        `${earlier.position} had been answered took effect at position ${later.position}`,
      events: [at.floorAt, at.invoke, at.index],
      property: 'RealTimeOrder',
    },
  };
}

function operationText({ f, key }: HistoryEvent): string {
  return key === undefined ? f : `${f} of ${key}`;
}
