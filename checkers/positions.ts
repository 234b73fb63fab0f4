/**
 * Positions that answers carry (revisions, zxids, log indices, offsets), as a promise of their own:
 * no session sees them go back, and no change takes effect before what had been answered when it
 * was asked for. Whether the answers are right at their positions is for `promises/positions.ts`.
 */

import { type History, INVOKE, NEMESIS, NONE, OK, type Value } from './history.ts';
import { itemAt } from './item-at.ts';
import type { CheckResult, Verdict } from './verdict.ts';

export interface PositionsOptions {
  /**
   * Whether positions count for each key by itself, as offsets do, or for all keys together, as
   * revisions and zxids do. Default `key`, which is right for both and sees less of the latter.
   */
  readonly scope?: 'key' | 'all';
}

/** Functions that only look: an older state may be shown to who has not seen a newer one. */
const OBSERVE: ReadonlySet<string> = new Set(['read', 'get', 'contains', 'poll', 'scan']);

/** The latest answer with a position, by event. */
interface Scope {
  /** Of all sessions, the one furthest on. */
  highest: number;
  /** By process. */
  readonly sessions: Map<number, number>;
}

/**
 * Judges the positions of the answers, in O(events). `unknown` where fewer than two answers carry
 * one. Equal positions are not backwards: several changes may share one.
 */
export function checkPositions(
  history: History,
  { scope = 'key' }: PositionsOptions = {},
): CheckResult {
  const scopes = new Map<number, Scope>();
  const scopeOf = (event: number): Scope => {
    const id = scope === 'all' ? NONE : history.key.get(event);
    const known = scopes.get(id) ?? { highest: NONE, sessions: new Map<number, number>() };
    scopes.set(id, known);
    return known;
  };
  const open = new Map<number, { readonly call: number; readonly since: number }>();
  let positions = 0;
  let verdict: Verdict | null = null;
  for (let event = 0; event < history.length && verdict === null; event++) {
    const who = history.process.get(event);
    if (who === NEMESIS) continue;
    if (history.type[event] === INVOKE) {
      open.set(who, { call: event, since: scopeOf(event).highest });
      continue;
    }
    const asked = open.get(who);
    open.delete(who);
    const at = history.position.get(event);
    if (asked === undefined || history.type[event] !== OK || Number.isNaN(at)) continue;
    positions++;
    const { call, since } = asked;
    const current = scopeOf(call);
    const before = current.sessions.get(who) ?? NONE;
    const floor = observes(history, call, event) ? NONE : since;
    if (before !== NONE && at < history.position.get(before)) {
      verdict = wentBack(history, before, call, event);
    } else if (floor !== NONE && at < history.position.get(floor)) {
      verdict = wentBack(history, floor, call, event);
    }
    current.sessions.set(who, event);
    const { highest } = current;
    if (highest === NONE || at > history.position.get(highest)) current.highest = event;
  }
  const tooFew = positions < 2 ? 'fewer than two answers carry a position' : null;
  return {
    checker: 'positions',
    verdict:
      verdict ?? (tooFew === null ? { kind: 'valid' } : { kind: 'unknown', because: tooFew }),
    stats: { positions },
  };
}

/** Whether an operation only looks: by its name, or a transaction of reads. */
function observes(history: History, call: number, event: number): boolean {
  const f = itemAt(history.functions.names, history.f.get(call));
  if (f !== 'txn') return OBSERVE.has(f);
  const steps = history.values.value(history.value.get(event));
  return Array.isArray(steps) && (steps as readonly Value[]).every(isRead);
}

function isRead(step: Value): boolean {
  return Array.isArray(step) && /^:?r(ead)?$/.test(String(step[0]));
}

function wentBack(history: History, earlier: number, call: number, event: number): Verdict {
  const [before, after] = [history.event(earlier), history.event(event)];
  const key = after.key ?? history.event(call).key;
  const of = key === undefined ? '' : ` of key ${key}`;
  const seen = `a ${before.f} at position ${before.position} (event ${earlier})`;
  const because =
    before.process === after.process
      ? `process ${after.process} was answered ${seen}, and then a ${after.f}${of} at position ` +
        `${after.position} (event ${event}): its positions went back`
      : `the ${after.f}${of} of process ${after.process}, asked for at event ${call} when process ` +
        `${before.process} had been answered ${seen}, took effect at position ${after.position} ` +
        `(event ${event}): positions went back`;
  return {
    kind: 'invalid',
    because,
    events: [earlier, call, event].sort((a, b) => a - b),
    property: 'positions',
    witness: {
      ...(key === undefined ? {} : { key }),
      operations: [
        { invoke: callOf(history, earlier), complete: earlier },
        { invoke: call, complete: event },
      ],
      sentences: [],
    },
  };
}

/** The invocation that an answer belongs to. */
function callOf(history: History, answer: number): number {
  let at = answer - 1;
  while (at > 0 && history.process[at] !== history.process[answer]) at--;
  return at;
}
