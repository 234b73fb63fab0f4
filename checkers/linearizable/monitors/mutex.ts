/**
 * Locks that every process acquires and releases in turn: exact, linear (`MONITORS.md`). From
 * the answer to its acquire until it asks for the release, a process holds the lock; no two may.
 * An unanswered acquire need not have happened; an unanswered release may have, at once.
 */

import type { Value } from '../../history.ts';
import type { LogIndex } from '../../units.ts';
import { describe, operationsOfEvents, said } from '../explain.ts';
import type { Model } from '../model.ts';
import { mutex } from '../models/lock.ts';
import { NEVER, type Operations } from '../operations.ts';
import { type MonitorResult, undecided, VALID, violation } from './monitor.ts';
import { Zones } from './zones.ts';

/** Answers of `acquire` are not looked at, except that false was a refusal. */
export function mutexMonitor(operations: Operations, initial: Value): MonitorResult {
  if (initial !== null && initial !== false) return undecided('it does not start free');
  const holds = holdsOf(operations);
  return typeof holds === 'string' ? undecided(holds) : overlap(operations, holds, mutex);
}

/** As the mutex; tokens must grow in the order in which the lock was held. */
export function fencedLockMonitor(operations: Operations, initial: Value): MonitorResult {
  if (initial !== null) return undecided('it starts with a token');
  const holds = holdsOf(operations);
  if (typeof holds === 'string') return undecided(holds);
  const result = overlap(operations, holds, mutex);
  if (result.kind !== 'valid') return result;
  let last: { readonly token: number; readonly acquire: number } | undefined;
  for (const { acquire } of holds.toSorted((a, b) => a.from - b.from)) {
    const { history, ret } = operations;
    const token = history.values.value(history.value.get(ret.get(acquire)));
    if (typeof token !== 'number') continue;
    if (last !== undefined && token <= last.token) {
      const because =
        `process ${history.process[ret.get(acquire)]} got token ${token} after ` +
        `${describe(operations, mutex, last.acquire)} had got ${last.token}`;
      return violation([last.acquire, acquire], because, acquire);
    }
    last = { token, acquire };
  }
  return VALID;
}

/** Held from the return of `acquire` until the call of its release, or for ever. */
interface Hold {
  readonly acquire: number;
  readonly from: LogIndex;
  readonly until: number;
}

function holdsOf({ history, count, call, ret }: Operations): Hold[] | string {
  const acquire = history.functions.find('acquire');
  const holds: Hold[] = [];
  /** The answered acquire of each process that has not asked for the release yet. */
  const held = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const asked = call.get(i);
    const answered = ret.get(i);
    const who = history.process.get(asked);
    if (history.f[asked] === acquire) {
      if (held.has(who)) return 'a process acquires twice in a row';
      if (answered === NEVER) continue;
      if (history.values.value(history.value.get(answered)) === false) {
        return 'an acquire was denied';
      }
      held.set(who, i);
      continue;
    }
    const acquired = held.get(who);
    if (acquired === undefined) return 'a process releases what it did not acquire';
    held.delete(who);
    holds.push({ acquire: acquired, from: ret.get(acquired), until: asked });
  }
  for (const i of held.values()) holds.push({ acquire: i, from: ret.get(i), until: NEVER });
  return holds;
}

function overlap(
  operations: Operations,
  holds: readonly Hold[],
  model: Model<string>,
): MonitorResult {
  const zones = new Zones(operations);
  for (const { from, until } of holds) zones.add(from, until);
  const fault = zones.contradiction();
  if (fault === undefined) return VALID;
  const { held, other } = fault;
  const [first, second, release] = operationsOfEvents(operations, [
    held.firstRet,
    other.firstRet,
    held.lastCall,
  ]);
  const because =
    `${said(operations, model, second as number)} although ` +
    `${describe(operations, model, first as number, 'answered')} and the lock had not been ` +
    (release === undefined ? 'released' : `released until ${describe(operations, model, release)}`);
  const involved = [first, second, release].filter((i) => i !== undefined);
  return violation(involved, because, second);
}
