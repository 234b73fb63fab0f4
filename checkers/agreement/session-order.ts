/**
 * MonotonicSession: where answers say at which position of the system's order they were given,
 * what one session is told never goes back. Needs no model and no trace, and costs one pass.
 *
 * What a process of a history does is one session: a process whose operation ended unknown is
 * retired, and its successor opens a new one.
 */

import { type History, OK } from '../history.ts';
import type { LogIndex } from '../units.ts';
import type { CheckResult } from '../verdict.ts';

/**
 * Judges systems that promise less than RealTimeOrder: ZooKeeper's local reads, say, which may be
 * older than what others have seen. An update stands behind all that its session was told before;
 * a read may stand where that ended. `unknown` where no answer carries a position.
 */
export function sessionOrderVerdict(history: History): CheckResult {
  const read = history.functions.find('read');
  /** Per process: the latest position that it was told, and by which event. */
  const told = new Map<number, { position: LogIndex; at: number }>();
  let positions = 0;
  for (let index = 0; index < history.length; index++) {
    const process = history.process.get(index);
    const position = history.position.get(index);
    if (process < 0 || history.type[index] !== OK || Number.isNaN(position)) continue;
    positions++;
    const before = told.get(process);
    if (before === undefined) {
      told.set(process, { position, at: index });
      continue;
    }
    const isRead = history.f[index] === read;
    if (position < before.position || (position === before.position && !isRead)) {
      return contradiction(history, before.at, index);
    }
    before.position = position;
    before.at = index;
  }
  return {
    checker: 'session-order',
    verdict:
      positions > 0
        ? { kind: 'valid' }
        : { kind: 'unknown', because: 'no answer says at which position it took effect' },
    stats: { positions, sessions: told.size },
  };
}

function contradiction(history: History, before: number, at: number): CheckResult {
  const earlier = history.event(before);
  const later = history.event(at);
  return {
    checker: 'session-order',
    verdict: {
      kind: 'invalid',
      because: `process ${later.process} was shown an older state than it had already seen`,
      detail:
        `MonotonicSession: process ${later.process} was answered a ${later.f} at position ` +
        `${later.position} after a ${earlier.f} at position ${earlier.position}`,
      events: [before, at],
      property: 'MonotonicSession',
    },
  };
}
